//! What a process measures, whichever service it is.

use telemetry::measures::{CALL_SECONDS, Described, Gauge, Histogram};

/// Calls, from their head to the last frame of their answer.
pub(crate) static CALLS: Histogram = Histogram::new(
    "rpc.server.call.duration",
    "s",
    "How long calls take, from their first header to the last frame of the answer.",
    &["rpc.system.name", "rpc.method", "rpc.response.status_code"],
    CALL_SECONDS,
);

/// What waits to be carried.
pub(crate) static OUTBOX: Gauge = Gauge::new(
    "lapwing.outbox.events",
    "{event}",
    "Events that are committed and not yet delivered.",
    &["lapwing.service"],
);

/// For how long it has waited.
pub(crate) static OUTBOX_AGE: Gauge = Gauge::new(
    "lapwing.outbox.age",
    "s",
    "How long the oldest event in the outbox has waited; 0 where none waits.",
    &["lapwing.service"],
);

/// What was put aside.
pub(crate) static PARKED: Gauge = Gauge::new(
    "lapwing.parked.events",
    "{event}",
    "Events that could not be handled and wait for an operator's decision.",
    &["lapwing.service"],
);

/// Connections to the database.
pub(crate) static CONNECTIONS: Gauge = Gauge::new(
    "db.client.connection.count",
    "{connection}",
    "Connections to the store that are open, by what they do.",
    &["db.client.connection.pool.name", "db.client.connection.state"],
);

/// The most there may be.
pub(crate) static CONNECTIONS_AT_MOST: Gauge = Gauge::new(
    "db.client.connection.max",
    "{connection}",
    "The most connections to the store that this process may open.",
    &["db.client.connection.pool.name"],
);

/// What this process shows to callers.
pub(crate) static CERTIFICATE_LEFT: Gauge = Gauge::new(
    "lapwing.certificate.left",
    "s",
    "How long the certificate that this process serves with is still good; below 0 once it has run out.",
    &[],
);

/// Whether the process can be used.
pub(crate) static READY: Gauge = Gauge::new(
    "lapwing.ready",
    "{process}",
    "1 while this process takes calls, and 0 while it does not.",
    &[],
);

/// All of them, for the published list.
pub const MEASURES: &[&Described] = &[
    &CALLS.described,
    &OUTBOX.described,
    &OUTBOX_AGE.described,
    &PARKED.described,
    &CONNECTIONS.described,
    &CONNECTIONS_AT_MOST.described,
    &CERTIFICATE_LEFT.described,
    &READY.described,
];
