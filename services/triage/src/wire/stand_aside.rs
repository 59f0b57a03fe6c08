//! Standing aside in the contract's words, and the events that tell of it.

use ambient::Ambient;
use contracts::events::{CASE_STAND_ASIDE_LIFTED, CASE_STOOD_ASIDE};
use contracts::time::to_wire;
use contracts::triage::v1::{CaseStandAsideLifted, CaseStoodAside, StandAsideReason};
use delivery::{Envelope, Origin};
use ids::Reference;
use jiff::Timestamp;

use crate::SERVICE;
use crate::domain::stand_aside::{Interest, StoodAside};

/// A lifting, as it is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifted<'a> {
    /// The case.
    pub(crate) reference: Reference,
    /// The member who sees it again.
    pub(crate) member: &'a str,
    /// Who lifted it.
    pub(crate) by: &'a str,
    /// When.
    pub(crate) at: Timestamp,
}

/// Why a member stands aside; none where it is not said.
pub(crate) fn interest(reason: StandAsideReason) -> Option<Interest> {
    match reason {
        StandAsideReason::Unspecified => None,
        StandAsideReason::KnowsTheFamily => Some(Interest::KnowsTheFamily),
        StandAsideReason::WorkedOnTheCase => Some(Interest::WorkedOnTheCase),
        StandAsideReason::WorksForAnAgencyConcerned => Some(Interest::WorksForAnAgencyConcerned),
        StandAsideReason::OtherInterest => Some(Interest::Other),
    }
}

fn reason(interest: Interest) -> StandAsideReason {
    match interest {
        Interest::KnowsTheFamily => StandAsideReason::KnowsTheFamily,
        Interest::WorkedOnTheCase => StandAsideReason::WorkedOnTheCase,
        Interest::WorksForAnAgencyConcerned => StandAsideReason::WorksForAnAgencyConcerned,
        Interest::Other => StandAsideReason::OtherInterest,
    }
}

/// Event case.stood_aside.v1.
pub(crate) fn seal_stood_aside(authority: &str, stood: &StoodAside, ambient: &Ambient) -> Envelope {
    let event = CaseStoodAside {
        reference: stood.reference.to_string(),
        member: stood.member.clone(),
        reason: reason(stood.interest).into(),
        stood_aside_at: Some(to_wire(stood.at)),
    };
    Envelope::seal(origin(CASE_STOOD_ASIDE, stood.reference, authority), &event, ambient)
}

/// Event case.stand_aside_lifted.v1.
pub(crate) fn seal_lifted(authority: &str, lifted: Lifted<'_>, ambient: &Ambient) -> Envelope {
    let event = CaseStandAsideLifted {
        reference: lifted.reference.to_string(),
        member: lifted.member.to_owned(),
        lifted_by: lifted.by.to_owned(),
        lifted_at: Some(to_wire(lifted.at)),
    };
    Envelope::seal(origin(CASE_STAND_ASIDE_LIFTED, lifted.reference, authority), &event, ambient)
}

fn origin<'a>(kind: &'static str, subject: Reference, owner: &'a str) -> Origin<'a> {
    Origin { kind, source: SERVICE, subject, owner }
}
