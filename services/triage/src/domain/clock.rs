//! The clocks of a case: the days by which the notification, the rapid review and a local review are due, with how each
//! day came about.
//!
//! What a reader would get wrong: a clock without a due day is a proper clock. Where the day it counts from is not
//! known, or the sum runs past the years whose bank holidays are registered, there is no due day and the explanation
//! says why; a day is never guessed.

mod count;
mod local_review;
mod other_reading;
mod words;

use jiff::civil::Date;

pub use local_review::local_review_clock;

use self::count::{Counted, count};
use super::finding::{Assessed, Outcome};
use super::policy::{Anchor, Expected, Policies, Policy, WorkingDaysRule};

/// What a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClockKind {
    /// Telling the panel and the partners.
    Notification,
    /// The rapid review's way to the panel.
    RapidReview,
    /// The publication of a local child safeguarding practice review.
    LocalReview,
}

/// A due day with its anchor, its length and the policy it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What it counts.
    pub kind: ClockKind,
    /// Length in working days (England and Wales); 0 where it is counted in months.
    pub working_days: u16,
    /// Length in calendar months; 0 where it is counted in working days.
    pub months: u16,
    /// What the first day follows.
    pub anchor: Anchor,
    /// The anchor's day, where it is known.
    pub anchor_on: Option<Date>,
    /// The due day, where it can be computed.
    pub due_on: Option<Date>,
    /// For the notification: was it received after the due day?
    pub late: bool,
    /// For a late notification: has the authority said why?
    pub late_reason_given: bool,
    /// How the due day came about, or why there is none.
    pub explanation: String,
    /// For the rapid review: the due day by the other anchor that editions read, as a sentence; empty where it cannot be
    /// computed.
    pub other_reading: String,
    /// The edition of the policy that set length and anchor.
    pub policy_edition: String,
}

/// The days of one notification that clocks count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The day on which the authority became aware.
    pub became_aware_on: Option<Date>,
    /// The day, in London, on which the authority's first revision was received: amending does not notify anew.
    pub notified_on: Date,
}

impl Days {
    fn of(self, anchor: Anchor) -> Option<Date> {
        match anchor {
            Anchor::BecomingAware => self.became_aware_on,
            Anchor::TheNotification => Some(self.notified_on),
            // No case has such a decision on record.
            Anchor::TheDecisionToStartIt => None,
        }
    }
}

/// The clock for telling the panel and the partners. Every case has it: lateness is flagged, whatever was found, and
/// never a reason to refuse.
pub fn notification_clock(assessed: &Assessed, days: Days, policy: &Policy) -> Clock {
    let rule = policy.notification();
    let counted = count(rule, days);
    let late = counted.due_on().is_some_and(|due_on| days.notified_on > due_on);
    let late_reason_given = late && assessed.late_reason_given;
    let receipt = match counted.due_on() {
        Some(due_on) => words::received(days.notified_on, due_on),
        None => " Whether it was late cannot be told.".to_owned(),
    };
    let why = match (late, late_reason_given) {
        (false, _) => "",
        (true, true) => " The authority has said why.",
        (true, false) => " The authority has not said why yet; it may do so by an amendment.",
    };
    let caveat = match assessed.outcome {
        Outcome::DutyOfAnotherAuthority | Outcome::Outside => {
            " No duty of this authority was found; the day counts only should one be."
        }
        _ => "",
    };
    let explanation = format!("{}{receipt}{why}{caveat}", counted.in_words(rule));
    Clock { late, late_reason_given, explanation, ..clock(ClockKind::Notification, rule, &counted, policy) }
}

/// The clock for the rapid review; for the outcomes that start it. Where a person has yet to decide whether there is a
/// duty, it runs all the same: fifteen working days are short, and none of them is to be lost to the decision.
pub fn rapid_review_clock(assessed: &Assessed, days: Days, policy: &Policy, policies: &Policies) -> Clock {
    let rule = policy.rapid_review();
    let counted = count(rule, days);
    let relaxed = match rule.expected {
        Expected::InTime => "",
        Expected::AsSoonAsPossible => {
            " At that time reviews were expected as soon as possible: the day is shown, and nothing is overdue by it."
        }
    };
    let caveat = if assessed.outcome.is_duty_of_the_notifier() {
        ""
    } else {
        " It counts should a duty to notify be found, and runs meanwhile, so that no day is lost to the decision."
    };
    let explanation = format!("{}{relaxed}{caveat}", counted.in_words(rule));
    let other_reading = other_reading::other_reading(days, policy, policies);
    Clock { explanation, other_reading, ..clock(ClockKind::RapidReview, rule, &counted, policy) }
}

impl Clock {
    /// The clock of a notification that was withdrawn: it runs no more. What it said before stays in its explanation.
    pub fn stopped(self, revision: u32, withdrawn_on: Date) -> Self {
        let explanation = format!(
            "Runs no more: revision {revision} withdrew the notification on {}. Before that: {}",
            words::long(withdrawn_on),
            self.explanation
        );
        Self {
            due_on: None,
            late: false,
            late_reason_given: false,
            other_reading: String::new(),
            explanation,
            ..self
        }
    }
}

fn clock(kind: ClockKind, rule: &WorkingDaysRule, counted: &Counted, policy: &Policy) -> Clock {
    Clock {
        kind,
        working_days: rule.working_days.get(),
        months: 0,
        anchor: rule.anchor,
        anchor_on: counted.from(),
        due_on: counted.due_on(),
        late: false,
        late_reason_given: false,
        explanation: String::new(),
        other_reading: String::new(),
        policy_edition: policy.edition().to_owned(),
    }
}

#[cfg(test)]
mod tests;
