//! Holds concurrent revisions together, first ones and later ones alike: whatever has come in while commits were under way
//! shares the next one. A lone revision is committed at once; under load, each waits some milliseconds for company.
//!
//! The queue is bounded by count and by bytes. When the disk is slower than the senders, they wait their turn instead of
//! filling memory, and no longer than a bound: then they are told to send it again, which is answered with the receipt
//! where it was held all the same. While too much waits in the outbox, what was held before is told and nothing is held.

use std::sync::Arc;
use std::time::Duration;

use contracts::notification::v1::RevisionKind;
use ids::Reference;
use lifecycle::{CancellationToken, Lifecycle, pause};
use storage::StoreError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, oneshot};
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use tracing::{Instrument, info_span};

use crate::back_pressure::BackPressure;
use crate::measures::{COMMIT_SIZE, HELD};
use crate::store::{Candidate, Holding, Store};

/// Submissions that may wait for a commit.
const WAITING: usize = 1024;

/// For so long at least a batch takes one of the places that a store has for commits side by side. Whoever comes to a free
/// place waits for nobody; who does not, shares the next commit with all that have come by then.
const BETWEEN_COMMITS: Duration = Duration::from_millis(5);

/// How long a sender waits for its answer: longer than a statement of the database may take (15 s), and shorter than the
/// half minute after which many clients give up.
pub const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// What may be held at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most candidates that share a commit.
    pub largest_commit: usize,
    /// The most bytes that wait for a commit; senders beyond wait their turn.
    pub largest_backlog: usize,
    /// How long a sender waits for its answer, and a batch for the store's.
    pub longest_wait: Duration,
}

/// The way to hold a candidate.
#[derive(Debug, Clone)]
pub struct HoldTogether {
    queue: mpsc::Sender<Submission>,
    backlog: Arc<Semaphore>,
    limits: Limits,
}

#[derive(Debug)]
struct Submission {
    candidate: Candidate,
    answer: oneshot::Sender<Result<Holding, NotHeld>>,
    /// Its bytes of the backlog, which are its own as long as it is in memory, whether its sender waits or not.
    _room: OwnedSemaphorePermit,
}

/// Why a candidate is not held, as far as is known. A sender that sends it again as it is gets its receipt, where it was
/// held all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotHeld {
    /// The reference drawn for it is another notification's.
    #[error("the reference drawn is taken")]
    ReferenceTaken,
    /// The store could not hold it now, or could not confirm that it does.
    #[error("the store cannot hold it now")]
    StoreUnavailable,
    /// The store did not answer in time.
    #[error("the store did not answer in time")]
    NotInTime,
    /// Too many events wait to be delivered: nothing new is taken, and nothing of it is stored.
    #[error("too many events wait to be delivered for anything new to be taken")]
    TooMuchWaits,
    /// Lapwing is stopping.
    #[error("this server is stopping")]
    Stopping,
}

impl HoldTogether {
    /// Starts holding, until the lifecycle stops: what has come in by then is still held. Tells through `changes` which
    /// notifications have a new revision. Under `pressure` nothing new is held.
    pub fn start(
        store: Arc<dyn Store>,
        changes: broadcast::Sender<Reference>,
        limits: Limits,
        pressure: BackPressure,
        lifecycle: &Lifecycle,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        let holder = Arc::new(Holder { store, changes, limits, pressure });
        lifecycle.run(holder.hold_batches(waiting, lifecycle.stopping()));
        Self { queue, backlog: Arc::new(Semaphore::new(limits.largest_backlog)), limits }
    }

    /// Holds a candidate durably, or finds what was held before.
    ///
    /// # Errors
    /// [`NotHeld`], at the latest after the longest wait.
    pub async fn hold(&self, candidate: Candidate) -> Result<Holding, NotHeld> {
        let answered = timeout(self.limits.longest_wait, self.queued(candidate)).await;
        answered.unwrap_or(Err(NotHeld::NotInTime))
    }

    async fn queued(&self, candidate: Candidate) -> Result<Holding, NotHeld> {
        let bytes = candidate.size().min(self.limits.largest_backlog);
        let room = self.backlog.clone().acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX)).await;
        let room = room.map_err(|_| NotHeld::Stopping)?;
        let (answer, answered) = oneshot::channel();
        let submission = Submission { candidate, answer, _room: room };
        self.queue.send(submission).await.map_err(|_| NotHeld::Stopping)?;
        answered.await.map_err(|_| NotHeld::Stopping)?
    }
}

/// Whoever holds what has come in.
struct Holder {
    store: Arc<dyn Store>,
    changes: broadcast::Sender<Reference>,
    limits: Limits,
    pressure: BackPressure,
}

