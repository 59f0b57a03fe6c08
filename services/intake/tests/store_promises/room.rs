//! A store of its own for each test, and the words to fill it.

use std::sync::Arc;

use ambient::{Ambient, SeededChance, SystemClock};
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{
    HAND_OVER_ACCEPTED, HAND_OVER_DECLINED, NOTIFICATION_AMENDED, NOTIFICATION_RECEIVED,
    NOTIFICATION_WITHDRAWN,
};
use contracts::intake::v1::{HandOverChanged, NotificationAmended};
use contracts::notification::v1::{
    Assessment, Child, ChildFacts, CodedChild, CodedNotification, DeclineReason, HandOver, HandOverState,
    Incident, Notification, Outcome as Found, RevisionKind, Status, WithdrawalReason,
};
use contracts::time::to_wire;
use contracts::triage::v1::{CaseAcknowledged, CaseQueued, QueueEntry};
use delivery::{Envelope, Heard, Origin, PostRoom};
use ids::{EventId, Reference};
use intake::domain::fingerprint::Fingerprint;
use intake::domain::receipt::Receipt;
use intake::domain::status::Outcome;
use intake::store::postgres::PostgresStore;
use intake::store::sqlite::SqliteStore;
use intake::store::{
    Answered, AnsweredWith, Candidate, Content, HeldNotification, Holding, NotSealed, Progress, Records,
    Store, postgres, sqlite,
};
use jiff::Timestamp;
use prost::Message;
use sealing::WrappingKeys;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use storage::Location;
use testbed::postgres::Server;
use tracing::Span;

/// What a first revision becomes.
pub(crate) const NEW: Holding = Holding::New { follows: 0 };

/// Which store a promise is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

impl On {
    /// A room with a new store of this kind.
    pub(crate) async fn room(self) -> Room {
        let folder = tempfile::tempdir().expect("a folder");
        let location = match self {
            Self::Sqlite => Location::Sqlite(folder.path().join("intake.sqlite")),
            Self::Postgres => {
                let place = Server::shared().await.schema("intake").await;
                assert!(
                    postgres::migrate(&place).await.expect("migrates").len() >= 2,
                    "the tables of delivery and of intake"
                );
                Location::Postgres(place)
            }
        };
        let ambient = Ambient::new(SystemClock, SeededChance::new(7));
        let Stored { store, records, post_room } = opened(&location, &ambient, wrapping()).await;
        Room { store, records, post_room, ambient, location, _folder: folder }
    }
}

pub(crate) struct Room {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) post_room: PostRoom,
    pub(crate) ambient: Ambient,
    pub(crate) location: Location,
    _folder: tempfile::TempDir,
}

/// A wrapping key for tests: every store of this program has it.
pub(crate) fn wrapping() -> WrappingKeys {
    WrappingKeys::read(&format!("* test {}", "07".repeat(32))).expect("a key")
}

pub(crate) struct Stored {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) post_room: PostRoom,
}

async fn opened(location: &Location, ambient: &Ambient, wrapping: WrappingKeys) -> Stored {
    match location {
        Location::Sqlite(file) => {
            let database = sqlite::open(file).await.expect("opens");
            let post_room = PostRoom::in_sqlite(&database, ambient);
            let store =
                Arc::new(SqliteStore::open(database, ambient.clone(), wrapping).await.expect("opens"));
            Stored { store: store.clone(), records: store, post_room }
        }
        Location::Postgres(place) => {
            let database = postgres::open(place).await.expect("opens");
            let post_room = PostRoom::in_postgres(&database, ambient);
            let store =
                Arc::new(PostgresStore::open(database, ambient.clone(), wrapping).await.expect("opens"));
            Stored { store: store.clone(), records: store, post_room }
        }
    }
}

