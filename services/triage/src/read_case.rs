//! Reads a case with its reasons, the finding and the coded facts.

use std::sync::Arc;

use ambient::Ambient;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;

use crate::store::{HeldCase, Store};

/// The use case.
#[derive(Clone)]
pub struct ReadCase {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

impl ReadCase {
    /// Reads from `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// The case of a reference, if there is one, and the time at which its lease was judged.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn read(&self, reference: Reference) -> Result<(Option<HeldCase>, Timestamp), StoreError> {
        Ok((self.store.find(reference).await?, self.ambient.now()))
    }
}
