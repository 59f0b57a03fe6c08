//! What the store keeps: each event once, in one order, with hashes that hold whatever is erased beside them.

use delivery::{Envelope, HandlingError, Keeper as _, Subscriber};
use tonic::Code;
use tonic_types::StatusExt;

use super::dialect::LET_HASHES_BE_TAKEN_AWAY;
use super::world::World;
use crate::reference_tree;
use crate::teller::{Teller, hear};

#[tokio::test]
async fn a_second_delivery_has_no_effect() {
    let world = World::new().await;
    let events = Teller::new(2).events(20);
    world.hear(&events).await.expect("heard");
    let once = world.size_and_root().await;
    assert_eq!(once.0, 20);
    world.hear(&events).await.expect("heard again");
    world.hear(&events[5..9]).await.expect("heard in part");
    assert_eq!(world.size_and_root().await, once);
}

#[tokio::test]
async fn an_event_that_is_in_one_batch_twice_is_recorded_once() {
    let world = World::new().await;
    let events = Teller::new(2).events(3);
    let twice = [&events[..], &events[..]].concat();
    world.hear(&twice).await.expect("heard");
    assert_eq!(world.size_and_root().await.0, 3);
    assert_eq!(world.leaves_made_anew().await.len(), 3);
}

#[tokio::test]
async fn the_root_does_not_depend_on_how_the_events_were_batched() {
    for seed in 0..6 {
        let teller = Teller::new(seed);
        let events = teller.events(60);
        let whole = World::drawn_from(seed).await;
        whole.hear(&events).await.expect("heard");
        let split = World::drawn_from(seed).await;
        for batch in split_anyhow(&teller, &events) {
            split.hear(batch).await.expect("heard");
        }
        assert_eq!(split.size_and_root().await, whole.size_and_root().await, "seed {seed}");
        let otherwise_salted = World::drawn_from(seed + 100).await;
        otherwise_salted.hear(&events).await.expect("heard");
        assert_ne!(otherwise_salted.size_and_root().await.1, whole.size_and_root().await.1, "seed {seed}");
    }
}

fn split_anyhow<'a>(teller: &Teller, mut events: &'a [Envelope]) -> Vec<&'a [Envelope]> {
    let mut batches = Vec::new();
    while !events.is_empty() {
        let (batch, rest) = events.split_at(1 + teller.below(events.len().min(17)));
        batches.push(batch);
        events = rest;
    }
    batches
}

