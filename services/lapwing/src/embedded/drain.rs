//! The way down: waits until the outboxes are empty, and says how it ended.

use std::time::Duration;

use lifecycle::{CancellationToken, Ending, pause};
use storage::StoreError;

use super::Services;

/// How often the outboxes are looked at on the way down.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What is under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Events that not every receiver holds yet.
    pub events: u64,
    /// Events put aside because they could not be handled.
    pub parked: u64,
}

/// How a world stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Every call was answered and every event delivered.
    Drained,
    /// Every call was answered, and so many events were put aside because they could not be handled.
    Parked(u64),
    /// Time ran out with events in the outboxes; they go on at the next start.
    Waiting(Waiting),
    /// Calls were cut off; whoever has no receipt sends again.
    CallsCutOff,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Drained => {
                formatter.write_str("stopped: every call was answered and every event delivered")
            }
            Self::Parked(parked) => write!(
                formatter,
                "stopped: every call was answered; {parked} events could not be handled and are parked, the log says why"
            ),
            Self::Waiting(waiting) => write!(
                formatter,
                "stopped: {} events wait in the outboxes and go on at the next start; nothing is lost",
                waiting.events
            ),
            Self::CallsCutOff => {
                formatter.write_str("stopped: some calls were cut off; whoever has no receipt sends again")
            }
        }
    }
}

/// What waits in the outboxes and what is parked. An event leaves its outbox only after its receivers have committed
/// what they tell because of it, and the outboxes are read in the direction of the facts: zero everywhere means that all
/// is delivered. Intake is read again after eligibility, because a finding may make it offer a hand-over.
pub(super) async fn waiting(services: &Services) -> Result<Waiting, StoreError> {
    let mut waiting = Waiting::default();
    let [intake, eligibility, triage, audit] = services.post_rooms();
    let before = intake.outbox.waiting().await?;
    waiting.events += eligibility.outbox.waiting().await?;
    waiting.events += before.max(intake.outbox.waiting().await?);
    waiting.events += triage.outbox.waiting().await?;
    waiting.events += audit.outbox.waiting().await?;
    for post_room in [intake, eligibility, triage, audit] {
        waiting.parked += post_room.parked().await?;
    }
    Ok(waiting)
}

/// Waits for empty outboxes, at most so long.
pub(super) async fn drain(services: &Services, calls: Ending, at_most: Duration) -> Stopped {
    let never = CancellationToken::new();
    let emptied = async {
        loop {
            match waiting(services).await {
                Ok(waiting) if waiting.events == 0 => return,
                Ok(_) => (),
                Err(error) => tracing::warn!(%error, "the outboxes cannot be counted"),
            }
            pause(LOOK_AGAIN, &never).await;
        }
    };
    let emptied = tokio::time::timeout(at_most, emptied).await;
    let left = waiting(services).await.unwrap_or_default();
    match (emptied, calls) {
        (Err(_), _) => Stopped::Waiting(left),
        (Ok(()), Ending::CutShort) => Stopped::CallsCutOff,
        (Ok(()), Ending::Drained) if left.parked > 0 => Stopped::Parked(left.parked),
        (Ok(()), Ending::Drained) => Stopped::Drained,
    }
}
