//! What eligibility measures.

use telemetry::measures::{Counter, Described};

/// What was found.
pub(crate) static FINDINGS: Counter = Counter::new(
    "lapwing.findings",
    "{finding}",
    "Findings that were recorded, by the outcome for the incident. An event that is delivered twice counts twice.",
    &["lapwing.outcome"],
);

/// All of them, for the published list.
pub const MEASURES: &[&Described] = &[&FINDINGS.described];
