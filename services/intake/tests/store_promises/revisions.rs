//! Later revisions: each held, none overwritten, the highest counts.

use contracts::intake::v1::NotificationAmended;
use contracts::notification::v1::{RevisionKind, Stage};
use intake::store::{Candidate, Holding, Key};
use prost::Message;

use crate::room::{NEW, On, Room, notification};

on_both_stores![
    the_same_revision_answers_with_the_same_receipt_and_tells_nothing_new,
    the_same_revision_with_other_content_is_a_conflict_that_shows_what_is_held,
    a_revision_that_comes_late_after_a_gap_is_held_told_and_never_counts,
    one_batch_may_hold_revisions_in_any_order_twice_and_in_contradiction,
    nobody_amends_what_is_not_there_or_not_theirs,
    a_withdrawal_leaves_the_content_and_a_later_revision_brings_it_back,
    a_withdrawal_that_comes_late_withdraws_nothing,
    the_words_of_a_withdrawal_may_have_any_character,
    of_two_that_send_one_number_at_the_same_time_one_is_held_and_the_other_is_told,
    one_slip_of_a_number_does_not_lock_a_notification_for_ever,
];

async fn lineage(room: &Room, reference: ids::Reference) -> Vec<(u32, RevisionKind, u32)> {
    let status = room.status("373", reference).await;
    status.revisions.iter().map(|revision| (revision.number, revision.kind(), revision.follows)).collect()
}

async fn late_reason(room: &Room, reference: ids::Reference) -> String {
    let held = room.store.find("373", &Key::Reference(reference)).await.expect("reads").expect("is there");
    held.notification.expect("a record").late_reason
}

async fn the_same_revision_answers_with_the_same_receipt_and_tells_nothing_new(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let sent = notification("373", "A-1", "second");
    let second = room.amendment(reference, 2, &sent);
    assert_eq!(room.hold(&second).await, Holding::New { follows: 1 });
    let third = room.amendment(reference, 3, &notification("373", "A-1", "third"));
    room.hold(&third).await;
    let again = room.hold(&room.amendment(reference, 2, &sent)).await;
    let Holding::Before { given, newest } = again else { panic!("{again:?}") };
    assert_eq!((given.receipt, given.signed_note, newest), (second.receipt, second.signed_note, 3));
    let first = room.hold(&room.candidate(&notification("373", "A-1", ""))).await;
    assert!(
        matches!(&first, Holding::Before { given, newest: 3 } if given.receipt.revision == 1),
        "{first:?}"
    );
    assert_eq!(room.waiting().await, 3);
}

async fn the_same_revision_with_other_content_is_a_conflict_that_shows_what_is_held(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let second = room.amendment(reference, 2, &notification("373", "A-1", "second"));
    room.hold(&second).await;
    let other = room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "other"))).await;
    assert_eq!(other, Holding::Other { reference, fingerprint: second.receipt.fingerprint });
    assert_eq!(late_reason(&room, reference).await, "second");
    assert_eq!(room.waiting().await, 2);
}

async fn a_revision_that_comes_late_after_a_gap_is_held_told_and_never_counts(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let fifth = room.amendment(reference, 5, &notification("373", "A-1", "fifth"));
    assert_eq!(room.hold(&fifth).await, Holding::New { follows: 1 });
    let third = room.amendment(reference, 3, &notification("373", "A-1", "third"));
    assert_eq!(room.hold(&third).await, Holding::New { follows: 5 });
    assert_eq!(late_reason(&room, reference).await, "fifth");
    assert_eq!(
        lineage(&room, reference).await,
        [(1, RevisionKind::Submitted, 0), (3, RevisionKind::Amended, 5), (5, RevisionKind::Amended, 1)]
    );
    assert_eq!(room.status("373", reference).await.revision, 5);
    let told = NotificationAmended::decode(room.events().await[2].payload.clone()).expect("decodes");
    let coded = told.notification.as_ref().expect("the event keeps the rest");
    assert_eq!((told.follows, told.kind(), coded.revision), (5, RevisionKind::Amended, 3));
}

async fn one_batch_may_hold_revisions_in_any_order_twice_and_in_contradiction(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let second = notification("373", "A-1", "second");
    let batch: Vec<Candidate> = vec![
        room.amendment(reference, 3, &notification("373", "A-1", "third")),
        room.amendment(reference, 2, &second),
        room.amendment(reference, 2, &second),
        room.amendment(reference, 2, &notification("373", "A-1", "other")),
        room.candidate(&notification("370", "B-1", "")),
    ];
    let holdings = room.store.hold(&batch).await.expect("holds");
    assert!(
        matches!(
            holdings.as_slice(),
            [
                Holding::New { follows: 1 },
                Holding::New { follows: 3 },
                Holding::Before { newest: 3, .. },
                Holding::Other { .. },
                NEW
            ]
        ),
        "{holdings:?}"
    );
    assert_eq!(room.waiting().await, 4);
}

