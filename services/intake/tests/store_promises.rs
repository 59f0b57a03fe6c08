//! What intake promises of its store, on every store there is.

use std::path::Path;

use ambient::{Ambient, SeededChance, SystemClock};
use contracts::notification::v1::{Child, ChildFacts, Incident, Notification, Stage};
use contracts::triage::v1::CaseQueued;
use delivery::{Envelope, Heard, Origin};
use ids::{EventId, Reference};
use intake::domain::fingerprint::Fingerprint;
use intake::domain::receipt::Receipt;
use intake::domain::status::Outcome;
use intake::store::sqlite::{SqliteStore, open};
use intake::store::{Candidate, Holding, Key, Progress, Store};
use prost::Message;
use storage::sqlite::Database;

struct Room {
    store: SqliteStore,
    database: Database,
    ambient: Ambient,
    _folder: tempfile::TempDir,
}

async fn opened(folder: &Path) -> Database {
    open(&folder.join("intake.sqlite")).await.expect("opens")
}

async fn room() -> Room {
    let folder = tempfile::tempdir().expect("a folder");
    let database = opened(folder.path()).await;
    let ambient = Ambient::new(SystemClock, SeededChance::new(7));
    Room { store: SqliteStore::new(database.clone()), database, ambient, _folder: folder }
}

fn notification(authority: &str, sender_reference: &str, late_reason: &str) -> Notification {
    Notification {
        sender_reference: sender_reference.into(),
        notifying_authority: authority.into(),
        incident: Some(Incident::default()),
        children: vec![Child { key: "1".into(), identity: None, facts: Some(ChildFacts::default()) }],
        late_reason: late_reason.into(),
        ..Default::default()
    }
}

impl Room {
    fn candidate(&self, notification: &Notification) -> Candidate {
        let receipt = Receipt {
            reference: Reference::mint(&self.ambient),
            revision: 1,
            authority: notification.notifying_authority.clone(),
            sender_reference: notification.sender_reference.clone(),
            fingerprint: Fingerprint::of(notification),
            received_at: self.ambient.now(),
        };
        let origin = Origin {
            kind: "notification.received.v1",
            source: "intake",
            subject: receipt.reference,
            owner: &receipt.authority,
        };
        let event = Envelope::seal(origin, &CaseQueued::default(), &self.ambient);
        Candidate {
            signed_note: format!("note of {}", receipt.reference),
            receipt,
            record: notification.encode_to_vec(),
            event,
        }
    }

    async fn waiting(&self) -> u64 {
        delivery::sqlite::Outbox::of(self.database.clone()).waiting().await.expect("counts")
    }
}

#[tokio::test]
async fn what_is_held_is_held_with_its_event_and_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let ambient = Ambient::system();
    let database = opened(folder.path()).await;
    let room = Room { store: SqliteStore::new(database.clone()), database, ambient, _folder: folder };
    let sent = notification("373", "A-1", "");
    let candidate = room.candidate(&sent);
    assert_eq!(room.store.hold(std::slice::from_ref(&candidate)).await.expect("holds"), [Holding::New]);
    assert_eq!(room.waiting().await, 1);
    room.database.close().await;

    let store = SqliteStore::new(opened(room._folder.path()).await);
    let held = store
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
    let Holding::Before(given) = &again[0] else { panic!("{again:?}") };
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
        matches!(
            holdings.as_slice(),
            [Holding::New, Holding::Before(_), Holding::Other { .. }, Holding::New]
        ),
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
async fn a_step_that_is_heard_twice_is_told_once() {
    let room = room().await;
    let candidate = room.candidate(&notification("373", "A-1", ""));
    let reference = candidate.receipt.reference;
    room.store.hold(&[candidate]).await.expect("holds");
    let heard = |event| Heard {
        event,
        effect: Progress { reference, outcome: Outcome::Queued(Box::default()), at: room.ambient.now() },
        outgoing: Vec::new(),
    };
    let event = EventId::mint(&room.ambient);
    // The same event again, and another event that says the same.
    for heard in [heard(event), heard(event), heard(EventId::mint(&room.ambient))] {
        room.store.record_outcomes(&[heard], room.ambient.now()).await.expect("records");
    }
    let status = room.store.status("373", reference).await.expect("reads").expect("is there");
    let stages: Vec<Stage> = status.steps.iter().map(|step| step.stage()).collect();
    assert_eq!(stages, [Stage::Received, Stage::Queued]);
}

#[tokio::test]
async fn a_batch_of_thousands_is_held_whole() {
    let room = room().await;
    let batch: Vec<Candidate> =
        (0..3000).map(|number| room.candidate(&notification("373", &format!("A-{number}"), ""))).collect();
    let holdings = room.store.hold(&batch).await.expect("holds");
    assert!(holdings.iter().all(|holding| *holding == Holding::New));
    assert_eq!(room.waiting().await, 3000);
}
