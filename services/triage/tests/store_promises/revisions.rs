//! Revisions, withdrawals and declined hand-overs: what takes effect, what comes late, and what becomes of leases.

use contracts::notification::v1 as contract;
use jiff::civil::date;
use triage::domain::finding::Outcome;
use triage::domain::lane::Lane;
use triage::domain::priority::Priority;
use triage::domain::standing::{Acknowledged, LeaseRefused};
use triage::store::Store;

use super::world::{Finding, World, at, references, secretariat};

#[tokio::test]
async fn a_higher_revision_makes_the_case_anew_and_keeps_its_lineage() {
    let world = World::new().await;
    let harmed = Finding { home_educated: true, ..world.finding() };
    let other = world.finding();
    world.take_up(&[world.heard(&other)], 1).await;
    world.take_up(&[world.heard(&harmed)], 2).await;
    let dead = Finding { revision: 2, died: true, home_educated: false, authority: "888", ..harmed.clone() };
    world.take_up(&[world.heard(&dead)], 9).await;
    let held = world.held(harmed.reference).await;
    let entry = &held.case.entry;
    assert_eq!((entry.revision, entry.priority, entry.authority.as_str()), (2, Priority::Urgent, "888"));
    assert_eq!(
        (entry.queued_at, entry.indicators.len()),
        (at(2), 0),
        "first queued then; indicators replaced"
    );
    assert_eq!(held.case.reasons[1].code, "DEATH_NOTIFIED");
    let lineage: Vec<_> = held
        .revisions
        .iter()
        .map(|line| (line.revision, line.priority, line.at, line.came_late, line.withdraws))
        .collect();
    let expected = [(1, Priority::Standard, at(2), false, false), (2, Priority::Urgent, at(9), false, false)];
    assert_eq!(lineage, expected);
    assert_eq!(references(&world.list(None, 10, false, 20).await), [harmed.reference, other.reference]);
    let told: Vec<u32> =
        world.queued_told().await.iter().map(|told| told.entry.as_ref().expect("one").revision).collect();
    assert_eq!(told, [1, 1, 2]);
}

#[tokio::test]
async fn a_late_revision_is_on_record_and_changes_nothing_and_is_not_told() {
    let world = World::new().await;
    let second = Finding { revision: 2, died: true, ..world.finding() };
    world.take_up(&[world.heard(&second)], 1).await;
    let lease = world.lease(300);
    world.take(&lease, 2).await.expect("waits");
    let before = world.held(second.reference).await;
    let first = Finding { revision: 1, died: false, outcome: Outcome::Outside, ..second.clone() };
    world.take_up(&[world.heard(&first)], 3).await;
    let after = world.held(second.reference).await;
    assert_eq!((&after.case, &after.standing), (&before.case, &before.standing));
    assert_eq!(after.assessed, before.assessed);
    let lineage: Vec<_> =
        after.revisions.iter().map(|line| (line.revision, line.outcome, line.lane, line.came_late)).collect();
    let expected = [
        (1, Some(Outcome::Outside), Lane::Information, true),
        (2, Some(Outcome::DutyInArea), Lane::Decision, false),
    ];
    assert_eq!(lineage, expected);
    assert_eq!(world.queued_told().await.len(), 1);
    assert_eq!(world.notices_to_dfe().await, [(2, false)]);
    assert!(matches!(world.acknowledge(second.reference, &lease, 4).await, Ok(Acknowledged::Now(_))));
}

#[tokio::test]
async fn revisions_of_one_batch_are_each_told_in_the_order_in_which_they_came() {
    let world = World::new().await;
    let first = world.finding();
    let third = Finding { revision: 3, died: true, ..first.clone() };
    let second = Finding { revision: 2, ..first.clone() };
    let heard = [
        world.heard(&first),
        world.heard(&third),
        world.heard(&second),
        world.withdrawal(first.reference, 4),
    ];
    world.take_up(&heard, 1).await;
    world.take_up(&heard, 2).await;
    let told: Vec<(u32, bool)> = world
        .queued_told()
        .await
        .into_iter()
        .map(|told| told.entry.expect("an entry"))
        .map(|entry| (entry.revision, entry.withdrawn))
        .collect();
    assert_eq!(told, [(1, false), (3, false), (4, true)]);
    let late: Vec<bool> =
        world.held(first.reference).await.revisions.iter().map(|line| line.came_late).collect();
    assert_eq!(late, [false, true, false, false]);
    assert_eq!(world.notices_to_dfe().await, [(1, false), (3, false), (4, true)]);
}

