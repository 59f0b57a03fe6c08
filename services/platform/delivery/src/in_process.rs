//! Carries events to receivers in the same process, without a broker.

use async_trait::async_trait;
use futures::future::join_all;
use ids::EventId;
use lifecycle::CancellationToken;

use crate::deliver::{Delivery, deliver};
use crate::{Carrier, Envelope, Receiver, Subscriber};

/// All receivers of a process.
pub struct InProcess {
    receivers: Vec<Receiver>,
}

impl InProcess {
    /// Carries each event to those of `receivers` that hear it.
    pub fn new(receivers: Vec<Receiver>) -> Self {
        Self { receivers }
    }
}

#[async_trait]
impl Carrier for InProcess {
    /// All of the batch, or none where the word to stop came first: a batch stays in the outbox until every receiver
    /// holds it.
    async fn carry(&self, batch: &[Envelope], stop: &CancellationToken) -> Vec<EventId> {
        let deliveries = self.receivers.iter().map(|receiver| async {
            let heard: Vec<&Envelope> =
                batch.iter().filter(|envelope| is_for(receiver.subscriber.as_ref(), envelope)).collect();
            if heard.is_empty() { Delivery::Held } else { deliver(receiver, &heard, stop).await }
        });
        if join_all(deliveries).await.contains(&Delivery::Interrupted) {
            return Vec::new();
        }
        batch.iter().map(|envelope| envelope.id).collect()
    }
}

/// An event that is retried goes to the queue on which it was parked, and to no other.
fn is_for(subscriber: &dyn Subscriber, envelope: &Envelope) -> bool {
    match &envelope.route.queue {
        Some(queue) => queue == subscriber.queue(),
        None => subscriber.hears(&envelope.kind),
    }
}
