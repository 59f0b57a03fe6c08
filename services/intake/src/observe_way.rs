//! Tells how many notifications are on their way to the panel, and for how long.
//!
//! What a reader would get wrong: outboxes, queues and the parked show an event that waits somewhere. One that is nowhere any more,
//! because a binding was taken away or a database was restored, shows here alone: its notification is never heard to be queued.

use std::sync::Arc;

use ambient::Ambient;
use async_trait::async_trait;
use telemetry::measures::{NotObserved, Observed};

use crate::measures::{UNDER_WAY, UNDER_WAY_AGE};
use crate::store::Store;

/// The use case.
pub struct ObserveWay {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

impl ObserveWay {
    /// Observes what is held in `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }
}

#[async_trait]
impl Observed for ObserveWay {
    async fn observe(&self) -> Result<(), NotObserved> {
        let under_way = self.store.under_way().await?;
        let now = self.ambient.now();
        let age = under_way.oldest.map_or(0.0, |oldest| now.duration_since(oldest.since).as_secs_f64());
        UNDER_WAY.count(under_way.notifications, &[]);
        UNDER_WAY_AGE.set(age.max(0.0), &[]);
        Ok(())
    }
}
