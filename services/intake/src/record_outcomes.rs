//! Records what the other services did with a notification, and wakes whoever watches it.

use std::sync::Arc;

use ambient::Ambient;
use delivery::Heard;
use ids::Reference;
use storage::StoreError;
use tokio::sync::broadcast;

use crate::store::{Progress, Store};

/// The use case.
pub struct RecordOutcomes {
    store: Arc<dyn Store>,
    changes: broadcast::Sender<Reference>,
    ambient: Ambient,
}

impl RecordOutcomes {
    /// Records in `store`, and tells through `changes` which notifications have changed, after each commit.
    pub fn new(store: Arc<dyn Store>, changes: broadcast::Sender<Reference>, ambient: Ambient) -> Self {
        Self { store, changes, ambient }
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
}
