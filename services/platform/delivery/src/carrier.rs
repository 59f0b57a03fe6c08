//! What carries events from an outbox to their receivers.

use async_trait::async_trait;
use ids::EventId;
use lifecycle::CancellationToken;

use crate::Envelope;

/// A way for events to travel: within the process, or through a broker.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Carries a batch, and returns the ids of those that have arrived: every receiver holds them, or the broker does and
    /// has said so for each. The others are carried again.
    async fn carry(&self, batch: &[Envelope], stop: &CancellationToken) -> Vec<EventId>;
}
