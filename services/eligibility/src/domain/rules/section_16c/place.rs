//! Whose duty: which limb of s.16C(1) the place of the incident, and the child's normal residence, lead to.
//!
//! What a reader would get wrong: within England residence plays no part. The duty rests with the authority in whose
//! area it happened, even for a child whom another authority looks after there.

use super::super::element::Element;
use crate::domain::fact::Fact;
use crate::domain::facts::{Residence, Where};
use crate::domain::finding::{Considered, Outcome, Provision, Reason, Rejected};
use crate::domain::reasons::ReasonCode;

/// The outcomes that the limbs of s.16C(1) lead to.
pub(super) const LIMBS: [Considered; 3] =
    [Considered::DutyInArea, Considered::DutyOutsideEngland, Considered::DutyOfAnotherAuthority];

/// Where place and residence lead, if the other elements are met.
pub(super) struct Limb {
    /// The outcome, where they lead to one.
    pub(super) leads_to: Option<(Outcome, Provision)>,
    /// What they leave open, where they do not.
    pub(super) unsettled: Option<Element>,
    /// What they settle.
    pub(super) settled: Vec<Reason>,
}

const IN_NOTIFIERS_AREA: Reason =
    Reason { code: ReasonCode::InNotifiersArea, facts: &[Fact::AreaAuthority, Fact::NotifyingAuthority] };
const IN_ANOTHER_AREA: Reason =
    Reason { code: ReasonCode::InAnotherArea, facts: &[Fact::AreaAuthority, Fact::NotifyingAuthority] };
const HELD_FOR_HAND_OVER: Reason =
    Reason { code: ReasonCode::HeldForHandOver, facts: &[Fact::AreaAuthority] };
const IN_ENGLAND: Reason = Reason { code: ReasonCode::InEngland, facts: &[Fact::Area] };
const OUTSIDE_ENGLAND: Reason = Reason { code: ReasonCode::OutsideEngland, facts: &[Fact::Area] };
const RESIDENT: Reason = Reason { code: ReasonCode::ResidentWithNotifier, facts: &[Fact::NormalResidence] };
const NOT_RESIDENT: Reason =
    Reason { code: ReasonCode::NotResidentWithNotifier, facts: &[Fact::NormalResidence] };

/// Which limb the place and the residence lead to.
pub(super) fn limb(place: Where, residence: Residence) -> Limb {
    match place {
        Where::NotifiersArea => found(Outcome::DutyInArea, Provision::Section16C1a, vec![IN_NOTIFIERS_AREA]),
        Where::AnotherArea(authority) => found(
            Outcome::DutyOfAnotherAuthority(authority),
            Provision::Section16C1a,
            vec![IN_ANOTHER_AREA, HELD_FOR_HAND_OVER],
        ),
        Where::SomewhereInEngland => open(
            Element::lacks(ReasonCode::AuthorityOfAreaNotKnown, &[Fact::AreaAuthority]),
            vec![IN_ENGLAND],
        ),
        Where::OutsideEngland => outside_england(residence),
        Where::NotKnown => open(area_not_known(residence), Vec::new()),
    }
}

fn outside_england(residence: Residence) -> Limb {
    match residence {
        Residence::NotifiersArea => {
            found(Outcome::DutyOutsideEngland, Provision::Section16C1b, vec![OUTSIDE_ENGLAND, RESIDENT])
        }
        Residence::Elsewhere => open(
            Element::for_a_person(
                ReasonCode::NoDutyFoundOutsideEngland,
                &[Fact::Area, Fact::NormalResidence],
            ),
            vec![OUTSIDE_ENGLAND, NOT_RESIDENT],
        ),
        Residence::NotKnown => open(
            Element::lacks(ReasonCode::ResidenceNotKnown, &[Fact::NormalResidence]),
            vec![OUTSIDE_ENGLAND],
        ),
    }
}

/// The place may turn out to be outside England, where residence counts.
fn area_not_known(residence: Residence) -> Element {
    match residence {
        Residence::NotKnown => Element::lacks(ReasonCode::AreaNotKnown, &[Fact::Area, Fact::NormalResidence]),
        Residence::NotifiersArea | Residence::Elsewhere => {
            Element::lacks(ReasonCode::AreaNotKnown, &[Fact::Area])
        }
    }
}

fn found(outcome: Outcome, provision: Provision, settled: Vec<Reason>) -> Limb {
    Limb { leads_to: Some((outcome, provision)), unsettled: None, settled }
}

fn open(unsettled: Element, settled: Vec<Reason>) -> Limb {
    Limb { leads_to: None, unsettled: Some(unsettled), settled }
}

/// The limbs that place and residence rule out.
pub(super) fn rejected(place: Where, residence: Residence) -> Vec<Rejected> {
    LIMBS
        .into_iter()
        .filter_map(|outcome| {
            ruled_out(outcome, place, residence).map(|because| Rejected { outcome, because })
        })
        .collect()
}

fn ruled_out(outcome: Considered, place: Where, residence: Residence) -> Option<Reason> {
    match (outcome, place) {
        (Considered::DutyInArea, Where::AnotherArea(_)) => Some(IN_ANOTHER_AREA),
        (Considered::DutyInArea | Considered::DutyOfAnotherAuthority, Where::OutsideEngland) => {
            Some(OUTSIDE_ENGLAND)
        }
        (Considered::DutyOfAnotherAuthority, Where::NotifiersArea) => Some(IN_NOTIFIERS_AREA),
        (
            Considered::DutyOutsideEngland,
            Where::NotifiersArea | Where::AnotherArea(_) | Where::SomewhereInEngland,
        ) => Some(IN_ENGLAND),
        (Considered::DutyOutsideEngland, Where::OutsideEngland | Where::NotKnown) => {
            (residence == Residence::Elsewhere).then_some(NOT_RESIDENT)
        }
        _ => None,
    }
}
