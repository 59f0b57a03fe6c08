//! Records a batch of events in the log. Nothing is judged: whatever was told is recorded as it was told. What it does to
//! the log that a notification is erased, the store does in the same transaction (`domain/salting.rs`).

use std::sync::Arc;

use ambient::Ambient;
use delivery::Delivered;
use storage::StoreError;

use crate::domain::record::Record;
use crate::store::{Appended, Store};

/// The use case.
pub struct RecordEvents {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

impl RecordEvents {
    /// Records in `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// Records a batch in one transaction, in its order; an event that was recorded before has no effect.
    ///
    /// # Errors
    /// Nothing of the batch is recorded then.
    pub async fn record(&self, batch: &[Delivered]) -> Result<Appended, StoreError> {
        let records: Vec<Record<'_>> =
            batch.iter().map(|delivered| Record::of(&delivered.envelope)).collect();
        self.store.append(&records, &self.ambient).await
    }
}
