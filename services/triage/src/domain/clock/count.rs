//! Counting working days from an anchor, and saying how it was done.
//!
//! What a reader would get wrong: the anchor's own day is day 0, also where it is no working day.

use jiff::civil::Date;
use registers::{BeyondRegister, bank_holidays};

use super::Days;
use super::words::{left_out, long};
use crate::domain::policy::WorkingDaysRule;

/// What became of counting working days.
pub(super) enum Counted {
    Due { from: Date, on: Date },
    AnchorNotKnown,
    BeyondTheRegister { from: Date, beyond: BeyondRegister },
}

/// Counts from the rule's anchor.
pub(super) fn count(rule: &WorkingDaysRule, days: Days) -> Counted {
    let Some(from) = days.of(rule.anchor) else {
        return Counted::AnchorNotKnown;
    };
    match bank_holidays().add_working_days(from, rule.working_days.get()) {
        Ok(on) => Counted::Due { from, on },
        Err(beyond) => Counted::BeyondTheRegister { from, beyond },
    }
}

impl Counted {
    pub(super) fn from(&self) -> Option<Date> {
        match self {
            Self::Due { from, .. } | Self::BeyondTheRegister { from, .. } => Some(*from),
            Self::AnchorNotKnown => None,
        }
    }

    pub(super) fn due_on(&self) -> Option<Date> {
        if let Self::Due { on, .. } = self { Some(*on) } else { None }
    }

    /// How the due day came about, or why there is none and what to do, with the source.
    pub(super) fn in_words(&self, rule: &WorkingDaysRule) -> String {
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
