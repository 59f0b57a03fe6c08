//! Holds concurrent revisions together, first ones and later ones alike: whatever has come in while the last commit was
//! under way shares the next one. Nobody waits for company: a lone revision is committed at once.
//!
//! The queue is bounded by count and by bytes. When the disk is slower than the senders, they wait their turn instead of
//! filling memory.

use std::sync::Arc;

use ids::Reference;
use lifecycle::{CancellationToken, Lifecycle};
use storage::StoreError;
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};

use crate::store::{Candidate, Holding, Store};

/// Submissions that may wait for a commit.
const WAITING: usize = 1024;

/// The way to hold a candidate.
#[derive(Debug, Clone)]
pub struct HoldTogether {
    queue: mpsc::Sender<Submission>,
    backlog: Arc<Semaphore>,
    largest_backlog: usize,
}

#[derive(Debug)]
struct Submission {
    candidate: Candidate,
    answer: oneshot::Sender<Result<Holding, NotHeld>>,
}

/// Why a candidate is not held. Nothing of it is stored then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotHeld {
    /// The reference drawn for it is another notification's.
    #[error("the reference drawn is taken")]
    ReferenceTaken,
    /// The store could not hold it now.
    #[error("the store cannot hold it now")]
    StoreUnavailable,
    /// Lapwing is stopping.
    #[error("this server is stopping")]
    Stopping,
}

impl HoldTogether {
    /// Starts holding, until the lifecycle stops: what has come in by then is still held. Tells through `changes` which
    /// notifications have a new revision.
    pub fn start(
        store: Arc<dyn Store>,
        changes: broadcast::Sender<Reference>,
        largest_commit: usize,
        largest_backlog: usize,
        lifecycle: &Lifecycle,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        lifecycle.run(hold_batches(store, changes, waiting, largest_commit, lifecycle.stopping()));
        Self { queue, backlog: Arc::new(Semaphore::new(largest_backlog)), largest_backlog }
    }

    /// Holds a candidate durably.
    ///
    /// # Errors
    /// [`NotHeld`].
    pub async fn hold(&self, candidate: Candidate) -> Result<Holding, NotHeld> {
        let bytes = candidate.size().min(self.largest_backlog);
        let room = self.backlog.acquire_many(u32::try_from(bytes).unwrap_or(u32::MAX)).await;
        let _room = room.map_err(|_| NotHeld::Stopping)?;
        let (answer, answered) = oneshot::channel();
        self.queue.send(Submission { candidate, answer }).await.map_err(|_| NotHeld::Stopping)?;
        answered.await.map_err(|_| NotHeld::Stopping)?
    }
}

async fn hold_batches(
    store: Arc<dyn Store>,
    changes: broadcast::Sender<Reference>,
    mut waiting: mpsc::Receiver<Submission>,
    largest_commit: usize,
    stop: CancellationToken,
) {
    let mut batch = Vec::with_capacity(largest_commit);
    loop {
        let received = tokio::select! {
            received = waiting.recv_many(&mut batch, largest_commit) => received,
            () = stop.cancelled(), if !waiting.is_closed() => {
                // Closed, the queue takes nothing new and gives out what it has.
                waiting.close();
                continue;
            }
        };
        if received == 0 {
            return;
        }
        let (candidates, answers): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|submission| (submission.candidate, submission.answer)).unzip();
        let held = hold_batch(store.as_ref(), &candidates).await;
        for ((answer, holding), candidate) in answers.into_iter().zip(held).zip(&candidates) {
            if matches!(holding, Ok(Holding::New { .. })) {
                // Nobody watching is no error.
                let _watchers = changes.send(candidate.receipt.reference);
            }
            // A sender that went away is not told; what it sent is held, and sending it again gives the receipt.
            let _gone = answer.send(holding);
        }
    }
}

/// Holds a batch; where one candidate spoils it, each alone.
async fn hold_batch(store: &dyn Store, candidates: &[Candidate]) -> Vec<Result<Holding, NotHeld>> {
    match store.hold(candidates).await {
        Ok(holdings) => holdings.into_iter().map(Ok).collect(),
        Err(error) if error.is_unique_violation() && candidates.len() > 1 => {
            let mut held = Vec::with_capacity(candidates.len());
            for candidate in candidates {
                held.extend(store.hold(std::slice::from_ref(candidate)).await.map_or_else(
                    |error| vec![Err(not_held(&error))],
                    |holdings| holdings.into_iter().map(Ok).collect(),
                ));
            }
            held
        }
        Err(error) => candidates.iter().map(|_| Err(not_held(&error))).collect(),
    }
}

fn not_held(error: &StoreError) -> NotHeld {
    if error.is_unique_violation() {
        return NotHeld::ReferenceTaken;
    }
    tracing::error!(%error, "notifications could not be held");
    NotHeld::StoreUnavailable
}
