//! The clocks of a case: the days by which the notification and the rapid review are due, with how each day came
//! about.
//!
//! What a reader would get wrong: a clock without a due day is a proper clock. Where the day it counts from is not
//! known, or the sum runs past the years whose bank holidays are registered, there is no due day and the explanation
//! says why; a day is never guessed.

use std::cmp::Ordering;

use jiff::civil::Date;
use registers::{BeyondRegister, bank_holidays};

use super::finding::{Assessed, Outcome};
use super::policy::{Anchor, ClockRule, Policy};

/// What a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClockKind {
    /// Telling the panel and the partners.
    Notification,
    /// The rapid review's way to the panel.
    RapidReview,
}

/// A due day with its anchor, its length and the policy it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What it counts.
    pub kind: ClockKind,
    /// Length in working days (England and Wales).
    pub working_days: u16,
    /// What the first day follows.
    pub anchor: Anchor,
    /// The anchor's day, where it is known.
    pub anchor_on: Option<Date>,
    /// The due day, where it can be computed.
    pub due_on: Option<Date>,
    /// For the notification: was it received after the due day?
    pub late: bool,
    /// How the due day came about, or why there is none.
    pub explanation: String,
    /// The edition of the policy that set length and anchor.
    pub policy_edition: String,
}

/// The clock for telling the panel and the partners. Every case has it: lateness is flagged, whatever was found, and
/// never a reason to refuse.
pub fn notification_clock(assessed: &Assessed, policy: &Policy) -> Clock {
    let counted = count(policy.notification(), assessed);
    let receipt = match counted.due_on() {
        Some(due_on) => received(assessed.received_on, due_on),
        None => " Whether it was late cannot be told.".to_owned(),
    };
    let late = counted.due_on().is_some_and(|due_on| assessed.received_on > due_on);
    let caveat = match assessed.outcome {
        Outcome::DutyOfAnotherAuthority | Outcome::Outside => {
            " No duty of this authority was found; the day counts only should one be."
        }
        _ => "",
    };
    let explanation = format!("{}{receipt}{caveat}", counted.in_words(policy.notification()));
    clock(ClockKind::Notification, policy, policy.notification(), &counted, late, explanation)
}

/// The clock for the rapid review; for the decision lane alone. Where a person has yet to decide whether there is a
/// duty, it runs all the same: fifteen working days are short, and none of them is to be lost to the decision.
pub fn rapid_review_clock(assessed: &Assessed, policy: &Policy) -> Clock {
    let counted = count(policy.rapid_review(), assessed);
    let caveat = if assessed.outcome.is_duty_of_the_notifier() {
        ""
    } else {
        " It counts should a duty to notify be found, and runs meanwhile, so that no day is lost to the decision."
    };
    let explanation = format!("{}{caveat}", counted.in_words(policy.rapid_review()));
    clock(ClockKind::RapidReview, policy, policy.rapid_review(), &counted, false, explanation)
}

fn clock(
    kind: ClockKind,
    policy: &Policy,
    rule: &ClockRule,
    counted: &Counted,
    late: bool,
    explanation: String,
) -> Clock {
    Clock {
        kind,
        working_days: rule.working_days.get(),
        anchor: rule.anchor,
        anchor_on: counted.from(),
        due_on: counted.due_on(),
        late,
        explanation,
        policy_edition: policy.edition().to_owned(),
    }
}

/// What became of counting working days.
enum Counted {
    Due { from: Date, on: Date },
    AnchorNotKnown,
    BeyondTheRegister { from: Date, beyond: BeyondRegister },
}

/// Counts from the rule's anchor, whose day is day 0.
fn count(rule: &ClockRule, assessed: &Assessed) -> Counted {
    let from = match rule.anchor {
        Anchor::BecomingAware => assessed.became_aware_on,
        Anchor::TheNotification => Some(assessed.received_on),
    };
    let Some(from) = from else {
        return Counted::AnchorNotKnown;
    };
    match bank_holidays().add_working_days(from, rule.working_days.get()) {
        Ok(on) => Counted::Due { from, on },
        Err(beyond) => Counted::BeyondTheRegister { from, beyond },
    }
}

impl Counted {
    fn from(&self) -> Option<Date> {
        match self {
            Self::Due { from, .. } | Self::BeyondTheRegister { from, .. } => Some(*from),
            Self::AnchorNotKnown => None,
        }
    }

    fn due_on(&self) -> Option<Date> {
        if let Self::Due { on, .. } = self { Some(*on) } else { None }
    }

    /// How the due day came about, or why there is none and what to do, with the source.
    fn in_words(&self, rule: &ClockRule) -> String {
        let (days, anchor, source) = (rule.working_days, rule.anchor, &rule.source);
        match self {
            Self::Due { from, on } => format!(
                "Due on {}: {days} working days after {anchor} on {}, without {} ({source}).",
                long(*on),
                long(*from),
                left_out(*from, *on)
            ),
            Self::AnchorNotKnown => format!(
                "No due day: {days} working days count from {anchor}, and the notification does not say when that was \
                 ({source}). To do: ask the authority for the day."
            ),
            Self::BeyondTheRegister { from, beyond } => format!(
                "No due day: {days} working days after {anchor} on {} cannot be counted, because bank holidays are \
                 registered only from {} to {} ({source}). To do: count them by hand.",
                long(*from),
                long(beyond.known_from),
                long(beyond.known_until)
            ),
        }
    }
}

/// What is no working day between two days, such as "weekends, Good Friday (3 April 2026) and Easter Monday (…)".
fn left_out(from: Date, on: Date) -> String {
    let between = bank_holidays().iter().filter(|(date, _)| from < *date && *date < on);
    let holidays: Vec<String> = between.map(|(date, title)| format!("{title} ({})", long(date))).collect();
    match holidays.split_last() {
        None => "weekends".to_owned(),
        Some((last, [])) => format!("weekends and {last}"),
        Some((last, others)) => format!("weekends, {} and {last}", others.join(", ")),
    }
}

fn received(on: Date, due_on: Date) -> String {
    let days = (on - due_on).get_days();
    let when = match days.cmp(&0) {
        Ordering::Greater => format!("{days} {} after it was due", if days == 1 { "day" } else { "days" }),
        Ordering::Equal => "on the last day".to_owned(),
        Ordering::Less => "in time".to_owned(),
    };
    format!(" Received on {}, {when}.", long(on))
}

/// A day as people write it, such as 6 April 2026.
fn long(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests;
