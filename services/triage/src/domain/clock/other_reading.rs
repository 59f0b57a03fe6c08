//! The rapid review's due day by the other reading: editions differ on what the fifteen working days follow.
//!
//! What a reader would get wrong: the other reading never counts. It is shown because people who learnt the one reading
//! meet cases of the other, and the two days can lie a week apart.

use super::count::count;
use super::words::long;
use super::{Anchor, Days};
use crate::domain::policy::{Policies, Policy, WorkingDaysRule};

/// The due day by the other anchor, as a sentence that names the editions which read it so; empty where no edition
/// does, or where the day cannot be computed.
pub(super) fn other_reading(days: Days, policy: &Policy, policies: &Policies) -> String {
    let rule = policy.rapid_review();
    let anchor = match rule.anchor {
        Anchor::BecomingAware => Anchor::TheNotification,
        Anchor::TheNotification | Anchor::TheDecisionToStartIt => Anchor::BecomingAware,
    };
    let readers: Vec<&str> = policies
        .iter()
        .filter(|edition| edition.rapid_review().anchor == anchor)
        .map(Policy::edition)
        .collect();
    let counted = count(&WorkingDaysRule { anchor, ..rule.clone() }, days);
    let (Some((last, others)), Some(from), Some(on)) =
        (readers.split_last(), counted.from(), counted.due_on())
    else {
        return String::new();
    };
    let readers =
        if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
    format!(
        "By the other reading it would be due on {}: {} working days after {anchor} on {}, as {readers} {} it.",
        long(on),
        rule.working_days,
        long(from),
        if others.is_empty() { "reads" } else { "read" }
    )
}
