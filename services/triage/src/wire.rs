//! Between the contract's words and the domain's: for events and for gRPC, in both directions.
//!
//! What a reader would get wrong: an outcome that this build does not know is a person's to judge. A later version's
//! finding is then queued for decision rather than lost; the finding itself is kept as it was heard.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1 as contract;
use contracts::time::{civil_date, from_wire, london_date, to_wire};
use contracts::triage::v1::{CaseAcknowledged, CaseQueued, QueueEntry, QueueState};
use ids::ReferenceError;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::case::{Case, Entry};
use crate::domain::clock::{Clock, ClockKind};
use crate::domain::finding::{Assessed, Outcome};
use crate::domain::lane::Lane;
use crate::domain::priority::Priority;
use crate::domain::reason::Reason;
use crate::domain::standing::{Acknowledgement, Standing};

/// Why no case can be opened for an event.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the event carries no notification")]
    NoNotification,
    #[error("the event carries no assessment")]
    NoAssessment,
    #[error("the notification's reference cannot be read: {0}")]
    Reference(#[from] ReferenceError),
    #[error("the notification does not say when it was received, and clocks count from there")]
    NoReceipt,
}

/// What triage needs of an event.
pub(crate) fn assessed(event: &NotificationAssessed) -> Result<Assessed, Unreadable> {
    let notification = event.notification.as_ref().ok_or(Unreadable::NoNotification)?;
    let assessment = event.assessment.as_ref().ok_or(Unreadable::NoAssessment)?;
    let received_at = from_wire(notification.received_at.as_ref()).ok_or(Unreadable::NoReceipt)?;
    let occurred_on = notification.incident.as_ref().and_then(|incident| day(&incident.occurred_on));
    Ok(Assessed {
        reference: notification.reference.parse()?,
        // Revisions count from 1; an event that does not say which is about the first.
        revision: notification.revision.max(1),
        authority: notification.notifying_authority.clone(),
        outcome: outcome(assessment.outcome()),
        provision: assessment.provision.clone(),
        duty_authority: Some(assessment.duty_authority.clone()).filter(|number| !number.is_empty()),
        findings: assessment.children.iter().map(|finding| outcome(finding.outcome())).collect(),
        children: u32::try_from(notification.children.len()).unwrap_or(u32::MAX),
        deaths: deaths(&notification.children),
        occurred_on,
        became_aware_on: day(&notification.became_aware_on),
        received_on: london_date(received_at),
    })
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

/// The event that tells of an opened case.
pub(crate) fn case_queued(case: &Case) -> CaseQueued {
    CaseQueued { entry: Some(queue_entry(&case.entry, QueueState::Waiting)), reasons: reasons(&case.reasons) }
}

/// The event that tells that the panel has a case. Who acknowledged it stays with triage.
pub(crate) fn case_acknowledged(entry: &Entry, acknowledgement: &Acknowledgement) -> CaseAcknowledged {
    CaseAcknowledged {
        reference: entry.reference.to_string(),
        lane: lane_to_wire(entry.lane).into(),
        acknowledged_at: Some(to_wire(acknowledgement.at)),
    }
}

/// A case as it shows on the queue.
pub(crate) fn queue_entry(entry: &Entry, state: QueueState) -> QueueEntry {
    QueueEntry {
        reference: entry.reference.to_string(),
        notifying_authority: entry.authority.clone(),
        lane: lane_to_wire(entry.lane).into(),
        priority: priority_to_wire(entry.priority).into(),
        outcome: outcome_to_wire(entry.outcome).into(),
        provision: entry.provision.clone(),
        children: entry.children,
        clocks: entry.clocks.iter().map(clock).collect(),
        queued_at: Some(to_wire(entry.queued_at)),
        state: state.into(),
    }
}

/// How a standing shows at a time: a lease that has run out shows as waiting, which it is.
pub(crate) fn state(standing: &Standing, now: Timestamp) -> QueueState {
    match standing {
        free if free.is_free(now) => QueueState::Waiting,
        Standing::Acknowledged(_) => QueueState::Acknowledged,
        Standing::Waiting | Standing::Leased(_) => QueueState::Leased,
    }
}

/// The reasons of a case.
pub(crate) fn reasons(reasons: &[Reason]) -> Vec<contract::Reason> {
    let to_wire = |reason: &Reason| contract::Reason {
        code: reason.code.clone(),
        text: reason.text.clone(),
        source: reason.source.clone(),
        facts: reason.facts.clone(),
    };
    reasons.iter().map(to_wire).collect()
}

/// A lane of the contract; none where it is not set.
pub(crate) fn lane(lane: contract::Lane) -> Option<Lane> {
    match lane {
        contract::Lane::Unspecified => None,
        contract::Lane::Decision => Some(Lane::Decision),
        contract::Lane::Information => Some(Lane::Information),
    }
}

fn lane_to_wire(lane: Lane) -> contract::Lane {
    match lane {
        Lane::Decision => contract::Lane::Decision,
        Lane::Information => contract::Lane::Information,
    }
}

fn priority_to_wire(priority: Priority) -> contract::Priority {
    match priority {
        Priority::Urgent => contract::Priority::Urgent,
        Priority::Standard => contract::Priority::Standard,
    }
}

fn outcome_to_wire(outcome: Outcome) -> contract::Outcome {
    match outcome {
        Outcome::DutyInArea => contract::Outcome::DutyInArea,
        Outcome::DutyOutsideEngland => contract::Outcome::DutyOutsideEngland,
        Outcome::DutyOfAnotherAuthority => contract::Outcome::DutyOfAnotherAuthority,
        Outcome::LookedAfterDeath => contract::Outcome::LookedAfterDeath,
        Outcome::CareLeaverDeath => contract::Outcome::CareLeaverDeath,
        Outcome::NeedsJudgement => contract::Outcome::NeedsJudgement,
        Outcome::Outside => contract::Outcome::Outside,
    }
}

fn clock(clock: &Clock) -> contract::Clock {
    let kind = match clock.kind {
        ClockKind::Notification => contract::ClockKind::Notification,
        ClockKind::RapidReview => contract::ClockKind::RapidReview,
    };
    let text = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    contract::Clock {
        kind: kind.into(),
        working_days: clock.working_days.into(),
        anchor: clock.anchor.to_string(),
        anchor_on: text(clock.anchor_on),
        due_on: text(clock.due_on),
        late: clock.late,
        explanation: clock.explanation.clone(),
        policy_edition: clock.policy_edition.clone(),
    }
}

#[cfg(test)]
mod tests;
