//! What is told to an audit, and by whom it is asked: the same on each store.

use ambient::{Ambient, SeededChance, SystemClock};
use bytes::Bytes;
use delivery::{Delivered, Envelope, HandlingError, Route, Subscriber};
use identity::{Caller, Role};
use ids::{EventId, Reference};
use jiff::Timestamp;
use telemetry::TraceContext;
use tonic::Request;

/// Delivers a batch as the relay does.
pub(crate) async fn hear(subscriber: &dyn Subscriber, envelopes: &[Envelope]) -> Result<(), HandlingError> {
    let batch: Vec<Delivered> = envelopes.iter().map(|envelope| delivered(subscriber, envelope)).collect();
    subscriber.handle(&batch).await
}

pub(crate) fn delivered(subscriber: &dyn Subscriber, envelope: &Envelope) -> Delivered {
    Delivered::on(subscriber.queue(), envelope.clone())
}

/// A call by somebody.
pub(crate) fn from<T>(caller: &Caller, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(caller.clone());
    request
}

pub(crate) fn auditor() -> Caller {
    Caller::new(Role::Auditor, "national")
}

pub(crate) fn noon() -> Timestamp {
    "2026-03-14T12:00:00Z".parse().expect("a time")
}

/// Tells events that repeat: the same seed tells the same.
pub(crate) struct Teller {
    ambient: Ambient,
}

impl Teller {
    pub(crate) fn new(seed: u64) -> Self {
        Self { ambient: Ambient::new(SystemClock, SeededChance::new(seed)) }
    }

    pub(crate) fn reference(&self) -> Reference {
        Reference::mint(&self.ambient)
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: usize) -> usize {
        usize::from(u16::from_le_bytes(self.ambient.bytes())) % end
    }

    /// An event about a notification of Sheffield's.
    pub(crate) fn event(&self, kind: &str, reference: &str, payload: impl Into<Bytes>) -> Envelope {
        Envelope {
            id: EventId::mint(&self.ambient),
            kind: kind.to_owned(),
            source: "intake".to_owned(),
            subject: reference.to_owned(),
            owner: "373".to_owned(),
            occurred_at: noon(),
            trace: TraceContext::default(),
            payload: payload.into(),
            route: Route::default(),
        }
    }

    /// Events about a few notifications, each with several.
    pub(crate) fn events(&self, count: usize) -> Vec<Envelope> {
        let references: Vec<String> = (0..count / 4 + 1).map(|_| self.reference().to_string()).collect();
        (0..count)
            .map(|number| {
                let reference = &references[self.below(references.len())];
                self.event("notification.received.v1", reference, number.to_be_bytes().to_vec())
            })
            .collect()
    }
}
