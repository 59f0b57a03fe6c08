//! What is stored of identities and narrative is sealed, each in its place, under keys that the database never sees.

use intake::store::{Key, NotSealed, WrappedAnew};
use sealing::WrappingKeys;
use storage::{Location, StoreError};

use crate::room::{NEW, On, Room, notification, record};

on_both_stores![
    nothing_that_a_sender_wrote_is_stored_in_clear,
    a_record_that_is_moved_to_another_notification_does_not_open,
    what_was_held_in_clear_before_is_sealed_when_the_store_is_opened,
    keys_are_wrapped_anew_and_the_old_wrapping_key_is_needed_no_more,
    a_store_whose_wrapping_key_is_missing_is_not_opened_and_names_it,
];

/// Words that are nowhere else.
const LATE: &str = "the-late-reason-of-wren-7f3a";
const WITHDRAWN: &str = "the-withdrawal-of-wren-7f3a";
const DECLINED: &str = "the-refusal-of-wren-7f3a";

fn says(bytes: &[Vec<u8>], word: &str) -> bool {
    bytes.iter().any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
}

fn keys(text: &str) -> WrappingKeys {
    WrappingKeys::read(text).expect("keys")
}

/// The wrapping key of every test, and one that takes its place.
fn old_and_new() -> String {
    format!("test {}\n* next {}", "07".repeat(32), "08".repeat(32))
}

/// Everything that the columns hold which hold what a sender wrote.
async fn stored(room: &Room) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for select in [
        "SELECT record FROM revision WHERE record IS NOT NULL",
        "SELECT words FROM revision WHERE words IS NOT NULL",
        "SELECT words FROM hand_over WHERE words IS NOT NULL",
        "SELECT payload FROM outbox",
    ] {
        all.extend(room.bytes(select).await);
    }
    all
}

/// The bytes of a SQLite file and its log; of PostgreSQL none, whose files are searched by a story.
fn files(room: &Room) -> Vec<Vec<u8>> {
    let Location::Sqlite(file) = &room.location else { return Vec::new() };
    let log = file.with_file_name(format!("{}-wal", file.file_name().expect("a name").to_string_lossy()));
    let files = vec![std::fs::read(file).expect("a file"), std::fs::read(log).unwrap_or_default()];
    assert!(says(&files, "revision"), "the files are the store's");
    files
}

async fn nothing_that_a_sender_wrote_is_stored_in_clear(on: On) {
    let room = on.room().await;
    let candidate = room.candidate(&notification("373", "A-1", LATE));
    assert_eq!(room.hold(&candidate).await, NEW);
    let reference = candidate.receipt.reference;
    room.assess(reference, 1, "373", "888").await;
    let refusal = room.refusal(reference, DECLINED).await;
    assert!(room.store.answer(&refusal).await.expect("answers"));
    room.hold(&room.withdrawal(reference, 2, WITHDRAWN)).await;

    let stored = stored(&room).await;
    assert!(stored.len() > 3, "record, words and events are there");
    for word in [LATE, WITHDRAWN, DECLINED] {
        assert!(!says(&stored, word), "{word} in a column");
        assert!(!says(&files(&room), word), "{word} in a file");
    }
    // And all of it can be read by whoever may.
    let held = room.store.find("373", &Key::Reference(reference)).await.expect("reads").expect("is there");
    assert_eq!(record(&held).late_reason, LATE);
    let offer = room.store.offer("888", reference).await.expect("reads").expect("was offered");
    assert_eq!(offer.words, DECLINED);
}

async fn a_record_that_is_moved_to_another_notification_does_not_open(on: On) {
    let room = on.room().await;
    let (one, other) = (
        room.candidate(&notification("373", "A-1", "one")),
        room.candidate(&notification("373", "A-2", "other")),
    );
    room.hold(&one).await;
    room.hold(&other).await;
    room.run(
        "UPDATE revision SET record = (SELECT o.record FROM revision o JOIN notification n ON n.reference = o.reference \
         WHERE n.sender_reference = 'A-2') \
         WHERE reference = (SELECT reference FROM notification WHERE sender_reference = 'A-1')",
    )
    .await;
    let moved = room.store.find("373", &Key::Reference(one.receipt.reference)).await;
    let Err(StoreError::Impossible { column, .. }) = moved else { panic!("a moved record was read") };
    assert_eq!(column, "record");
    // With its key moved too, the key does not open.
    room.run(
        "UPDATE notification_key SET wrapped = (SELECT k.wrapped FROM notification_key k JOIN notification n \
           ON n.reference = k.reference WHERE n.sender_reference = 'A-2') \
         WHERE reference = (SELECT reference FROM notification WHERE sender_reference = 'A-1')",
    )
    .await;
    let moved = room.store.find("373", &Key::Reference(one.receipt.reference)).await;
    assert!(matches!(moved, Err(StoreError::Impossible { table: "notification_key", .. })));
}

