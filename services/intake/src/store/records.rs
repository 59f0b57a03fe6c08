//! What intake asks of its store to read identities on the record, to erase, to hold against erasure, and to change the wrapping
//! key. A port of its own: whoever accepts notifications needs none of it.

use async_trait::async_trait;
use contracts::intake::v1::{LegalHold, Reading};
use contracts::notification::v1::{Erasure, ErasureReason, HoldReason, Notification, ReadingPurpose};
use delivery::Heard;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;

/// A reading that is about to be done.
#[derive(Debug, Clone)]
pub struct ReadingOf {
    /// The notification.
    pub reference: Reference,
    /// Who reads, as their certificate names them.
    pub reader: String,
    /// Why.
    pub purpose: ReadingPurpose,
    /// When.
    pub at: Timestamp,
}

/// What became of a reading.
#[derive(Clone)]
pub enum Read {
    /// It is on record, and this was read.
    Told {
        /// The newest record, with identities.
        notification: Box<Notification>,
        /// As it is on record.
        reading: Reading,
    },
    /// Nothing is left to read.
    Erased(Erasure),
    /// The reader has stood aside from the case.
    StoodAside,
    /// There is no such notification.
    NotFound,
}

/// What is on record of a notification besides what it says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// Who has read its identities, newest first, at most 1,000.
    pub readings: Vec<Reading>,
    /// The legal hold on it.
    pub hold: Option<LegalHold>,
    /// Where it is erased.
    pub erasure: Option<Erasure>,
}

/// An erasure that is about to be done.
#[derive(Debug, Clone)]
pub struct Erasing {
    /// The notification.
    pub reference: Reference,
    /// Why.
    pub reason: ErasureReason,
    /// Who does it, as their certificate names them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What became of an erasure.
#[derive(Debug, Clone, PartialEq)]
pub enum Erased {
    /// It is erased now.
    Now(Erasure),
    /// It was before.
    Before(Erasure),
    /// A legal hold is on it, and it stays.
    OnHold(LegalHold),
    /// There is no such notification.
    NotFound,
}

/// A legal hold that is about to be placed.
#[derive(Debug, Clone)]
pub struct Hold {
    /// The notification.
    pub reference: Reference,
    /// Why.
    pub reason: HoldReason,
    /// Who places it, as their certificate names them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What became of placing a hold.
#[derive(Debug, Clone, PartialEq)]
pub enum HoldPlaced {
    /// It is on.
    On(LegalHold),
    /// There is nothing left to hold.
    Erased(Erasure),
    /// There is no such notification.
    NotFound,
}

/// Whose time may be over: those that are withdrawn, or those that are not, whose newest revision was received before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Whether their newest revision withdraws them.
    pub withdrawn: bool,
    /// When it was received at the latest; this moment is none of it.
    pub before: Timestamp,
}

/// A notification within a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// Which.
    pub reference: Reference,
    /// When its newest revision was received.
    pub last_received_at: Timestamp,
}

/// What is within a bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OverTime {
    /// What no hold is on, by the time of the newest revision, oldest first.
    pub overdue: Vec<Overdue>,
    /// How many a legal hold is on.
    pub held: u64,
}

/// A page of keys that were wrapped anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrappedAnew {
    /// Keys wrapped anew.
    pub done: u64,
    /// Keys that are under another wrapping key still.
    pub left: u64,
}

/// What triage tells of a panel member and a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// The case.
    pub reference: Reference,
    /// The member, as their certificate names them.
    pub member: String,
    /// When, by triage's clock.
    pub at: Timestamp,
    /// Whether they may see it again; else they stood aside.
    pub lifted: bool,
}

/// Intake's store, for whoever keeps records as the law asks.
#[async_trait]
pub trait Records: Send + Sync {
    /// Puts a reading on record, tells of it, and only then reads, all in one transaction.
    ///
    /// # Errors
    /// Nothing is on record then, and nothing was read.
    async fn read_identities(&self, reading: &ReadingOf) -> Result<Read, StoreError>;

    /// What is on record of a notification: of any, or only of one that an authority sees.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn kept(&self, reference: Reference, of: Option<&str>) -> Result<Option<Kept>, StoreError>;

    /// Destroys a notification's key and what it sealed, ends an open offer, and tells of both, in one transaction. Once only.
    ///
    /// # Errors
    /// Nothing is erased then.
    async fn erase(&self, erasing: &Erasing) -> Result<Erased, StoreError>;

    /// Places a hold, or gives the one that is there another reason, and tells of it.
    ///
    /// # Errors
    /// Nothing has changed then.
    async fn place_hold(&self, hold: &Hold) -> Result<HoldPlaced, StoreError>;

    /// Releases a hold, if there is one, and tells of it. `None` where there is no such notification.
    ///
    /// # Errors
    /// Nothing has changed then.
    async fn release_hold(
        &self,
        reference: Reference,
        by: &str,
        at: Timestamp,
    ) -> Result<Option<Option<LegalHold>>, StoreError>;

    /// What is not erased and within a bound, at most so many.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn over_time(&self, bound: Bound, at_most: u32) -> Result<OverTime, StoreError>;

    /// Wraps a page of keys anew, under the wrapping key in use.
    ///
    /// # Errors
    /// Nothing of the page is changed then.
    async fn wrap_anew(&self) -> Result<WrappedAnew, StoreError>;

    /// Takes the effect of who stood aside and who may see a case again: each event once, and the later one counts, in
    /// whatever order they are heard.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    async fn stood_aside(&self, heard: &[Heard<Aside>], now: Timestamp) -> Result<(), StoreError>;

    /// The id of the wrapping key in use.
    fn wrapped_under(&self) -> &str;
}
