//! What intake measures.

use telemetry::measures::{Counter, Described, Histogram, NUMBERS};

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

/// All of them, for the published list.
pub const MEASURES: &[&Described] = &[&HELD.described, &COMMIT_SIZE.described];
