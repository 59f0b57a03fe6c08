//! Is a notification well formed? Validation asks only that; what the law makes of it is eligibility's.
//!
//! A violation is something that cannot be read: it is refused, with everything else that is wrong, at once.
//! A warning is something odd: it is told and the notification is taken. Late, incomplete, or outside the
//! law's words is never a reason to refuse (promise 4).

mod authorities;
mod codes;
mod dates;
pub mod rules;

use std::collections::HashSet;

use catalogue::Entry;
use contracts::notification::v1::{Notification, Remark};
use contracts::time::civil_date;
use jiff::civil::Date;

pub use dates::judge_day;

/// What is wrong with, or odd about, a notification's form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FormJudgement {
    /// What it would be refused for.
    pub violations: Vec<Remark>,
    /// What is odd but taken.
    pub warnings: Vec<Remark>,
}

/// Judges the form of a notification received on `today` (Europe/London).
pub fn judge_form(notification: &Notification, today: Date) -> FormJudgement {
    let mut judgement =
        FormJudgement { violations: contracts::rules::broken_rules(notification), warnings: Vec::new() };
    judge_child_keys(notification, &mut judgement);
    authorities::judge(notification, today, &mut judgement);
    dates::judge(notification, today, &mut judgement);
    codes::judge(notification, today, &mut judgement);
    judgement
}

fn judge_child_keys(notification: &Notification, judgement: &mut FormJudgement) {
    let mut seen = HashSet::new();
    for (index, child) in notification.children.iter().enumerate() {
        if !child.key.is_empty() && !seen.insert(child.key.as_str()) {
            judgement.violations.push(remark(
                format!("children[{index}].key"),
                rules::CHILD_KEY_TWICE,
                "another child of this notification has the same key",
                "findings name each child by its key (proto/lapwing/notification/v1/notification.proto)",
                "give each child a key of its own, such as 1 and 2",
            ));
        }
    }
}

/// The day by whose codes a notification is judged: the incident's, or else that of becoming aware.
fn day_of(notification: &Notification) -> Option<Date> {
    let occurred_on = notification.incident.as_ref().and_then(|incident| incident.facts.as_ref());
    let occurred_on = occurred_on.map_or("", |facts| facts.occurred_on.as_str());
    let days = [occurred_on, notification.became_aware_on.as_str()];
    days.into_iter().find_map(|text| civil_date(text).ok().flatten())
}

/// A remark on one field, by a rule of the catalogue.
pub(crate) fn remark(
    field: impl Into<String>,
    rule: Entry,
    what: impl Into<String>,
    why: impl Into<String>,
    remedy: impl Into<String>,
) -> Remark {
    Remark {
        field: field.into(),
        rule: rule.code().to_owned(),
        what: what.into(),
        why: why.into(),
        remedy: remedy.into(),
    }
}

#[cfg(test)]
mod tests;
