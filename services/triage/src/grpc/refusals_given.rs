//! What triage refuses, and in which words: what happened, where, why, and what to do.
//!
//! What a reader would get wrong: a lease that does not count is no fault of the caller's. Each of its refusals says
//! what has become of the case meanwhile.

use catalogue::Entry;
use contracts::notification::v1::{Lane as WireLane, Remark};
use contracts::rules::refusal;
use contracts::triage::v1::{LinkState, Recipient as WireRecipient, StandAsideReason};
use ids::{LeaseId, Reference, ReferenceError};
use tonic::{Code, Status};

use super::unanswered;
use crate::acknowledge_case::NotAcknowledged;
use crate::decide_link::NotDecided;
use crate::domain::lane::Lane;
use crate::domain::link::{LINK_TO_ITSELF, Verdict};
use crate::domain::recipients::Recipient;
use crate::domain::stand_aside::Interest;
use crate::domain::standing::LeaseRefused;
use crate::read_case::NotRead;
use crate::stand_aside::NotStoodAside;
use crate::wire;

catalogue::entries! {
    /// Codes with which triage refuses a call.
    pub REFUSALS = "Refusals of triage";
    CASE_NOT_FOUND: "No case has that reference, although it is well formed.",
        "Read it out again; where the receipt is only seconds old, ask again in a moment.";
    CASE_NOT_TAKEN: "The case has not been taken, so there is no lease that could acknowledge it.",
        "Take it with TakeNext, and give back the lease_id that it answers with.";
    LEASE_LOST: "The lease ran out, and somebody else has taken the case since.",
        "Leave it to them; if they do not acknowledge it, it waits again from then on.";
    CASE_AMENDED: "The case has changed since it was taken: the lease is void, and the case waits again.",
        "Look at it anew with GetCase, then take it with TakeNext and acknowledge it under the new lease.";
    ACKNOWLEDGED_OTHERWISE: "The case was acknowledged under another lease.",
        "Nothing: the panel has the case. Look at it with GetCase.";
    NOT_STOOD_ASIDE: "That member has not stood aside from the case, so there is nothing to lift.",
        "Compare member and reference with the log; nothing, where it was lifted before.";
    PAGE_TOKEN_MISTAKEN: "The page token is none of this list.",
        "Give back next_page_token as the page before answered it, or leave it out to begin at the front.";
}

/// Reads a lease as TakeNext gave it.
pub(super) fn lease(text: &str) -> Result<LeaseId, Status> {
    text.parse().map_err(|_| {
        refused(
            "lease_id",
            "string.uuid",
            "it is not a lease identifier",
            "only a lease acknowledges a case",
            "give back the lease_id that TakeNext answered with",
        )
    })
}

/// Reads a lane, which must be one of the two.
pub(super) fn lane(lane: WireLane) -> Result<Lane, Status> {
    wire::lane(lane).ok_or_else(|| {
        refused(
            "lane",
            "enum.not_in",
            "a lane must be chosen",
            "a queue is worked lane by lane",
            "choose LANE_DECISION or LANE_INFORMATION",
        )
    })
}

/// Reads who was told: DfE or Ofsted.
pub(super) fn recipient(recipient: WireRecipient) -> Result<Recipient, Status> {
    wire::notices::recipient_of_notices(recipient).ok_or_else(|| {
        refused(
            "recipient",
            "enum.in",
            "a recipient of notices must be chosen",
            "the panel's own notices are the queue, and the safeguarding partners are told by the authority",
            "choose RECIPIENT_DFE or RECIPIENT_OFSTED",
        )
    })
}

/// Reads what a person decided.
pub(super) fn verdict(state: LinkState) -> Result<Verdict, Status> {
    wire::linking::verdict(state).ok_or_else(|| {
        refused(
            "decision",
            "enum.in",
            "a decision must be given",
            "only a person decides whether two cases are of the same incident",
            "choose LINK_STATE_SAME_INCIDENT or LINK_STATE_NOT_A_DUPLICATE",
        )
    })
}

/// Reads why a member stands aside.
pub(super) fn interest(reason: StandAsideReason) -> Result<Interest, Status> {
    wire::stand_aside::interest(reason).ok_or_else(|| {
        refused(
            "reason",
            "enum.not_in",
            "a reason must be given",
            "the log records why a member stood aside",
            "choose one of the reasons",
        )
    })
}

