//! Between the contract's words and the domain's: the generated types stop here, on the way in and on the way out.
//!
//! What a reader would get wrong: this never fails. What is absent, unknown to this build, malformed or at odds with
//! itself is "not known", because a notification that was taken has to be judged; whether it is well formed was
//! intake's question.

mod answer;
mod told;

use contracts::notification::v1 as contract;
use contracts::time;
use jiff::civil::Date;
use registers::AuthorityNumber;

pub(crate) use self::answer::assessment;
use crate::domain::facts::{
    Age, Answer, CauseOfDeath, Child, ChildFacts, Event, Facts, IncidentFacts, Involvement, Residence, Where,
};

/// The facts that the law needs of a coded notification.
pub(crate) fn facts(notification: &contract::CodedNotification) -> Facts {
    let notifier = authority(&notification.notifying_authority);
    let area = notification.incident.as_ref().and_then(|incident| incident.area.as_ref());
    Facts {
        incident: IncidentFacts { place: place(area, notifier), dated_on: dated_on(notification) },
        children: notification.children.iter().map(|child| self::child(child, notifier)).collect(),
    }
}

/// The day that chooses the policy: the incident's, or else of becoming aware, or else of receipt.
fn dated_on(notification: &contract::CodedNotification) -> Option<Date> {
    let occurred_on = notification.incident.as_ref().and_then(|incident| date(&incident.occurred_on));
    occurred_on.or_else(|| date(&notification.became_aware_on)).or_else(|| received_on(notification))
}

fn date(text: &str) -> Option<Date> {
    time::civil_date(text).ok().flatten()
}

fn received_on(notification: &contract::CodedNotification) -> Option<Date> {
    time::from_wire(notification.received_at.as_ref()).map(time::london_date)
}

fn authority(number: &str) -> Option<AuthorityNumber> {
    number.parse().ok()
}

/// An area, before it is seen from the notifier.
enum Area {
    England(Option<AuthorityNumber>),
    OutsideEngland,
    NotKnown,
}

/// An authority's number says "England" without the nation; beside another nation it is at odds with itself.
fn area(area: Option<&contract::Area>) -> Area {
    let Some(area) = area else { return Area::NotKnown };
    match (area.nation(), authority(&area.authority)) {
        (contract::Nation::England, number) => Area::England(number),
        (contract::Nation::Unspecified | contract::Nation::NotKnown, Some(number)) => {
            Area::England(Some(number))
        }
        (contract::Nation::Unspecified | contract::Nation::NotKnown, None) => Area::NotKnown,
        (
            contract::Nation::Wales
            | contract::Nation::Scotland
            | contract::Nation::NorthernIreland
            | contract::Nation::Abroad,
            number,
        ) => number.map_or(Area::OutsideEngland, |_| Area::NotKnown),
    }
}

fn place(area: Option<&contract::Area>, notifier: Option<AuthorityNumber>) -> Where {
    match (self::area(area), notifier) {
        (Area::England(Some(number)), Some(notifier)) if number == notifier => Where::NotifiersArea,
        (Area::England(Some(number)), Some(_)) => Where::AnotherArea(number),
        (Area::England(_), _) => Where::SomewhereInEngland,
        (Area::OutsideEngland, _) => Where::OutsideEngland,
        (Area::NotKnown, _) => Where::NotKnown,
    }
}

fn residence(area: Option<&contract::Area>, notifier: Option<AuthorityNumber>) -> Residence {
    match place(area, notifier) {
        Where::NotifiersArea => Residence::NotifiersArea,
        Where::AnotherArea(_) | Where::OutsideEngland => Residence::Elsewhere,
        Where::SomewhereInEngland | Where::NotKnown => Residence::NotKnown,
    }
}

fn child(child: &contract::CodedChild, notifier: Option<AuthorityNumber>) -> Child {
    let facts = child.facts.as_ref().map_or_else(ChildFacts::default, |facts| child_facts(facts, notifier));
    Child { key: child.key.clone(), facts }
}

fn child_facts(facts: &contract::ChildFacts, notifier: Option<AuthorityNumber>) -> ChildFacts {
    ChildFacts {
        event: event(facts.event()),
        abuse_or_neglect: judgement(facts.abuse_or_neglect.as_ref()),
        serious_harm: judgement(facts.serious_harm.as_ref()),
        age: age(facts),
        normal_residence: residence(facts.normal_residence.as_ref(), notifier),
        looked_after: answer(facts.looked_after()),
        care_leaver: answer(facts.care_leaver()),
        cause_of_death: cause_of_death(facts.cause_of_death()),
        involvement: involvement(facts),
    }
}

fn answer(answer: contract::Answer) -> Answer {
    match answer {
        contract::Answer::Yes => Answer::Yes,
        contract::Answer::No => Answer::No,
        contract::Answer::NotKnown | contract::Answer::Unspecified => Answer::NotKnown,
    }
}

fn judgement(judgement: Option<&contract::Judgement>) -> Answer {
    judgement.map_or(Answer::NotKnown, |judgement| answer(judgement.answer()))
}

fn event(event: contract::Event) -> Event {
    match event {
        contract::Event::Death => Event::Death,
        contract::Event::Harm => Event::Harm,
        contract::Event::HarmedAnotherChild => Event::HarmedAnotherChild,
        contract::Event::Other => Event::Other,
        contract::Event::NotKnown | contract::Event::Unspecified => Event::NotKnown,
    }
}

fn age(facts: &contract::ChildFacts) -> Age {
    match (facts.unborn(), facts.age) {
        (contract::Answer::Yes, _) => Age::Unborn,
        (_, Some(age)) => Age::Years(age.years),
        (_, None) => Age::NotKnown,
    }
}

fn cause_of_death(cause: contract::CauseOfDeath) -> CauseOfDeath {
    match cause {
        contract::CauseOfDeath::Suicide => CauseOfDeath::Suicide,
        // A sudden unexpected death in infancy is called so for as long as it is not explained.
        contract::CauseOfDeath::Unexplained | contract::CauseOfDeath::SuddenUnexpectedInInfancy => {
            CauseOfDeath::Unexplained
        }
        contract::CauseOfDeath::Unspecified
        | contract::CauseOfDeath::Homicide
        | contract::CauseOfDeath::Accident
        | contract::CauseOfDeath::Natural
        | contract::CauseOfDeath::OverdoseOrPoisoning
        | contract::CauseOfDeath::Other => CauseOfDeath::Other,
    }
}

fn involvement(facts: &contract::ChildFacts) -> Involvement {
    Involvement {
        known_to_agencies: answer(facts.known_to_agencies()),
        previous: answer(facts.previous_involvement()),
        child_in_need_plan: answer(facts.child_in_need_plan()),
        child_protection_plan: answer(facts.child_protection_plan()),
        earlier_child_protection_plan: answer(facts.earlier_child_protection_plan()),
        concerns_before_birth: answer(facts.concerns_before_birth()),
    }
}
