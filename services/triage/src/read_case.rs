//! Reads a case with its reasons, its place in the order, the finding, the coded facts, and who is told of it.

use std::sync::Arc;

use ambient::Ambient;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;

use crate::domain::policy::Policies;
use crate::domain::recipients::{Delivery, deliveries};
use crate::domain::stand_aside::Viewer;
use crate::domain::told::Told;
use crate::store::{Found, HeldCase, Store};

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

/// Why a case is not read.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// No case has that reference.
    #[error("no case has that reference")]
    NoSuchCase,
    /// The viewer stood aside from it.
    #[error("the viewer stood aside from the case")]
    StoodAside,
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReadCase {
    /// Reads from `store`; `policies` say who is told.
    pub fn new(store: Arc<dyn Store>, policies: &'static Policies, ambient: Ambient) -> Self {
        Self { store, policies, ambient }
    }

    /// The case of a reference, as a viewer may see it.
    ///
    /// # Errors
    /// [`NotRead`].
    pub async fn read(&self, reference: Reference, viewer: &Viewer) -> Result<CaseRead, NotRead> {
        let held = match self.store.find(reference, viewer).await? {
            Found::Case(held) => *held,
            Found::StoodAside => return Err(NotRead::StoodAside),
            Found::Nothing => return Err(NotRead::NoSuchCase),
        };
        Ok(CaseRead { deliveries: self.deliveries(&held.told), held, now: self.ambient.now() })
    }

    fn deliveries(&self, told: &Told) -> Vec<Delivery> {
        let dated_on = told.assessed.as_ref().map(crate::domain::finding::Assessed::dated_on);
        deliveries(told, self.policies.on(dated_on))
    }
}
