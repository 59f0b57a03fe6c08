//! A reason: a stable code for a machine, a sentence for a person, and what it rests on.

use catalogue::Entry;

/// Why a case is in its lane, or has its priority; what an indicator rests on; why somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable code, such as `DUTY_IN_AREA`; always one of the catalogue.
    pub code: String,
    /// The reason as a sentence.
    pub text: String,
    /// The provision, guidance or rule it rests on.
    pub source: String,
    /// Paths of the coded facts it rests on, relative to the notification. None where it rests on the finding.
    pub facts: Vec<String>,
}

impl Reason {
    /// A reason that rests on the finding alone. Its code comes from the catalogue.
    pub fn new(entry: Entry, text: impl Into<String>, source: impl Into<String>) -> Self {
        Self { code: entry.code().to_owned(), text: text.into(), source: source.into(), facts: Vec::new() }
    }

    /// The same, resting on coded facts.
    pub fn resting_on(self, facts: Vec<String>) -> Self {
        Self { facts, ..self }
    }
}