#[tokio::test]
async fn in_whatever_order_and_batches_news_comes_the_case_is_the_same_in_the_end() {
    let orders: [[usize; 4]; 6] =
        [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2], [2, 3, 1, 0], [3, 0, 2, 1]];
    let mut ends = Vec::new();
    for (number, order) in orders.into_iter().enumerate() {
        let world = World::new().await;
        let first = Finding { outcome: Outcome::DutyOfAnotherAuthority, ..world.finding() };
        let second = Finding { revision: 2, died: true, ..first.clone() };
        let news = [
            world.heard(&first),
            world.heard(&second),
            world.withdrawal(first.reference, 3),
            world.declined(first.reference, 2),
        ];
        let ordered: Vec<_> = order.into_iter().map(|place| news[place].clone()).collect();
        for batch in ordered.chunks(number % 3 + 1) {
            world.take_up(batch, 1).await;
        }
        let held = world.held(first.reference).await;
        let numbers: Vec<(u32, bool)> =
            held.revisions.iter().map(|line| (line.revision, line.withdraws)).collect();
        ends.push((held.case, held.told, held.assessed, numbers));
    }
    for end in &ends {
        assert_eq!(end, &ends[0]);
    }
    assert!(ends[0].0.entry.withdrawn);
}

#[tokio::test]
async fn a_finding_that_is_heard_after_its_withdrawal_is_late_in_the_lineage_in_either_order() {
    let world = World::new().await;
    let finding = world.finding();
    world.take_up(&[world.withdrawal(finding.reference, 2)], 1).await;
    world.take_up(&[world.heard(&finding)], 2).await;
    let held = world.held(finding.reference).await;
    let lines: Vec<(u32, bool, Lane)> =
        held.revisions.iter().map(|line| (line.revision, line.came_late, line.lane)).collect();
    assert_eq!(lines, [(1, true, Lane::Decision), (2, false, Lane::Information)]);
    assert!(held.case.entry.withdrawn);
}

#[tokio::test]
async fn a_withdrawal_moves_the_case_to_information_and_is_told() {
    let world = World::new().await;
    let finding = Finding { died: true, ..world.finding() };
    world.take_up(&[world.heard(&finding)], 1).await;
    world.take_up(&[world.withdrawal(finding.reference, 2)], 5).await;
    let held = world.held(finding.reference).await;
    assert_eq!((held.case.entry.lane, held.case.entry.withdrawn), (Lane::Information, true));
    assert_eq!(held.case.reasons[0].code, "NOTIFICATION_WITHDRAWN");
    assert!(held.case.entry.clocks.iter().all(|clock| clock.due_on.is_none()));
    assert!(held.revisions[1].withdraws && !held.revisions[1].came_late);
    assert_eq!(references(&world.list(None, 10, false, 6).await), []);
    assert!(world.queued_told().await.pop().and_then(|told| told.entry).expect("an entry").withdrawn);
    assert_eq!(world.notices_to_dfe().await, [(1, false), (2, true)]);

    world.take_up(&[world.heard(&Finding { revision: 3, ..finding.clone() })], 7).await;
    let back = world.held(finding.reference).await;
    assert_eq!((back.case.entry.lane, back.case.entry.withdrawn), (Lane::Decision, false));
    assert_eq!(world.notices_to_dfe().await, [(1, false), (2, true), (3, false)]);
}

