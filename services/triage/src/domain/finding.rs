//! What eligibility found, as far as triage needs it: the outcomes, the days that clocks are counted from, and the
//! coded facts that indicators rest on.

use ids::Reference;
use jiff::civil::Date;
use serde::Deserialize;

use super::indicators::{Child, Institution};

/// What eligibility found for one child, or for the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Duty to notify: Children Act 2004 s.16C(1)(a).
    DutyInArea,
    /// Duty to notify: Children Act 2004 s.16C(1)(b).
    DutyOutsideEngland,
    /// The duty rests with another authority: held for hand-over, never discarded.
    DutyOfAnotherAuthority,
    /// Death of a child looked after by the notifier: for DfE and Ofsted.
    LookedAfterDeath,
    /// Death of a care leaver: for DfE and Ofsted.
    CareLeaverDeath,
    /// The facts do not settle it: a person decides.
    NeedsJudgement,
    /// Outside s.16C and the other reports.
    Outside,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 7] = [
        Self::DutyInArea,
        Self::DutyOutsideEngland,
        Self::DutyOfAnotherAuthority,
        Self::LookedAfterDeath,
        Self::CareLeaverDeath,
        Self::NeedsJudgement,
        Self::Outside,
    ];

    /// Whether a duty of the notifying authority itself was found.
    pub fn is_duty_of_the_notifier(self) -> bool {
        matches!(self, Self::DutyInArea | Self::DutyOutsideEngland)
    }

    /// As the policy files name it.
    pub fn key(self) -> &'static str {
        match self {
            Self::DutyInArea => "duty_in_area",
            Self::DutyOutsideEngland => "duty_outside_england",
            Self::DutyOfAnotherAuthority => "duty_of_another_authority",
            Self::LookedAfterDeath => "looked_after_death",
            Self::CareLeaverDeath => "care_leaver_death",
            Self::NeedsJudgement => "needs_judgement",
            Self::Outside => "outside",
        }
    }

    /// As people say it, to stand within a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::DutyInArea => "a duty to notify under s.16C(1)(a)",
            Self::DutyOutsideEngland => "a duty to notify under s.16C(1)(b)",
            Self::DutyOfAnotherAuthority => "another authority's duty",
            Self::LookedAfterDeath => "a looked-after child's death",
            Self::CareLeaverDeath => "a care leaver's death",
            Self::NeedsJudgement => "an open question for a person's judgement",
            Self::Outside => "no duty and no other report",
        }
    }
}

/// A notification that eligibility has judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// Lapwing's reference.
    pub reference: Reference,
    /// The notification's revision, from 1.
    pub revision: u32,
    /// The notifying authority's DfE number.
    pub authority: String,
    /// What was found for the incident.
    pub outcome: Outcome,
    /// The provision that the finding relied on.
    pub provision: String,
    /// Where the duty is another authority's: its DfE number, if it is known.
    pub duty_authority: Option<String>,
    /// What was found for each child, in the sender's order.
    pub findings: Vec<Outcome>,
    /// Reports that hold beside those findings, such as a care leaver's death beside a duty.
    pub also: Vec<Outcome>,
    /// How many children the notification concerns.
    pub children: u32,
    /// The positions, from 0, of those who died.
    pub deaths: Vec<usize>,
    /// The day of the incident.
    pub occurred_on: Option<Date>,
    /// The day on which the authority became aware.
    pub became_aware_on: Option<Date>,
    /// The day, in London, on which intake received this revision.
    pub received_on: Date,
    /// Whether the authority has said why it is late.
    pub late_reason_given: bool,
    /// The institution where it happened, if it was one.
    pub institution: Option<Institution>,
    /// What the indicators need of each child, in the sender's order.
    pub facts: Vec<Child>,
}

impl Assessed {
    /// Was the duty found with an authority that is in no register, or had ended on the day of receipt? Nobody can be
    /// asked to take the notification over then.
    pub fn has_nobody_to_take_it_over(&self) -> bool {
        let number =
            self.duty_authority.as_deref().filter(|_| self.outcome == Outcome::DutyOfAnotherAuthority);
        number.is_some_and(|number| {
            let known = number.parse().ok().and_then(|number| registers::authorities().find(number));
            !known.is_some_and(|authority| authority.is_live_on(self.received_on))
        })
    }

    /// The day that chooses the policy: the incident's, or else that of becoming aware, or else that of receipt.
    /// Eligibility chooses its own by the same day.
    pub fn dated_on(&self) -> Date {
        self.occurred_on.or(self.became_aware_on).unwrap_or(self.received_on)
    }

    /// Whether the incident's outcome or that of any child is such. Reports beside these are not asked.
    pub fn outcome_of_anyone(&self, such: impl Fn(&Outcome) -> bool) -> bool {
        such(&self.outcome) || self.findings.iter().any(such)
    }

    /// Everything that was found, each outcome once: for the incident, for each child, and beside these.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let mut outcomes = vec![self.outcome];
        for outcome in self.findings.iter().chain(&self.also) {
            if !outcomes.contains(outcome) {
                outcomes.push(*outcome);
            }
        }
        outcomes
    }
}
