//! What becomes of the log when a notification is erased: nothing of it can be read but that it is erased, whatever came
//! before, with or after the erasure, and every checkpoint stays true.

use contracts::intake::v1::NotificationErased;
use contracts::notification::v1::{Erasure, ErasureReason};
use contracts::time::to_wire;
use delivery::{Envelope, Keeper as _, Subscriber};
use identity::Caller;
use prost::Message;
use tlog_tiles::{Hash, check_record, check_tree, prove_record, prove_tree};

use super::world::World;
use crate::reference_tree;
use crate::teller::{Teller, auditor, noon};

/// Intake's word that a notification is erased.
fn erasure(teller: &Teller, reference: &str) -> Envelope {
    let erasure = Erasure {
        erased_at: Some(to_wire(noon())),
        reason: ErasureReason::RetentionEnded.into(),
        erased_by: "lapwing://service/intake".into(),
    };
    let event = NotificationErased { reference: reference.to_owned(), erasure: Some(erasure) };
    teller.event("notification.erased.v1", reference, event.encode_to_vec())
}

fn about(teller: &Teller, reference: &str) -> Envelope {
    teller.event("case.queued.v1", reference, b"coded facts of a child".to_vec())
}

/// Kind and place of everything that can be read of a notification.
async fn read(world: &World, reference: &str) -> Vec<(String, u64)> {
    let entries = world.timeline(&auditor(), reference).await.expect("a timeline");
    entries.into_iter().map(|entry| (entry.event_type, entry.position)).collect()
}

/// The log states the root over so many leaves, as a tree that shares nothing with it computes it.
async fn holds(world: &World, size: u64) {
    let hashes = world.hashes().await;
    let leaves: Vec<[u8; 32]> = (0..size).map(|record| hashes.leaf(record)).collect();
    assert_eq!(world.size_and_root().await, (size, hex::encode(reference_tree::root(&leaves))));
}

#[tokio::test]
async fn an_erased_notification_is_gone_but_for_its_erasure_and_every_checkpoint_stays_true() {
    let world = World::new().await;
    let teller = Teller::new(7);
    let (erased, kept) = (teller.reference().to_string(), teller.reference().to_string());
    let events = [about(&teller, &erased), about(&teller, &kept), about(&teller, &erased)];
    world.hear(&events).await.expect("heard");
    let before = world.checkpoint().await.expect("a checkpoint");
    let kept_before = world.timeline(&auditor(), &kept).await.expect("a timeline");
    let leaves = world.leaves_made_anew().await;

    world.hear(&[erasure(&teller, &erased)]).await.expect("heard");
    assert_eq!(read(&world, &erased).await, [("notification.erased.v1".to_owned(), 3)]);
    let words = &world.timeline(&Caller::authority("373"), &erased).await.expect("its own")[0].words;
    assert!(words.starts_with("erased by lapwing://service/intake: by the policy of retention"), "{words}");
    assert_eq!(world.timeline(&auditor(), &kept).await.expect("a timeline"), kept_before);

    // The first three leaves are those of before, and the log that had only them is a part of the one of now.
    let hashes = world.hashes().await;
    assert_eq!((0..3).map(|record| hashes.leaf(record)).collect::<Vec<_>>(), leaves);
    assert_eq!(hex::encode(reference_tree::root(&leaves)), before.root_hash);
    holds(&world, 4).await;
    let after = world.checkpoint().await.expect("a checkpoint");
    let root = |text: &str| Hash(hex::decode(text).expect("hexadecimal").try_into().expect("a hash"));
    let (older, newer) = (root(&before.root_hash), root(&after.root_hash));
    let proof = prove_tree(after.size, before.size, &hashes).expect("a proof");
    check_tree(&proof, after.size, newer, before.size, older).expect("the old checkpoint is of the same log");
    let proof = prove_record(after.size, 0, &hashes).expect("a proof");
    check_record(&proof, after.size, newer, 0, Hash(leaves[0])).expect("what is erased is in the log still");
    notary::verify(&before.signed_note, &world.audit.checkpoint_key).expect("verifies");
}

