//! Leases the next waiting case of a lane to a caller. Nobody needs to give a case back: a lease ends by itself.

use std::sync::Arc;

use ambient::Ambient;
use ids::LeaseId;
use jiff::{SignedDuration, Timestamp};
use storage::StoreError;

use crate::domain::lane::Lane;
use crate::domain::standing::Lease;
use crate::store::{Queued, Store};

/// How long a lease holds where the caller does not say.
const USUAL: SignedDuration = SignedDuration::from_mins(5);
/// The shortest and the longest lease; the contract refuses others.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// The use case.
#[derive(Clone)]
pub struct TakeNext {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

/// A case in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The case.
    pub queued: Queued,
    /// The lease.
    pub lease: Lease,
}

impl TakeNext {
    /// Takes from `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// The first free case of a lane, leased to `by` for `length`; nothing where nothing waits.
    ///
    /// # Errors
    /// Where the store cannot be written; nothing is leased then.
    pub async fn take(
        &self,
        lane: Lane,
        length: Option<SignedDuration>,
        by: String,
    ) -> Result<Option<Taken>, StoreError> {
        let now = self.ambient.now();
        let lease =
            Lease { id: LeaseId::mint(&self.ambient), by, until: until(now, length.unwrap_or(USUAL)) };
        let queued = self.store.take_next(lane, lease.clone(), now).await?;
        if let Some(queued) = &queued {
            tracing::info!(reference = %queued.entry.reference, until = %lease.until, "leased a case");
        }
        Ok(queued.map(|queued| Taken { queued, lease }))
    }
}

/// In whole microseconds, which every store keeps.
fn until(now: Timestamp, length: SignedDuration) -> Timestamp {
    let until = now.saturating_add(length.clamp(SHORTEST, LONGEST)).unwrap_or(Timestamp::MAX);
    Timestamp::from_microsecond(until.as_microsecond()).unwrap_or(until)
}
