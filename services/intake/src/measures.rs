//! What intake measures.

use telemetry::measures::{Counter, Described, Gauge, Histogram, NUMBERS};

/// What was taken.
pub(crate) static HELD: Counter = Counter::new(
    "lapwing.revisions.held",
    "{revision}",
    "Revisions that were held and have a receipt, by what they are. What was held before is not counted again.",
    &["lapwing.revision.kind"],
);

/// How many share a commit.
pub(crate) static COMMIT_SIZE: Histogram = Histogram::new(
    "lapwing.commit.revisions",
    "{revision}",
    "How many revisions came to the store together, to share a commit.",
    &[],
    NUMBERS,
);

/// What has its receipt and is not yet before the panel.
pub(crate) static UNDER_WAY: Gauge = Gauge::new(
    "lapwing.notifications.under_way",
    "{notification}",
    "Notifications of whose newest revision intake has not heard that it is queued for the panel.",
    &[],
);

/// For how long.
pub(crate) static UNDER_WAY_AGE: Gauge = Gauge::new(
    "lapwing.notifications.under_way.age",
    "s",
    "How long ago the newest revision of the one that has been under way for longest was received; 0 where none is.",
    &[],
);

/// All of them, for the published list.
pub const MEASURES: &[&Described] =
    &[&HELD.described, &COMMIT_SIZE.described, &UNDER_WAY.described, &UNDER_WAY_AGE.described];
