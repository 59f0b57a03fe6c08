//! The combinations: a value for each of the eight facts that decide, in words, as the domain's facts, and as a whole
//! notification.
//!
//! What a reader would get wrong: an age stands for its band, and "in England" for a place whose authority nobody has
//! named. The cause of death and the family's involvement are not among the facts: they alter why a person decides,
//! never the outcome.

use contracts::notification::v1 as contract;
use jiff::civil::Date;
use registers::AuthorityNumber;

use crate::domain::facts::{Age, Answer, ChildFacts, Event, Residence, Where};

/// A fact that decides, with the values it can have, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, as in the heading of a table.
    pub name: &'static str,
    /// Its values.
    pub values: &'static [&'static str],
}

const ANSWERS: &[&str] = &["yes", "no", "not known"];

/// The facts that decide.
pub const COLUMNS: [Column; 8] = [
    Column { name: "event", values: &["death", "harm", "harmed another child", "other", "not known"] },
    Column { name: "abuse_or_neglect", values: ANSWERS },
    Column { name: "serious_harm", values: ANSWERS },
    Column { name: "age", values: &["not born", "under 16", "16-17", "18-24", "25 or over", "not known"] },
    Column {
        name: "place",
        values: &[
            "notifier's area",
            "another authority's area",
            "in England",
            "outside England",
            "not known",
        ],
    },
    Column { name: "normal_residence", values: &["notifier's area", "elsewhere", "not known"] },
    Column { name: "looked_after", values: ANSWERS },
    Column { name: "care_leaver", values: ANSWERS },
];

/// The notifying authority of every combination: Sheffield.
const NOTIFIER: &str = "373";
/// The other authority: Lancashire.
const OTHER: &str = "888";

/// Every combination, 36,450 of them: the last column turns fastest.
pub fn combinations() -> impl Iterator<Item = Combination> {
    let count: usize = COLUMNS.iter().map(|column| column.values.len()).product();
    (0..count).map(|number| {
        let mut left = number;
        let mut values = [0; COLUMNS.len()];
        for (value, column) in values.iter_mut().zip(&COLUMNS).rev() {
            *value = left % column.values.len();
            left /= column.values.len();
        }
        Combination { values }
    })
}

/// A value for each fact that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Combination {
    /// By column: which of its values.
    pub(super) values: [usize; COLUMNS.len()],
}

impl Combination {
    /// The value of a column, in words. Columns count from 0.
    pub fn in_words(&self, column: usize) -> &'static str {
        COLUMNS[column].values[self.values[column]]
    }

    /// The child's facts.
    pub fn child(&self) -> ChildFacts {
        let [event, abuse, serious_harm, age, _, residence, looked_after, care_leaver] = self.values;
        ChildFacts {
            event: [Event::Death, Event::Harm, Event::HarmedAnotherChild, Event::Other, Event::NotKnown]
                [event],
            abuse_or_neglect: answer(abuse),
            serious_harm: answer(serious_harm),
            age: [Age::Unborn, Age::Years(9), Age::Years(17), Age::Years(19), Age::Years(30), Age::NotKnown]
                [age],
            normal_residence: [Residence::NotifiersArea, Residence::Elsewhere, Residence::NotKnown]
                [residence],
            looked_after: answer(looked_after),
            care_leaver: answer(care_leaver),
            ..ChildFacts::default()
        }
    }

    /// Where it happened.
    pub fn place(&self) -> Where {
        let other: AuthorityNumber = OTHER.parse().expect("three digits are a number");
        [
            Where::NotifiersArea,
            Where::AnotherArea(other),
            Where::SomewhereInEngland,
            Where::OutsideEngland,
            Where::NotKnown,
        ][self.values[4]]
    }

    /// The combination as a notification of one child, of an incident on `occurred_on`, of which the authority became
    /// aware on the same day. The sender's reference is the values' numbers, such as `TT-00012011`.
    pub fn as_notification(&self, occurred_on: Date) -> contract::Notification {
        let [_, _, _, _, place, ..] = self.values;
        let facts = contract::IncidentFacts {
            occurred_on: occurred_on.to_string(),
            area: area(place),
            ..contract::IncidentFacts::default()
        };
        let numbers: String = self.values.iter().map(usize::to_string).collect();
        let child = contract::Child {
            key: "1".to_owned(),
            identity: None,
            facts: Some(self.contract_facts(occurred_on)),
        };
        contract::Notification {
            sender_reference: format!("TT-{numbers}"),
            notifying_authority: NOTIFIER.to_owned(),
            became_aware_on: occurred_on.to_string(),
            incident: Some(contract::Incident { facts: Some(facts), ..contract::Incident::default() }),
            children: vec![child],
            ..contract::Notification::default()
        }
    }

    fn contract_facts(&self, judged_on: Date) -> contract::ChildFacts {
        let [event, abuse, serious_harm, age, _, residence, looked_after, care_leaver] = self.values;
        let years = [None, Some(9), Some(17), Some(19), Some(30), None][age];
        contract::ChildFacts {
            event: [
                contract::Event::Death,
                contract::Event::Harm,
                contract::Event::HarmedAnotherChild,
                contract::Event::Other,
                contract::Event::NotKnown,
            ][event]
                .into(),
            abuse_or_neglect: judgement(abuse, judged_on),
            serious_harm: judgement(serious_harm, judged_on),
            age: years.map(|years| contract::Age { years, months: None }),
            unborn: if age == 0 {
                contract::Answer::Yes.into()
            } else {
                contract::Answer::Unspecified.into()
            },
            normal_residence: [area(0), area(1), None][residence].clone(),
            looked_after: contract_answer(looked_after).into(),
            care_leaver: contract_answer(care_leaver).into(),
            ..contract::ChildFacts::default()
        }
    }
}

fn answer(value: usize) -> Answer {
    [Answer::Yes, Answer::No, Answer::NotKnown][value]
}

fn contract_answer(value: usize) -> contract::Answer {
    [contract::Answer::Yes, contract::Answer::No, contract::Answer::NotKnown][value]
}

/// What is not known is left out: a blank and "not known" are told alike.
fn judgement(value: usize, judged_on: Date) -> Option<contract::Judgement> {
    let answer = contract_answer(value);
    (answer != contract::Answer::NotKnown).then(|| contract::Judgement {
        answer: answer.into(),
        judged_by: contract::JudgedBy::SocialWork.into(),
        judged_on: judged_on.to_string(),
    })
}

fn area(place: usize) -> Option<contract::Area> {
    let area = |nation: contract::Nation, authority: &str| {
        Some(contract::Area { nation: nation.into(), authority: authority.to_owned() })
    };
    match place {
        0 => area(contract::Nation::England, NOTIFIER),
        1 => area(contract::Nation::England, OTHER),
        2 => area(contract::Nation::England, ""),
        3 => area(contract::Nation::Wales, ""),
        _ => None,
    }
}
