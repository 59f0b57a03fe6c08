//! Events that a receiver has put aside, as an operator sees them: state, and never content.
//!
//! What a reader would get wrong: a parked event counts as received. To retry it is to take it out of the inbox too, in the
//! transaction that hands it to the outbox; to discard it is to leave it in the inbox, so that it has no effect ever.

use std::collections::HashMap;

use async_trait::async_trait;
use ids::EventId;
use jiff::Timestamp;
use storage::StoreError;

use crate::Envelope;

/// What is known of a parked event. Its payload stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// Its id.
    pub id: EventId,
    /// The queue on which it arrived, and to which it goes again.
    pub queue: String,
    /// Its name, as it came.
    pub kind: String,
    /// Who said so, as it came.
    pub source: String,
    /// The notification it is about, as it came; empty where it named none.
    pub subject: String,
    /// The authority whose notification it is about, as it came.
    pub owner: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was put aside.
    pub parked_at: Timestamp,
    /// Why it could not be handled.
    pub reason: String,
    /// The bytes of its payload.
    pub size: u64,
}

impl Parked {
    /// Its place in the order of being parked.
    pub fn place(&self) -> Place {
        Place { parked_at: self.parked_at, id: self.id }
    }
}

/// A place in the order in which events were parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When.
    pub parked_at: Timestamp,
    /// Which of those of one moment.
    pub id: EventId,
}

/// A page of parked events, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Those of one queue alone.
    pub queue: Option<&'a str>,
    /// Those after a place alone.
    pub after: Option<Place>,
    /// How many at most.
    pub at_most: u32,
}

/// Which parked events are meant.
#[derive(Debug, Clone, Copy)]
pub enum Chosen<'a> {
    /// These.
    Ids(&'a [EventId]),
    /// The oldest of a queue.
    Oldest {
        /// The queue.
        queue: &'a str,
        /// How many at most.
        at_most: u32,
    },
}

/// Where an event stands in the store of the service that parked it, or that it was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is parked.
    Parked,
    /// It is in the outbox, on its way to the queue.
    UnderWay,
    /// It is in the inbox and not parked: its effect is committed, or it was discarded.
    Taken,
    /// It is in none of them: the broker has it, or somebody else's reader, or it never was here.
    Elsewhere,
}

/// Makes the event that tells audit what was done with a parked event.
pub type Tell<'a> = &'a (dyn Fn(&Parked) -> Envelope + Send + Sync);

/// The parked events of one service.
#[async_trait]
pub trait ParkedEvents: Send + Sync {
    /// A page of them, oldest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn list(&self, page: Page<'_>) -> Result<Vec<Parked>, StoreError>;

    /// Those of `events` that are parked, oldest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn find(&self, events: &[EventId]) -> Result<Vec<Parked>, StoreError>;

    /// How many are parked on each queue.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn count(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Where each of `events` stands.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn state_of(&self, events: &[EventId]) -> Result<HashMap<EventId, State>, StoreError>;

    /// Sends parked events to their queues again, each to its own alone, and tells of it in the same transaction. Returns
    /// those that go, oldest first. An event that is not parked, and one of which an earlier copy is still in the outbox,
    /// stays as it is: that copy would be settled, and the retry with it.
    ///
    /// # Errors
    /// Where the store cannot be written: then nothing has changed.
    async fn retry(&self, chosen: Chosen<'_>, tell: Tell<'_>) -> Result<Vec<Parked>, StoreError>;

    /// Gives parked events up for ever: they stay in the inbox, and a later delivery has no effect. Tells of it in the same
    /// transaction. Returns those that were given up, oldest first.
    ///
    /// # Errors
    /// Where the store cannot be written: then nothing has changed.
    async fn discard(&self, chosen: Chosen<'_>, tell: Tell<'_>) -> Result<Vec<Parked>, StoreError>;
}
