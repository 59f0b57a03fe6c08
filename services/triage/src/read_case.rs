//! Reads a case with its reasons, its place in the order, the finding, the coded facts, and who is told of it.

use std::sync::Arc;

use ambient::Ambient;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;

use crate::domain::policy::Policies;
use crate::domain::recipients::{Delivery, deliveries};
use crate::domain::told::Told;
use crate::store::{HeldCase, Store};

/// The use case.
#[derive(Clone)]
pub struct ReadCase {
    store: Arc<dyn Store>,
    policies: &'static Policies,
    ambient: Ambient,
}

/// A case as it is read.
#[derive(Debug, Clone)]
pub struct CaseRead {
    /// The case with all that is kept of it.
    pub held: HeldCase,
    /// Who is told, who is not, and why.
    pub deliveries: Vec<Delivery>,
    /// The time at which its lease is judged.
    pub now: Timestamp,
}

impl ReadCase {
    /// Reads from `store`; `policies` say who is told.
    pub fn new(store: Arc<dyn Store>, policies: &'static Policies, ambient: Ambient) -> Self {
        Self { store, policies, ambient }
    }

    /// The case of a reference, if there is one.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn read(&self, reference: Reference) -> Result<Option<CaseRead>, StoreError> {
        let held = self.store.find(reference).await?;
        let now = self.ambient.now();
        Ok(held.map(|held| CaseRead { deliveries: self.deliveries(&held.told), held, now }))
    }

    fn deliveries(&self, told: &Told) -> Vec<Delivery> {
        let dated_on = told.assessed.as_ref().map(crate::domain::finding::Assessed::dated_on);
        deliveries(told, self.policies.on(dated_on))
    }
}
