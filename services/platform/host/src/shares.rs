//! What each caller takes of a server: connections, calls under way, calls begun. One caller's flood is its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Limits;

/// Above so many callers, those who are quiet are forgotten. A caller is whoever has a certificate, so there are few.
const REMEMBERED: usize = 1024;

/// Counts what every caller takes.
#[derive(Debug)]
pub(crate) struct Shares {
    limits: Limits,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    callers: HashMap<Arc<str>, Share>,
    connections: usize,
    calls: usize,
    /// Callers with a call under way.
    busy: usize,
}

#[derive(Debug)]
struct Share {
    connections: usize,
    calls: usize,
    /// Calls that may be begun now; grows again with time.
    allowance: f64,
    counted: Instant,
}

/// Why a connection or a call is too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooMany {
    /// Connections of all callers.
    Connections,
    /// Connections of this caller.
    ConnectionsOfCaller,
    /// Calls under way of this caller, or of all, of which this caller has more than its share.
    Calls,
    /// Calls begun; after so long there may be another.
    InThisTime(Duration),
}

/// A connection that is counted for as long as this lives.
#[derive(Debug)]
pub(crate) struct ConnectionSeat(Arc<Shares>, Arc<str>);

/// A call that is counted for as long as this lives.
#[derive(Debug)]
pub(crate) struct CallSeat(Arc<Shares>, Arc<str>);

impl Shares {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, taken: Mutex::default() })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether any more connection may be opened, whoever it is of.
    pub(crate) fn has_room(&self) -> bool {
        self.taken().connections < self.limits.connections
    }

    /// Counts a connection.
    pub(crate) fn connect(self: &Arc<Self>, caller: &Arc<str>) -> Result<ConnectionSeat, TooMany> {
        let mut taken = self.taken();
        if taken.connections >= self.limits.connections {
            return Err(TooMany::Connections);
        }
        taken.forget_the_quiet(&self.limits);
        let share = taken.share(caller, &self.limits);
        if share.connections >= self.limits.connections_of_caller {
            return Err(TooMany::ConnectionsOfCaller);
        }
        share.connections += 1;
        taken.connections += 1;
        Ok(ConnectionSeat(self.clone(), caller.clone()))
    }

    /// Counts a call.
    pub(crate) fn call(self: &Arc<Self>, caller: &Arc<str>) -> Result<CallSeat, TooMany> {
        let mut taken = self.taken();
        let (all, busy) = (taken.calls, taken.busy);
        let share = taken.share(caller, &self.limits);
        // Whoever is below an even share always gets in, so all together may have up to twice `calls` under way.
        let even = self.limits.calls / (busy + usize::from(share.calls == 0)).max(1);
        if share.calls >= self.limits.calls_of_caller
            || (all >= self.limits.calls && share.calls >= even.max(1))
        {
            return Err(TooMany::Calls);
        }
        share.refill(&self.limits);
        if share.allowance < 1.0 {
            let seconds = (1.0 - share.allowance) / f64::from(self.limits.calls_a_second);
            return Err(TooMany::InThisTime(Duration::from_secs_f64(seconds)));
        }
        share.allowance -= 1.0;
        share.calls += 1;
        if share.calls == 1 {
            taken.busy += 1;
        }
        taken.calls += 1;
        Ok(CallSeat(self.clone(), caller.clone()))
    }
}

impl Taken {
    fn share(&mut self, caller: &Arc<str>, limits: &Limits) -> &mut Share {
        self.callers.entry(caller.clone()).or_insert_with(|| Share {
            connections: 0,
            calls: 0,
            allowance: f64::from(limits.calls_in_a_burst),
            counted: Instant::now(),
        })
    }

    /// Nobody is forgotten before the allowance is whole again: to hang up and to come back gives nothing.
    fn forget_the_quiet(&mut self, limits: &Limits) {
        if self.callers.len() < REMEMBERED {
            return;
        }
        self.callers.retain(|_, share| {
            share.refill(limits);
            share.connections > 0 || share.calls > 0 || share.allowance < f64::from(limits.calls_in_a_burst)
        });
    }
}

