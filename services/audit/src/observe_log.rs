//! Tells how long the log is.

use std::sync::Arc;

use async_trait::async_trait;
use telemetry::measures::{NotObserved, Observed};

use crate::measures::ENTRIES;
use crate::store::Store;

/// The use case.
pub struct ObserveLog {
    store: Arc<dyn Store>,
}

impl ObserveLog {
    /// Observes the log in `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Observed for ObserveLog {
    async fn observe(&self) -> Result<(), NotObserved> {
        ENTRIES.count(self.store.edge().await?.size(), &[]);
        Ok(())
    }
}
