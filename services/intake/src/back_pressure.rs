//! Back pressure: while more events wait in the outbox than the settings allow, nothing new is taken.
//!
//! What a reader would get wrong: it is the outbox that counts, and not the broker. However long the broker is away, nothing
//! is refused as long as there is room for what waits, and what was held before is told again also where there is none.
//! The outbox is measured about once a second, by one task, and never for a call: what comes within that second may take it
//! over the bound.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ambient::Ambient;
use delivery::Outbox;
use jiff::Timestamp;
use lifecycle::{CancellationToken, Lifecycle, pause};
use storage::StoreError;

/// How long one measurement counts.
const BETWEEN_MEASUREMENTS: Duration = Duration::from_secs(1);

/// From where on nothing new is taken.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// So many events that wait.
    pub largest_outbox: NonZeroU64,
    /// An event that has waited so long; without one, age never counts.
    pub oldest_event: Option<Duration>,
}

/// Whether anything new is taken just now; clones tell the same.
#[derive(Debug, Clone, Default)]
pub struct BackPressure {
    full: Arc<AtomicBool>,
}

/// What was measured.
struct Measured {
    waiting: u64,
    oldest: Option<Duration>,
}

impl BackPressure {
    /// Starts measuring, until the lifecycle stops.
    pub fn start(outbox: Arc<dyn Outbox>, bounds: Bounds, ambient: Ambient, lifecycle: &Lifecycle) -> Self {
        let pressure = Self::default();
        let stop = lifecycle.stopping();
        lifecycle.run(pressure.clone().measure_on(outbox, bounds, ambient, stop));
        pressure
    }

    /// Whether too much waits for anything new to be taken.
    pub fn is_on(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    async fn measure_on(
        self,
        outbox: Arc<dyn Outbox>,
        bounds: Bounds,
        ambient: Ambient,
        stop: CancellationToken,
    ) {
        loop {
            // A hanging database must not hold up the way down.
            let measured = tokio::select! {
                measured = measure(outbox.as_ref(), ambient.now()) => measured,
                () = stop.cancelled() => return,
            };
            match measured {
                Ok(measured) => self.heed(&measured, bounds),
                // What was measured last counts on: whether anything can be held, holding it will tell.
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be measured; is the database there?");
                }
            }
            if !pause(BETWEEN_MEASUREMENTS, &stop).await {
                return;
            }
        }
    }

    fn heed(&self, measured: &Measured, bounds: Bounds) {
        let full = measured.is_beyond(bounds);
        let before = self.full.swap(full, Ordering::Relaxed);
        let (waiting, seconds) = (measured.waiting, measured.oldest.map(|age| age.as_secs()));
        if full && !before {
            tracing::error!(
                waiting,
                oldest_seconds = seconds,
                "new notifications are refused: too many events wait in the outbox, or too long; see why they do not \
                 leave (the broker, its queues), or raise largest_outbox or oldest_event of intake where there is room"
            );
        } else if before && !full {
            tracing::info!(waiting, "new notifications are taken again: the outbox is below its bound");
        }
    }
}

impl Measured {
    fn is_beyond(&self, bounds: Bounds) -> bool {
        let too_old = bounds.oldest_event.is_some_and(|most| self.oldest.is_some_and(|age| age >= most));
        self.waiting >= bounds.largest_outbox.get() || too_old
    }
}

async fn measure(outbox: &dyn Outbox, now: Timestamp) -> Result<Measured, StoreError> {
    let (waiting, oldest) = (outbox.waiting().await?, outbox.oldest().await?);
    // An event from after now, by another replica's clock, has waited no time at all.
    let age = oldest.map(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default());
    Ok(Measured { waiting, oldest: age })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_beyond(waiting: u64, oldest: Option<u64>, largest_outbox: u64, oldest_event: Option<u64>) -> bool {
        let bounds = Bounds {
            largest_outbox: NonZeroU64::new(largest_outbox).expect("a bound"),
            oldest_event: oldest_event.map(Duration::from_secs),
        };
        Measured { waiting, oldest: oldest.map(Duration::from_secs) }.is_beyond(bounds)
    }

    #[test]
    fn below_the_bound_nothing_is_refused_however_long_events_wait() {
        assert!(!is_beyond(9, Some(1_000_000_000), 10, None));
        assert!(is_beyond(10, Some(0), 10, None));
    }

    #[test]
    fn where_an_age_is_set_it_counts_besides() {
        assert!(is_beyond(1, Some(60), 10, Some(60)));
        assert!(!is_beyond(1, Some(59), 10, Some(60)));
        assert!(!is_beyond(0, None, 10, Some(60)));
    }
}
