//! Taking, acknowledging, and what is there after a restart.

use ids::{LeaseId, Reference};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::sync::Arc;
use triage::domain::finding::Outcome;
use triage::domain::lane::Lane;
use triage::domain::standing::{Acknowledged, Lease, LeaseRefused, Standing};
use triage::store::Store;

use super::world::{World, at, references, secretariat};

#[tokio::test]
async fn two_takers_at_once_never_get_the_same_case() {
    let world = World::new().await;
    world.opened(Outcome::DutyInArea, 0..40).await;
    let other = world.another().await;
    let stores: Vec<Arc<dyn Store>> = vec![Arc::new(world.store.clone()), Arc::new(other)];
    let takers = (0..8).map(|number| {
        let (store, ambient) = (stores[number % 2].clone(), world.ambient.clone());
        tokio::spawn(async move {
            let mut taken = Vec::new();
            loop {
                let lease = Lease { id: LeaseId::mint(&ambient), by: "x".into(), until: at(1000) };
                match store.take_next(Lane::Decision, lease, at(50)).await.expect("answers") {
                    Some(case) => taken.push(case.entry.reference),
                    None => return taken,
                }
            }
        })
    });
    let taken: Vec<Reference> =
        futures::future::join_all(takers).await.into_iter().flat_map(|taken| taken.expect("ends")).collect();
    assert_eq!(taken.len(), 40);
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>().len(), 40);
}

#[tokio::test]
async fn a_case_whose_lease_has_run_out_waits_again_and_not_a_microsecond_before() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    let first = world.lease(300);
    let taken = world.take(&first, 10).await.expect("waits");
    assert_eq!(taken.standing, Standing::Leased(first));
    assert_eq!(taken.entry, world.held(case).await.case.entry);
    let before = at(300) - SignedDuration::from_micros(1);
    let refused = world.store.take_next(Lane::Decision, world.lease(900), before).await.expect("answers");
    assert_eq!(refused, None);
    assert_eq!(
        (world.list(None, 10, false, 299).await.waiting, world.list(None, 10, false, 300).await.waiting),
        (0, 1)
    );
    let again = world.take(&world.lease(900), 300).await.expect("waits again");
    assert_eq!(again.entry.reference, case);
}

#[tokio::test]
async fn nothing_is_taken_from_an_empty_lane_or_from_the_other() {
    let world = World::new().await;
    assert_eq!(world.take(&world.lease(300), 1).await, None);
    world.opened(Outcome::Outside, [1]).await;
    assert_eq!(world.take(&world.lease(300), 2).await, None);
    let information =
        world.store.take_next(Lane::Information, world.lease(300), at(2)).await.expect("answers");
    assert!(information.is_some());
}

#[tokio::test]
async fn acknowledging_twice_answers_the_same_and_tells_once() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    let lease = world.lease(300);
    world.take(&lease, 10).await.expect("waits");
    let first = world.acknowledge(case, &lease, 20).await.expect("counts");
    let Acknowledged::Now(given) = first else { panic!("{first:?}") };
    assert_eq!((given.at, given.by.as_str()), (at(20), "lapwing://panel/ada"));
    assert_eq!(world.acknowledge(case, &lease, 400).await, Ok(Acknowledged::Before(given)));
    assert_eq!(world.kinds_told().await, ["case.queued.v1", "case.acknowledged.v1"]);
}

#[tokio::test]
async fn an_acknowledged_case_is_gone_from_the_queue_and_still_in_the_record() {
    let world = World::new().await;
    let cases = world.opened(Outcome::DutyInArea, [1, 2]).await;
    let lease = world.lease(300);
    world.take(&lease, 10).await.expect("waits");
    world.acknowledge(cases[0], &lease, 20).await.expect("counts");
    assert_eq!(references(&world.list(None, 10, false, 30).await), [cases[1]]);
    let whole = world.list(None, 10, true, 30).await;
    assert_eq!((references(&whole).len(), whole.waiting), (2, 1));
    let Standing::Acknowledged(given) = &whole.cases[0].standing else {
        panic!("{:?}", whole.cases[0].standing)
    };
    assert_eq!(given.at, at(20));
    // Long after the lease has run out, it is not taken again.
    assert_eq!(world.take(&world.lease(9000), 5000).await.map(|case| case.entry.reference), Some(cases[1]));
    assert_eq!(world.take(&world.lease(9000), 5000).await, None);
}

#[tokio::test]
async fn a_lease_that_ran_out_acknowledges_until_somebody_else_takes_the_case() {
    let world = World::new().await;
    let cases = world.opened(Outcome::DutyInArea, [1, 2]).await;
    let (idle, lost) = (world.lease(300), world.lease(300));
    world.take(&idle, 10).await.expect("waits");
    world.take(&lost, 10).await.expect("waits");
    assert!(matches!(world.acknowledge(cases[0], &idle, 301).await, Ok(Acknowledged::Now(_))));
    world.take(&world.lease(900), 302).await.expect("waits again");
    let refused = world.acknowledge(cases[1], &lost, 303).await;
    assert_eq!(refused, Err(LeaseRefused::TakenBySomebodyElse { until: at(900) }));
    assert_eq!(world.kinds_told().await.iter().filter(|kind| *kind == "case.acknowledged.v1").count(), 1);
}

#[tokio::test]
async fn a_case_that_nobody_took_is_not_acknowledged() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    assert_eq!(world.acknowledge(case, &world.lease(300), 2).await, Err(LeaseRefused::NotTaken));
    assert_eq!(world.kinds_told().await, ["case.queued.v1"]);
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    let lease = world.lease(300);
    world.take(&lease, 10).await.expect("waits");
    world.database.close().await;
    let store = world.another().await;
    let held = store.find(case, &secretariat()).await.expect("reads").case().expect("is there");
    assert_eq!(held.standing, Standing::Leased(lease));
}