impl Holder {
    /// As many batches are under way at once as the store commits side by side: what comes in meanwhile waits, and so
    /// shares the next one.
    async fn hold_batches(self: Arc<Self>, mut waiting: mpsc::Receiver<Submission>, stop: CancellationToken) {
        let at_once = self.store.commits_at_once();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() >= at_once {
                ended(under_way.join_next().await);
            }
            let mut batch = Vec::new();
            let received = tokio::select! {
                received = waiting.recv_many(&mut batch, self.limits.largest_commit) => received,
                () = stop.cancelled(), if !waiting.is_closed() => {
                    // Closed, the queue takes nothing new and gives out what it has.
                    waiting.close();
                    continue;
                }
            };
            if received == 0 {
                break;
            }
            let holder = self.clone();
            under_way.spawn(async move {
                // Its place is taken for a moment at least: under load, commits are then few and large.
                let never = CancellationToken::new();
                futures::join!(holder.answer(batch), pause(BETWEEN_COMMITS, &never));
            });
        }
        while let Some(last) = under_way.join_next().await {
            ended(Some(last));
        }
    }

    /// Holds or finds what has come in, and answers each sender.
    async fn answer(&self, batch: Vec<Submission>) {
        // Whoever waits no more was told to send it again, or has gone: when the store hung, that is all who waited.
        let batch = batch.into_iter().filter(|submission| !submission.answer.is_closed());
        let (candidates, senders): (Vec<_>, Vec<_>) =
            batch.map(|Submission { candidate, answer, _room }| (candidate, (answer, _room))).unzip();
        if candidates.is_empty() {
            return;
        }
        let at_once = info_span!(target: "lapwing", parent: None, "hold", otel.name = "hold together");
        let at_once = telemetry::together(at_once, candidates.iter().map(|candidate| &candidate.cause));
        let store = self.store.as_ref();
        let held = if self.pressure.is_on() {
            timeout(self.limits.longest_wait, find_batch(store, &candidates).instrument(at_once)).await
        } else {
            timeout(self.limits.longest_wait, hold_batch(store, &candidates).instrument(at_once)).await
        };
        let held = held.unwrap_or_else(|_| {
            tracing::error!(
                notifications = candidates.len(),
                "the store did not answer in time; is the database there?"
            );
            vec![Err(NotHeld::NotInTime); candidates.len()]
        });
        for (((answer, _room), holding), candidate) in senders.into_iter().zip(held).zip(&candidates) {
            if matches!(holding, Ok(Holding::New { .. })) {
                HELD.add(1, &[kind_name(candidate.kind)]);
                // Nobody watching is no error.
                let _watchers = self.changes.send(candidate.receipt.reference);
            }
            // A sender that went away is not told; what it sent is held, and sending it again gives the receipt.
            let _gone = answer.send(holding);
        }
    }
}

fn kind_name(kind: RevisionKind) -> &'static str {
    match kind {
        RevisionKind::Submitted => "submitted",
        RevisionKind::Amended => "amended",
        RevisionKind::Withdrawn => "withdrawn",
        RevisionKind::HandedOver => "handed_over",
        RevisionKind::Unspecified => "other",
    }
}

/// Senders of a batch that panicked are told to send again, for their answers are gone; whoever wrote the panic said why.
fn ended(batch: Option<Result<(), JoinError>>) {
    if let Some(Err(error)) = batch {
        tracing::error!(%error, "a batch ended without its answers");
    }
}

/// Finds what was held before of a batch, and holds nothing: what is new is refused.
async fn find_batch(store: &dyn Store, candidates: &[Candidate]) -> Vec<Result<Holding, NotHeld>> {
    let taken = |holding| match holding {
        Holding::New { .. } => Err(NotHeld::TooMuchWaits),
        told => Ok(told),
    };
    match store.look_up(candidates).await {
        Ok(holdings) => holdings.into_iter().map(taken).collect(),
        Err(error) => vec![Err(not_held(&error)); candidates.len()],
    }
}

/// Holds a batch; where one candidate spoils it, each alone.
async fn hold_batch(store: &dyn Store, candidates: &[Candidate]) -> Vec<Result<Holding, NotHeld>> {
    #[expect(clippy::cast_precision_loss, reason = "a batch is of hundreds")]
    COMMIT_SIZE.record(candidates.len() as f64, &[]);
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
        Err(error) => vec![Err(not_held(&error)); candidates.len()],
    }
}

fn not_held(error: &StoreError) -> NotHeld {
    if error.is_unique_violation() {
        return NotHeld::ReferenceTaken;
    }
    tracing::error!(%error, "notifications could not be held");
    NotHeld::StoreUnavailable
}
