//! What triage asks of its store, in the domain's words. Load comes in batches, so opening takes batches.
//!
//! What a reader would get wrong: times are arguments here too. Whether a lease still holds is judged by the `now`
//! that is handed in, never by the database's clock.

pub mod sqlite;
mod sqlite_rows;

use async_trait::async_trait;
use bytes::Bytes;
use delivery::{Delivered, Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;
use telemetry::TraceContext;

use crate::domain::case::{Case, Entry};
use crate::domain::lane::Lane;
use crate::domain::standing::{Acknowledged, Acknowledgement, Lease, LeaseRefused, Standing};
use crate::domain::turn::Turn;

/// A case that is to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The case.
    pub case: Case,
    /// `notification.assessed.v1` as it was heard: facts and finding, kept for whoever reads the case.
    pub assessed: Bytes,
    /// The trace context under which it is queued, so that what is told later joins the notification's trace.
    pub trace: TraceContext,
}

/// A case as it shows on the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// What it shows.
    pub entry: Entry,
    /// Where it stands.
    pub standing: Standing,
}

/// A case with all that is kept of it.
#[derive(Debug, Clone)]
pub struct HeldCase {
    /// The case as it was opened.
    pub case: Case,
    /// Where it stands.
    pub standing: Standing,
    /// `notification.assessed.v1` as it was heard.
    pub assessed: Bytes,
    /// The trace context under which it was queued.
    pub trace: TraceContext,
}

/// Which part of a lane is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageOf {
    /// The lane.
    pub lane: Lane,
    /// Begin after this place; from the front where there is none.
    pub after: Option<Turn>,
    /// At most so many.
    pub at_most: u32,
    /// Also those that the panel has acknowledged.
    pub include_acknowledged: bool,
}

/// A part of a lane, in working order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The cases.
    pub cases: Vec<Queued>,
    /// Where the next page begins after; none on the last page.
    pub next: Option<Turn>,
    /// How many cases of the lane wait, on this page or not: neither leased nor acknowledged.
    pub waiting: u64,
}

/// Triage's store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Opens cases and tells of them in one transaction with the inbox: a case that was opened by an earlier delivery
    /// of the same event is left as it is.
    ///
    /// # Errors
    /// Nothing of the batch is opened then. A second event about a reference that has a case is refused.
    async fn open(&self, heard: &[Heard<Opening>], now: Timestamp) -> Result<(), StoreError>;

    /// A part of a lane.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn list(&self, page: PageOf, now: Timestamp) -> Result<Page, StoreError>;

    /// A case with all that is kept of it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn find(&self, reference: Reference) -> Result<Option<HeldCase>, StoreError>;

    /// Leases the first case of a lane that is free, in one transaction: no two callers are given the same.
    ///
    /// # Errors
    /// Where the store cannot be written; nothing is leased then.
    async fn take_next(&self, lane: Lane, lease: Lease, now: Timestamp)
    -> Result<Option<Queued>, StoreError>;

    /// Acknowledges a case and tells of it, in one transaction. What was acknowledged before under the same lease is
    /// answered the same, and not told again.
    ///
    /// # Errors
    /// The outer where the store cannot be written, and nothing is changed or told then; the inner where the lease
    /// does not count.
    async fn acknowledge(
        &self,
        reference: Reference,
        acknowledgement: &Acknowledgement,
        told: &Envelope,
    ) -> Result<Result<Acknowledged, LeaseRefused>, StoreError>;

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
