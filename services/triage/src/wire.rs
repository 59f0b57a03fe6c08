//! Between the contract's words and the domain's: for events and for gRPC, in both directions.
//!
//! What a reader would get wrong: nothing is lost for being unknown. What a later version says and this build does not
//! know is taken for the most careful of what it does know, and the event is kept as it was heard.

pub(crate) mod facts;
pub(crate) mod heard;
pub(crate) mod linking;
pub(crate) mod notices;
pub(crate) mod stand_aside;
pub(crate) mod tokens;

use contracts::notification::v1 as contract;
use contracts::time::to_wire;
use contracts::triage::v1::{self as triage, CaseAcknowledged, CaseQueued, QueueEntry, QueueState};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::case::{Case, Entry};
use crate::domain::clock::{Clock, ClockKind};
use crate::domain::erasure::{Erasure, ErasureReason};
use crate::domain::finding::Outcome;
use crate::domain::lane::Lane;
use crate::domain::priority::Priority;
use crate::domain::reason::Reason;
use crate::domain::standing::{Acknowledgement, Standing};
use crate::store::CaseRevision;

/// The event that tells of a case: opened, or made anew by a later revision. It waits, whatever was before.
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
        revision: entry.revision,
        indicators: entry.indicators.clone(),
        clusters: entry.clusters,
        linked: entry.linked.iter().map(ToString::to_string).collect(),
        withdrawn: entry.withdrawn,
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
    reasons.iter().map(reason).collect()
}

/// One reason.
pub(crate) fn reason(reason: &Reason) -> contract::Reason {
    contract::Reason {
        code: reason.code.clone(),
        text: reason.text.clone(),
        source: reason.source.clone(),
        facts: reason.facts.clone(),
    }
}

/// A revision as the case knew it.
pub(crate) fn case_revision(revision: &CaseRevision) -> triage::CaseRevision {
    triage::CaseRevision {
        revision: revision.revision,
        outcome: revision.outcome.map_or(contract::Outcome::Unspecified, outcome_to_wire).into(),
        lane: lane_to_wire(revision.lane).into(),
        priority: priority_to_wire(revision.priority).into(),
        at: Some(to_wire(revision.at)),
        came_late: revision.came_late,
        withdraws: revision.withdraws,
    }
}

/// When, why and by whom a notification was erased.
pub(crate) fn erasure(erasure: &Erasure) -> contract::Erasure {
    let reason = match erasure.why {
        ErasureReason::RetentionEnded => contract::ErasureReason::RetentionEnded,
        ErasureReason::SentInError => contract::ErasureReason::SentInError,
        ErasureReason::SubjectRequest => contract::ErasureReason::SubjectRequest,
        ErasureReason::CourtOrder => contract::ErasureReason::CourtOrder,
        ErasureReason::Unknown => contract::ErasureReason::Unspecified,
    };
    contract::Erasure {
        erased_at: Some(to_wire(erasure.at)),
        reason: reason.into(),
        erased_by: erasure.by.clone(),
    }
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
        ClockKind::LocalReview => contract::ClockKind::LocalReview,
    };
    contract::Clock {
        kind: kind.into(),
        working_days: clock.working_days.into(),
        anchor: clock.anchor.to_string(),
        anchor_on: day_to_wire(clock.anchor_on),
        due_on: day_to_wire(clock.due_on),
        late: clock.late,
        explanation: clock.explanation.clone(),
        policy_edition: clock.policy_edition.clone(),
        months: clock.months.into(),
        other_reading: clock.other_reading.clone(),
        late_reason_given: clock.late_reason_given,
    }
}

fn day_to_wire(day: Option<Date>) -> String {
    day.map_or_else(String::new, |day| day.to_string())
}

#[cfg(test)]
mod tests;
