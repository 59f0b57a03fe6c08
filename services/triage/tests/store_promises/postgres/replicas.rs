//! Several replicas on one schema. Which of them writes next is for the database to say: nobody is elected.

use std::collections::BTreeSet;

use delivery::Heard;
use futures::future::join_all;
use ids::{LeaseId, Reference};
use triage::domain::finding::Outcome;
use triage::domain::lane::Lane;
use triage::domain::recipients::Recipient;
use triage::domain::standing::Lease;
use triage::store::postgres::PostgresStore;
use triage::store::{Arrival, NoticesOf, Store, TakenUp};

use super::world::{Finding, World, at, references, secretariat};

/// Takes up news in batches, and adds up what became of it.
async fn hears(store: PostgresStore, news: Vec<Heard<Arrival>>, batch: usize) -> TakenUp {
    let mut sum = TakenUp::default();
    for some in news.chunks(batch) {
        let taken = store.take_up(some, at(10)).await.expect("takes up");
        sum.opened += taken.opened;
        sum.changed += taken.changed;
        sum.came_late += taken.came_late;
        sum.kept += taken.kept;
    }
    sum
}

/// Two replicas are each told everything twice at once, each time from another place on and in batches of another size:
/// some overlap, and some that do not would be taken up side by side if the replicas did not take turns.
async fn told_to_two_replicas_at_once(world: &World, news: &[Heard<Arrival>]) -> TakenUp {
    let replicas = [world.store.clone(), world.another().await];
    let tellers =
        replicas.iter().cycle().zip([3, 7, 11, 16]).enumerate().map(|(teller, (replica, batch))| {
            let mut news = news.to_vec();
            let from = teller * news.len() / 4;
            news.rotate_left(from);
            tokio::spawn(hears(replica.clone(), news, batch))
        });
    let mut sum = TakenUp::default();
    for taken in join_all(tellers).await {
        let taken = taken.expect("takes up all");
        sum.opened += taken.opened;
        sum.changed += taken.changed;
        sum.came_late += taken.came_late;
        sum.kept += taken.kept;
    }
    sum
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn news_that_two_replicas_take_up_at_once_has_its_effect_once() {
    let world = World::new().await;
    let finding = |number| {
        let authority = if number % 2 == 0 { "373" } else { "888" };
        Finding { authority, setting: Some("SC123456"), ..world.finding() }
    };
    let findings: Vec<Finding> = (0..60).map(finding).collect();
    let news: Vec<_> = findings.iter().map(|finding| world.heard(finding)).collect();
    let taken = told_to_two_replicas_at_once(&world, &news).await;
    assert_eq!(taken, TakenUp { opened: 60, ..TakenUp::default() });
    assert_eq!(world.kinds_told().await, vec!["case.queued.v1"; 60]);
    for recipient in Recipient::OF_NOTICES {
        let page =
            world.store.notices(NoticesOf { recipient, before: None, at_most: 100 }, &secretariat()).await;
        assert_eq!(page.expect("lists").notices.len(), 60, "{recipient:?}");
    }
    let page = world.list(None, 100, false, 20).await;
    let listed: BTreeSet<Reference> = references(&page).into_iter().collect();
    assert_eq!(listed, findings.iter().map(|finding| finding.reference).collect());
    // All of them name one home, so each is in its cluster, whoever took it up.
    assert!(page.cases.iter().all(|queued| queued.entry.clusters == 1));
    assert_eq!(world.held(findings[0].reference).await.clusters[0].members.len(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whichever_replica_takes_up_what_first_the_case_is_the_same_in_the_end() {
    let world = World::new().await;
    let mut news = Vec::new();
    let firsts: Vec<Finding> = (0..20).map(|_| world.finding()).collect();
    for first in &firsts {
        let third = Finding { revision: 3, died: true, ..first.clone() };
        let second = Finding { revision: 2, home_educated: true, ..first.clone() };
        news.extend([world.heard(first), world.heard(&third), world.heard(&second)]);
        news.push(world.withdrawal(first.reference, 4));
    }
    let taken = told_to_two_replicas_at_once(&world, &news).await;
    assert_eq!(taken.opened, 20);
    assert_eq!(taken.opened + taken.changed + taken.came_late + taken.kept, news.len());
    let calm = World::new().await;
    calm.take_up(&news, 10).await;
    for first in &firsts {
        let (held, expected) = (world.held(first.reference).await, calm.held(first.reference).await);
        assert_eq!(
            (&held.case, &held.told, &held.assessed),
            (&expected.case, &expected.told, &expected.assessed)
        );
        let numbers: Vec<u32> = held.revisions.iter().map(|line| line.revision).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_finding_and_its_withdrawal_that_two_replicas_take_up_at_once_meet() {
    let world = World::new().await;
    let replicas = [world.store.clone(), world.another().await];
    let mut withdrawn = Vec::new();
    for _ in 0..20 {
        let finding = world.finding();
        let news = [world.heard(&finding), world.withdrawal(finding.reference, 2)];
        let both = replicas.iter().zip(news);
        let both = both.map(|(replica, news)| tokio::spawn(hears(replica.clone(), vec![news], 1)));
        for taken in join_all(both).await {
            taken.expect("takes up");
        }
        withdrawn.push(world.held(finding.reference).await.case.entry.withdrawn);
    }
    assert_eq!(withdrawn, vec![true; 20]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_replicas_that_take_the_next_case_at_once_never_lease_the_same() {
    let world = World::new().await;
    let findings: Vec<_> = (0..30).map(|_| world.heard(&world.finding())).collect();
    world.take_up(&findings, 1).await;
    let replicas = [world.store.clone(), world.another().await];
    let mut leased = BTreeSet::new();
    // Again and again both ask at once for what is then the first case of the lane.
    for _ in 0..15 {
        let takers = replicas.iter().map(|replica| {
            let (replica, id) = (replica.clone(), LeaseId::mint(&world.ambient));
            let lease = Lease { id, by: "lapwing://secretariat/desk".into(), until: at(1000) };
            tokio::spawn(async move { replica.take_next(Lane::Decision, lease, at(50)).await })
        });
        for taken in join_all(takers).await {
            let case = taken.expect("ends").expect("answers").expect("one waits");
            assert!(leased.insert(case.entry.reference), "leased twice: {}", case.entry.reference);
        }
    }
    assert_eq!((leased.len(), world.list(None, 1, false, 60).await.waiting), (30, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_that_is_read_while_others_take_cases_is_one_picture() {
    let world = World::new().await;
    world.opened(Outcome::DutyInArea, 0..12).await;
    let (reader, taker) = (world.store.clone(), world.another().await);
    let ambient = world.ambient.clone();
    let taking = tokio::spawn(async move {
        loop {
            let lease = Lease { id: LeaseId::mint(&ambient), by: "x".into(), until: at(1000) };
            if taker.take_next(Lane::Decision, lease, at(50)).await.expect("answers").is_none() {
                return;
            }
        }
    });
    loop {
        let over = taking.is_finished();
        let page = triage::store::PageOf {
            lane: Lane::Decision,
            after: None,
            at_most: 100,
            include_acknowledged: false,
        };
        let page = reader.list(page, &secretariat(), at(60)).await.expect("lists");
        let free = page.cases.iter().filter(|queued| queued.standing.is_free(at(60))).count();
        assert_eq!(free as u64, page.waiting, "the cases and their number are of one moment");
        if over {
            assert_eq!(page.waiting, 0);
            break;
        }
    }
    taking.await.expect("ends");
}
