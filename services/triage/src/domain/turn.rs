//! The order in which a lane is worked: urgent cases first; then the one that has waited longest; then, where two
//! were queued in the same microsecond, by reference.
//!
//! What a reader would get wrong: due days do not order. Within a lane they follow from when a case came in, and an
//! overdue one is urgent already; one rule that can be said in a sentence beats a rank that nobody can recount.
//! Nothing in a turn ever changes, so that a list can be read page by page without meeting a case twice.

use ids::Reference;
use jiff::Timestamp;

use super::priority::Priority;

/// A case's place in its lane's order: the smaller comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Urgent before standard.
    pub priority: Priority,
    /// Earlier before later.
    pub queued_at: Timestamp,
    /// Decides where all else is equal.
    pub reference: Reference,
}

#[cfg(test)]
mod tests {
    use ambient::{Ambient, SeededChance, SystemClock};

    use super::*;

    fn turn(priority: Priority, second: i64, seed: u64) -> Turn {
        let reference = Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)));
        Turn { priority, queued_at: Timestamp::from_second(second).expect("a time"), reference }
    }

    #[test]
    fn an_urgent_case_comes_before_one_that_has_waited_longer() {
        assert!(turn(Priority::Urgent, 9, 1) < turn(Priority::Standard, 1, 1));
    }

    #[test]
    fn of_two_with_the_same_priority_the_one_queued_first_comes_first() {
        assert!(turn(Priority::Standard, 1, 7) < turn(Priority::Standard, 2, 1));
        assert!(turn(Priority::Standard, 1, 1) < turn(Priority::Standard, 2, 7));
    }

    #[test]
    fn two_queued_at_once_keep_the_same_order_for_ever() {
        let (one, other) = (turn(Priority::Urgent, 1, 1), turn(Priority::Urgent, 1, 2));
        assert_ne!(one, other);
        assert_eq!(one < other, one.reference.to_string() < other.reference.to_string());
    }
}
