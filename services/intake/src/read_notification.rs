//! Reads an authority's own notification back, and watches where it stands: until the panel has acknowledged its newest
//! revision, or that one withdraws it, or it is erased. A revision that comes later is for a watch of its own.

use std::sync::Arc;
use std::time::Duration;

use contracts::notification::v1::{Stage, Status};
use futures::Stream;
use ids::Reference;
use lifecycle::CancellationToken;
use storage::StoreError;
use tokio::sync::broadcast;

use crate::store::{HeldNotification, Key, Store};

/// The use case.
#[derive(Clone)]
pub struct ReadNotification {
    store: Arc<dyn Store>,
    changes: broadcast::Sender<Reference>,
}

impl ReadNotification {
    /// Reads from `store`, and hears of `changes`.
    pub fn new(store: Arc<dyn Store>, changes: broadcast::Sender<Reference>) -> Self {
        Self { store, changes }
    }

    /// An authority's own notification and where it stands.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn read(
        &self,
        authority: &str,
        key: &Key,
    ) -> Result<Option<(HeldNotification, Status)>, StoreError> {
        let Some(held) = self.store.find(authority, key).await? else {
            return Ok(None);
        };
        let status = self.store.status(authority, held.receipt.receipt.reference).await?;
        Ok(status.map(|status| (held, status)))
    }

    /// Where an authority's own notification stands: now, and after each change, until its newest revision is
    /// acknowledged or withdraws it, or the server stops. `None` where the authority has no such notification.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn watch(
        &self,
        authority: String,
        reference: Reference,
        stop: CancellationToken,
    ) -> Result<Option<impl Stream<Item = Result<Status, WatchEnded>> + Send + 'static>, StoreError> {
        // Listening starts before the first reading, so that no change falls between.
        let changes = self.changes.subscribe();
        let Some(status) = self.store.status(&authority, reference).await? else {
            return Ok(None);
        };
        let told = status.clone();
        let watch = Watch { store: self.store.clone(), changes, authority, reference, told, stop };
        Ok(Some(futures::stream::unfold(Some((watch, Some(status))), step)))
    }
}

/// How often a watch reads its notification anew though nothing was heard: what another replica has committed is not heard
/// here.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// Why a watch ended before the panel had acknowledged the notification.
#[derive(Debug, thiserror::Error)]
pub enum WatchEnded {
    /// The server stops.
    #[error("this server is stopping")]
    Stopping,
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

struct Watch {
    store: Arc<dyn Store>,
    changes: broadcast::Receiver<Reference>,
    authority: String,
    reference: Reference,
    /// What was told last.
    told: Status,
    stop: CancellationToken,
}

type Step = Option<(Watch, Option<Status>)>;

/// One step of the stream: the status that is ready, or the next change.
async fn step(state: Step) -> Option<(Result<Status, WatchEnded>, Step)> {
    let (mut watch, ready) = state?;
    let status = match ready {
        Some(status) => status,
        None => match watch.changed().await {
            Ok(status) => status,
            Err(ended) => return Some((Err(ended), None)),
        },
    };
    // The last step is told, and then there is nothing left to wait for.
    let ended = matches!(status.stage(), Stage::Acknowledged | Stage::Withdrawn) || status.erasure.is_some();
    let next = (!ended).then_some((watch, None));
    Some((Ok(status), next))
}

impl Watch {
    /// Waits until this notification has taken a step, or its hand-over has, that was not told.
    async fn changed(&mut self) -> Result<Status, WatchEnded> {
        loop {
            let change = tokio::select! {
                change = tokio::time::timeout(LOOK_AGAIN, self.changes.recv()) => change,
                () = self.stop.cancelled() => return Err(WatchEnded::Stopping),
            };
            match change.unwrap_or(Ok(self.reference)) {
                Ok(reference) if reference != self.reference => (),
                // Ours, or so many at once that ours may be among those missed, or time to see what other replicas did.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                    let status =
                        self.store.status(&self.authority, self.reference).await?.unwrap_or_default();
                    if status != self.told {
                        self.told = status.clone();
                        return Ok(status);
                    }
                }
                Err(broadcast::error::RecvError::Closed) => return Err(WatchEnded::Stopping),
            }
        }
    }
}
