//! Is a notification well formed? Validation asks only that; what the law makes of it is eligibility's.
//!
//! A violation is something that cannot be read: it is refused, with everything else that is wrong, at once.
//! A warning is something odd: it is told and the notification is taken. Late, incomplete, or outside the
//! law's words is never a reason to refuse (promise 4).

mod authorities;
mod codes;
mod dates;

use std::collections::HashSet;

use contracts::notification::v1::{Notification, Remark};
use jiff::civil::Date;

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
                "CHILD_KEY_TWICE",
                "another child of this notification has the same key",
                "findings name each child by its key (proto/lapwing/notification/v1/notification.proto)",
                "give each child a key of its own, such as 1 and 2",
            ));
        }
    }
}

fn remark(
    field: impl Into<String>,
    rule: &str,
    what: impl Into<String>,
    why: impl Into<String>,
    remedy: impl Into<String>,
) -> Remark {
    Remark {
        field: field.into(),
        rule: rule.to_owned(),
        what: what.into(),
        why: why.into(),
        remedy: remedy.into(),
    }
}

#[cfg(test)]
mod tests;
