//! What triage takes from the events it hears.
//!
//! What a reader would get wrong: an outcome that this build does not know is a person's to judge. A later version's
//! finding is then queued for decision rather than lost; the finding itself is kept as it was heard.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::intake::v1::{HandOverChanged, NotificationErased, NotificationWithdrawn};
use contracts::notification::v1 as contract;
use contracts::time::{civil_date, from_wire, london_date};
use ids::{Reference, ReferenceError};
use jiff::civil::Date;

use super::facts;
use crate::domain::erasure::{Erasure, ErasureReason};
use crate::domain::finding::{Assessed, Outcome};
use crate::domain::told::{DeclineReason, Declined, Withdrawal, WithdrawalReason};

/// Why an event can have no effect.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the event carries no notification")]
    NoNotification,
    #[error("the event carries no assessment")]
    NoAssessment,
    #[error("the event carries no hand-over")]
    NoHandOver,
    #[error("the event does not say which revision withdraws the notification")]
    NoRevision,
    #[error("the event does not say when the notification was erased")]
    NoErasure,
    #[error("the notification's reference cannot be read: {0}")]
    Reference(#[from] ReferenceError),
    #[error("the notification does not say when it was received, and clocks count from there")]
    NoReceipt,
}

/// What triage needs of a finding.
pub(crate) fn assessed(event: &NotificationAssessed) -> Result<Assessed, Unreadable> {
    let notification = event.notification.as_ref().ok_or(Unreadable::NoNotification)?;
    let assessment = event.assessment.as_ref().ok_or(Unreadable::NoAssessment)?;
    let received_at = from_wire(notification.received_at.as_ref()).ok_or(Unreadable::NoReceipt)?;
    let incident = notification.incident.as_ref();
    Ok(Assessed {
        reference: notification.reference.parse()?,
        // Revisions count from 1; an event that does not say which is about the first.
        revision: notification.revision.max(1),
        authority: notification.notifying_authority.clone(),
        outcome: outcome(assessment.outcome()),
        provision: assessment.provision.clone(),
        duty_authority: Some(assessment.duty_authority.clone()).filter(|number| !number.is_empty()),
        findings: assessment.children.iter().map(|finding| outcome(finding.outcome())).collect(),
        also: assessment.children.iter().flat_map(contract::ChildFinding::also).map(outcome).collect(),
        children: u32::try_from(notification.children.len()).unwrap_or(u32::MAX),
        deaths: deaths(&notification.children),
        occurred_on: incident.and_then(|incident| day(&incident.occurred_on)),
        became_aware_on: day(&notification.became_aware_on),
        received_on: london_date(received_at),
        late_reason_given: notification.late_reason_given,
        institution: incident.and_then(|incident| facts::institution(incident.setting())),
        facts: notification.children.iter().map(facts::child).collect(),
    })
}

/// What triage needs of a withdrawal, and the notification it is about.
pub(crate) fn withdrawn(event: &NotificationWithdrawn) -> Result<(Reference, Withdrawal), Unreadable> {
    let received_at = from_wire(event.received_at.as_ref()).ok_or(Unreadable::NoReceipt)?;
    if event.revision == 0 {
        return Err(Unreadable::NoRevision);
    }
    let why = match event.reason() {
        contract::WithdrawalReason::CriteriaNotMet => WithdrawalReason::CriteriaNotMet,
        contract::WithdrawalReason::NotifiedTwice => WithdrawalReason::NotifiedTwice,
        contract::WithdrawalReason::SentByMistake => WithdrawalReason::SentByMistake,
        contract::WithdrawalReason::Other | contract::WithdrawalReason::Unspecified => {
            WithdrawalReason::Other
        }
    };
    let withdrawal = Withdrawal { revision: event.revision, why, received_on: london_date(received_at) };
    Ok((event.reference.parse()?, withdrawal))
}

/// What triage needs of a declined hand-over, and the notification it is about.
pub(crate) fn declined(event: &HandOverChanged) -> Result<(Reference, Declined), Unreadable> {
    let hand_over = event.hand_over.as_ref().ok_or(Unreadable::NoHandOver)?;
    let why = match hand_over.declined_because() {
        contract::DeclineReason::NotInOurArea => DeclineReason::NotInOurArea,
        contract::DeclineReason::NotifiedByUs => DeclineReason::NotifiedByUs,
        contract::DeclineReason::Other | contract::DeclineReason::Unspecified => DeclineReason::Other,
    };
    let declined = Declined { revision: hand_over.revision.max(1), by: hand_over.to_authority.clone(), why };
    Ok((hand_over.reference.parse()?, declined))
}

/// What triage needs of an erasure, and the notification it is about.
pub(crate) fn erased(event: &NotificationErased) -> Result<(Reference, Erasure), Unreadable> {
    let erasure = event.erasure.as_ref().ok_or(Unreadable::NoErasure)?;
    let why = match erasure.reason() {
        contract::ErasureReason::RetentionEnded => ErasureReason::RetentionEnded,
        contract::ErasureReason::SentInError => ErasureReason::SentInError,
        contract::ErasureReason::SubjectRequest => ErasureReason::SubjectRequest,
        contract::ErasureReason::CourtOrder => ErasureReason::CourtOrder,
        contract::ErasureReason::Unspecified => ErasureReason::Unknown,
    };
    let at = from_wire(erasure.erased_at.as_ref()).ok_or(Unreadable::NoErasure)?;
    Ok((event.reference.parse()?, Erasure { at, why, by: erasure.erased_by.clone() }))
}

/// A day that does not exist is as good as none: intake has remarked on it.
fn day(text: &str) -> Option<Date> {
    civil_date(text).ok().flatten()
}

fn deaths(children: &[contract::CodedChild]) -> Vec<usize> {
    let died = |child: &contract::CodedChild| {
        child.facts.as_ref().is_some_and(|facts| facts.event() == contract::Event::Death)
    };
    children.iter().enumerate().filter(|(_, child)| died(child)).map(|(position, _)| position).collect()
}

fn outcome(outcome: contract::Outcome) -> Outcome {
    match outcome {
        contract::Outcome::DutyInArea => Outcome::DutyInArea,
        contract::Outcome::DutyOutsideEngland => Outcome::DutyOutsideEngland,
        contract::Outcome::DutyOfAnotherAuthority => Outcome::DutyOfAnotherAuthority,
        contract::Outcome::LookedAfterDeath => Outcome::LookedAfterDeath,
        contract::Outcome::CareLeaverDeath => Outcome::CareLeaverDeath,
        contract::Outcome::NeedsJudgement | contract::Outcome::Unspecified => Outcome::NeedsJudgement,
        contract::Outcome::Outside => Outcome::Outside,
    }
}
