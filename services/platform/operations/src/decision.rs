//! An operator's decision about parked events, as audit is told of it.

use ambient::Ambient;
use contracts::events::{PARKED_DISCARDED, PARKED_RETRIED};
use contracts::operations::v1::{ParkedDecision, ParkedDiscarded, ParkedRetried};
use contracts::time::to_wire;
use delivery::parked::Parked;
use delivery::{Envelope, Route};
use ids::EventId;
use prost::Message;
use telemetry::TraceContext;
use tracing::Span;

use crate::form;

/// Who decided, and why.
pub(crate) struct Decision<'a> {
    /// The service that has parked the events, and that tells of the decision.
    pub(crate) service: &'static str,
    /// The operator.
    pub(crate) actor: &'a str,
    /// The operator's words.
    pub(crate) reason: &'a str,
    /// Time and chance.
    pub(crate) ambient: &'a Ambient,
}

impl Decision<'_> {
    /// `parked.retried.v1`.
    pub(crate) fn retried(&self, event: &Parked) -> Envelope {
        let told = ParkedRetried { decision: Some(self.about(event)) };
        self.envelope(PARKED_RETRIED, event, &told)
    }

    /// `parked.discarded.v1`.
    pub(crate) fn discarded(&self, event: &Parked) -> Envelope {
        let told = ParkedDiscarded { decision: Some(self.about(event)) };
        self.envelope(PARKED_DISCARDED, event, &told)
    }

    fn about(&self, event: &Parked) -> ParkedDecision {
        ParkedDecision {
            event_id: event.id.to_string(),
            event_type: form::name(&event.kind),
            queue: event.queue.clone(),
            actor: self.actor.to_owned(),
            reason: self.reason.to_owned(),
            decided_at: Some(to_wire(self.ambient.now())),
        }
    }

    /// About the notification that the parked event is about. One that names none in the right form is told of under no
    /// reference: the log has it, and no notification's timeline shows it.
    fn envelope(&self, kind: &str, event: &Parked, told: &impl Message) -> Envelope {
        Envelope {
            id: EventId::mint(self.ambient),
            kind: kind.to_owned(),
            source: self.service.to_owned(),
            subject: form::reference(&event.subject),
            owner: form::authority(&event.owner),
            occurred_at: self.ambient.now(),
            trace: TraceContext::of(&Span::current()),
            payload: told.encode_to_vec().into(),
            route: Route::default(),
        }
    }
}
