//! What is measured of the broker.

use telemetry::measures::{Counter, Described, Gauge};

/// How long a queue is.
pub(crate) static MESSAGES: Gauge = Gauge::new(
    "lapwing.queue.messages",
    "{message}",
    "Messages that lie ready in a queue of the broker's and no reader has.",
    &["messaging.destination.name"],
);

/// Who reads it.
pub(crate) static CONSUMERS: Gauge = Gauge::new(
    "lapwing.queue.consumers",
    "{consumer}",
    "Readers of a queue of the broker's.",
    &["messaging.destination.name"],
);

/// What came again.
pub(crate) static REDELIVERED: Counter = Counter::new(
    "lapwing.redeliveries",
    "{message}",
    "Messages that the broker had delivered before and not seen settled. They have no effect a second time.",
    &["messaging.destination.name"],
);

/// Sessions that broke.
pub(crate) static SESSIONS_ENDED: Counter = Counter::new(
    "lapwing.broker.sessions.ended",
    "{session}",
    "Sessions with the broker that ended and had to be made anew.",
    &["messaging.destination.name"],
);

/// All of them, for the published list.
pub const MEASURES: &[&Described] =
    &[&MESSAGES.described, &CONSUMERS.described, &REDELIVERED.described, &SESSIONS_ENDED.described];
