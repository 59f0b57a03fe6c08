//! What audit asks of its store, in the domain's words. Load comes in batches, so the port takes batches.
//!
//! The answer is written once, in `store/queries.rs`, `store/salts.rs` and `store/rows.rs`, and compiled for each database by
//! [`sqlite`] and [`postgres`].

pub mod postgres;
pub mod sqlite;

use ambient::Ambient;
use async_trait::async_trait;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;
use tlog_tiles::Hash;

use crate::domain::log::{Edge, StoredHash};
use crate::domain::record::Record;
use crate::verify_log::Salted;

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// How many of the batch were appended, to be read or as a leaf alone; the others were in the log before.
    pub entries: usize,
    /// How many entries the log has now.
    pub size: u64,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place in the log, from 0.
    pub position: u64,
    /// The event's name.
    pub kind: String,
    /// The service that said so.
    pub source: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the log took it.
    pub recorded_at: Timestamp,
    /// The event as protobuf.
    pub payload: Vec<u8>,
    /// The RFC 6962 leaf hash that stands for it in the log.
    pub leaf: Hash,
}

/// Audit's store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Appends records in their order and in one transaction, each event once, whatever was delivered twice. A
    /// notification that the log does not know yet is given a salt of its own, in the order of first mention. Where a
    /// record says that a notification is erased, its salt is destroyed with all that rests on it, and every other record
    /// of it, of this batch or a later one, is a leaf alone.
    ///
    /// # Errors
    /// Nothing of the batch is appended then.
    async fn append(&self, records: &[Record<'_>], ambient: &Ambient) -> Result<Appended, StoreError>;

    /// The entries of one notification in the order of the log: all, or those of one owner alone.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn timeline(&self, reference: Reference, owner: Option<&str>) -> Result<Vec<Entry>, StoreError>;

    /// The right edge of the log, as the newest commit has left it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn edge(&self) -> Result<Edge, StoreError>;
}

/// The whole log, for whoever verifies it. It is read in batches, and never altered.
#[async_trait]
pub trait WholeLog: Send + Sync {
    /// How many hashes are stored, by the place of the last.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn stored(&self) -> Result<u64, StoreError>;

    /// Hashes from a place on, in their order.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn hashes(&self, from: u64, at_most: u32) -> Result<Vec<StoredHash>, StoreError>;

    /// Entries from a place on, in their order, each with its salt and its leaf. What was erased is not among them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn entries(&self, from: u64, at_most: u32) -> Result<Vec<Salted>, StoreError>;
}