impl Share {
    fn refill(&mut self, limits: &Limits) {
        let now = Instant::now();
        let grown = now.duration_since(self.counted).as_secs_f64() * f64::from(limits.calls_a_second);
        self.allowance = (self.allowance + grown).min(f64::from(limits.calls_in_a_burst));
        self.counted = now;
    }
}

impl Drop for ConnectionSeat {
    fn drop(&mut self) {
        let mut taken = self.0.taken();
        taken.connections = taken.connections.saturating_sub(1);
        if let Some(share) = taken.callers.get_mut(&self.1) {
            share.connections = share.connections.saturating_sub(1);
        }
    }
}

impl Drop for CallSeat {
    fn drop(&mut self) {
        let mut taken = self.0.taken();
        taken.calls = taken.calls.saturating_sub(1);
        let Some(share) = taken.callers.get_mut(&self.1) else { return };
        share.calls = share.calls.saturating_sub(1);
        if share.calls == 0 {
            taken.busy = taken.busy.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(limits: Limits) -> (Arc<Shares>, Arc<str>, Arc<str>) {
        (Shares::new(limits), "lapwing://authority/373".into(), "lapwing://authority/370".into())
    }

    #[tokio::test(start_paused = true)]
    async fn one_callers_rate_is_its_own_and_grows_again() {
        let limits = Limits { calls_a_second: 10, calls_in_a_burst: 20, ..Limits::default() };
        let (shares, busy, quiet) = shares(limits);
        let begun = (0..100).filter(|_| shares.call(&busy).is_ok()).count();
        assert_eq!(begun, 20);
        let refused = shares.call(&busy).expect_err("too many");
        assert_eq!(refused, TooMany::InThisTime(Duration::from_millis(100)));
        assert!(shares.call(&quiet).is_ok());
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!((0..100).filter(|_| shares.call(&busy).is_ok()).count(), 5);
    }

    #[tokio::test]
    async fn calls_under_way_are_counted_by_caller_and_given_back() {
        let (shares, busy, quiet) = shares(Limits { calls_of_caller: 2, ..Limits::default() });
        let held = [shares.call(&busy).expect("room"), shares.call(&busy).expect("room")];
        assert_eq!(shares.call(&busy).expect_err("too many"), TooMany::Calls);
        assert!(shares.call(&quiet).is_ok());
        drop(held);
        assert!(shares.call(&busy).is_ok());
        let taken = shares.taken();
        assert_eq!((taken.calls, taken.busy), (0, 0));
    }

    #[tokio::test]
    async fn where_all_is_taken_whoever_has_less_than_its_share_gets_in() {
        let (shares, busy, quiet) = shares(Limits { calls: 4, ..Limits::default() });
        let _held: Vec<_> = (0..4).map(|_| shares.call(&busy).expect("room")).collect();
        assert_eq!(shares.call(&busy).expect_err("more than its share"), TooMany::Calls);
        let _own: Vec<_> = (0..2).map(|_| shares.call(&quiet).expect("half of four")).collect();
        assert_eq!(shares.call(&quiet).expect_err("more than its share"), TooMany::Calls);
    }

    #[tokio::test]
    async fn connections_are_counted_by_caller_and_all_together() {
        let (shares, busy, quiet) =
            shares(Limits { connections: 3, connections_of_caller: 2, ..Limits::default() });
        let held = [shares.connect(&busy).expect("room"), shares.connect(&busy).expect("room")];
        assert_eq!(shares.connect(&busy).expect_err("too many"), TooMany::ConnectionsOfCaller);
        let _other = shares.connect(&quiet).expect("room");
        assert!(!shares.has_room());
        assert_eq!(shares.connect(&quiet).expect_err("too many"), TooMany::Connections);
        drop(held);
        assert!(shares.connect(&busy).is_ok());
    }
}
