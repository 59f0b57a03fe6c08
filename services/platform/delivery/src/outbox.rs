//! A sender's outbox, as whoever relays it sees it.

use async_trait::async_trait;
use ids::EventId;
use jiff::Timestamp;
use storage::StoreError;

use crate::Envelope;

/// Events that a sender has committed and that have not arrived everywhere yet.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes the oldest events that nobody else has claimed, in the order in which they were written. The claim ends when it is
    /// settled or dropped, or when the process dies: what is not settled is claimed again.
    ///
    /// # Errors
    /// Where the store cannot be read, or holds an event that makes no sense.
    async fn claim(&self, at_most: u32) -> Result<Claim, StoreError>;

    /// How many events wait, claimed ones included.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn waiting(&self) -> Result<u64, StoreError>;

    /// When the oldest event that waits happened.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn oldest(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Resolves once this process has committed something new; of several waiters, for one.
    async fn committed(&self);
}

/// Events that are one relay's for now.
pub struct Claim {
    /// The events, oldest first.
    pub envelopes: Vec<Envelope>,
    settle: Box<dyn Settle>,
}

impl Claim {
    pub(crate) fn new(envelopes: Vec<Envelope>, settle: impl Settle + 'static) -> Self {
        Self { envelopes, settle: Box::new(settle) }
    }

    /// Takes out of the outbox what has arrived, and lets go of the rest.
    ///
    /// # Errors
    /// Where the store cannot be written: the events are then carried again, without effect.
    pub async fn settle(self, arrived: &[EventId]) -> Result<(), StoreError> {
        self.settle.settle(arrived).await
    }

    /// Lets go of every event, and says which they were: to look at an outbox, and leave it as it was. A claim that is
    /// dropped lets go of them a moment later, and whoever claims in that moment passes them over.
    ///
    /// # Errors
    /// As [`Claim::settle`].
    pub async fn let_go(mut self) -> Result<Vec<Envelope>, StoreError> {
        let envelopes = std::mem::take(&mut self.envelopes);
        self.settle(&[]).await?;
        Ok(envelopes)
    }
}

/// The store's end of a claim.
#[async_trait]
pub(crate) trait Settle: Send {
    async fn settle(self: Box<Self>, arrived: &[EventId]) -> Result<(), StoreError>;
}
