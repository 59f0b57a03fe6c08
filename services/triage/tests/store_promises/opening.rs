//! Opening cases, and the order in which a lane lists them.

use delivery::Route;
use ids::Reference;
use std::collections::HashSet;
use triage::domain::finding::Outcome;
use triage::domain::priority::Priority;
use triage::domain::standing::Standing;
use triage::domain::turn::Turn;
use triage::store::{PageOf, Store};

use super::world::{Finding, World, at, references, secretariat};

#[tokio::test]
async fn a_case_is_read_as_it_was_told_of() {
    let world = World::new().await;
    for outcome in Outcome::ALL {
        let finding = Finding { outcome, died: true, home_educated: true, ..world.finding() };
        let heard = world.heard(&finding);
        world.take_up(std::slice::from_ref(&heard), 1).await;
        let held = world.held(finding.reference).await;
        assert_eq!(held.assessed, heard.effect.finding.expect("a finding").event);
        assert_eq!(held.told.assessed, Some(finding.assessed()));
        assert_eq!((held.standing, held.trace), (Standing::Waiting, heard.effect.trace));
        let told = world.queued_told().await.pop().expect("told");
        let entry = told.entry.expect("an entry");
        assert_eq!(entry.clocks.len(), held.case.entry.clocks.len());
        assert_eq!(entry.indicators, ["EDUCATED_OTHERWISE_THAN_AT_SCHOOL"]);
        let codes: Vec<&str> = held.case.reasons.iter().map(|reason| reason.code.as_str()).collect();
        assert_eq!(told.reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>(), codes);
        let viewer = secretariat();
        let listed = world.store.list(
            PageOf { lane: held.case.entry.lane, after: None, at_most: 100, include_acknowledged: false },
            &viewer,
            at(2),
        );
        let listed = listed.await.expect("lists").cases;
        assert!(listed.iter().any(|queued| queued.entry == held.case.entry), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_second_delivery_of_an_event_opens_no_second_case_and_tells_nothing_more() {
    let world = World::new().await;
    let (one, other) = (world.finding(), world.finding());
    let (first, second) = (world.heard(&one), world.heard(&other));
    world.take_up(std::slice::from_ref(&first), 1).await;
    world.take_up(&[first.clone(), second.clone(), second.clone()], 2).await;
    assert_eq!(references(&world.list(None, 10, false, 3).await), [one.reference, other.reference]);
    assert_eq!(world.kinds_told().await, ["case.queued.v1", "case.queued.v1"]);
}

#[tokio::test]
async fn many_cases_are_opened_in_one_batch() {
    let world = World::new().await;
    let heard: Vec<_> = (0..1200).map(|_| world.heard(&world.finding())).collect();
    world.take_up(&heard, 0).await;
    let page = world.list(None, 2000, false, 5000).await;
    assert_eq!(page.waiting, 1200);
    let mut opened: Vec<Reference> = heard.iter().map(|heard| heard.effect.reference).collect();
    opened.sort();
    assert_eq!(references(&page), opened);
    assert!(page.cases.iter().all(|case| case.entry.clocks.len() == 3));
}

#[tokio::test]
async fn a_lane_is_worked_in_the_order_of_turns() {
    let world = World::new().await;
    for (second, died, home_educated) in
        [(1, false, false), (3, false, true), (4, true, false), (2, true, false), (3, false, false)]
    {
        let finding = Finding { died, home_educated, ..world.finding() };
        world.take_up(&[world.heard(&finding)], second).await;
    }
    let page = world.list(None, 10, false, 5).await;
    let shown: Vec<(Priority, usize, i64)> = page
        .cases
        .iter()
        .map(|queued| &queued.entry)
        .map(|entry| (entry.priority, entry.indicators.len(), entry.queued_at.as_second()))
        .collect();
    use Priority::{Standard, Urgent};
    let expected = [(Urgent, 0, 2), (Urgent, 0, 4), (Standard, 1, 3), (Standard, 0, 1), (Standard, 0, 3)];
    assert_eq!(shown, expected);
    let mut turns: Vec<Turn> = page.cases.iter().map(|queued| queued.entry.turn()).collect();
    turns.sort();
    assert_eq!(references(&page), turns.iter().map(|turn| turn.reference).collect::<Vec<_>>());
    let mut taken = Vec::new();
    while let Some(case) = world.take(&world.lease(100), 5).await {
        taken.push(case.entry.reference);
    }
    assert_eq!(taken, references(&page));
}

#[tokio::test]
async fn pages_cover_a_lane_once_whatever_their_size_and_whatever_comes_in() {
    for size in [1, 2, 3, 7, 10, 11] {
        let world = World::new().await;
        // Several in the same second, so that the reference has to decide.
        let opened = world.opened(Outcome::DutyInArea, (0..10).map(|number| number / 4)).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = world.list(after, size, false, 50).await;
            seen.extend(references(&page));
            let urgent = Finding { died: true, ..world.finding() };
            world.take_up(&[world.heard(&urgent)], 40).await;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 10, "pages of {size}");
        let distinct: HashSet<Reference> = seen.into_iter().collect();
        assert_eq!(distinct, opened.into_iter().collect(), "pages of {size}");
    }
}

#[tokio::test]
async fn a_case_that_is_moved_while_pages_are_turned_is_met_again_or_found_by_listing_anew() {
    let world = World::new().await;
    let mut findings = Vec::new();
    for second in 0..4 {
        let finding = Finding { died: second < 2, ..world.finding() };
        world.take_up(&[world.heard(&finding)], second).await;
        findings.push(finding);
    }
    let first = world.list(None, 2, false, 50).await;
    assert_eq!(references(&first), [findings[0].reference, findings[1].reference]);
    // The first was no death after all, and moves back; the last became one, and moves forward past the reader.
    let back = Finding { died: false, revision: 2, ..findings[0].clone() };
    let forward = Finding { died: true, revision: 2, ..findings[3].clone() };
    world.take_up(&[world.heard(&back), world.heard(&forward)], 9).await;
    let second = references(&world.list(first.next, 10, false, 50).await);
    assert!(second.contains(&findings[0].reference) && second.contains(&findings[2].reference));
    let anew: HashSet<Reference> = references(&world.list(None, 10, false, 50).await).into_iter().collect();
    assert_eq!(anew, findings.iter().map(|finding| finding.reference).collect());
}

#[tokio::test]
async fn a_queued_case_goes_to_the_readers_of_its_lane_and_an_urgent_one_may_overtake() {
    let world = World::new().await;
    let urgent = Finding { died: true, ..world.finding() };
    let for_information = Finding { died: true, outcome: Outcome::Outside, ..world.finding() };
    world.take_up(&[world.heard(&urgent)], 1).await;
    world.take_up(&[world.heard(&world.finding()), world.heard(&for_information)], 2).await;
    world.take_up(&[world.withdrawal(urgent.reference, 2)], 3).await;
    let (queued, notices): (Vec<_>, Vec<_>) =
        world.envelopes().await.into_iter().partition(|envelope| envelope.kind == "case.queued.v1");
    let routes: Vec<_> = queued.iter().map(|told| (told.routing_key(), told.route.urgent)).collect();
    let (decision, information) = ("case.queued.v1.decision", "case.queued.v1.information");
    assert_eq!(routes, [(decision, true), (decision, false), (information, false), (information, false)]);
    assert!(queued.iter().all(|told| told.route.queue.is_none()));
    assert!(!notices.is_empty() && notices.iter().all(|told| told.route == Route::default()));
}
