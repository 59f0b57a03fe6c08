//! What the store keeps: each finding once and as it was told, and a batch as a whole or not at all.

use contracts::notification::v1::{Assessment, Outcome};
use delivery::{Delivered, HandlingError, Heard, Keeper as _, Subscriber};
use eligibility::store::{Finding, Store};
use ids::EventId;
use storage::StoreError;

use super::dialect::SqlStore;
use super::world::World;
use crate::teller::delivered;

#[tokio::test]
async fn a_finding_is_kept_as_it_was_told_and_stays_when_the_process_ends() {
    let world = World::new().await;
    world.hear(&[world.teller.received(), world.teller.amended(2)]).await.expect("heard");
    let world = world.restarted().await;
    let told = world.told_events().await.into_iter().map(|event| {
        let (notification, assessment) = event.notification.zip(event.assessment).expect("it holds both");
        (notification.revision, assessment)
    });
    let told: Vec<(u32, Assessment)> = told.collect();
    assert_eq!(told.len(), 2);
    assert_eq!(world.kept().await, told);
}

#[tokio::test]
async fn a_batch_larger_than_a_statement_is_recorded_whole() {
    let world = World::new().await;
    let batch: Vec<Delivered> = (2..1203).map(|revision| world.teller.amended(revision)).collect();
    world.hear(&batch).await.expect("heard");
    assert_eq!(world.told().await, (2..1203).collect::<Vec<u32>>());
    assert_eq!((world.kept().await.len(), world.heard().await), (1201, 1201));
}

fn heard(world: &World, revision: u32, outcome: Outcome) -> Heard<Finding> {
    let assessment = Assessment { outcome: outcome.into(), ..Assessment::default() };
    Heard {
        event: EventId::mint(&world.teller.ambient),
        effect: Finding { reference: world.teller.reference, revision, assessment },
        outgoing: vec![world.teller.amended(revision).envelope],
    }
}

#[tokio::test]
async fn a_batch_with_something_that_may_not_be_kept_has_no_effect_at_all() {
    let world = World::new().await;
    let store = SqlStore::new(world.store().await);
    let now = world.teller.ambient.now();
    let good = || heard(&world, 1, Outcome::NeedsJudgement);
    for bad in [heard(&world, 2, Outcome::Unspecified), heard(&world, 0, Outcome::NeedsJudgement)] {
        let error = store.record(&[good(), bad], now).await.expect_err("refused");
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    }
    assert_eq!((world.heard().await, world.kept().await.len()), (0, 0));
    assert_eq!(world.eligibility.post_room.outbox.waiting().await.expect("counts"), 0);
    store.record(&[good()], now).await.expect("recorded alone");
    assert_eq!((world.heard().await, world.kept().await.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_who_tell_the_same_at_once_have_each_revision_found_for_once() {
    let world = World::new().await;
    let events: Vec<_> = (2..62).map(|revision| world.teller.amended(revision).envelope).collect();
    let tellers = [4, 7, 9, 60].map(|batch| {
        let (subscriber, events) = (world.eligibility.notifications.clone(), events.clone());
        tokio::spawn(async move {
            for some in events.chunks(batch) {
                let some: Vec<Delivered> = some.iter().map(delivered).collect();
                subscriber.handle(&some).await.expect("heard");
            }
        })
    });
    for teller in tellers {
        teller.await.expect("told all");
    }
    let mut told = world.told().await;
    told.sort_unstable();
    assert_eq!(told, (2..62).collect::<Vec<u32>>());
    assert_eq!((world.kept().await.len(), world.heard().await), (60, 60));
}

#[tokio::test]
async fn a_parked_event_is_counted_and_has_no_effect() {
    let world = World::new().await;
    let event = world.teller.received();
    let (room, queue) = (&world.eligibility.post_room, world.eligibility.notifications.queue());
    room.park(queue, &event.envelope, "it made the handler panic").await.expect("parked");
    room.park(queue, &event.envelope, "it did so again").await.expect("parked already");
    assert_eq!(world.eligibility.post_room.parked().await.expect("counts"), 1);
    world.hear(&[event]).await.expect("heard");
    assert_eq!((world.told().await.len(), world.kept().await.len()), (0, 0));
}

#[tokio::test]
async fn a_store_that_is_closed_is_unavailable() {
    let world = World::new().await;
    world.eligibility.close().await;
    let error = world.hear(&[world.teller.received()]).await.expect_err("unavailable");
    assert!(matches!(error, HandlingError::Unavailable(_)), "{error}");
}
