//! What triage answers, in the contract's words.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{Lane as WireLane, Remark};
use contracts::rules::refusal;
use contracts::triage::v1::GetCaseResponse;
use ids::{LeaseId, Reference};
use jiff::Timestamp;
use prost::Message;
use storage::StoreError;
use tonic::{Code, Status};

use crate::SERVICE;
use crate::acknowledge_case::NotAcknowledged;
use crate::domain::lane::Lane;
use crate::domain::standing::LeaseRefused;
use crate::store::HeldCase;
use crate::wire;

/// A case with its reasons, the finding and the coded facts.
pub(super) fn case(held: &HeldCase, now: Timestamp) -> Result<GetCaseResponse, Status> {
    let heard = NotificationAssessed::decode(held.assessed.clone()).map_err(|error| {
        refusals::store(
            SERVICE,
            &StoreError::Impossible {
                table: "panel_case",
                column: "assessed",
                row: held.case.entry.reference.to_string(),
                reason: error.to_string(),
            },
        )
    })?;
    Ok(GetCaseResponse {
        entry: Some(wire::queue_entry(&held.case.entry, wire::state(&held.standing, now))),
        reasons: wire::reasons(&held.case.reasons),
        assessment: heard.assessment,
        notification: heard.notification,
    })
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
pub(super) fn no_such_case(reference: Reference) -> Status {
    let sentence = format!(
        "no case has reference {reference}, although it is well formed. To do: read it out again; where the receipt is \
         only seconds old, ask again in a moment"
    );
    refusals::refused(Code::NotFound, "CASE_NOT_FOUND", &[("reference", &reference.to_string())], sentence)
}

/// Why a case was not acknowledged.
pub(super) fn not_acknowledged(reference: Reference, error: &NotAcknowledged) -> Status {
    match error {
        NotAcknowledged::NoSuchCase => no_such_case(reference),
        NotAcknowledged::Store(error) => refusals::store(SERVICE, error),
        NotAcknowledged::Lease(refused) => lease_refused(reference, *refused),
    }
}

fn lease_refused(reference: Reference, refused: LeaseRefused) -> Status {
    let (reason, remedy) = match refused {
        LeaseRefused::NotTaken => {
            ("CASE_NOT_TAKEN", "take it with TakeNext, and give back the lease_id that it answers with")
        }
        LeaseRefused::TakenBySomebodyElse { .. } => (
            "LEASE_LOST",
            "leave it to them; if they do not acknowledge it, it waits again from then on: take it with TakeNext",
        ),
        LeaseRefused::AcknowledgedOtherwise { .. } => {
            ("ACKNOWLEDGED_OTHERWISE", "nothing: the panel has the case. Look at it with GetCase")
        }
    };
    let sentence = format!(
        "{reference}: {refused}. A case is in one pair of hands at a time, and this lease is not its newest. To do: {remedy}"
    );
    refusals::refused(Code::FailedPrecondition, reason, &[("reference", &reference.to_string())], sentence)
}
