//! Opens a case for each finding that is heard, puts it on the panel's queue, and tells so.

use std::sync::Arc;

use ambient::Ambient;
use bytes::Bytes;
use contracts::events::CASE_QUEUED;
use contracts::time::london_date;
use delivery::{Delivered, Envelope, Heard, Origin};
use storage::StoreError;
use telemetry::TraceContext;
use tracing::Span;

use crate::SERVICE;
use crate::domain::case::open_case;
use crate::domain::finding::Assessed;
use crate::domain::policy::Policies;
use crate::store::{Opening, Store};
use crate::wire;

/// The use case.
pub struct OpenCases {
    store: Arc<dyn Store>,
    policies: &'static Policies,
    ambient: Ambient,
}

impl OpenCases {
    /// Opens cases in `store`, with clocks by `policies`.
    pub fn new(store: Arc<dyn Store>, policies: &'static Policies, ambient: Ambient) -> Self {
        Self { store, policies, ambient }
    }

    /// The case of one finding, and what will be told of it; both join the event's trace. `heard` is the event as it
    /// came, which is kept with the case.
    pub fn prepare(&self, delivered: &Delivered, assessed: &Assessed, heard: Bytes) -> Heard<Opening> {
        let now = self.ambient.now();
        let case = open_case(assessed, self.policies, now, london_date(now));
        let origin = Origin {
            kind: CASE_QUEUED,
            source: SERVICE,
            subject: case.entry.reference,
            owner: &case.entry.authority,
        };
        let queued = wire::case_queued(&case);
        let (trace, told) = delivered
            .within(|| (TraceContext::of(&Span::current()), Envelope::seal(origin, &queued, &self.ambient)));
        let effect = Opening { case, assessed: heard, trace };
        Heard { event: delivered.envelope.id, effect, outgoing: vec![told] }
    }

    /// Opens a batch of cases in one transaction.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    pub async fn open(&self, heard: &[Heard<Opening>]) -> Result<(), StoreError> {
        self.store.open(heard, self.ambient.now()).await?;
        tracing::info!(findings = heard.len(), "opened cases for findings");
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
