//! Takes the panel's word that a leased case is its own now, and tells so.
//!
//! What a reader would get wrong: the panel's call has a trace of its own, and what it causes belongs to the
//! notification's. The event is sealed under the context that the case was queued under, with a link to the call.

use std::sync::Arc;

use ambient::Ambient;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::CASE_ACKNOWLEDGED;
use contracts::time::from_wire;
use delivery::{Envelope, Origin};
use ids::{LeaseId, Reference};
use jiff::Timestamp;
use prost::Message;
use storage::StoreError;
use tracing::{Span, info_span};

use crate::SERVICE;
use crate::domain::stand_aside::Viewer;
use crate::domain::standing::{Acknowledged, Acknowledgement, LeaseRefused};
use crate::store::{Found, HeldCase, Store};
use crate::take_up_news::measure;
use crate::wire;

/// Why a case is not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum NotAcknowledged {
    /// No case has that reference.
    #[error("no case has that reference")]
    NoSuchCase,
    /// Whoever acknowledges it stood aside from it.
    #[error("whoever acknowledges it stood aside from the case")]
    StoodAside,
    /// The lease does not count.
    #[error(transparent)]
    Lease(#[from] LeaseRefused),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The use case.
#[derive(Clone)]
pub struct AcknowledgeCase {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

impl AcknowledgeCase {
    /// Acknowledges in `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// Acknowledges a case under a lease; again under the same lease, it answers the same and tells nothing more.
    ///
    /// # Errors
    /// [`NotAcknowledged`]; nothing is changed or told then.
    pub async fn acknowledge(
        &self,
        reference: Reference,
        lease: LeaseId,
        by: &Viewer,
    ) -> Result<Acknowledgement, NotAcknowledged> {
        let held = match self.store.find(reference, by).await? {
            Found::Case(held) => held,
            Found::StoodAside => return Err(NotAcknowledged::StoodAside),
            Found::Nothing => return Err(NotAcknowledged::NoSuchCase),
        };
        // Judged here too, so that what is refused or was answered before leaves no span in the notification's trace;
        // what counts is the store's judgement, within the transaction.
        let now = self.ambient.now();
        let acknowledgement = match held.standing.clone().acknowledge(lease, by.name(), now, &held.void)? {
            Acknowledged::Before(given) => return Ok(given),
            Acknowledged::Now(acknowledgement) => acknowledgement,
        };
        let told = self.tell(&held, &acknowledgement);
        match self.store.acknowledge(reference, &acknowledgement, &told).await?? {
            Acknowledged::Before(given) => Ok(given),
            Acknowledged::Now(given) => {
                tracing::info!(%reference, "the panel acknowledged a case");
                if let Some(received) = received(&held) {
                    measure(received, given.at, "acknowledged");
                }
                Ok(given)
            }
        }
    }

    fn tell(&self, held: &HeldCase, acknowledgement: &Acknowledgement) -> Envelope {
        let entry = &held.case.entry;
        let span = info_span!(
            target: "lapwing",
            parent: None,
            "acknowledge",
            otel.name = "acknowledge case",
            lapwing.reference = %entry.reference,
        );
        held.trace.adopt(&span);
        span.follows_from(Span::current());
        let origin = Origin {
            kind: CASE_ACKNOWLEDGED,
            source: SERVICE,
            subject: entry.reference,
            owner: &entry.authority,
        };
        span.in_scope(|| {
            Envelope::seal(origin, &wire::case_acknowledged(entry, acknowledgement), &self.ambient)
        })
    }
}

/// When intake received the revision that the case shows, where the event that told of it says so.
fn received(held: &HeldCase) -> Option<Timestamp> {
    let event = NotificationAssessed::decode(held.assessed.clone()).ok()?;
    from_wire(event.notification?.received_at.as_ref())
}
