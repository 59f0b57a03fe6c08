//! What is measured of events on their way, whatever carries them.

use telemetry::measures::{CALL_SECONDS, Counter, Described, Histogram};

/// What has left.
pub(crate) static SENT: Counter = Counter::new(
    "messaging.client.sent.messages",
    "{message}",
    "Events that have left an outbox: every receiver holds them, or the broker has confirmed them.",
    &["messaging.operation.name"],
);

/// What has come.
pub(crate) static CONSUMED: Counter = Counter::new(
    "messaging.client.consumed.messages",
    "{message}",
    "Events that were handed to a receiver, with those that come a second time and have no effect.",
    &["messaging.destination.name"],
);

/// How long receivers take.
pub(crate) static PROCESSED: Histogram = Histogram::new(
    "messaging.process.duration",
    "s",
    "How long a receiver takes over a batch of events.",
    &["messaging.destination.name", "lapwing.outcome"],
    CALL_SECONDS,
);

/// What could not be handled.
pub(crate) static PUT_ASIDE: Counter = Counter::new(
    "lapwing.events.put_aside",
    "{event}",
    "Events that a receiver could not handle and put aside; what the broker gave up is not among them.",
    &["messaging.destination.name"],
);

/// All of them, for the published list.
pub const MEASURES: &[&Described] =
    &[&SENT.described, &CONSUMED.described, &PROCESSED.described, &PUT_ASIDE.described];