#[tokio::test]
async fn the_order_of_events_does_not_matter_to_what_can_be_read() {
    let teller = Teller::new(41);
    let (erased, kept) = (teller.reference().to_string(), teller.reference().to_string());
    let event = erasure(&teller, &erased);
    for place in 0..=4 {
        for together in [true, false] {
            let world = World::new().await;
            let mut events: Vec<Envelope> = (0..4).map(|_| about(&teller, &erased)).collect();
            events.insert(place, event.clone());
            events.push(about(&teller, &kept));
            let batches = if together { events.len() } else { 1 };
            for batch in events.chunks(batches) {
                world.hear(batch).await.expect("heard");
            }
            let told = (place, together);
            assert_eq!(read(&world, &erased).await, [(event.kind.clone(), place as u64)], "{told:?}");
            assert_eq!(read(&world, &kept).await, [("case.queued.v1".to_owned(), 5)], "{told:?}");
            assert_eq!((world.count("entry").await, world.count("salt").await), (2, 2), "{told:?}");
            holds(&world, 6).await;
        }
    }
}

#[tokio::test]
async fn what_can_be_read_of_an_erased_notification_verifies_with_its_new_salt() {
    let world = World::new().await;
    let teller = Teller::new(42);
    let reference = teller.reference().to_string();
    world.hear(&[erasure(&teller, &reference)]).await.expect("heard");
    assert_eq!(world.leaves_made_anew().await, [world.hashes().await.leaf(0)]);
}

#[tokio::test]
async fn what_comes_after_the_erasure_is_a_leaf_alone_and_a_second_delivery_has_no_effect() {
    let world = World::new().await;
    let teller = Teller::new(43);
    let reference = teller.reference().to_string();
    let events = [about(&teller, &reference), erasure(&teller, &reference), about(&teller, &reference)];
    world.hear(&events).await.expect("heard");
    let late = [about(&teller, &reference), teller.event("review.commissioned.v7", &reference, vec![7])];
    world.hear(&late).await.expect("heard");
    let once = world.size_and_root().await;
    assert_eq!(once.0, 5);
    world.hear(&late).await.expect("heard again");
    world.hear(&events).await.expect("heard again");
    assert_eq!(world.size_and_root().await, once);
    assert_eq!(read(&world, &reference).await, [("notification.erased.v1".to_owned(), 1)]);
}

#[tokio::test]
async fn a_second_erasure_is_on_record_beside_the_first() {
    let world = World::new().await;
    let teller = Teller::new(44);
    let reference = teller.reference().to_string();
    world.hear(&[about(&teller, &reference), erasure(&teller, &reference)]).await.expect("heard");
    world.hear(&[erasure(&teller, &reference)]).await.expect("heard");
    let erased = "notification.erased.v1".to_owned();
    assert_eq!(read(&world, &reference).await, [(erased.clone(), 1), (erased, 2)]);
    holds(&world, 3).await;
}

#[tokio::test]
async fn what_was_put_aside_of_an_erased_notification_becomes_a_leaf() {
    let world = World::new().await;
    let teller = Teller::new(45);
    let (reference, other) = (teller.reference().to_string(), teller.reference().to_string());
    let (aside, kept) = (about(&teller, &reference), about(&teller, &other));
    let queue = world.audit.events.queue();
    for event in [&aside, &kept] {
        world.audit.post_room.park(queue, event, "it made the handler panic").await.expect("parked");
    }
    world.hear(&[erasure(&teller, &reference)]).await.expect("heard");
    assert_eq!(world.audit.post_room.parked().await.expect("counts"), 1, "the other's stays");
    assert_eq!(read(&world, &reference).await, [("notification.erased.v1".to_owned(), 0)]);
    holds(&world, 2).await;
    world.hear(&[aside]).await.expect("heard again");
    holds(&world, 2).await;
}

#[tokio::test]
async fn the_log_goes_on_after_an_erasure_and_a_restart() {
    let world = World::new().await;
    let teller = Teller::new(46);
    let (reference, other) = (teller.reference().to_string(), teller.reference().to_string());
    world.hear(&[about(&teller, &reference), erasure(&teller, &reference)]).await.expect("heard");
    let world = world.restarted().await;
    world.hear(&[about(&teller, &reference), about(&teller, &other)]).await.expect("heard");
    assert_eq!(read(&world, &reference).await, [("notification.erased.v1".to_owned(), 1)]);
    assert_eq!(read(&world, &other).await, [("case.queued.v1".to_owned(), 3)]);
    holds(&world, 4).await;
}
