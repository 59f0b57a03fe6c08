//! What intake asks of its store, in the domain's words. Load comes in batches, so the port takes batches.

pub mod sqlite;
mod sqlite_rows;

use async_trait::async_trait;
use contracts::notification::v1::{Notification, Status};
use delivery::{Delivered, Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;

use crate::domain::fingerprint::Fingerprint;
use crate::domain::receipt::Receipt;
use crate::domain::status::Outcome;

/// A notification that is well formed and ready to be held, with the event that will tell of it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The receipt that will be given.
    pub receipt: Receipt,
    /// The receipt's text with intake's signature.
    pub signed_note: String,
    /// The record's canonical encoding, with identities.
    pub record: Vec<u8>,
    /// The event, without identities.
    pub event: Envelope,
}

/// A receipt as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenReceipt {
    /// The facts.
    pub receipt: Receipt,
    /// The facts as text with intake's signature.
    pub signed_note: String,
}

/// What the store made of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// It is durably held now.
    New,
    /// This very content was held before.
    Before(Box<GivenReceipt>),
    /// The key is held with other content.
    Other {
        /// The reference under which it is held.
        reference: Reference,
        /// The fingerprint of what is held.
        fingerprint: Fingerprint,
    },
}

/// A notification as held.
#[derive(Debug, Clone)]
pub struct HeldNotification {
    /// The record with identities: for its own sender alone.
    pub notification: Notification,
    /// The receipt as given.
    pub receipt: GivenReceipt,
}

/// How an authority names one of its notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// By Lapwing's reference.
    Reference(Reference),
    /// By its own.
    SenderReference(String),
}

/// A step that a notification has taken elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The notification.
    pub reference: Reference,
    /// What was done.
    pub outcome: Outcome,
    /// When it was done, by the clock of whoever did it.
    pub at: Timestamp,
}

/// Intake's store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Holds candidates and their events in one transaction, and answers each in its place. Of two with the
    /// same key in one batch the first is held.
    ///
    /// # Errors
    /// Nothing of the batch is held then. A reference that is taken already is a unique violation.
    async fn hold(&self, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError>;

    /// Finds an authority's own notification.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn find(&self, authority: &str, key: &Key) -> Result<Option<HeldNotification>, StoreError>;

    /// Tells where an authority's own notification stands.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn status(&self, authority: &str, reference: Reference) -> Result<Option<Status>, StoreError>;

    /// Takes the effect of what other services did: each event once, each step once.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    async fn record_outcomes(&self, heard: &[Heard<Progress>], now: Timestamp) -> Result<(), StoreError>;

    /// Puts an event aside that cannot be handled.
    ///
    /// # Errors
    /// Where the store cannot be written.
    async fn park(
        &self,
        queue: &str,
        delivered: &Delivered,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}
