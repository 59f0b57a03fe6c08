//! Delivery within one process: takes a sender's outbox in batches and hands each batch to every receiver.
//!
//! A batch leaves the outbox only after every receiver has committed. An event that cannot be handled never
//! holds up the others for long: it is delivered alone, and parked with its reason when that fails too.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::join_all;
use ids::EventId;
use lifecycle::{BackOff, CancellationToken};

use crate::sqlite::Outbox;
use crate::{Delivered, Envelope, HandlingError, Subscriber};

/// Events in a batch: enough to share a commit among many, few enough to keep a batch under a few megabytes.
const BATCH: u32 = 256;

/// Carries one sender's events to its receivers.
pub struct Relay {
    outbox: Outbox,
    receivers: Vec<Arc<dyn Subscriber>>,
}

/// What became of a batch at one receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Held,
    Interrupted,
}

impl Relay {
    /// From an outbox to those of `receivers` that hear the event.
    pub fn new(outbox: Outbox, receivers: Vec<Arc<dyn Subscriber>>) -> Self {
        Self { outbox, receivers }
    }

    /// Relays until told to stop. What is not delivered then stays in the outbox.
    pub async fn run(self, stop: CancellationToken) {
        let mut back_off = BackOff::default();
        while !stop.is_cancelled() {
            match self.relay_batch(&stop).await {
                Ok(0) => wait_for_commit(&self.outbox, &stop).await,
                Ok(_) => back_off = BackOff::default(),
                Err(error) => {
                    tracing::warn!(%error, "the outbox cannot be read; events wait in it");
                    if !back_off.wait(&stop).await {
                        return;
                    }
                }
            }
        }
    }

    /// Relays one batch, and returns how many events it had.
    async fn relay_batch(&self, stop: &CancellationToken) -> Result<usize, storage::StoreError> {
        let batch = self.outbox.oldest(BATCH).await?;
        if batch.is_empty() {
            return Ok(0);
        }
        let deliveries = self.receivers.iter().map(|receiver| deliver(receiver.as_ref(), &batch, stop));
        if join_all(deliveries).await.contains(&Delivery::Interrupted) {
            return Ok(batch.len());
        }
        let ids: Vec<EventId> = batch.iter().map(|envelope| envelope.id).collect();
        self.outbox.remove(&ids).await?;
        Ok(batch.len())
    }
}

async fn wait_for_commit(outbox: &Outbox, stop: &CancellationToken) {
    futures::future::select(std::pin::pin!(outbox.committed()), std::pin::pin!(stop.cancelled())).await;
}

/// Delivers a batch to one receiver, again and again while the receiver is out of order.
async fn deliver(receiver: &dyn Subscriber, batch: &[Envelope], stop: &CancellationToken) -> Delivery {
    let heard: Vec<&Envelope> = batch.iter().filter(|envelope| receiver.hears(&envelope.kind)).collect();
    if heard.is_empty() {
        return Delivery::Held;
    }
    match attempt(receiver, &heard, stop).await {
        Attempt::Held => Delivery::Held,
        Attempt::Interrupted => Delivery::Interrupted,
        Attempt::Refused(_) => deliver_singly(receiver, &heard, stop).await,
    }
}

/// Finds the event that spoils a batch by delivering each alone, and parks it.
async fn deliver_singly(
    receiver: &dyn Subscriber,
    heard: &[&Envelope],
    stop: &CancellationToken,
) -> Delivery {
    for envelope in heard {
        match attempt(receiver, &[*envelope], stop).await {
            Attempt::Held => (),
            Attempt::Interrupted => return Delivery::Interrupted,
            Attempt::Refused(reason) => {
                if park(receiver, envelope, &reason, stop).await == Delivery::Interrupted {
                    return Delivery::Interrupted;
                }
            }
        }
    }
    Delivery::Held
}

enum Attempt {
    Held,
    Refused(String),
    Interrupted,
}

/// One delivery, repeated while the receiver is unavailable. A panic counts as a refusal: the message that
/// made it must not take the others with it.
async fn attempt(receiver: &dyn Subscriber, heard: &[&Envelope], stop: &CancellationToken) -> Attempt {
    let mut back_off = BackOff::default();
    loop {
        let batch: Vec<Delivered> =
            heard.iter().map(|envelope| Delivered::on(receiver.queue(), (*envelope).clone())).collect();
        match AssertUnwindSafe(receiver.handle(&batch)).catch_unwind().await {
            Ok(Ok(())) => return Attempt::Held,
            Ok(Err(HandlingError::Refused(reason))) => return Attempt::Refused(reason.to_string()),
            Err(_) => return Attempt::Refused("the handler panicked; its log line says where".to_owned()),
            Ok(Err(HandlingError::Unavailable(error))) => {
                tracing::warn!(queue = receiver.queue(), %error, "delivery failed and will be tried again");
                if !back_off.wait(stop).await {
                    return Attempt::Interrupted;
                }
            }
        }
    }
}

async fn park(
    receiver: &dyn Subscriber,
    envelope: &Envelope,
    reason: &str,
    stop: &CancellationToken,
) -> Delivery {
    tracing::error!(queue = receiver.queue(), event = %envelope.id, kind = envelope.kind, reason, "parked an event that cannot be handled");
    let mut back_off = BackOff::default();
    let delivered = Delivered::on(receiver.queue(), envelope.clone());
    while let Err(error) = receiver.park(&delivered, reason).await {
        tracing::warn!(queue = receiver.queue(), %error, "an event could not be parked and will be tried again");
        if !back_off.wait(stop).await {
            return Delivery::Interrupted;
        }
    }
    Delivery::Held
}
