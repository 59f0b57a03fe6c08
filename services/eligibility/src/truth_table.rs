//! The truth table: every combination of the facts that decide, what the rules make of each, and the document that
//! publishes it.
//!
//! What a reader would get wrong: the document is written from the rules, and is no test of them. The test is an
//! independently written table, `truth-table/*.csv`, which `tests/truth_table.rs` holds to the same combinations.

mod combination;
mod document;
mod tree;

pub use combination::{COLUMNS, Column, Combination, combinations};
pub use document::{Published, Row, Table, Unreadable};

use crate::domain::facts::IncidentFacts;
use crate::domain::finding::OutcomeKind;
use crate::domain::policy::{Policies, Policy};
use crate::domain::rules;

/// What is found for a combination: the outcome, and the reports of a death that are due beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Found {
    /// The outcome.
    pub outcome: OutcomeKind,
    /// The reports due beside it.
    pub also: Vec<OutcomeKind>,
}

/// What the rules make of a combination under an edition.
pub fn found(combination: &Combination, policy: &Policy) -> Found {
    let incident = IncidentFacts { place: combination.place(), dated_on: None };
    let finding = rules::judge_child(&combination.child(), &incident, policy);
    let also = finding.also.iter().map(|outcome| outcome.kind()).collect();
    Found { outcome: finding.outcome.kind(), also }
}

/// The document of these editions, `TRUTH_TABLE.md`: `lapwing policy table > services/eligibility/TRUTH_TABLE.md`.
pub fn published(policies: &Policies) -> String {
    document::write(policies)
}

/// An outcome as the tables word it.
pub fn words(outcome: OutcomeKind) -> &'static str {
    match outcome {
        OutcomeKind::DutyInArea => "duty in area",
        OutcomeKind::DutyOutsideEngland => "duty outside England",
        OutcomeKind::DutyOfAnotherAuthority => "duty of another authority",
        OutcomeKind::NeedsJudgement => "needs judgement",
        OutcomeKind::LookedAfterDeath => "looked-after death",
        OutcomeKind::CareLeaverDeath => "care leaver's death",
        OutcomeKind::Outside => "outside",
    }
}

/// The outcome that the tables word so.
pub fn outcome_of(text: &str) -> Option<OutcomeKind> {
    OUTCOMES.into_iter().find(|outcome| words(*outcome) == text)
}

const OUTCOMES: [OutcomeKind; 7] = [
    OutcomeKind::DutyInArea,
    OutcomeKind::DutyOutsideEngland,
    OutcomeKind::DutyOfAnotherAuthority,
    OutcomeKind::NeedsJudgement,
    OutcomeKind::LookedAfterDeath,
    OutcomeKind::CareLeaverDeath,
    OutcomeKind::Outside,
];
