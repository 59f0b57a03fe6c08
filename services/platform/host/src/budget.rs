//! Memory for what callers send: how much of it one caller's messages may take, and all callers' together.
//!
//! A message takes its whole length before any of it is read, so two that wait for each other do not come about between
//! calls with one message. A stream's reader keeps the memory of the largest message it has read, and so a stream keeps its
//! room and takes only what it lacks for a larger one; where two such streams wait for each other, the time for waiting ends
//! them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::Limits;

/// Messages of up to so many bytes take no room, so that ordinary notifications pass whatever large ones wait for. There are
/// no more of them in memory than calls under way.
pub(crate) const SMALL: usize = 16 * 1024;

/// Room is counted in units of so many bytes.
const UNIT: usize = 1024;

/// Above so many callers, those who hold and want nothing are forgotten.
const REMEMBERED: usize = 1024;

/// All the room there is.
#[derive(Debug)]
pub(crate) struct Budget {
    all: Arc<Semaphore>,
    of_caller: usize,
    callers: Mutex<HashMap<Arc<str>, Arc<Semaphore>>>,
}

/// One caller's part of it.
#[derive(Debug, Clone)]
pub(crate) struct Purse {
    all: Arc<Semaphore>,
    own: Arc<Semaphore>,
    most: usize,
}

/// Room that is taken for as long as this lives.
#[derive(Debug)]
pub(crate) struct Room {
    // Nobody closes a budget, so both are there.
    _own: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

/// Messages of one connection that wait for room. What has come of each lies in the connection's window: if they filled it, the
/// messages that have room, and for whose end they wait, would come no further.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue(Arc<AtomicUsize>);

/// A place in a queue, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Place(Queue);

impl Queue {
    /// A place, where half of the connection's window is enough for all who wait.
    pub(crate) fn place(&self, limits: &Limits) -> Option<Place> {
        let places = limits.connection_window / limits.stream_window / 2;
        let place = Place(self.clone());
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        (before < places as usize).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        let all = Arc::new(Semaphore::new(limits.bytes.div_ceil(UNIT)));
        Self { all, of_caller: limits.bytes_of_caller, callers: Mutex::default() }
    }

    /// A caller's part, the same on all its connections.
    pub(crate) fn purse(&self, caller: &Arc<str>) -> Purse {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= REMEMBERED {
            callers.retain(|_, own| Arc::strong_count(own) > 1);
        }
        let new = || Arc::new(Semaphore::new(self.of_caller.div_ceil(UNIT)));
        let own = callers.entry(caller.clone()).or_insert_with(new).clone();
        Purse { all: self.all.clone(), own, most: self.of_caller }
    }
}

impl Purse {
    /// The most bytes that one message may have.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Waits for room, first come first served: first for the caller's own, then for that of all. Whoever waits for the
    /// second holds the first alone, and so keeps up nobody but itself.
    pub(crate) async fn room(self, bytes: usize) -> Room {
        let own = self.own.acquire_many_owned(units(bytes)).await.ok();
        let all = self.all.acquire_many_owned(units(bytes)).await.ok();
        Room { _own: own, _all: all }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const MIB: usize = 1024 * 1024;

    fn budget(bytes: usize, bytes_of_caller: usize) -> Budget {
        Budget::new(&Limits { bytes, bytes_of_caller, ..Limits::default() })
    }

    #[tokio::test]
    async fn one_caller_waits_for_its_own_room_and_another_does_not() {
        let budget = budget(64 * MIB, 16 * MIB);
        let (busy, other) = (budget.purse(&"373".into()), budget.purse(&"370".into()));
        let held = busy.clone().room(12 * MIB).await;
        let mut waiting = Box::pin(budget.purse(&"373".into()).room(5 * MIB));
        assert!(waiting.as_mut().now_or_never().is_none(), "its own is used up");
        assert!(other.room(16 * MIB).now_or_never().is_some());
        drop(held);
        assert!(waiting.now_or_never().is_some());
    }

    #[tokio::test]
    async fn all_together_take_no_more_than_there_is_and_who_came_first_is_first() {
        let budget = budget(20 * MIB, 16 * MIB);
        let held = budget.purse(&"373".into()).room(16 * MIB).await;
        let mut first = Box::pin(budget.purse(&"370".into()).room(10 * MIB));
        let mut second = Box::pin(budget.purse(&"371".into()).room(4 * MIB));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none(), "a smaller one does not overtake a larger one");
        drop(held);
        assert!(first.now_or_never().is_some() && second.now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_no_longer_waits_holds_up_nobody() {
        let budget = budget(16 * MIB, 16 * MIB);
        let held = budget.purse(&"373".into()).room(10 * MIB).await;
        let mut gone = Box::pin(budget.purse(&"370".into()).room(10 * MIB));
        assert!(gone.as_mut().now_or_never().is_none());
        drop(gone);
        assert!(budget.purse(&"370".into()).room(6 * MIB).now_or_never().is_some());
        drop(held);
    }
}
