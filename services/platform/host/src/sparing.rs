//! Log lines about strangers, sparingly: a flood of refusals must not fill the disk. Each kind of refusal has so many lines a
//! minute; the rest are counted, and the count is told with the next line that is written.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Lines of one kind in one span of time.
const LINES: u64 = 10;

/// The span of time.
const SPAN: Duration = Duration::from_secs(60);

/// Says of each kind of refusal whether it is to be written. Kinds are words of the program, never of a stranger.
#[derive(Debug, Default)]
pub(crate) struct Sparing {
    kinds: Mutex<HashMap<&'static str, Kind>>,
}

#[derive(Debug)]
struct Kind {
    since: Instant,
    seen: u64,
    unwritten: u64,
}

impl Sparing {
    /// Whether to write a line of this kind, and how many were left unwritten before it.
    pub(crate) fn line(&self, kind: &'static str) -> Option<u64> {
        let now = Instant::now();
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kinds.entry(kind).or_insert(Kind { since: now, seen: 0, unwritten: 0 });
        if now.duration_since(known.since) >= SPAN {
            (known.since, known.seen) = (now, 0);
        }
        known.seen += 1;
        if known.seen > LINES {
            known.unwritten += 1;
            return None;
        }
        Some(std::mem::take(&mut known.unwritten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_ten_lines_a_minute_and_a_count() {
        let sparing = Sparing::default();
        let written = (0..1000).filter(|_| sparing.line("flood").is_some()).count();
        assert_eq!(written, 10);
        assert_eq!(sparing.line("another kind"), Some(0));
        tokio::time::advance(SPAN).await;
        assert_eq!(sparing.line("flood"), Some(990));
        assert_eq!(sparing.line("flood"), Some(0));
    }
}
