//! What triage measures.

use telemetry::measures::{Described, Gauge, Histogram};

/// From a few milliseconds to five days: what machines take and what people take are both in it.
const SECONDS: &[f64] =
    &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 14_400.0, 86_400.0, 432_000.0];

/// The time that counts: how long the panel is without a notification that an authority has its receipt for.
pub(crate) static CRITICAL_TIME: Histogram = Histogram::new(
    "lapwing.critical.time",
    "s",
    "From the receipt of a revision until its case is queued, and until the panel acknowledges it. A finding that is delivered \
     twice counts twice.",
    &["lapwing.step"],
    SECONDS,
);

/// What lies before the panel.
pub(crate) static CASES: Gauge = Gauge::new(
    "lapwing.queue.cases",
    "{case}",
    "Cases that the panel has not acknowledged, taken ones included.",
    &["lapwing.lane"],
);

/// For how long.
pub(crate) static CASES_AGE: Gauge = Gauge::new(
    "lapwing.queue.age",
    "s",
    "How long the oldest case that the panel has not acknowledged has been queued; 0 where there is none.",
    &["lapwing.lane"],
);

/// Clocks that have run out.
pub(crate) static OVERDUE: Gauge = Gauge::new(
    "lapwing.clocks.overdue",
    "{case}",
    "Cases that the panel has not acknowledged and whose clock has run out.",
    &["lapwing.clock"],
);

/// Notifications that came late.
pub(crate) static LATE: Gauge = Gauge::new(
    "lapwing.notifications.late",
    "{case}",
    "Cases whose notification came after its five working days. All of them, of all authorities together.",
    &[],
);

/// All of them, for the published list.
pub const MEASURES: &[&Described] =
    &[&CRITICAL_TIME.described, &CASES.described, &CASES_AGE.described, &OVERDUE.described, &LATE.described];
