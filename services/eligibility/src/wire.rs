//! Between the contract's words and the domain's: the generated types stop here, on the way in and on the way out.
//!
//! What a reader would get wrong: this never fails. What is absent, unknown to this build, malformed or at odds with
//! itself is "not known", because a notification that was taken has to be judged; whether it is well formed was
//! intake's question.

use contracts::notification::v1 as contract;
use contracts::time;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use registers::AuthorityNumber;

use crate::domain::fact::Fact;
use crate::domain::facts::{
    Age, Answer, CauseOfDeath, Child, ChildFacts, Event, Facts, IncidentFacts, Involvement, Residence, Where,
};
use crate::domain::finding::{Assessment, Considered, Finding, Outcome, Reason, Rejected};
use crate::domain::policy::Policy;
use crate::domain::summary;

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
    let received_at = time::from_wire(notification.received_at.as_ref())?;
    let london = TimeZone::get("Europe/London").expect("the time zones are compiled in");
    Some(received_at.to_zoned(london).date())
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

/// The assessment in the contract's words.
pub(crate) fn assessment(facts: &Facts, assessment: &Assessment, policy: &Policy) -> contract::Assessment {
    contract::Assessment {
        outcome: outcome(assessment.outcome).into(),
        provision: assessment.provision.cited(policy).to_owned(),
        summary: summary::sentence(facts, assessment, policy),
        children: facts
            .children
            .iter()
            .zip(&assessment.children)
            .enumerate()
            .map(|(position, (child, finding))| child_finding(position, child, finding, policy))
            .collect(),
        duty_authority: duty_authority(assessment.outcome),
        policy_edition: policy.edition().to_owned(),
        policy_hash: policy.hash().to_owned(),
    }
}

fn child_finding(
    position: usize,
    child: &Child,
    finding: &Finding,
    policy: &Policy,
) -> contract::ChildFinding {
    contract::ChildFinding {
        child_key: child.key.clone(),
        outcome: outcome(finding.outcome).into(),
        also: finding.also.iter().map(|also| outcome(*also).into()).collect(),
        provision: finding.provision.cited(policy).to_owned(),
        reasons: finding.reasons.iter().map(|reason| self::reason(position, *reason, policy)).collect(),
        rejected: finding
            .rejected
            .iter()
            .map(|rejected| self::rejected(position, *rejected, policy))
            .collect(),
        missing: finding.missing.iter().map(|fact| missing(position, *fact)).collect(),
        duty_authority: duty_authority(finding.outcome),
    }
}

fn outcome(outcome: Outcome) -> contract::Outcome {
    match outcome {
        Outcome::DutyInArea => contract::Outcome::DutyInArea,
        Outcome::DutyOutsideEngland => contract::Outcome::DutyOutsideEngland,
        Outcome::DutyOfAnotherAuthority(_) => contract::Outcome::DutyOfAnotherAuthority,
        Outcome::NeedsJudgement => contract::Outcome::NeedsJudgement,
        Outcome::LookedAfterDeath => contract::Outcome::LookedAfterDeath,
        Outcome::CareLeaverDeath => contract::Outcome::CareLeaverDeath,
        Outcome::Outside => contract::Outcome::Outside,
    }
}

fn considered(considered: Considered) -> contract::Outcome {
    match considered {
        Considered::DutyInArea => contract::Outcome::DutyInArea,
        Considered::DutyOutsideEngland => contract::Outcome::DutyOutsideEngland,
        Considered::DutyOfAnotherAuthority => contract::Outcome::DutyOfAnotherAuthority,
        Considered::LookedAfterDeath => contract::Outcome::LookedAfterDeath,
        Considered::CareLeaverDeath => contract::Outcome::CareLeaverDeath,
    }
}

fn duty_authority(outcome: Outcome) -> String {
    outcome.duty_authority().map_or_else(String::new, |authority| authority.to_string())
}

fn reason(position: usize, reason: Reason, policy: &Policy) -> contract::Reason {
    contract::Reason {
        code: reason.code.code().to_owned(),
        text: policy.text(reason).to_owned(),
        source: policy.source(reason).to_owned(),
        facts: reason.facts.iter().map(|fact| fact.path(position)).collect(),
    }
}

fn rejected(position: usize, rejected: Rejected, policy: &Policy) -> contract::RejectedOutcome {
    contract::RejectedOutcome {
        outcome: considered(rejected.outcome).into(),
        because: Some(reason(position, rejected.because, policy)),
    }
}

fn missing(position: usize, fact: Fact) -> contract::MissingFact {
    contract::MissingFact { field: fact.path(position), why: fact.why_it_matters().to_owned() }
}