pub(crate) fn notification(authority: &str, sender_reference: &str, late_reason: &str) -> Notification {
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
    /// Another store in the same place: after a restart, or beside this one.
    pub(crate) async fn reopened(&self) -> Arc<dyn Store> {
        opened(&self.location, &self.ambient, wrapping()).await.store
    }

    /// Another store in the same place, with other wrapping keys.
    pub(crate) async fn reopened_with(&self, wrapping: WrappingKeys) -> Stored {
        opened(&self.location, &self.ambient, wrapping).await
    }

    /// Why a store in the same place is not opened with other wrapping keys.
    pub(crate) async fn not_opened(&self, wrapping: WrappingKeys) -> NotSealed {
        let ambient = self.ambient.clone();
        match &self.location {
            Location::Sqlite(file) => {
                let database = sqlite::open(file).await.expect("opens");
                SqliteStore::open(database, ambient, wrapping).await.expect_err("refused")
            }
            Location::Postgres(place) => {
                let database = postgres::open(place).await.expect("opens");
                PostgresStore::open(database, ambient, wrapping).await.expect_err("refused")
            }
        }
    }

    /// Does something in the database that no use case does.
    pub(crate) async fn run(&self, statement: &'static str) {
        match &self.location {
            Location::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                let mut connection = SqliteConnection::connect_with(&options).await.expect("connects");
                sqlx::query(statement).execute(&mut connection).await.expect("runs");
                connection.close().await.expect("closes");
            }
            Location::Postgres(place) => {
                let database = storage::postgres::Database::open(place, &[]).await.expect("opens");
                sqlx::query(statement).execute(database.readers()).await.expect("runs");
                database.close().await;
            }
        }
    }

    /// The bytes of one column, as the database has them.
    pub(crate) async fn bytes(&self, select: &'static str) -> Vec<Vec<u8>> {
        match &self.location {
            Location::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                let mut connection = SqliteConnection::connect_with(&options).await.expect("connects");
                sqlx::query_scalar(select).fetch_all(&mut connection).await.expect("reads")
            }
            Location::Postgres(place) => {
                let database = storage::postgres::Database::open(place, &[]).await.expect("opens");
                let read = sqlx::query_scalar(select).fetch_all(database.readers()).await.expect("reads");
                database.close().await;
                read
            }
        }
    }

    pub(crate) fn candidate(&self, notification: &Notification) -> Candidate {
        let receipt = Receipt {
            reference: Reference::mint(&self.ambient),
            revision: 1,
            authority: notification.notifying_authority.clone(),
            sender_reference: notification.sender_reference.clone(),
            fingerprint: Fingerprint::of(notification),
            received_at: self.ambient.now(),
        };
        let content = Content::Record(notification.encode_to_vec());
        self.sealed(receipt, RevisionKind::Submitted, content)
    }

    pub(crate) fn amendment(
        &self,
        reference: Reference,
        number: u32,
        notification: &Notification,
    ) -> Candidate {
        self.later(reference, number, RevisionKind::Amended, notification)
    }

    pub(crate) fn later(
        &self,
        reference: Reference,
        number: u32,
        kind: RevisionKind,
        notification: &Notification,
    ) -> Candidate {
        let first = self.candidate(notification).receipt;
        let receipt = Receipt { reference, revision: number, ..first };
        self.sealed(receipt, kind, Content::Record(notification.encode_to_vec()))
    }

    pub(crate) fn withdrawal(&self, reference: Reference, number: u32, words: &str) -> Candidate {
        let reason = WithdrawalReason::CriteriaNotMet;
        let receipt = Receipt {
            reference,
            revision: number,
            fingerprint: Fingerprint::of_withdrawal(reference, number, reason.into(), words),
            ..self.candidate(&notification("373", "A-1", "")).receipt
        };
        self.sealed(receipt, RevisionKind::Withdrawn, Content::Withdrawal { reason, words: words.into() })
    }

    fn sealed(&self, receipt: Receipt, kind: RevisionKind, content: Content) -> Candidate {
        let told_as = match kind {
            RevisionKind::Submitted => NOTIFICATION_RECEIVED,
            RevisionKind::Withdrawn => NOTIFICATION_WITHDRAWN,
            _ => NOTIFICATION_AMENDED,
        };
        let origin =
            Origin { kind: told_as, source: "intake", subject: receipt.reference, owner: &receipt.authority };
        let coded = CodedNotification { revision: receipt.revision, ..Default::default() };
        let event =
            NotificationAmended { notification: Some(coded), kind: kind.into(), ..Default::default() };
        let event = Envelope::seal(origin, &event, &self.ambient);
        let signed_note = format!("note of {} {}", receipt.reference, receipt.revision);
        Candidate { receipt, signed_note, kind, content, event, cause: Span::none() }
    }

    /// Holds one revision.
    pub(crate) async fn hold(&self, candidate: &Candidate) -> Holding {
        let holdings = self.store.hold(std::slice::from_ref(candidate)).await.expect("holds");
        holdings.into_iter().next().expect("one answer")
    }

    /// A notification of authority 373, held.
    pub(crate) async fn held(&self) -> Reference {
        let candidate = self.candidate(&notification("373", "A-1", ""));
        assert_eq!(self.hold(&candidate).await, NEW);
        candidate.receipt.reference
    }

    pub(crate) async fn waiting(&self) -> u64 {
        self.post_room.outbox.waiting().await.expect("counts")
    }

    /// The names of all events told so far, in order.
    pub(crate) async fn told(&self) -> Vec<String> {
        self.events().await.into_iter().map(|event| event.kind).collect()
    }

    pub(crate) async fn events(&self) -> Vec<Envelope> {
        self.post_room.outbox.claim(10_000).await.expect("reads").let_go().await.expect("lets go")
    }

    pub(crate) async fn status(&self, authority: &str, reference: Reference) -> Status {
        self.store.status(authority, reference).await.expect("reads").expect("is there")
    }

    pub(crate) fn heard(&self, reference: Reference, outcome: Outcome) -> Heard<Progress> {
        self.heard_at(reference, outcome, self.ambient.now())
    }

    pub(crate) fn heard_at(&self, reference: Reference, outcome: Outcome, at: Timestamp) -> Heard<Progress> {
        let effect = Progress { reference, outcome, at, cause: Span::none() };
        Heard { event: EventId::mint(&self.ambient), effect, outgoing: Vec::new() }
    }

    pub(crate) async fn record(&self, heard: &[Heard<Progress>]) {
        self.store.record_outcomes(heard, self.ambient.now()).await.expect("records");
    }

    /// Hears that a revision is assessed, with the duty of another authority where one is named.
    pub(crate) async fn assess(&self, reference: Reference, revision: u32, notifier: &str, duty: &str) {
        self.record(&[self.heard(reference, assessed(revision, notifier, duty))]).await;
    }

    /// The newest offer to an authority with a notification that 373 sent and 888 is asked about.
    pub(crate) async fn offered(&self) -> Reference {
        let reference = self.held().await;
        self.assess(reference, 1, "373", "888").await;
        reference
    }

    /// An acceptance by 888, made from what the store says now.
    pub(crate) async fn acceptance(&self, reference: Reference) -> Answered {
        let offer = self.store.offer("888", reference).await.expect("reads").expect("is offered");
        let mut taken = offer.newest.clone().expect("a record");
        taken.notifying_authority = "888".into();
        let candidate = self.later(reference, offer.standing.newest + 1, RevisionKind::HandedOver, &taken);
        let hand_over = self.answered(offer.hand_over, HandOverState::Accepted);
        let event = self.answer_event(HAND_OVER_ACCEPTED, reference, &hand_over);
        Answered { number: offer.number, hand_over, with: AnsweredWith::Revision(Box::new(candidate)), event }
    }

    /// A refusal by 888, made from what the store says now.
    pub(crate) async fn refusal(&self, reference: Reference, words: &str) -> Answered {
        let offer = self.store.offer("888", reference).await.expect("reads").expect("is offered");
        let mut hand_over = self.answered(offer.hand_over, HandOverState::Declined);
        hand_over.set_declined_because(DeclineReason::NotInOurArea);
        let event = self.answer_event(HAND_OVER_DECLINED, reference, &hand_over);
        Answered { number: offer.number, hand_over, with: AnsweredWith::Words(words.into()), event }
    }

    fn answered(&self, mut hand_over: HandOver, state: HandOverState) -> HandOver {
        hand_over.set_state(state);
        hand_over.answered_at = Some(to_wire(self.ambient.now()));
        hand_over
    }

    fn answer_event(&self, kind: &'static str, subject: Reference, hand_over: &HandOver) -> Envelope {
        let origin = Origin { kind, source: "intake", subject, owner: "888" };
        Envelope::seal(origin, &HandOverChanged { hand_over: Some(hand_over.clone()) }, &self.ambient)
    }
}