async fn nobody_amends_what_is_not_there_or_not_theirs(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let nowhere = room.candidate(&notification("373", "A-9", "")).receipt.reference;
    let unknown = room.hold(&room.amendment(nowhere, 2, &notification("373", "A-9", ""))).await;
    assert_eq!(unknown, Holding::NotFound);
    let key = Key::Reference(reference);
    assert!(room.store.standing("370", &key, 2).await.expect("reads").is_none());
    let foreign = room.hold(&room.amendment(reference, 2, &notification("370", "A-1", ""))).await;
    assert_eq!(foreign, Holding::HandedOver);
    assert_eq!(room.waiting().await, 1);
}

async fn a_withdrawal_leaves_the_content_and_a_later_revision_brings_it_back(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let withdrawal = room.withdrawal(reference, 2, "words");
    assert_eq!(room.hold(&withdrawal).await, Holding::New { follows: 1 });
    assert!(matches!(room.hold(&room.withdrawal(reference, 2, "words")).await, Holding::Before { .. }));
    assert!(matches!(room.hold(&room.withdrawal(reference, 2, "other")).await, Holding::Other { .. }));
    assert_eq!(room.status("373", reference).await.stage(), Stage::Withdrawn);
    let held = room.store.find("373", &Key::Reference(reference)).await.expect("reads").expect("is there");
    assert_eq!(held.notification, Some(notification("373", "A-1", "")));
    assert_eq!(held.receipt.receipt, withdrawal.receipt);

    room.hold(&room.amendment(reference, 3, &notification("373", "A-1", "third"))).await;
    let status = room.status("373", reference).await;
    assert_eq!((status.stage(), status.revision), (Stage::Received, 3));
    assert_eq!(late_reason(&room, reference).await, "third");
    assert_eq!(
        room.told().await,
        ["notification.received.v1", "notification.withdrawn.v1", "notification.amended.v1"]
    );
    assert!(!room.events().await.iter().any(|event| event.payload.windows(5).any(|part| part == b"words")));
}

async fn a_withdrawal_that_comes_late_withdraws_nothing(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    room.hold(&room.amendment(reference, 3, &notification("373", "A-1", "third"))).await;
    assert_eq!(room.hold(&room.withdrawal(reference, 2, "")).await, Holding::New { follows: 3 });
    assert_eq!(room.status("373", reference).await.stage(), Stage::Received);
    // An amendment below a withdrawal that counts is content all the same, for whenever it is brought back.
    room.hold(&room.withdrawal(reference, 6, "")).await;
    room.hold(&room.amendment(reference, 5, &notification("373", "A-1", "fifth"))).await;
    assert_eq!(room.status("373", reference).await.stage(), Stage::Withdrawn);
    assert_eq!(late_reason(&room, reference).await, "fifth");
}

async fn of_two_that_send_one_number_at_the_same_time_one_is_held_and_the_other_is_told(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let (one, other) = (
        room.amendment(reference, 2, &notification("373", "A-1", "one")),
        room.amendment(reference, 2, &notification("373", "A-1", "other")),
    );
    let (first, second) = tokio::join!(room.hold(&one), room.hold(&other));
    let held = [&first, &second].iter().filter(|holding| matches!(holding, Holding::New { .. })).count();
    let told = [&first, &second].iter().filter(|holding| matches!(holding, Holding::Other { .. })).count();
    assert_eq!((held, told), (1, 1), "{first:?} {second:?}");
}

async fn one_slip_of_a_number_does_not_lock_a_notification_for_ever(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    for number in [102, 9999, u32::MAX] {
        let slip = room.hold(&room.amendment(reference, number, &notification("373", "A-1", "slip"))).await;
        assert_eq!(slip, Holding::TooFarAhead { newest: 1 }, "{number}");
        assert_eq!(
            room.hold(&room.withdrawal(reference, number, "")).await,
            Holding::TooFarAhead { newest: 1 }
        );
    }
    assert_eq!(room.waiting().await, 1, "nothing of it is held or told");
    let furthest = room.amendment(reference, 101, &notification("373", "A-1", "second"));
    assert_eq!(room.hold(&furthest).await, Holding::New { follows: 1 });
}

async fn the_words_of_a_withdrawal_may_have_any_character(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let words = "Kein\0Ort für 雛, 'quoted' and \\x00\r\n";
    let withdrawal = room.withdrawal(reference, 2, words);
    assert_eq!(room.hold(&withdrawal).await, Holding::New { follows: 1 });
    let again = room.hold(&room.withdrawal(reference, 2, words)).await;
    assert!(
        matches!(&again, Holding::Before { given, .. } if given.receipt == withdrawal.receipt),
        "{again:?}"
    );
    assert_eq!(room.status("373", reference).await.stage(), Stage::Withdrawn);
}
