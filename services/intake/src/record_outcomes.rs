//! Records what the other services did with a notification, and wakes whoever watches it.

use std::sync::Arc;

use ambient::Ambient;
use delivery::{Delivered, Heard};
use ids::Reference;
use storage::StoreError;
use tokio::sync::broadcast;

use crate::store::{Progress, Store};

/// Changes that a slow watcher may fall behind by; it then reads its notification anew.
const REMEMBERED: usize = 1024;

/// The use case.
pub struct RecordOutcomes {
    store: Arc<dyn Store>,
    changes: broadcast::Sender<Reference>,
    ambient: Ambient,
}

impl RecordOutcomes {
    /// Records in `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, changes: broadcast::Sender::new(REMEMBERED), ambient }
    }

    /// Tells which notifications have changed, after each commit.
    pub fn changes(&self) -> broadcast::Sender<Reference> {
        self.changes.clone()
    }

    /// Records a batch of outcomes in one transaction.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    pub async fn record(&self, heard: &[Heard<Progress>]) -> Result<(), StoreError> {
        self.store.record_outcomes(heard, self.ambient.now()).await?;
        for heard in heard {
            // Nobody watching is no error.
            let _watchers = self.changes.send(heard.effect.reference);
        }
        Ok(())
    }

    /// Puts an event aside that cannot be handled.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn park(&self, queue: &str, delivered: &Delivered, reason: &str) -> Result<(), StoreError> {
        self.store.park(queue, delivered, reason, self.ambient.now()).await
    }
}
