//! The rules of an edition, one type a table of the file. Every table refuses keys that it does not know.
//!
//! What a reader would get wrong: none of these has a default. A number that is not in the file is no number of policy.

use std::fmt;
use std::num::NonZeroU16;

use serde::Deserialize;

use crate::domain::finding::Outcome;
use crate::domain::indicators::Kind;
use crate::domain::lane::Lane;

/// What a clock's first day follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Anchor {
    /// The day on which the authority became aware.
    #[serde(rename = "becoming aware")]
    BecomingAware,
    /// The day on which the notification was received.
    #[serde(rename = "the notification")]
    TheNotification,
    /// The day on which a local review was decided to be started.
    #[serde(rename = "the decision to start it")]
    TheDecisionToStartIt,
}

impl Anchor {
    /// Every anchor.
    pub const ALL: [Self; 3] = [Self::BecomingAware, Self::TheNotification, Self::TheDecisionToStartIt];
}

impl fmt::Display for Anchor {
    /// As the policy files word it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BecomingAware => "becoming aware",
            Self::TheNotification => "the notification",
            Self::TheDecisionToStartIt => "the decision to start it",
        })
    }
}

/// How a length is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Expected {
    /// By the due day: after it, it is overdue.
    #[serde(rename = "in time")]
    InTime,
    /// As soon as possible: the due day is shown, and nothing is overdue by it (the relaxation of 2020).
    #[serde(rename = "as soon as possible")]
    AsSoonAsPossible,
}

impl fmt::Display for Expected {
    /// As the policy files word it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::InTime => "in time",
            Self::AsSoonAsPossible => "as soon as possible",
        })
    }
}

/// A clock that is counted in working days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingDaysRule {
    /// Length in working days (England and Wales).
    pub working_days: NonZeroU16,
    /// What the first day follows.
    pub anchor: Anchor,
    /// How the length is meant.
    pub expected: Expected,
    /// What is cited.
    pub source: String,
}

/// A clock that is counted in calendar months.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthsRule {
    /// Length in calendar months.
    pub months: NonZeroU16,
    /// What the first month follows.
    pub anchor: Anchor,
    /// How the length is meant.
    pub expected: Expected,
    /// What is cited.
    pub source: String,
}

/// The lane that each outcome leads to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lanes {
    duty_in_area: Lane,
    duty_outside_england: Lane,
    duty_of_another_authority: Lane,
    looked_after_death: Lane,
    care_leaver_death: Lane,
    needs_judgement: Lane,
    outside: Lane,
    /// The outcomes that start the rapid review's clock.
    pub rapid_review_for: Vec<Outcome>,
}

impl Lanes {
    /// The lane that one outcome leads to.
    pub fn of(&self, outcome: Outcome) -> Lane {
        match outcome {
            Outcome::DutyInArea => self.duty_in_area,
            Outcome::DutyOutsideEngland => self.duty_outside_england,
            Outcome::DutyOfAnotherAuthority => self.duty_of_another_authority,
            Outcome::LookedAfterDeath => self.looked_after_death,
            Outcome::CareLeaverDeath => self.care_leaver_death,
            Outcome::NeedsJudgement => self.needs_judgement,
            Outcome::Outside => self.outside,
        }
    }
}

/// When one recipient is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientRule {
    /// The outcomes for which it is told: the incident's, a child's, or a report beside either.
    pub due_for: Vec<Outcome>,
    /// What is cited.
    pub source: String,
}

/// When each recipient is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipients {
    /// The panel.
    pub panel: RecipientRule,
    /// The Department for Education.
    pub dfe: RecipientRule,
    /// Ofsted.
    pub ofsted: RecipientRule,
    /// The safeguarding partners.
    pub safeguarding_partners: RecipientRule,
}

/// The indicators that are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorRule {
    /// Which.
    pub asked: Vec<Kind>,
    /// What is cited.
    pub source: String,
}