#[tokio::test]
async fn a_batch_larger_than_a_statement_is_recorded_whole() {
    let world = World::new().await;
    world.hear(&Teller::new(3).events(1201)).await.expect("heard");
    let leaves = world.leaves_made_anew().await;
    assert_eq!(world.size_and_root().await, (1201, hex::encode(reference_tree::root(&leaves))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_who_tell_at_once_leave_no_gap_and_no_fork() {
    let world = World::new().await;
    let events = Teller::new(4).events(200);
    let tellers = events.chunks(25).map(|share| {
        let (subscriber, share) = (world.audit.events.clone(), share.to_vec());
        tokio::spawn(async move {
            for batch in share.chunks(5) {
                hear(subscriber.as_ref(), batch).await.expect("heard");
            }
        })
    });
    let tellers: Vec<_> = tellers.collect();
    for teller in tellers {
        teller.await.expect("told all");
    }
    // Places are dense, or making the leaves anew would fail.
    let leaves = world.leaves_made_anew().await;
    assert_eq!(world.size_and_root().await, (200, hex::encode(reference_tree::root(&leaves))));
}

#[tokio::test]
async fn somebody_with_the_store_alone_can_verify_the_checkpoint() {
    let world = World::new().await;
    world.hear(&Teller::new(5).events(37)).await.expect("heard");
    let checkpoint = world.checkpoint().await.expect("a checkpoint");

    let public_key =
        std::fs::read_to_string(world.folder().join("audit-checkpoints.key.pub")).expect("a public key");
    assert_eq!(public_key.trim(), world.audit.checkpoint_key);
    let text = notary::verify(&checkpoint.signed_note, &public_key).expect("verifies");
    let stated = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).expect("a checkpoint");
    assert_eq!((stated.origin(), stated.size()), (world.config.origin.as_str(), 37));
    assert_eq!(stated.hash().0, reference_tree::root(&world.leaves_made_anew().await));
    assert_eq!(hex::encode(stated.hash().0), checkpoint.root_hash);
}

#[tokio::test]
async fn the_log_goes_on_where_it_was_when_the_process_ended() {
    let events = Teller::new(6).events(30);
    let world = World::new().await;
    world.hear(&events[..13]).await.expect("heard");
    let before = world.checkpoint().await.expect("a checkpoint");
    let world = world.restarted().await;
    assert_eq!(world.checkpoint().await.expect("a checkpoint"), before);
    world.hear(&events[10..]).await.expect("heard");
    let leaves = world.leaves_made_anew().await;
    assert_eq!(world.size_and_root().await, (30, hex::encode(reference_tree::root(&leaves))));
}

#[tokio::test]
async fn each_notification_has_one_salt_and_no_two_share_one() {
    let world = World::new().await;
    let teller = Teller::new(13);
    let (one, other) = (teller.reference().to_string(), teller.reference().to_string());
    let about = |reference: &str| teller.event("case.queued.v1", reference, vec![]);
    world.hear(&[about(&one), about(&other), about(&one)]).await.expect("heard");
    world.hear(&[about(&one)]).await.expect("heard");
    let store = world.store().await;
    let query = sqlx::query_as("SELECT count(*), count(DISTINCT salt) FROM salt");
    let counts: (i64, i64) = query.fetch_one(store.readers()).await.expect("counts");
    assert_eq!(counts, (2, 2));
}

#[tokio::test]
async fn the_tables_themselves_refuse_to_be_altered() {
    let world = World::new().await;
    world.hear(&Teller::new(8).events(4)).await.expect("heard");
    let forbidden = [
        "UPDATE hash SET hash = (SELECT hash FROM hash WHERE position = 0)",
        "DELETE FROM hash",
        "UPDATE entry SET payload = (SELECT hash FROM hash WHERE position = 0)",
        "UPDATE salt SET salt = (SELECT hash FROM hash WHERE position = 0)",
    ];
    for statement in forbidden {
        let error = world.tamper(statement).await.expect_err(statement);
        assert!(error.to_string().contains("never"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn a_log_that_somebody_has_cut_is_neither_continued_nor_stated() {
    let world = World::new().await;
    let events = Teller::new(9).events(8);
    world.hear(&events[..7]).await.expect("heard");
    world.tamper(LET_HASHES_BE_TAKEN_AWAY).await.expect("drops");
    // The subtree over the first four records: no entry points at it.
    assert_eq!(world.tamper("DELETE FROM hash WHERE position = 6").await.expect("deletes"), 1);

    let refused = world.hear(&events[7..]).await.expect_err("refused");
    assert!(matches!(refused, HandlingError::Refused(_)), "{refused}");
    let status = world.checkpoint().await.expect_err("not stated");
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.get_error_details().error_info().expect("a reason").reason, "STORE_DAMAGED");
    assert!(status.get_error_details().retry_info().is_none(), "asking again does not help");
    assert_eq!(world.leaves_made_anew().await.len(), 7);
}

#[tokio::test]
async fn what_is_not_known_yet_is_recorded_like_anything_else() {
    let world = World::new().await;
    let teller = Teller::new(10);
    assert!(world.audit.events.hears("review.commissioned.v7"));
    let unknown = teller.event("review.commissioned.v7", "a subject of another form", vec![0xff; 9]);
    let empty = teller.event("", "", vec![]);
    world.hear(&[unknown, empty]).await.expect("heard");
    let leaves = world.leaves_made_anew().await;
    assert_eq!(world.size_and_root().await, (2, hex::encode(reference_tree::root(&leaves))));
}

#[tokio::test]
async fn a_parked_event_is_counted_and_stays_out_of_the_log() {
    let world = World::new().await;
    let event = Teller::new(11).events(1).remove(0);
    let queue = world.audit.events.queue();
    world.audit.post_room.park(queue, &event, "it made the handler panic").await.expect("parked");
    assert_eq!(world.audit.post_room.parked().await.expect("counts"), 1);
    world.hear(&[event]).await.expect("heard");
    assert_eq!(world.size_and_root().await.0, 0);
}

#[tokio::test]
async fn a_store_that_is_closed_is_unavailable_and_the_same_may_be_asked_again() {
    let world = World::new().await;
    world.audit.close().await;
    let error = world.hear(&Teller::new(12).events(1)).await.expect_err("unavailable");
    assert!(matches!(error, HandlingError::Unavailable(_)), "{error}");
    let status = world.checkpoint().await.expect_err("unavailable");
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_error_details().retry_info().is_some(), "asking again helps");
}