async fn what_was_held_in_clear_before_is_sealed_when_the_store_is_opened(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    let refusal = room.refusal(reference, DECLINED).await;
    assert!(room.store.answer(&refusal).await.expect("answers"));
    room.hold(&room.withdrawal(reference, 2, WITHDRAWN)).await;
    // As a version left it that did not seal: '\n\x03A-1' is the sender's reference, the first field of a record.
    let clear = match on {
        On::Sqlite => [
            "UPDATE revision SET record = x'0a03412d31' WHERE record IS NOT NULL",
            "UPDATE revision SET words = 'the-withdrawal-of-wren-7f3a' WHERE words IS NOT NULL",
            "UPDATE hand_over SET words = 'the-refusal-of-wren-7f3a' WHERE words IS NOT NULL",
        ],
        On::Postgres => [
            "UPDATE revision SET record = '\\x0a03412d31' WHERE record IS NOT NULL",
            "UPDATE revision SET words = 'the-withdrawal-of-wren-7f3a' WHERE words IS NOT NULL",
            "UPDATE hand_over SET words = 'the-refusal-of-wren-7f3a' WHERE words IS NOT NULL",
        ],
    };
    for statement in clear {
        room.run(statement).await;
    }
    room.run("DELETE FROM notification_key").await;
    let unsealed = room.store.find("373", &Key::Reference(reference)).await;
    assert!(unsealed.is_err(), "nothing in clear is believed");

    let store = room.reopened().await;
    let held = store.find("373", &Key::Reference(reference)).await.expect("reads").expect("is there");
    assert_eq!(record(&held).sender_reference, "A-1");
    let offer = store.offer("888", reference).await.expect("reads").expect("was offered");
    assert_eq!(offer.words, DECLINED);
    let stored = stored(&room).await;
    for word in [WITHDRAWN, DECLINED] {
        assert!(!says(&stored, word), "{word} in a column");
    }
    // The readers of the first store hold its log open; the file itself was written anew.
    assert!(!files(&room).first().is_some_and(|file| says(std::slice::from_ref(file), WITHDRAWN)));
}

async fn keys_are_wrapped_anew_and_the_old_wrapping_key_is_needed_no_more(on: On) {
    let room = on.room().await;
    let mut references = Vec::new();
    for number in 0..3 {
        let candidate = room.candidate(&notification("373", &format!("A-{number}"), "a reason"));
        room.hold(&candidate).await;
        references.push(candidate.receipt.reference);
    }
    let before = room.bytes("SELECT record FROM revision ORDER BY reference").await;
    let rotating = room.reopened_with(keys(&old_and_new())).await;
    assert_eq!(rotating.records.wrapped_under(), "next");
    assert_eq!(rotating.records.wrap_anew().await.expect("wraps"), WrappedAnew { done: 3, left: 0 });
    assert_eq!(
        rotating.records.wrap_anew().await.expect("has nothing to do"),
        WrappedAnew { done: 0, left: 0 }
    );
    assert_eq!(
        room.bytes("SELECT record FROM revision ORDER BY reference").await,
        before,
        "no record is touched"
    );

    let after = room.reopened_with(keys(&format!("* next {}", "08".repeat(32)))).await;
    for reference in references {
        let held =
            after.store.find("373", &Key::Reference(reference)).await.expect("reads").expect("is there");
        assert_eq!(record(&held).late_reason, "a reason");
    }
}

async fn a_store_whose_wrapping_key_is_missing_is_not_opened_and_names_it(on: On) {
    let room = on.room().await;
    room.held().await;
    let error = room.not_opened(keys(&format!("* next {}", "08".repeat(32)))).await;
    assert!(matches!(&error, NotSealed::Missing(id) if id == "test"), "{error}");
    // A key under the same id that is another one is no key of this store.
    let store = room.reopened_with(keys(&format!("* test {}", "08".repeat(32)))).await.store;
    let key = Key::SenderReference("A-1".into());
    assert!(matches!(store.find("373", &key).await, Err(StoreError::Impossible { .. })));
}
