//! First revisions: held with their events, once for each key, for their own authority.

use intake::store::{Candidate, Holding, Key, Store};

use crate::room::{NEW, notification, room};

#[tokio::test]
async fn what_is_held_is_held_with_its_event_and_is_there_after_a_restart() {
    let room = room().await;
    let sent = notification("373", "A-1", "");
    let candidate = room.candidate(&sent);
    assert_eq!(room.store.hold(std::slice::from_ref(&candidate)).await.expect("holds"), [NEW]);
    assert_eq!(room.waiting().await, 1);
    room.database.close().await;

    let held = room
        .reopened()
        .await
        .find("373", &Key::Reference(candidate.receipt.reference))
        .await
        .expect("reads")
        .expect("is there");
    assert_eq!(held.notification, sent);
    assert_eq!(held.receipt.receipt, candidate.receipt);
    assert_eq!(held.receipt.signed_note, candidate.signed_note);
}

#[tokio::test]
async fn the_same_submission_answers_with_the_same_receipt_and_tells_nothing_new() {
    let room = room().await;
    let sent = notification("373", "A-1", "");
    let first = room.candidate(&sent);
    room.store.hold(std::slice::from_ref(&first)).await.expect("holds");
    let again = room.store.hold(&[room.candidate(&sent)]).await.expect("holds");
    let Holding::Before { given, .. } = &again[0] else { panic!("{again:?}") };
    assert_eq!(given.receipt, first.receipt);
    assert_eq!(room.waiting().await, 1);
}

#[tokio::test]
async fn the_same_key_with_other_content_is_a_conflict_that_shows_what_is_held() {
    let room = room().await;
    let first = room.candidate(&notification("373", "A-1", ""));
    room.store.hold(std::slice::from_ref(&first)).await.expect("holds");
    let other =
        room.store.hold(&[room.candidate(&notification("373", "A-1", "other"))]).await.expect("answers");
    assert_eq!(
        other,
        [Holding::Other { reference: first.receipt.reference, fingerprint: first.receipt.fingerprint }]
    );
    assert_eq!(room.waiting().await, 1);
}

#[tokio::test]
async fn one_batch_may_hold_the_same_submission_twice_and_its_contradiction() {
    let room = room().await;
    let sent = notification("373", "A-1", "");
    let batch = [
        room.candidate(&sent),
        room.candidate(&sent),
        room.candidate(&notification("373", "A-1", "other")),
        room.candidate(&notification("370", "A-1", "")),
    ];
    let holdings = room.store.hold(&batch).await.expect("holds");
    assert!(
        matches!(holdings.as_slice(), [NEW, Holding::Before { .. }, Holding::Other { .. }, NEW]),
        "{holdings:?}"
    );
    assert_eq!(room.waiting().await, 2);
}

#[tokio::test]
async fn a_reference_that_is_taken_spoils_the_batch_whole_and_leaves_nothing() {
    let room = room().await;
    let first = room.candidate(&notification("373", "A-1", ""));
    room.store.hold(std::slice::from_ref(&first)).await.expect("holds");
    let mut twin = room.candidate(&notification("373", "A-2", ""));
    twin.receipt.reference = first.receipt.reference;
    let batch = [room.candidate(&notification("373", "A-3", "")), twin];
    assert!(room.store.hold(&batch).await.expect_err("refused").is_unique_violation());
    assert!(room.store.find("373", &Key::SenderReference("A-3".into())).await.expect("reads").is_none());
    assert_eq!(room.waiting().await, 1);
}

#[tokio::test]
async fn an_authority_finds_its_own_notifications_alone() {
    let room = room().await;
    let candidate = room.candidate(&notification("373", "A-1", ""));
    let reference = candidate.receipt.reference;
    room.store.hold(&[candidate]).await.expect("holds");
    assert!(room.store.find("373", &Key::SenderReference("A-1".into())).await.expect("reads").is_some());
    assert!(room.store.find("370", &Key::SenderReference("A-1".into())).await.expect("reads").is_none());
    assert!(room.store.find("370", &Key::Reference(reference)).await.expect("reads").is_none());
    assert!(room.store.status("370", reference).await.expect("reads").is_none());
}

#[tokio::test]
async fn a_batch_of_thousands_is_held_whole() {
    let room = room().await;
    let batch: Vec<Candidate> =
        (0..3000).map(|number| room.candidate(&notification("373", &format!("A-{number}"), ""))).collect();
    let holdings = room.store.hold(&batch).await.expect("holds");
    assert!(holdings.iter().all(|holding| *holding == NEW));
    assert_eq!(room.waiting().await, 3000);
}
