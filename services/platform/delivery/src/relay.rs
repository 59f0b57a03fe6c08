//! Claims events from a sender's outbox in batches, has them carried, and takes out what has arrived.

use std::sync::Arc;
use std::time::Duration;

use lifecycle::{BackOff, CancellationToken, pause};
use storage::StoreError;

use crate::measures::SENT;
use crate::{Carrier, Outbox};

/// Events in a batch: enough to share a commit among many, few enough to keep a batch under a few megabytes.
const BATCH: u32 = 256;

/// How long the store may take to give out a batch, or to take it back: as long as a statement of a database may (15 s), and
/// some more. Where nothing comes back at all, the claim is dropped and the events are claimed again.
const LONGEST: Duration = Duration::from_secs(20);

/// How long a relay that found nothing waits for a commit of its own process before it looks again: what another replica
/// has left behind makes no sound here.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Carries one sender's events. Several may run on one outbox where its database can tell claims apart.
pub struct Relay {
    outbox: Arc<dyn Outbox>,
    carrier: Arc<dyn Carrier>,
}

/// How long a relay lets events gather after a batch that was not full: under load, batches are then few and large.
const GATHERS: Duration = Duration::from_millis(3);

/// What came of one batch.
enum Round {
    Empty,
    /// All of it has arrived; whether it was full.
    Arrived {
        full: bool,
    },
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
                Ok(Round::Arrived { full }) => {
                    back_off = BackOff::default();
                    if !full {
                        pause(GATHERS, &stop).await;
                    }
                }
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
        let claim = in_time("claim events", self.outbox.claim(BATCH)).await?;
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
        in_time("take delivered events from the outbox", claim.settle(&arrived)).await?;
        faults::pass("relay", "settled");
        SENT.add(arrived.len() as u64, &["send"]);
        let full = u32::try_from(number).is_ok_and(|number| number >= BATCH);
        Ok(if arrived.len() == number { Round::Arrived { full } } else { Round::Held })
    }

    async fn wait_for_commit(&self, stop: &CancellationToken) {
        futures::future::select(
            std::pin::pin!(self.outbox.committed()),
            std::pin::pin!(pause(LOOK_AGAIN, stop)),
        )
        .await;
    }
}

async fn in_time<T>(
    doing: &'static str,
    asking: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let answered = tokio::time::timeout(LONGEST, asking).await;
    answered.unwrap_or_else(|_| Err(StoreError::not_in_time(doing)))
}
