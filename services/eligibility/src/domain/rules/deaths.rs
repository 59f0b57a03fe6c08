//! Deaths that are reported to DfE and Ofsted in any case, and to the panel for information: of a child looked after
//! by the notifying authority, "whether or not abuse or neglect is known or suspected", and, since 2023, of a care
//! leaver up to and including the age of 24. Place plays no part in either.
//!
//! What a reader would get wrong: being looked after and being a care leaver exclude each other (Children Act 1989
//! s.23A), so where one is stated the other, left blank, is not asked for. Where both are stated, both are told.

use super::consideration::{Consideration, Verdict};
use super::element::{Element, Elements};
use crate::domain::fact::Fact;
use crate::domain::facts::{Age, Answer, ChildFacts, Event};
use crate::domain::finding::{Considered, Outcome, Provision, Reason, Rejected};
use crate::domain::policy::{CareLeaverAges, Policy};
use crate::domain::reasons::ReasonCode;

/// Is it the death of a child looked after by the notifying authority?
pub(super) fn consider_looked_after(child: &ChildFacts, policy: &Policy) -> Consideration {
    let report = Report {
        outcome: Outcome::LookedAfterDeath,
        considered: Considered::LookedAfterDeath,
        provision: Provision::LookedAfterDeath,
        because: Reason { code: ReasonCode::LookedAfterChildDied, facts: &[Fact::Event, Fact::LookedAfter] },
    };
    let mut considered =
        report.consider([death(child), age_not_of_an_adult(child, policy), looked_after(child)]);
    // Being looked after presupposes a child, so the report stands without the age; but the age is asked for, because
    // an adult's would contradict it.
    if considered.verdict != Verdict::DoesNotHold && child.age == Age::NotKnown {
        considered.missing.push(Fact::Age);
    }
    considered
}

/// Is it the death of a care leaver of an age that is reported?
pub(super) fn consider_care_leaver(child: &ChildFacts, policy: &Policy) -> Consideration {
    let report = Report {
        outcome: Outcome::CareLeaverDeath,
        considered: Considered::CareLeaverDeath,
        provision: Provision::CareLeaverDeath,
        because: Reason {
            code: ReasonCode::CareLeaverDied,
            facts: &[Fact::Event, Fact::CareLeaver, Fact::Age],
        },
    };
    match policy.care_leaver_ages() {
        Some(ages) => report.consider([
            death(child),
            age_of_a_care_leaver(child, ages),
            care_leaver(child, ages, policy.adult_from_age()),
        ]),
        None => report.consider([
            death(child),
            Element::not_met(ReasonCode::CareLeaversNotInEdition, &[Fact::OccurredOn]),
        ]),
    }
}

/// A report that is due on a death.
struct Report {
    outcome: Outcome,
    considered: Considered,
    provision: Provision,
    /// Why it is due, once all its elements are met.
    because: Reason,
}

impl Report {
    fn consider<const COUNT: usize>(self, elements: [Element; COUNT]) -> Consideration {
        let elements: Elements = elements.into_iter().collect();
        let against = elements.not_met.first().copied();
        let (verdict, reasons, missing) = match against {
            Some(against) => (Verdict::DoesNotHold, vec![against], Vec::new()),
            None if elements.are_settled() => (Verdict::Holds(self.outcome), vec![self.because], Vec::new()),
            None => (Verdict::Unsettled, elements.unsettled(), elements.missing),
        };
        let rejected = against.map(|because| Rejected { outcome: self.considered, because });
        Consideration {
            verdict,
            provision: self.provision,
            reasons,
            rejected: rejected.into_iter().collect(),
            missing,
        }
    }
}

fn death(child: &ChildFacts) -> Element {
    match child.event {
        Event::Death => Element::met(ReasonCode::ChildDied, &[Fact::Event]),
        Event::Harm | Event::HarmedAnotherChild | Event::Other => {
            Element::not_met(ReasonCode::NotADeath, &[Fact::Event])
        }
        Event::NotKnown => Element::lacks(ReasonCode::EventNotKnown, &[Fact::Event]),
    }
}

