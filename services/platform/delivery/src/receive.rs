//! How a receiver takes events: in batches, with the span of each already joined to its trace.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ids::EventId;
use storage::StoreError;
use tracing::{Span, info_span};

use crate::Envelope;

/// A receiver's end of a queue.
#[async_trait]
pub trait Subscriber: Send + Sync {
    /// The queue's name, such as `eligibility.notifications`.
    fn queue(&self) -> &'static str;

    /// Whether events of this name belong on the queue.
    fn hears(&self, kind: &str) -> bool;

    /// How long events may gather after a batch before the next is taken, where they come one by one: the longer, the fewer
    /// and the larger batches are, and the later their effects.
    fn gathers(&self) -> Duration {
        Duration::from_millis(3)
    }

    /// Takes the effect of each event that has not been taken before, all in one transaction with the inbox.
    ///
    /// # Errors
    /// [`HandlingError`]: the batch then has no effect at all and is delivered again.
    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError>;
}

/// Whoever keeps what cannot be handled.
#[async_trait]
pub trait Keeper: Send + Sync {
    /// Puts an event aside that came on a queue, with the reason, and marks it in the inbox. One that is there already, or
    /// has had its effect, stays as it is.
    ///
    /// # Errors
    /// Where the store cannot be written.
    async fn park(&self, queue: &str, envelope: &Envelope, reason: &str) -> Result<(), StoreError>;
}

/// A subscriber, and whoever keeps what it cannot handle.
#[derive(Clone)]
pub struct Receiver {
    /// Takes the effects.
    pub subscriber: Arc<dyn Subscriber>,
    /// Keeps the rest.
    pub keeper: Arc<dyn Keeper>,
}

/// Why a batch had no effect.
#[derive(Debug, thiserror::Error)]
pub enum HandlingError {
    /// Something around the handler is out of order; the same batch will do later.
    #[error(transparent)]
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// The batch holds an event that will never do.
    #[error(transparent)]
    Refused(Box<dyn std::error::Error + Send + Sync>),
}

impl From<StoreError> for HandlingError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { .. } => Self::Unavailable(error.into()),
            StoreError::Refused { .. } | StoreError::Impossible { .. } => Self::Refused(error.into()),
        }
    }
}

/// An event that has arrived, with the span under which it is processed.
#[derive(Debug)]
pub struct Delivered {
    /// The event.
    pub envelope: Envelope,
    span: Span,
}

impl Delivered {
    /// An event that has arrived on a queue. Its span is a child of whatever caused the event, so that one
    /// notification is one trace through all services.
    pub fn on(queue: &'static str, envelope: Envelope) -> Self {
        let span = info_span!(
            target: "lapwing",
            "process",
            otel.name = format!("process {queue}"),
            otel.kind = "consumer",
            messaging.operation.name = "process",
            messaging.operation.type = "process",
            messaging.destination.name = queue,
            messaging.message.id = %envelope.id,
            lapwing.reference = crate::shown::reference(&envelope.subject),
        );
        // A link says what it is to whoever follows messages, and the parent keeps one notification in one trace.
        envelope.trace.adopt(&span);
        envelope.trace.link(&span);
        Self { envelope, span }
    }

    /// The span under which it is processed.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Runs something as part of processing this event: what it causes joins the event's trace.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }
}

/// What a use case made of one event: an effect on the receiver's own store, and what is told in turn.
#[derive(Debug, Clone)]
pub struct Heard<Effect> {
    /// The event.
    pub event: EventId,
    /// What changes in the receiver's store.
    pub effect: Effect,
    /// What the receiver tells others because of it.
    pub outgoing: Vec<Envelope>,
}
