//! An event on its way: CloudEvents attributes, the trace it belongs to, and its payload.

use ambient::Ambient;
use bytes::Bytes;
use ids::{EventId, Reference};
use jiff::Timestamp;
use prost::Message;
use telemetry::TraceContext;
use tracing::info_span;

/// An event with all that is needed to deliver it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Its id: receivers recognise a second delivery by it. CloudEvents `ce-id`.
    pub id: EventId,
    /// Its name, such as `notification.received.v1`; also its routing key. CloudEvents `ce-type`.
    pub kind: String,
    /// The service that says so. CloudEvents `ce-source`.
    pub source: String,
    /// The reference of the notification it is about. CloudEvents `ce-subject`.
    pub subject: String,
    /// The DfE number of the authority whose notification it is about.
    pub owner: String,
    /// When it happened. CloudEvents `ce-time`.
    pub occurred_at: Timestamp,
    /// The trace of whatever caused it.
    pub trace: TraceContext,
    /// The event as protobuf. Coded facts alone: identities stay at intake (promise 6).
    pub payload: Bytes,
    /// How it travels. No part of what it says, and gone once it has arrived.
    pub route: Route,
}

/// How an event travels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// The routing key, where receivers choose by more than the kind, such as `case.queued.v1.decision`; else empty.
    pub key: String,
    /// Whether it may overtake others on the queue where it goes.
    pub urgent: bool,
    /// The one queue that it goes to, where it is retried; else every queue that hears it.
    pub queue: Option<String>,
}

/// Who says what about whom: everything of an envelope but its payload and its circumstances.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The event's name.
    pub kind: &'static str,
    /// The service that says so.
    pub source: &'static str,
    /// The notification it is about.
    pub subject: Reference,
    /// The authority whose notification it is about.
    pub owner: &'a str,
}

impl Envelope {
    /// Seals an event under a new id, as caused by the current span.
    pub fn seal(origin: Origin<'_>, event: &impl Message, ambient: &Ambient) -> Self {
        let span = info_span!(
            target: "lapwing",
            "create",
            otel.name = format!("create {}", origin.kind),
            otel.kind = "producer",
            messaging.operation.name = "create",
            messaging.operation.type = "create",
            messaging.destination.name = origin.kind,
            lapwing.reference = %origin.subject,
        );
        Self {
            id: EventId::mint(ambient),
            kind: origin.kind.to_owned(),
            source: origin.source.to_owned(),
            subject: origin.subject.to_string(),
            owner: origin.owner.to_owned(),
            occurred_at: ambient.now(),
            trace: TraceContext::of(&span),
            payload: event.encode_to_vec().into(),
            route: Route::default(),
        }
    }

    /// The same event by another route.
    pub fn routed(self, route: Route) -> Self {
        Self { route, ..self }
    }

    /// The key by which a broker routes it.
    pub fn routing_key(&self) -> &str {
        if self.route.key.is_empty() { &self.kind } else { &self.route.key }
    }
}