fn age_not_of_an_adult(child: &ChildFacts, policy: &Policy) -> Element {
    match child.age {
        Age::Years(years) if years >= policy.adult_from_age() => {
            Element::not_met(ReasonCode::Adult, &[Fact::Age])
        }
        Age::Years(_) | Age::NotKnown | Age::Unborn => Element::met(ReasonCode::IsAChild, &[Fact::Age]),
    }
}

fn looked_after(child: &ChildFacts) -> Element {
    match (child.looked_after, child.age) {
        (Answer::Yes, Age::Unborn) => {
            Element::for_a_person(ReasonCode::Unborn, &[Fact::Unborn, Fact::LookedAfter])
        }
        (Answer::Yes, _) => Element::met(ReasonCode::LookedAfterChildDied, &[Fact::LookedAfter]),
        (Answer::No, _) => Element::not_met(ReasonCode::NotLookedAfter, &[Fact::LookedAfter]),
        (Answer::NotKnown, Age::Unborn) => Element::not_met(ReasonCode::NeitherBeforeBirth, &[Fact::Unborn]),
        (Answer::NotKnown, _) if child.care_leaver == Answer::Yes => {
            Element::not_met(ReasonCode::NoLongerLookedAfter, &[Fact::CareLeaver])
        }
        (Answer::NotKnown, _) => Element::lacks(ReasonCode::LookedAfterNotKnown, &[Fact::LookedAfter]),
    }
}

fn age_of_a_care_leaver(child: &ChildFacts, ages: CareLeaverAges) -> Element {
    match child.age {
        Age::Years(years) if years > ages.to => {
            Element::not_met(ReasonCode::TooOldForACareLeaver, &[Fact::Age])
        }
        Age::Years(_) | Age::Unborn => Element::met(ReasonCode::CareLeaverDied, &[Fact::Age]),
        Age::NotKnown => Element::lacks(ReasonCode::AgeNotKnown, &[Fact::Age]),
    }
}

fn care_leaver(child: &ChildFacts, ages: CareLeaverAges, adult_from: u32) -> Element {
    match (child.care_leaver, child.age) {
        (Answer::Yes, Age::Unborn) => {
            Element::for_a_person(ReasonCode::Unborn, &[Fact::Unborn, Fact::CareLeaver])
        }
        (Answer::Yes, _) => Element::met(ReasonCode::CareLeaverDied, &[Fact::CareLeaver]),
        (Answer::No, _) => Element::not_met(ReasonCode::NotACareLeaver, &[Fact::CareLeaver]),
        (Answer::NotKnown, age) => care_leaver_left_open(child.looked_after, age, ages, adult_from),
    }
}

/// Nobody says whether it was a care leaver: is there a point in asking?
fn care_leaver_left_open(looked_after: Answer, age: Age, ages: CareLeaverAges, adult_from: u32) -> Element {
    match age {
        Age::Unborn => Element::not_met(ReasonCode::NeitherBeforeBirth, &[Fact::Unborn]),
        Age::Years(years) if years < ages.asked_from => {
            Element::not_met(ReasonCode::TooYoungForACareLeaver, &[Fact::Age])
        }
        // An adult is no longer looked after, whatever is stated: there the question stays open.
        Age::Years(years) if years >= adult_from => {
            Element::lacks(ReasonCode::CareLeaverNotKnown, &[Fact::CareLeaver])
        }
        Age::Years(_) | Age::NotKnown if looked_after == Answer::Yes => {
            Element::not_met(ReasonCode::StillLookedAfter, &[Fact::LookedAfter])
        }
        Age::Years(_) | Age::NotKnown => Element::lacks(ReasonCode::CareLeaverNotKnown, &[Fact::CareLeaver]),
    }
}
