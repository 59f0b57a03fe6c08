//! What intake asks of its store, in the domain's words. Load comes in batches, so the port takes batches.
//!
//! What a reader would get wrong: who may see what is decided here too. An authority sees a notification that it sent
//! first, sent a revision of, or is responsible for now; of a record it sees what it sent itself, and all of it while it
//! is responsible.

pub mod postgres;
mod records;
pub mod sqlite;

use async_trait::async_trait;
use contracts::intake::v1::{HandOverOffer, NotificationAmended};
use contracts::notification::v1::{HandOver, Notification, RevisionKind, Status, WithdrawalReason};
use delivery::{Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use prost::Message;
use storage::StoreError;
use tracing::Span;

use crate::domain::receipt::Receipt;
pub use crate::domain::standing::{GivenReceipt, Holding, Standing};
use crate::domain::status::Outcome;
pub use records::{
    Aside, Bound, Erased, Erasing, Hold, HoldPlaced, Kept, OverTime, Overdue, Read, ReadingOf, Records,
    WrappedAnew,
};

/// A revision that is well formed and ready to be held, with the event that will tell of it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The receipt that will be given.
    pub receipt: Receipt,
    /// The receipt's text with intake's signature.
    pub signed_note: String,
    /// What it is: submitted where it is a first one.
    pub kind: RevisionKind,
    /// What it holds.
    pub content: Content,
    /// The event, without identities; what it follows is put to it when it is held.
    pub event: Envelope,
    /// The span that caused it: what it causes in turn joins its trace.
    pub cause: Span,
}

/// What a revision holds.
#[derive(Clone, PartialEq)]
pub enum Content {
    /// The record's canonical encoding, with identities.
    Record(Vec<u8>),
    /// The record stays as it was.
    Withdrawal {
        /// Why.
        reason: WithdrawalReason,
        /// The same in the sender's words.
        words: String,
    },
}

impl std::fmt::Debug for Content {
    /// Neither record nor words appear.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Record(_) => "Record",
            Self::Withdrawal { .. } => "Withdrawal",
        })
    }
}

impl Candidate {
    /// Bytes that wait in memory until it is held.
    pub fn size(&self) -> usize {
        match &self.content {
            Content::Record(record) => record.len(),
            Content::Withdrawal { words, .. } => words.len(),
        }
    }

    /// The event, told with the highest revision held when this one came: only the transaction knows it.
    pub fn event_following(&self, follows: u32) -> Envelope {
        let mut event = self.event.clone();
        if matches!(self.kind, RevisionKind::Amended | RevisionKind::HandedOver) {
            // Two encoded messages joined are one message with the fields of both (protobuf encoding, "Last One Wins"),
            // and `follows` is the last field, so that the whole is still canonical.
            let mut payload = event.payload.to_vec();
            payload.extend(NotificationAmended { follows, ..Default::default() }.encode_to_vec());
            event.payload = payload.into();
        }
        event
    }
}

/// Why a store that keeps what is sealed cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NotSealed {
    /// A wrapping key is missing.
    #[error(
        "notifications are sealed under keys that are wrapped by {0}, which is not among the wrapping keys given; restore that \
         key: without it their identities and narrative cannot be read again"
    )]
    Missing(String),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A wrapping key that is in use and is not as it should be, by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lacking {
    /// It is not among the keys given.
    Missing(String),
    /// One of that id is, and does not open what was wrapped.
    Another(String),
}

/// The notifications that are held and not known to be queued for the panel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnderWay {
    /// How many.
    pub notifications: u64,
    /// The one whose newest revision has waited longest; none where there is none.
    pub oldest: Option<Oldest>,
}

/// The notification that has been under way for longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oldest {
    /// Which.
    pub reference: Reference,
    /// When its newest revision was received.
    pub since: Timestamp,
}

/// A notification as an authority may see it.
#[derive(Clone)]
pub struct HeldNotification {
    /// The record with identities; none where it is erased.
    pub notification: Option<Notification>,
    /// The receipt of the newest revision, as given.
    pub receipt: GivenReceipt,
}

/// How an authority names one of its notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// By Lapwing's reference.
    Reference(Reference),
    /// By the reference under which it sent the notification first.
    SenderReference(String),
}

