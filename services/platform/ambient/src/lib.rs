//! Time and chance as arguments (promise 8): everything that needs the time of day or a random number is
//! given an [`Ambient`]. The system's clock and random source are read in this file and nowhere else.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// Draws random bytes.
pub trait Chance: Send + Sync {
    /// Fills `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// A clock and a source of chance, cheap to clone and to hand on.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

impl Ambient {
    /// The machine's own clock and random source.
    pub fn system() -> Self {
        Self::new(SystemClock, SystemChance)
    }

    /// The clock and the source given.
    pub fn new(clock: impl Clock + 'static, chance: impl Chance + 'static) -> Self {
        Self { clock: Arc::new(clock), chance: Arc::new(chance) }
    }

    /// The time now in whole microseconds: what every store keeps, cut when the time is made.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// A version 7 UUID: sorts by the time it was made, so that indexes grow at their end.
    pub fn uuid(&self) -> Uuid {
        let milliseconds = u64::try_from(self.clock.now().as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &self.bytes()).into_uuid()
    }
}

impl fmt::Debug for Ambient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Ambient")
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The machine's random source.
#[derive(Debug, Clone, Copy)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the random source")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("without a random source no receipt could be told from another");
    }
}

/// A clock that stands still until it is set, for tests.
#[derive(Debug, Clone)]
pub struct SetClock {
    microseconds: Arc<AtomicI64>,
}

impl SetClock {
    /// A clock that stands at `time`.
    pub fn at(time: Timestamp) -> Self {
        Self { microseconds: Arc::new(AtomicI64::new(time.as_microsecond())) }
    }

    /// Moves the clock, and every clone of it, to `time`.
    pub fn set(&self, time: Timestamp) {
        self.microseconds.store(time.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.microseconds.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Chance that repeats: the same seed draws the same bytes (SplitMix64). For tests, never for secrets.
#[derive(Debug)]
pub struct SeededChance {
    state: AtomicU64,
}

impl SeededChance {
    /// Chance from a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut drawn = self.state.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        drawn ^ (drawn >> 31)
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_does_not() {
        let draw = |seed| Ambient::new(SystemClock, SeededChance::new(seed)).bytes::<24>();
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn a_time_has_whole_microseconds_and_moves_when_it_is_set() {
        let clock = SetClock::at("2026-03-29T00:59:59.123456789Z".parse().expect("a time"));
        let ambient = Ambient::new(clock.clone(), SystemChance);
        assert_eq!(ambient.now().to_string(), "2026-03-29T00:59:59.123456Z");
        clock.set("2026-03-29T01:00:00Z".parse().expect("a time"));
        assert_eq!(ambient.now().to_string(), "2026-03-29T01:00:00Z");
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let clock = SetClock::at("2026-03-29T00:00:00Z".parse().expect("a time"));
        let ambient = Ambient::new(clock.clone(), SystemChance);
        let earlier = ambient.uuid();
        clock.set("2026-03-29T00:00:01Z".parse().expect("a time"));
        assert!(earlier < ambient.uuid());
    }
}
