//! Where a notification stands, told from its revisions and the steps that intake has heard of.
//!
//! What a reader would get wrong: steps belong to revisions. A step of an older revision that is heard late is told beside
//! those of the newest, and changes neither stage, finding nor clocks.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{
    Erasure, HandOver, Lane, Priority, Revision, RevisionKind, Stage, Status, Step, WithdrawalReason,
};
use contracts::time::from_wire;
use contracts::triage::v1::{CaseAcknowledged, CaseQueued};
use jiff::Timestamp;

/// Something another service has done with a notification.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Eligibility has found.
    Assessed(Box<NotificationAssessed>),
    /// Triage has queued the case.
    Queued(Box<CaseQueued>),
    /// The panel has taken the case over.
    Acknowledged(CaseAcknowledged),
}

impl Outcome {
    /// The step it is.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Assessed(_) => Stage::Assessed,
            Self::Queued(_) => Stage::Queued,
            Self::Acknowledged(_) => Stage::Acknowledged,
        }
    }

    /// The revision it is about. An acknowledgement names none: it is of the revision that was queued last before it.
    /// Events from before there were revisions name none either, and are of the first.
    pub fn revision(&self) -> Option<u32> {
        match self {
            Self::Assessed(assessed) => {
                Some(assessed.notification.as_ref().map_or(1, |coded| coded.revision.max(1)))
            }
            Self::Queued(queued) => Some(queued.entry.as_ref().map_or(1, |entry| entry.revision.max(1))),
            Self::Acknowledged(_) => None,
        }
    }
}

/// A notification with its lineage.
#[derive(Debug, Clone, PartialEq)]
pub struct Lineage {
    /// Lapwing's reference.
    pub reference: String,
    /// The first sender's own reference.
    pub sender_reference: String,
    /// The DfE number of the notifier now.
    pub authority: String,
    /// Every revision held, by number, at least the first; each withdrawal with its reason.
    pub revisions: Vec<(Revision, Option<WithdrawalReason>)>,
    /// The newest of its hand-overs.
    pub hand_over: Option<HandOver>,
    /// Where it is erased: when, why and by whom.
    pub erasure: Option<Erasure>,
}

/// A step that a revision has taken elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The revision.
    pub revision: u32,
    /// When, by the clock of whoever did it.
    pub at: Timestamp,
    /// What.
    pub outcome: Outcome,
}

/// Puts revisions and steps together, by revision and then in the order of their times: they may have been heard in any
/// order.
pub fn tell(lineage: Lineage, mut taken: Vec<Taken>) -> Status {
    let newest = lineage.revisions.last().map_or(1, |(revision, _)| revision.number);
    let withdrawn =
        lineage.revisions.last().is_some_and(|(revision, _)| revision.kind() == RevisionKind::Withdrawn);
    taken.sort_by_key(|step| (step.revision, step.outcome.stage() as i32));
    let mut steps: Vec<Step> =
        lineage.revisions.iter().map(|(revision, reason)| beginning(revision, *reason)).collect();
    steps.extend(taken.iter().map(heard));
    // A withdrawal begins with its last stage: what is heard of it afterwards is told after it. The others are told in the
    // order in which they were done: queued anew comes after the acknowledgement before it.
    steps.sort_by_key(|step| (step.revision, !begins(step), from_wire(step.at.as_ref()), step.stage));
    let furthest = furthest(taken.iter().filter(|step| step.revision == newest));
    let mut status = Status {
        reference: lineage.reference,
        sender_reference: lineage.sender_reference,
        notifying_authority: lineage.authority,
        revision: newest,
        stage: if withdrawn { Stage::Withdrawn } else { furthest.unwrap_or(Stage::Received) }.into(),
        steps,
        revisions: lineage.revisions.into_iter().map(|(revision, _)| revision).collect(),
        hand_over: lineage.hand_over,
        erasure: lineage.erasure,
        ..Default::default()
    };
    // In the order of revisions, so that the newest for which something is known is taken in last.
    taken.into_iter().for_each(|step| take_in(step.outcome, &mut status));
    status
}