/// A step that a notification has taken elsewhere.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The notification.
    pub reference: Reference,
    /// What was done.
    pub outcome: Outcome,
    /// When it was done, by the clock of whoever did it.
    pub at: Timestamp,
    /// The span under which it is processed: what it causes in turn joins its trace.
    pub cause: Span,
}

/// A hand-over as it is kept.
#[derive(Clone)]
pub struct Offer {
    /// Its place in the order of all offers.
    pub number: i64,
    /// Who asks whom, and where it stands.
    pub hand_over: HandOver,
    /// Where it was declined: the same in words.
    pub words: String,
    /// Where it was accepted: the revision that this made, and its record.
    pub accepted: Option<HeldNotification>,
    /// The newest record that the asked authority sent itself, where it has had the notification before.
    pub own: Option<Notification>,
    /// What is fixed about the notification, and its newest revision.
    pub standing: Standing,
    /// The newest record, with identities: for the authority that accepts, and nobody before. None where it is erased.
    pub newest: Option<Notification>,
}

/// An answer to an offer.
#[derive(Clone)]
pub struct Answered {
    /// Which offer.
    pub number: i64,
    /// The hand-over as the answer makes it.
    pub hand_over: HandOver,
    /// What it comes with.
    pub with: AnsweredWith,
    /// The event that tells of the answer.
    pub event: Envelope,
}

/// What an answer comes with.
#[derive(Clone)]
pub enum AnsweredWith {
    /// The revision that makes the notification the accepting authority's. It is held only as the next one after the
    /// newest, and only where the offer stands on that one: its record is made from that one's, and nobody accepts what
    /// was not found upon and shown.
    Revision(Box<Candidate>),
    /// A refusal in words.
    Words(String),
}

/// Intake's store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Holds candidates and their events in one transaction, and answers each in its place. Of two with the
    /// same key in one batch the first is held. A withdrawal that counts ends an open offer, and tells of it.
    ///
    /// # Errors
    /// Nothing of the batch is held then. A reference that is taken already is a unique violation.
    async fn hold(&self, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError>;

    /// How many batches are best held side by side: more than that only make each smaller.
    fn commits_at_once(&self) -> usize;

    /// Answers each candidate as [`Store::hold`] would, and holds nothing: what was held before still has its receipt
    /// while nothing new is taken. One that is new counts for none of the others.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn look_up(&self, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError>;

    /// Finds a notification as an authority may see it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn find(&self, authority: &str, key: &Key) -> Result<Option<HeldNotification>, StoreError>;

    /// What is fixed about a notification that an authority may see, and the receipt of one of its revisions, if it is
    /// held.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn standing(
        &self,
        authority: &str,
        key: &Key,
        revision: u32,
    ) -> Result<Option<(Standing, Option<GivenReceipt>)>, StoreError>;

    /// Tells where a notification stands that an authority may see.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn status(&self, authority: &str, reference: Reference) -> Result<Option<Status>, StoreError>;

    /// Takes the effect of what other services did: each event once, each step of a revision once. A finding of the
    /// newest revision offers the notification to the authority with the duty, keeps the offer open, or lets it lapse,
    /// and tells of it, all in the same transaction.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    async fn record_outcomes(&self, heard: &[Heard<Progress>], now: Timestamp) -> Result<(), StoreError>;

    /// The notifications that are not known to be queued for the panel.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn under_way(&self) -> Result<UnderWay, StoreError>;

    /// The hand-overs from and to an authority: first those that wait, each part in the order of the offers; at most
    /// 500, and about 3 MiB of findings, but one at least.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn hand_overs(&self, authority: &str, also_ended: bool) -> Result<Vec<HandOverOffer>, StoreError>;

    /// The newest offer of a notification to an authority, whether it waits or not.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn offer(&self, authority: &str, reference: Reference) -> Result<Option<Offer>, StoreError>;

    /// Takes an answer to an open offer, with its revision and its events, in one transaction. False, and nothing done,
    /// where the offer or the notification has changed meanwhile: read the offer anew.
    ///
    /// # Errors
    /// Nothing has effect then.
    async fn answer(&self, answered: &Answered) -> Result<bool, StoreError>;
}
