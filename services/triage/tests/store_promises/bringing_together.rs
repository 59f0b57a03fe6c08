//! Clusters on the queue, and what recipients were told.

use contracts::notification::v1 as contract;
use prost::Message;
use triage::domain::finding::Outcome;
use triage::domain::priority::Priority;
use triage::domain::recipients::Recipient;
use triage::domain::standing::{Acknowledged, Standing};
use triage::store::{NoticesOf, Store};

use super::world::{Finding, World, secretariat};

#[tokio::test]
async fn a_cluster_makes_every_case_concerned_urgent_and_leaving_it_undoes_that() {
    let world = World::new().await;
    let one = Finding { setting: Some("SC123456"), ..world.finding() };
    let other = Finding { setting: Some("SC123456"), authority: "888", ..world.finding() };
    let apart = world.finding();
    world.take_up(&[world.heard(&apart)], 1).await;
    world.take_up(&[world.heard(&one)], 2).await;
    let lease = world.lease(300);
    assert_eq!(world.take(&lease, 3).await.expect("waits").entry.reference, apart.reference);
    world.take_up(&[world.heard(&other)], 4).await;
    for finding in [&one, &other] {
        let held = world.held(finding.reference).await;
        assert_eq!((held.case.entry.priority, held.case.entry.clusters), (Priority::Urgent, 1));
        assert_eq!((held.case.reasons[1].code.as_str(), held.clusters.len()), ("IN_A_CLUSTER", 1));
    }
    let told = world.queued_told().await.pop().and_then(|told| told.entry).expect("an entry");
    assert_eq!((told.clusters, told.priority), (1, contract::Priority::Urgent.into()), "told as it stands");

    world.take_up(&[world.withdrawal(other.reference, 2)], 5).await;
    let held = world.held(one.reference).await;
    assert_eq!((held.case.entry.priority, held.case.entry.clusters), (Priority::Standard, 0));
    assert_eq!(held.case.reasons[1].code, "IN_ITS_TURN");
}

#[tokio::test]
async fn a_cluster_takes_no_case_out_of_the_hands_it_is_in() {
    let world = World::new().await;
    let one = Finding { setting: Some("SC123456"), ..world.finding() };
    world.take_up(&[world.heard(&one)], 1).await;
    let lease = world.lease(300);
    world.take(&lease, 2).await.expect("waits");
    let other = Finding { setting: Some("SC123456"), authority: "888", ..world.finding() };
    world.take_up(&[world.heard(&other)], 3).await;
    let held = world.held(one.reference).await;
    assert_eq!(
        (held.standing, held.case.entry.priority),
        (Standing::Leased(lease.clone()), Priority::Urgent)
    );
    assert!(matches!(world.acknowledge(one.reference, &lease, 4).await, Ok(Acknowledged::Now(_))));
}

#[tokio::test]
async fn notices_are_listed_newest_first_page_by_page() {
    let world = World::new().await;
    world.opened(Outcome::DutyInArea, 0..5).await;
    world.opened(Outcome::NeedsJudgement, 5..7).await;
    for recipient in Recipient::OF_NOTICES {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let of = NoticesOf { recipient, before, at_most: 2 };
            let page = world.store.notices(of, &secretariat()).await.expect("lists");
            for told in &page.notices {
                let notice = contracts::triage::v1::Notice::decode(told.clone()).expect("decodes");
                seen.push(notice.issued_at.expect("a time").seconds);
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, [4, 3, 2, 1, 0]);
    }
}
