use ambient::{Ambient, SeededChance, SystemClock};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn turn(priority: Priority, due: Option<i8>, indicators: u32, second: i64, seed: u64) -> Turn {
    let reference = Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)));
    let queued_at = Timestamp::from_second(second).expect("a time");
    Turn { priority, review_due_on: due.map(|day| date(2026, 3, day)), indicators, queued_at, reference }
}

#[test]
fn each_rule_decides_where_those_before_it_do_not() {
    use Priority::{Standard, Urgent};
    let pairs = [
        ("urgent before standard", turn(Urgent, None, 0, 9, 1), turn(Standard, Some(1), 5, 1, 2)),
        ("the earlier due review", turn(Standard, Some(2), 0, 9, 1), turn(Standard, Some(3), 5, 1, 2)),
        ("a due review before none", turn(Standard, Some(28), 0, 9, 1), turn(Standard, None, 5, 1, 2)),
        ("more indicators before fewer", turn(Standard, Some(2), 2, 9, 1), turn(Standard, Some(2), 1, 1, 2)),
        ("queued first", turn(Standard, None, 1, 1, 7), turn(Standard, None, 1, 2, 1)),
    ];
    for (words, first, second) in pairs {
        assert!(first < second, "{words}");
        assert!(second > first, "{words}");
    }
}

#[test]
fn two_that_are_equal_in_all_else_keep_the_same_order_for_ever() {
    let (one, other) = (turn(Priority::Urgent, None, 0, 1, 1), turn(Priority::Urgent, None, 0, 1, 2));
    assert_ne!(one, other);
    assert_eq!(one < other, one.reference.to_string() < other.reference.to_string());
}

#[test]
fn every_rule_is_explained_in_the_order_in_which_it_decides() {
    let explained = turn(Priority::Standard, Some(24), 1, 1, 1).explain();
    let codes: Vec<&str> = explained.iter().map(|reason| reason.code.as_str()).collect();
    let expected: Vec<&str> = ORDER.entries.iter().map(catalogue::Entry::code).collect();
    assert_eq!(codes, expected);
    assert!(explained[1].text.contains("due on 2026-03-24"), "{}", explained[1].text);
    assert!(explained[2].text.contains("1 is present"), "{}", explained[2].text);
    let without = turn(Priority::Urgent, None, 0, 1, 1).explain();
    assert!(without[1].text.contains("no due day"), "{}", without[1].text);
}

prop_compose! {
    fn any_turn()(urgent: bool, due in prop::option::of(1i8..=3), indicators in 0u32..3, second in 0i64..3, seed in 0u64..4) -> Turn {
        turn(if urgent { Priority::Urgent } else { Priority::Standard }, due, indicators, second, seed)
    }
}

proptest! {
    #[test]
    fn the_order_is_total_and_the_same_from_either_side(one in any_turn(), other in any_turn(), third in any_turn()) {
        prop_assert_eq!(one.cmp(&other), other.cmp(&one).reverse());
        prop_assert_eq!(one.cmp(&other) == Ordering::Equal, one == other);
        if one < other && other < third {
            prop_assert!(one < third);
        }
    }
}
