//! Claims events from a sender's outbox in batches, has them carried, and takes out what has arrived.

use std::sync::Arc;
use std::time::Duration;

use lifecycle::{BackOff, CancellationToken, pause};
use storage::StoreError;

use crate::{Carrier, Outbox};

/// Events in a batch: enough to share a commit among many, few enough to keep a batch under a few megabytes.
const BATCH: u32 = 256;

/// How long a relay that found nothing waits for a commit of its own process before it looks again: what another replica
/// has left behind makes no sound here.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Carries one sender's events. Several may run on one outbox where its database can tell claims apart.
pub struct Relay {
    outbox: Arc<dyn Outbox>,
    carrier: Arc<dyn Carrier>,
}

/// What came of one batch.
enum Round {
    Empty,
    Arrived,
    Held,
}

impl Relay {
    /// From an outbox, by a carrier.
    pub fn new(outbox: Arc<dyn Outbox>, carrier: Arc<dyn Carrier>) -> Self {
        Self { outbox, carrier }
    }

    /// Relays until told to stop. What has not arrived then stays in the outbox.
    pub async fn run(self, stop: CancellationToken) {
        let mut back_off = BackOff::default();
        while !stop.is_cancelled() {
            match self.relay_batch(&stop).await {
                Ok(Round::Empty) => self.wait_for_commit(&stop).await,
                Ok(Round::Arrived) => back_off = BackOff::default(),
                Ok(Round::Held) => {
                    if !back_off.wait(&stop).await {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the outbox cannot be read or written; events wait in it");
                    if !back_off.wait(&stop).await {
                        return;
                    }
                }
            }
        }
    }

    async fn relay_batch(&self, stop: &CancellationToken) -> Result<Round, StoreError> {
        let claim = self.outbox.claim(BATCH).await?;
        let number = claim.envelopes.len();
        if number == 0 {
            return Ok(Round::Empty);
        }
        faults::pass("relay", "claimed");
        let arrived = self.carrier.carry(&claim.envelopes, stop).await;
        if arrived.is_empty() {
            return Ok(Round::Held);
        }
        faults::pass("relay", "carried");
        claim.settle(&arrived).await?;
        faults::pass("relay", "settled");
        Ok(if arrived.len() == number { Round::Arrived } else { Round::Held })
    }

    async fn wait_for_commit(&self, stop: &CancellationToken) {
        futures::future::select(
            std::pin::pin!(self.outbox.committed()),
            std::pin::pin!(pause(LOOK_AGAIN, stop)),
        )
        .await;
    }
}