/// Reads the other case's reference.
pub(super) fn other_reference(text: &str) -> Result<Reference, Status> {
    text.parse().map_err(|error: ReferenceError| {
        refused(
            "other_reference",
            refusals::REFERENCE_MISTAKEN.code(),
            &error.to_string(),
            "a reference carries a check character, so that a slip is noticed",
            "copy it from the receipt, or from the panel's queue",
        )
    })
}

/// A token that is none of this list.
pub(super) fn page_token(what: &str, why: &str) -> Status {
    refused(
        "page_token",
        PAGE_TOKEN_MISTAKEN.code(),
        what,
        why,
        "give back next_page_token as the page before answered it, with the same list, or leave it out to begin at the \
         front",
    )
}

fn refused(field: &str, rule: &str, what: &str, why: &str, remedy: &str) -> Status {
    refusal(&[Remark {
        field: field.into(),
        rule: rule.into(),
        what: what.into(),
        why: why.into(),
        remedy: remedy.into(),
    }])
}

/// No case has a reference, which is right in itself.
fn no_such_case(reference: Reference) -> Status {
    let sentence = format!(
        "no case has reference {reference}, although it is well formed. To do: read it out again; where the receipt is \
         only seconds old, ask again in a moment"
    );
    about(Code::NotFound, CASE_NOT_FOUND, reference, sentence)
}

/// Why a case was not read.
pub(super) fn not_read(reference: Reference, error: &NotRead) -> Status {
    match error {
        NotRead::NoSuchCase => no_such_case(reference),
        NotRead::StoodAside => rights::stood_aside(reference),
        NotRead::Store(error) => unanswered(error),
    }
}

/// Why nobody stood aside, or nothing was lifted.
pub(super) fn not_stood_aside(reference: Reference, error: &NotStoodAside) -> Status {
    match error {
        NotStoodAside::NoSuchCase => no_such_case(reference),
        NotStoodAside::NotAside => {
            let sentence = format!(
                "that member has not stood aside from {reference}, so there is nothing to lift. To do: compare member and \
                 reference with the log; nothing, where it was lifted before"
            );
            about(Code::NotFound, NOT_STOOD_ASIDE, reference, sentence)
        }
        NotStoodAside::Store(error) => unanswered(error),
    }
}

/// Why a case was not acknowledged.
pub(super) fn not_acknowledged(reference: Reference, error: &NotAcknowledged) -> Status {
    match error {
        NotAcknowledged::NoSuchCase => no_such_case(reference),
        NotAcknowledged::StoodAside => rights::stood_aside(reference),
        NotAcknowledged::Store(error) => unanswered(error),
        NotAcknowledged::Lease(refused) => lease_refused(reference, *refused),
    }
}

/// Why nothing was decided about two cases.
pub(super) fn not_decided(error: &NotDecided) -> Status {
    match error {
        NotDecided::NoSuchCase(reference) => no_such_case(*reference),
        NotDecided::StoodAside(reference) => rights::stood_aside(*reference),
        NotDecided::ToItself(_) => refused(
            "other_reference",
            LINK_TO_ITSELF.code(),
            "it is the reference of the same case",
            "a link stands between two cases",
            "give the other case's reference",
        ),
        NotDecided::Store(error) => unanswered(error),
    }
}

fn lease_refused(reference: Reference, refused: LeaseRefused) -> Status {
    let (reason, remedy) = match refused {
        LeaseRefused::NotTaken => {
            (CASE_NOT_TAKEN, "take it with TakeNext, and give back the lease_id that it answers with")
        }
        LeaseRefused::TakenBySomebodyElse { .. } => (
            LEASE_LOST,
            "leave it to them; if they do not acknowledge it, it waits again from then on: take it with TakeNext",
        ),
        LeaseRefused::CaseAmended { .. } => (
            CASE_AMENDED,
            "look at it anew with GetCase, then take it with TakeNext and acknowledge it under the new lease",
        ),
        LeaseRefused::AcknowledgedOtherwise { .. } => {
            (ACKNOWLEDGED_OTHERWISE, "nothing: the panel has the case. Look at it with GetCase")
        }
    };
    let sentence = format!(
        "{reference}: {refused}. A case is in one pair of hands at a time, and this lease is not its newest. To do: {remedy}"
    );
    about(Code::FailedPrecondition, reason, reference, sentence)
}

fn about(code: Code, reason: Entry, reference: Reference, sentence: String) -> Status {
    refusals::refused(code, reason, &[("reference", &reference.to_string())], sentence)
}
