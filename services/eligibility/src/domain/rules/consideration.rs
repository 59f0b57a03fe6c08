//! The answer to one question asked of a child, before the answers are put together.

use crate::domain::fact::Fact;
use crate::domain::finding::{Outcome, Provision, Reason, Rejected};

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Yes: with this outcome.
    Holds(Outcome),
    /// The facts do not settle it.
    Unsettled,
    /// No: a stated fact stands against it, whatever the others may be.
    DoesNotHold,
}

impl Verdict {
    pub(super) fn outcome(self) -> Option<Outcome> {
        if let Self::Holds(outcome) = self { Some(outcome) } else { None }
    }
}

/// A question's answer with all that explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Consideration {
    pub(super) verdict: Verdict,
    /// What is cited for the verdict.
    pub(super) provision: Provision,
    /// Why; what decides comes first.
    pub(super) reasons: Vec<Reason>,
    /// Outcomes this question could have had and did not.
    pub(super) rejected: Vec<Rejected>,
    /// Facts that could alter the verdict.
    pub(super) missing: Vec<Fact>,
}
