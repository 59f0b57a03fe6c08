//! The duty to notify, Children Act 2004 s.16C(1): "Where a local authority in England knows or suspects that a
//! child has been abused or neglected, the local authority must notify the Child Safeguarding Practice Review Panel
//! if (a) the child dies or is seriously harmed in the local authority's area, or (b) while normally resident in the
//! local authority's area, the child dies or is seriously harmed outside England."
//!
//! What a reader would get wrong: one element that is stated not to be met ends the matter, however much else is
//! unknown; and one that is merely unknown never does.

mod place;

use super::consideration::{Consideration, Verdict};
use super::element::{Element, Elements};
use crate::domain::fact::Fact;
use crate::domain::facts::{Age, Answer, CauseOfDeath, ChildFacts, Event, IncidentFacts};
use crate::domain::finding::{Provision, Reason, Rejected};
use crate::domain::policy::Policy;
use crate::domain::reasons::ReasonCode;

/// Is there a duty under s.16C(1), and whose?
pub(super) fn consider(child: &ChildFacts, incident: &IncidentFacts, policy: &Policy) -> Consideration {
    let mut elements: Elements =
        [childhood(child, policy), abuse_or_neglect(child), death_or_serious_harm(child)]
            .into_iter()
            .chain(before_the_earliest_edition(incident, policy))
            .collect();
    if let Some(against) = elements.not_met.first().copied() {
        return no_duty(elements, against);
    }
    let limb = place::limb(incident.place, child.normal_residence);
    elements.extend(limb.unsettled);
    let (verdict, provision) = match limb.leads_to {
        Some((outcome, provision)) if elements.are_settled() => (Verdict::Holds(outcome), provision),
        _ => (Verdict::Unsettled, Provision::Section16C1),
    };
    Consideration {
        verdict,
        provision,
        reasons: [elements.unsettled(), elements.met, limb.settled].concat(),
        rejected: place::rejected(incident.place, child.normal_residence),
        missing: elements.missing,
    }
}

fn no_duty(elements: Elements, against: Reason) -> Consideration {
    let rejected = place::LIMBS.map(|outcome| Rejected { outcome, because: against }).to_vec();
    Consideration {
        verdict: Verdict::DoesNotHold,
        provision: Provision::Section16C1,
        reasons: elements.not_met,
        rejected,
        missing: Vec::new(),
    }
}

/// "a child".
fn childhood(child: &ChildFacts, policy: &Policy) -> Element {
    match child.age {
        Age::Unborn => Element::for_a_person(ReasonCode::Unborn, &[Fact::Unborn]),
        Age::NotKnown => Element::lacks(ReasonCode::AgeNotKnown, &[Fact::Age]),
        Age::Years(years) if years < policy.adult_from_age() => {
            Element::met(ReasonCode::IsAChild, &[Fact::Age])
        }
        Age::Years(_) => Element::not_met(ReasonCode::Adult, &[Fact::Age]),
    }
}

/// "knows or suspects that a child has been abused or neglected". A person's judgement, never computed.
fn abuse_or_neglect(child: &ChildFacts) -> Element {
    match child.abuse_or_neglect {
        Answer::Yes => Element::met(ReasonCode::AbuseSuspected, &[Fact::AbuseOrNeglect]),
        Answer::No => Element::not_met(ReasonCode::AbuseNotSuspected, &[Fact::AbuseOrNeglect]),
        Answer::NotKnown => match possible_abuse(child) {
            Some(reasons) => Element::Unsettled(reasons, vec![Fact::AbuseOrNeglect]),
            None => Element::lacks(ReasonCode::AbuseNotYetKnown, &[Fact::AbuseOrNeglect]),
        },
    }
}

/// An unexplained death or a suicide, the family known, is treated as possible abuse or neglect.
fn possible_abuse(child: &ChildFacts) -> Option<Vec<Reason>> {
    let calls_for_it = child.event == Event::Death
        && matches!(child.cause_of_death, CauseOfDeath::Suicide | CauseOfDeath::Unexplained);
    let looked_after = (child.looked_after == Answer::Yes).then_some(Fact::LookedAfter);
    let known_by = child.involvement.known_by().or(looked_after);
    known_by.filter(|_| calls_for_it).map(|known_by| {
        vec![
            Reason { code: ReasonCode::AbusePossible, facts: &[Fact::AbuseOrNeglect, Fact::CauseOfDeath] },
            Reason { code: ReasonCode::FamilyKnown, facts: known_by.alone() },
        ]
    })
}

/// "dies or is seriously harmed". Serious harm is an open list and a person's judgement, read only where the child
/// was harmed: beside another event it would not be clear whose harm it judges.
fn death_or_serious_harm(child: &ChildFacts) -> Element {
    match (child.event, child.serious_harm) {
        (Event::Death, _) => Element::met(ReasonCode::ChildDied, &[Fact::Event]),
        (Event::Harm, Answer::Yes) => {
            Element::met(ReasonCode::HarmJudgedSerious, &[Fact::Event, Fact::SeriousHarm])
        }
        (Event::Harm, Answer::No) => {
            Element::not_met(ReasonCode::HarmJudgedNotSerious, &[Fact::Event, Fact::SeriousHarm])
        }
        (Event::Harm, Answer::NotKnown) => Element::lacks(ReasonCode::HarmNotYetJudged, &[Fact::SeriousHarm]),
        (Event::HarmedAnotherChild, _) => {
            Element::for_a_person(ReasonCode::ChildHarmedAnother, &[Fact::Event])
        }
        (Event::Other, _) => Element::for_a_person(ReasonCode::SomethingElseHappened, &[Fact::Event]),
        (Event::NotKnown, Answer::NotKnown) => {
            Element::lacks(ReasonCode::EventNotKnown, &[Fact::Event, Fact::SeriousHarm])
        }
        (Event::NotKnown, Answer::Yes | Answer::No) => {
            Element::lacks(ReasonCode::EventNotKnown, &[Fact::Event])
        }
    }
}

/// The same as an answer: is it a child?
pub(super) fn is_a_child(child: &ChildFacts, policy: &Policy) -> Answer {
    match childhood(child, policy) {
        Element::Met(_) => Answer::Yes,
        Element::NotMet(_) => Answer::No,
        Element::Unsettled(..) => Answer::NotKnown,
    }
}

/// The earliest edition stands in for older days, on which other law applied.
fn before_the_earliest_edition(incident: &IncidentFacts, policy: &Policy) -> Option<Element> {
    incident
        .dated_on
        .filter(|day| *day < policy.effective_from())
        .map(|_| Element::for_a_person(ReasonCode::BeforeEarliestEdition, &[Fact::OccurredOn]))
}
