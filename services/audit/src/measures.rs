//! What audit measures.

use telemetry::measures::{Described, Gauge};

/// How long the log is.
pub(crate) static ENTRIES: Gauge = Gauge::new(
    "lapwing.log.entries",
    "{entry}",
    "Entries of the audit log, erased ones included: it never becomes less.",
    &[],
);

/// All of them, for the published list.
pub const MEASURES: &[&Described] = &[&ENTRIES.described];
