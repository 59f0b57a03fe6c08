//! The order in which a lane is worked: urgent cases first; then the one whose rapid review is due earlier, those
//! without a due day last; then the one with more indicators; then the one that was queued first; then by reference.
//!
//! What a reader would get wrong: a turn can change. A later revision or a cluster may move a case forward or back; what
//! never changes is that two cases have the same order whenever they are compared, and that each case has a turn.

use std::cmp::{Ordering, Reverse};

use ids::Reference;
use jiff::Timestamp;
use jiff::civil::Date;

use super::priority::{OUR_RULE, Priority};
use super::reason::Reason;

catalogue::entries! {
    /// The rules of the order, each with what it made of a case.
    pub ORDER = "Why a case stands where it stands on the queue";
    ORDER_PRIORITY: "First: urgent cases come before those in their turn.",
        "Nothing; it explains the case's place.";
    ORDER_RAPID_REVIEW: "Second: the earlier the rapid review is due, the earlier the case; without a due day, last.",
        "Nothing; it explains the case's place.";
    ORDER_INDICATORS: "Third: more indicators come before fewer. They only order cases that are equal so far.",
        "Nothing; it explains the case's place.";
    ORDER_QUEUED: "Fourth: what was queued first comes first.",
        "Nothing; it explains the case's place.";
    ORDER_REFERENCE: "Fifth: the reference decides where all else is equal, so that the order is the same for all.",
        "Nothing; it explains the case's place.";
}

/// A case's place in its lane's order: the smaller comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Urgent before standard.
    pub priority: Priority,
    /// Earlier before later; none last.
    pub review_due_on: Option<Date>,
    /// More before fewer.
    pub indicators: u32,
    /// Earlier before later.
    pub queued_at: Timestamp,
    /// Decides where all else is equal.
    pub reference: Reference,
}

impl Turn {
    fn key(&self) -> (Priority, bool, Option<Date>, Reverse<u32>, Timestamp, Reference) {
        let due = self.review_due_on;
        let more_first = Reverse(self.indicators);
        (self.priority, due.is_none(), due, more_first, self.queued_at, self.reference)
    }

    /// Each rule of the order in turn, with what it made of this case.
    pub fn explain(&self) -> Vec<Reason> {
        let rule = |entry, text: String| Reason::new(entry, text, OUR_RULE);
        let Self { reference, .. } = self;
        vec![
            rule(ORDER_PRIORITY, self.by_priority()),
            rule(ORDER_RAPID_REVIEW, self.by_due_day()),
            rule(ORDER_INDICATORS, self.by_indicators()),
            rule(
                ORDER_QUEUED,
                format!("Then what was queued first: this one was queued at {}.", self.queued_at),
            ),
            rule(
                ORDER_REFERENCE,
                format!("Then by reference, so that no two cases stand at one place: {reference}."),
            ),
        ]
    }

    fn by_priority(&self) -> String {
        match self.priority {
            Priority::Urgent => "Urgent cases come first, and this one is urgent.",
            Priority::Standard => "Urgent cases come first; this one is in its turn, after them.",
        }
        .to_owned()
    }

    fn by_due_day(&self) -> String {
        self.review_due_on.map_or_else(
            || "Then the earlier due rapid review: this one has no due day, so it comes after those that have.".into(),
            |due_on| format!("Then the earlier due rapid review: this one's is due on {due_on}."),
        )
    }

    fn by_indicators(&self) -> String {
        let shown = match self.indicators {
            0 => "none is".to_owned(),
            1 => "1 is".to_owned(),
            number => format!("{number} are"),
        };
        format!("Then more indicators before fewer: {shown} present here. They oblige nothing.")
    }
}

impl Ord for Turn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Turn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests;
