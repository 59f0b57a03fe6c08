//! The table of when to notify, row by row, and what a blank does to each row.

mod judgement_and_outside;
mod reported_deaths;
mod whose_duty;

use eligibility::domain::fact::Fact;
use eligibility::domain::facts::{
    Age, Answer, CauseOfDeath, ChildFacts, Event, IncidentFacts, Involvement, Residence, Where,
};
use eligibility::domain::finding::{Considered, Finding, Outcome, Provision};
use eligibility::domain::policy;
use eligibility::domain::reasons::ReasonCode;
use eligibility::domain::rules;
use jiff::civil::{Date, date};
use registers::AuthorityNumber;

const DAY: Date = date(2026, 3, 2);

/// A seven-year-old who lives with the notifier, of whom abuse is suspected and nothing else has happened.
const CHILD: ChildFacts = ChildFacts {
    event: Event::Other,
    abuse_or_neglect: Answer::Yes,
    serious_harm: Answer::NotKnown,
    age: Age::Years(7),
    normal_residence: Residence::NotifiersArea,
    looked_after: Answer::No,
    care_leaver: Answer::No,
    cause_of_death: CauseOfDeath::Other,
    involvement: Involvement {
        known_to_agencies: Answer::No,
        previous: Answer::No,
        child_in_need_plan: Answer::No,
        child_protection_plan: Answer::No,
        earlier_child_protection_plan: Answer::No,
        concerns_before_birth: Answer::No,
    },
};

const DEAD: ChildFacts = ChildFacts { event: Event::Death, ..CHILD };
const HARMED: ChildFacts = ChildFacts { event: Event::Harm, serious_harm: Answer::Yes, ..CHILD };

fn lancashire() -> AuthorityNumber {
    "888".parse().expect("a number")
}

fn judge_on(child: ChildFacts, place: Where, day: Date) -> Finding {
    let policies = policy::compiled_in();
    rules::judge_child(&child, &IncidentFacts { place, dated_on: Some(day) }, policies.on(Some(day)))
}

fn judge(child: ChildFacts, place: Where) -> Finding {
    judge_on(child, place, DAY)
}

fn codes(finding: &Finding) -> Vec<ReasonCode> {
    finding.reasons.iter().map(|reason| reason.code).collect()
}

fn why_rejected(finding: &Finding, outcome: Considered) -> Option<ReasonCode> {
    finding.rejected.iter().find(|rejected| rejected.outcome == outcome).map(|rejected| rejected.because.code)
}
