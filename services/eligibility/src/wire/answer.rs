//! The assessment in the contract's words.
//!
//! What a reader would get wrong: the hash is over the encoding of the whole message with the hash left out. Prost
//! writes fields in the order of their numbers and the message has no map, so the bytes are canonical; whoever checks
//! a finding empties the field, encodes and hashes.

use contracts::notification::v1 as contract;
use prost::Message;
use sha2::{Digest, Sha256};

use super::told;
use crate::domain::changes::{self, Change, Turn};
use crate::domain::fact::{Fact, Paths};
use crate::domain::facts::{Child, Facts};
use crate::domain::finding::{Assessment, Considered, Finding, Outcome, OutcomeKind, Reason, Rejected};
use crate::domain::policy::Policy;
use crate::domain::summary;

/// The assessment of a coded notification, of which these are the facts.
pub(crate) fn assessment(
    notification: &contract::CodedNotification,
    facts: &Facts,
    assessment: &Assessment,
    policy: &Policy,
) -> contract::Assessment {
    let answer = Answer { notification, facts, policy };
    let mut told = contract::Assessment {
        outcome: outcome(assessment.outcome.kind()).into(),
        provision: assessment.provision.cited(policy).to_owned(),
        summary: summary::sentence(facts, assessment, policy),
        children: facts
            .children
            .iter()
            .zip(&assessment.children)
            .enumerate()
            .map(|(position, (child, finding))| answer.child_finding(position, child, finding))
            .collect(),
        duty_authority: duty_authority(assessment.outcome),
        policy_edition: policy.edition().to_owned(),
        policy_hash: policy.hash().to_owned(),
        led_by: led_by(facts, assessment),
        policy_effective_from: policy.effective_from().to_string(),
        finding_hash: String::new(),
    };
    told.finding_hash = hex::encode(Sha256::digest(told.encode_to_vec()));
    told
}

fn led_by(facts: &Facts, assessment: &Assessment) -> Vec<String> {
    let children = facts.children.iter().zip(&assessment.children);
    children
        .filter(|(_, finding)| finding.outcome == assessment.outcome)
        .map(|(child, _)| child.key.clone())
        .collect()
}

/// What an answer is made of, beside the finding for a child.
struct Answer<'a> {
    notification: &'a contract::CodedNotification,
    facts: &'a Facts,
    policy: &'a Policy,
}

impl Answer<'_> {
    fn child_finding(&self, position: usize, child: &Child, finding: &Finding) -> contract::ChildFinding {
        let paths = Paths::of_child(position);
        let told = told::Told {
            notification: self.notification,
            incident: &self.facts.incident,
            child: &child.facts,
            coded: self.notification.children.get(position).and_then(|child| child.facts.as_ref()),
        };
        contract::ChildFinding {
            child_key: child.key.clone(),
            outcome: outcome(finding.outcome.kind()).into(),
            also: finding.also.iter().map(|also| outcome(also.kind()).into()).collect(),
            provision: finding.provision.cited(self.policy).to_owned(),
            reasons: finding.reasons.iter().map(|reason| self.reason(&paths, *reason)).collect(),
            rejected: finding.rejected.iter().map(|rejected| self.rejected(&paths, *rejected)).collect(),
            missing: finding.missing.iter().map(|fact| missing(&paths, *fact)).collect(),
            duty_authority: duty_authority(finding.outcome),
            facts: finding.relied_on().map(|fact| told.fact(fact, &paths)).collect(),
            changes: changes::smallest(&child.facts, &self.facts.incident, self.policy)
                .iter()
                .map(|change| self::change(&paths, change))
                .collect(),
        }
    }

    fn reason(&self, paths: &Paths, reason: Reason) -> contract::Reason {
        contract::Reason {
            code: reason.code.code().to_owned(),
            text: self.policy.text(reason).to_owned(),
            source: self.policy.source(reason).to_owned(),
            facts: reason.facts.iter().map(|fact| paths.path(*fact)).collect(),
        }
    }

    fn rejected(&self, paths: &Paths, rejected: Rejected) -> contract::RejectedOutcome {
        contract::RejectedOutcome {
            outcome: considered(rejected.outcome).into(),
            because: Some(self.reason(paths, rejected.because)),
        }
    }
}

fn missing(paths: &Paths, fact: Fact) -> contract::MissingFact {
    contract::MissingFact { field: paths.path(fact), why: fact.why_it_matters().to_owned() }
}

fn change(paths: &Paths, change: Change<'_>) -> contract::Change {
    contract::Change {
        outcome: outcome(change.outcome()).into(),
        facts: change.turns().map(|turn| self::turn(paths, turn)).collect(),
    }
}

fn turn(paths: &Paths, turn: Turn<'_>) -> contract::FactTurn {
    contract::FactTurn {
        field: paths.path(turn.fact()),
        becomes: turn.becomes().map(str::to_owned).collect(),
    }
}

fn outcome(outcome: OutcomeKind) -> contract::Outcome {
    match outcome {
        OutcomeKind::DutyInArea => contract::Outcome::DutyInArea,
        OutcomeKind::DutyOutsideEngland => contract::Outcome::DutyOutsideEngland,
        OutcomeKind::DutyOfAnotherAuthority => contract::Outcome::DutyOfAnotherAuthority,
        OutcomeKind::NeedsJudgement => contract::Outcome::NeedsJudgement,
        OutcomeKind::LookedAfterDeath => contract::Outcome::LookedAfterDeath,
        OutcomeKind::CareLeaverDeath => contract::Outcome::CareLeaverDeath,
        OutcomeKind::Outside => contract::Outcome::Outside,
    }
}

fn considered(considered: Considered) -> contract::Outcome {
    match considered {
        Considered::DutyInArea => contract::Outcome::DutyInArea,
        Considered::DutyOutsideEngland => contract::Outcome::DutyOutsideEngland,
        Considered::DutyOfAnotherAuthority => contract::Outcome::DutyOfAnotherAuthority,
        Considered::LookedAfterDeath => contract::Outcome::LookedAfterDeath,
        Considered::CareLeaverDeath => contract::Outcome::CareLeaverDeath,
    }
}

fn duty_authority(outcome: Outcome) -> String {
    outcome.duty_authority().map_or_else(String::new, |authority| authority.to_string())
}
