//! First revisions: held with their events, once for each key, for their own authority.

use intake::store::{Candidate, Holding, Key};

use crate::room::{NEW, On, notification};

on_both_stores![
    what_is_held_is_held_with_its_event_and_is_there_after_a_restart,
    the_same_submission_answers_with_the_same_receipt_and_tells_nothing_new,
    the_same_key_with_other_content_is_a_conflict_that_shows_what_is_held,
    one_batch_may_hold_the_same_submission_twice_and_its_contradiction,
    a_reference_that_is_taken_spoils_the_batch_whole_and_leaves_nothing,
    an_authority_finds_its_own_notifications_alone,
    a_batch_of_thousands_is_held_whole,
    a_key_that_nothing_can_be_held_under_finds_nothing,
    looking_up_answers_as_holding_would_and_holds_nothing,
];

async fn what_is_held_is_held_with_its_event_and_is_there_after_a_restart(on: On) {
    let room = on.room().await;
    let sent = notification("373", "A-1", "");
    let candidate = room.candidate(&sent);
    assert_eq!(room.store.hold(std::slice::from_ref(&candidate)).await.expect("holds"), [NEW]);
    assert_eq!(room.waiting().await, 1);
    room.post_room.close().await;

    let held = room
        .reopened()
        .await
        .find("373", &Key::Reference(candidate.receipt.reference))
        .await
        .expect("reads")
        .expect("is there");
    assert_eq!(held.notification.as_ref(), Some(&sent));
    assert_eq!(held.receipt.receipt, candidate.receipt);
    assert_eq!(held.receipt.signed_note, candidate.signed_note);
}

async fn the_same_submission_answers_with_the_same_receipt_and_tells_nothing_new(on: On) {
    let room = on.room().await;
    let sent = notification("373", "A-1", "");
    let first = room.candidate(&sent);
    room.store.hold(std::slice::from_ref(&first)).await.expect("holds");
    let again = room.store.hold(&[room.candidate(&sent)]).await.expect("holds");
    let Holding::Before { given, .. } = &again[0] else { panic!("{again:?}") };
    assert_eq!(given.receipt, first.receipt);
    assert_eq!(room.waiting().await, 1);
}

async fn the_same_key_with_other_content_is_a_conflict_that_shows_what_is_held(on: On) {
    let room = on.room().await;
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

async fn one_batch_may_hold_the_same_submission_twice_and_its_contradiction(on: On) {
    let room = on.room().await;
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

async fn a_reference_that_is_taken_spoils_the_batch_whole_and_leaves_nothing(on: On) {
    let room = on.room().await;
    let first = room.candidate(&notification("373", "A-1", ""));
    room.store.hold(std::slice::from_ref(&first)).await.expect("holds");
    let mut twin = room.candidate(&notification("373", "A-2", ""));
    twin.receipt.reference = first.receipt.reference;
    let batch = [room.candidate(&notification("373", "A-3", "")), twin];
    assert!(room.store.hold(&batch).await.expect_err("refused").is_unique_violation());
    assert!(room.store.find("373", &Key::SenderReference("A-3".into())).await.expect("reads").is_none());
    assert_eq!(room.waiting().await, 1);
}

async fn an_authority_finds_its_own_notifications_alone(on: On) {
    let room = on.room().await;
    let candidate = room.candidate(&notification("373", "A-1", ""));
    let reference = candidate.receipt.reference;
    room.store.hold(&[candidate]).await.expect("holds");
    assert!(room.store.find("373", &Key::SenderReference("A-1".into())).await.expect("reads").is_some());
    assert!(room.store.find("370", &Key::SenderReference("A-1".into())).await.expect("reads").is_none());
    assert!(room.store.find("370", &Key::Reference(reference)).await.expect("reads").is_none());
    assert!(room.store.status("370", reference).await.expect("reads").is_none());
}

async fn a_batch_of_thousands_is_held_whole(on: On) {
    let room = on.room().await;
    let batch: Vec<Candidate> =
        (0..3000).map(|number| room.candidate(&notification("373", &format!("A-{number}"), ""))).collect();
    let holdings = room.store.hold(&batch).await.expect("holds");
    assert!(holdings.iter().all(|holding| *holding == NEW));
    assert_eq!(room.waiting().await, 3000);
}

async fn a_key_that_nothing_can_be_held_under_finds_nothing(on: On) {
    let room = on.room().await;
    room.held().await;
    for (authority, sent) in [("373", "A-1\0"), ("373\0", "A-1"), ("373", "A-\u{fffd}")] {
        let key = Key::SenderReference(sent.into());
        assert!(room.store.find(authority, &key).await.expect("reads").is_none(), "{key:?}");
        assert!(room.store.standing(authority, &key, 1).await.expect("reads").is_none(), "{key:?}");
    }
}

async fn looking_up_answers_as_holding_would_and_holds_nothing(on: On) {
    let room = on.room().await;
    let first = room.candidate(&notification("373", "A-1", ""));
    room.hold(&first).await;
    let reference = first.receipt.reference;
    let nowhere = room.candidate(&notification("373", "A-9", "")).receipt.reference;
    let batch = [
        room.candidate(&notification("373", "A-1", "")),
        room.candidate(&notification("373", "A-1", "other")),
        room.candidate(&notification("373", "A-2", "")),
        // The same again: what is only looked up was never held for the one after it.
        room.candidate(&notification("373", "A-2", "")),
        room.amendment(reference, 2, &notification("373", "A-1", "second")),
        room.amendment(nowhere, 2, &notification("373", "A-9", "")),
    ];
    let holdings = room.store.look_up(&batch).await.expect("reads");
    assert!(
        matches!(
            holdings.as_slice(),
            [
                Holding::Before { given, newest: 1 },
                Holding::Other { .. },
                NEW,
                NEW,
                Holding::New { follows: 1 },
                Holding::NotFound
            ] if given.receipt == first.receipt
        ),
        "{holdings:?}"
    );
    assert_eq!(room.waiting().await, 1);
    assert_eq!(room.store.hold(&batch[2..3]).await.expect("holds"), [NEW]);
}
