//! What eligibility asks of its store, in the domain's words.
//!
//! The answer is written once, in `store/queries.rs`, and compiled for each database by [`sqlite`] and [`postgres`].

pub mod postgres;
pub mod sqlite;

use async_trait::async_trait;
use contracts::notification::v1::Assessment;
use delivery::Heard;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;

/// What was found for one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The notification.
    pub reference: Reference,
    /// Its revision, from 1.
    pub revision: u32,
    /// The finding as it was told.
    pub assessment: Assessment,
}

/// Eligibility's store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Keeps findings and what is told of them, in one transaction with the inbox: each event once, and each revision
    /// once. A finding that is held stays as it is, and is not told again.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    async fn record(&self, heard: &[Heard<Finding>], now: Timestamp) -> Result<(), StoreError>;
}