/// The stage of a revision that has taken these steps. An acknowledgement from before it was queued anew is none of what
/// waits now.
fn furthest<'a>(taken: impl Iterator<Item = &'a Taken> + Clone) -> Option<Stage> {
    let queued = taken.clone().find(|step| step.outcome.stage() == Stage::Queued).map(|step| step.at);
    let stands = |step: &&Taken| {
        step.outcome.stage() != Stage::Acknowledged || queued.is_none_or(|queued| step.at >= queued)
    };
    taken.filter(stands).map(|step| step.outcome.stage()).max_by_key(|stage| *stage as i32)
}

fn begins(step: &Step) -> bool {
    matches!(step.stage(), Stage::Received | Stage::Withdrawn)
}

fn take_in(outcome: Outcome, status: &mut Status) {
    match outcome {
        Outcome::Assessed(assessed) => status.assessment = assessed.assessment,
        Outcome::Queued(queued) => {
            let entry = queued.entry.unwrap_or_default();
            status.lane = entry.lane;
            status.priority = entry.priority;
            status.clocks = entry.clocks;
        }
        Outcome::Acknowledged(_) => (),
    }
}

/// The step that a revision's own row is.
fn beginning(revision: &Revision, reason: Option<WithdrawalReason>) -> Step {
    let (stage, words) = match revision.kind() {
        RevisionKind::Submitted | RevisionKind::Unspecified => {
            (Stage::Received, "held; the receipt proves it".to_owned())
        }
        RevisionKind::Amended if revision.follows > revision.number => {
            let newer = revision.follows;
            (Stage::Received, format!("held; it came after revision {newer}, which goes on counting"))
        }
        RevisionKind::Amended => (Stage::Received, "amended; the receipt proves it".to_owned()),
        RevisionKind::HandedOver => {
            (Stage::Received, format!("taken over by authority {}, and judged anew", revision.authority))
        }
        RevisionKind::Withdrawn if revision.follows > revision.number => {
            let (why, newer) = (why(reason), revision.follows);
            let words = format!("withdrawn: {why}; it came after revision {newer}, which goes on counting");
            (Stage::Withdrawn, words)
        }
        RevisionKind::Withdrawn => (Stage::Withdrawn, format!("withdrawn: {}", why(reason))),
    };
    Step { stage: stage.into(), at: revision.received_at, words, revision: revision.number }
}

fn why(reason: Option<WithdrawalReason>) -> &'static str {
    match reason {
        Some(WithdrawalReason::CriteriaNotMet) => {
            "it was determined that the case does not meet the criteria"
        }
        Some(WithdrawalReason::NotifiedTwice) => "the same incident is notified under another reference",
        Some(WithdrawalReason::SentByMistake) => "it was sent by mistake",
        Some(WithdrawalReason::Other | WithdrawalReason::Unspecified) | None => "for another reason",
    }
}

fn heard(step: &Taken) -> Step {
    Step {
        stage: step.outcome.stage().into(),
        at: Some(contracts::time::to_wire(step.at)),
        words: words(&step.outcome),
        revision: step.revision,
    }
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Assessed(assessed) => assessed
            .assessment
            .as_ref()
            .map_or_else(|| "assessed".to_owned(), |assessment| assessment.summary.clone()),
        Outcome::Queued(queued) => {
            let entry = queued.entry.clone().unwrap_or_default();
            let lane = match entry.lane() {
                Lane::Decision => "for the panel's decision",
                Lane::Information | Lane::Unspecified => "for the panel's information",
            };
            let urgent = if entry.priority() == Priority::Urgent { ", urgent" } else { "" };
            format!("queued {lane}{urgent}")
        }
        Outcome::Acknowledged(_) => "the panel has taken it over".to_owned(),
    }
}

#[cfg(test)]
mod tests;
