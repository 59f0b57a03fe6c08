//! The clock for publishing a local child safeguarding practice review.
//!
//! What a reader would get wrong: no notification starts it. It counts from the decision to start a local review, which
//! is none of Lapwing's findings, and until such a decision is on record it stands still.

use jiff::Span;
use jiff::civil::Date;

use super::words::long;
use super::{Clock, ClockKind};
use crate::domain::policy::{Expected, Policy};

/// Six calendar months from the decision to start it: the same day of the month, or the month's last day where that
/// month has no such day. Without a decision it does not run.
pub fn local_review_clock(decided_on: Option<Date>, policy: &Policy) -> Clock {
    let rule = policy.local_review();
    let months = rule.months.get();
    let due_on = decided_on.and_then(|day| day.checked_add(Span::new().months(i64::from(months))).ok());
    let relaxed = match rule.expected {
        Expected::InTime => "",
        Expected::AsSoonAsPossible => {
            " At that time reviews were expected as soon as possible: the day is shown, and nothing is overdue by it."
        }
    };
    let (anchor, source) = (rule.anchor, &rule.source);
    let explanation = match (decided_on, due_on) {
        (Some(day), Some(due_on)) => format!(
            "Due on {}: {months} months after {anchor} on {} ({source}).{relaxed}",
            long(due_on),
            long(day)
        ),
        (Some(day), None) => format!(
            "No due day: {months} months after {anchor} on {} lie beyond the calendar ({source}).",
            long(day)
        ),
        (None, _) => format!(
            "Does not run: {months} months count from {anchor}, and no such decision is on record ({source})."
        ),
    };
    Clock {
        kind: ClockKind::LocalReview,
        working_days: 0,
        months,
        anchor,
        anchor_on: decided_on,
        due_on,
        late: false,
        late_reason_given: false,
        explanation,
        other_reading: String::new(),
        policy_edition: policy.edition().to_owned(),
    }
}