/// The record of what is held and not erased.
pub(crate) fn record(held: &HeldNotification) -> &Notification {
    held.notification.as_ref().expect("a record")
}

/// Eligibility's finding on a revision.
pub(crate) fn assessed(revision: u32, notifier: &str, duty: &str) -> Outcome {
    let outcome = if duty.is_empty() { Found::DutyInArea } else { Found::DutyOfAnotherAuthority };
    let child = CodedChild { key: "1".into(), child_token: "0".repeat(32), ..Default::default() };
    Outcome::Assessed(Box::new(NotificationAssessed {
        notification: Some(CodedNotification {
            revision,
            notifying_authority: notifier.into(),
            children: vec![child],
            ..Default::default()
        }),
        assessment: Some(Assessment {
            outcome: outcome.into(),
            duty_authority: duty.into(),
            summary: format!("finding on revision {revision}"),
            ..Default::default()
        }),
        assessed_at: None,
    }))
}

pub(crate) fn queued(revision: u32) -> Outcome {
    let entry = QueueEntry { revision, ..Default::default() };
    Outcome::Queued(Box::new(CaseQueued { entry: Some(entry), reasons: vec![] }))
}

pub(crate) fn acknowledged() -> Outcome {
    Outcome::Acknowledged(CaseAcknowledged::default())
}