#[tokio::test]
async fn a_withdrawal_that_comes_before_its_case_is_kept_and_applied() {
    let world = World::new().await;
    let finding = world.finding();
    world.take_up(&[world.withdrawal(finding.reference, 2)], 1).await;
    assert!(world.store.find(finding.reference, &secretariat()).await.expect("reads").case().is_none());
    assert_eq!(world.queued_told().await, []);
    world.take_up(&[world.heard(&finding)], 2).await;
    let held = world.held(finding.reference).await;
    assert_eq!((held.case.entry.lane, held.case.entry.withdrawn), (Lane::Information, true));
    assert_eq!(held.case.entry.revision, 2);
    let lineage: Vec<_> =
        held.revisions.iter().map(|line| (line.revision, line.outcome, line.withdraws)).collect();
    let found = Some(Outcome::DutyInArea);
    assert_eq!(lineage, [(1, found, false), (2, found, true)]);
    assert_eq!(world.queued_told().await.len(), 1);
    assert_eq!(world.notices_to_dfe().await, [], "nobody had been told");
}

#[tokio::test]
async fn a_declined_hand_over_brings_the_case_before_a_person_whenever_it_comes() {
    for declined_first in [false, true] {
        let world = World::new().await;
        let held = Finding { outcome: Outcome::DutyOfAnotherAuthority, ..world.finding() };
        let mut news = vec![world.heard(&held), world.declined(held.reference, 1)];
        if declined_first {
            news.reverse();
        }
        for heard in news {
            world.take_up(&[heard], 1).await;
        }
        let case = world.held(held.reference).await.case;
        assert_eq!((case.entry.lane, case.reasons[0].code.as_str()), (Lane::Decision, "HAND_OVER_DECLINED"));
        let told = world.queued_told().await.pop().and_then(|told| told.entry).expect("an entry");
        assert_eq!(told.lane, i32::from(contract::Lane::Decision));
    }
}

#[tokio::test]
async fn a_case_amended_while_leased_or_acknowledged_waits_again_and_its_old_lease_is_void() {
    let world = World::new().await;
    let findings = [world.finding(), world.finding()];
    for finding in &findings {
        world.take_up(&[world.heard(finding)], 1).await;
    }
    let (leased, acknowledged) = (world.lease(300), world.lease(300));
    let first = world.take(&leased, 10).await.expect("waits").entry.reference;
    let second = world.take(&acknowledged, 10).await.expect("waits").entry.reference;
    world.acknowledge(second, &acknowledged, 11).await.expect("counts");
    let amended: Vec<_> =
        findings.iter().map(|finding| world.heard(&Finding { revision: 2, ..finding.clone() })).collect();
    world.take_up(&amended, 12).await;
    assert_eq!(world.list(None, 10, false, 13).await.waiting, 2);
    for (reference, lease) in [(first, &leased), (second, &acknowledged)] {
        let refused = world.acknowledge(reference, lease, 13).await;
        assert_eq!(refused, Err(LeaseRefused::CaseAmended { revision: 2, at: at(12) }));
    }
    let anew = world.lease(900);
    let taken = world.take(&anew, 14).await.expect("waits again").entry.reference;
    let old = if taken == first { &leased } else { &acknowledged };
    let refused = world.acknowledge(taken, old, 15).await;
    assert_eq!(
        refused,
        Err(LeaseRefused::CaseAmended { revision: 2, at: at(12) }),
        "also once it is taken again"
    );
    assert!(matches!(world.acknowledge(taken, &anew, 16).await, Ok(Acknowledged::Now(_))));
}

#[tokio::test]
async fn whether_the_rapid_review_is_overdue_is_judged_on_the_day_a_revision_is_taken_up() {
    let world = World::new().await;
    let finding = world.finding();
    world.take_up(&[world.heard(&finding)], 1).await;
    assert_eq!(world.held(finding.reference).await.case.reasons[1].code, "IN_ITS_TURN");
    let mut amended = world.heard(&Finding { revision: 2, ..finding.clone() });
    amended.effect.taken_up_on = date(2026, 4, 30);
    world.take_up(&[amended], 2).await;
    assert_eq!(world.held(finding.reference).await.case.reasons[1].code, "RAPID_REVIEW_OVERDUE");
    // News that has no effect leaves that day as it is.
    world.take_up(&[world.declined(finding.reference, 1)], 3).await;
    assert_eq!(world.held(finding.reference).await.case.reasons[1].code, "RAPID_REVIEW_OVERDUE");
}
