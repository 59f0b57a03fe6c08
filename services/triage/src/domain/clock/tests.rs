//! The clocks by table, in the words of the calendar, and what holds for every day by property.

use ambient::{Ambient, SeededChance, SystemClock};
use ids::Reference;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::policy::compiled_in;
use registers::bank_holidays;

fn assessed(became_aware_on: Option<Date>, received_on: Date) -> Assessed {
    Assessed {
        reference: Reference::mint(&Ambient::new(SystemClock, SeededChance::new(1))),
        revision: 1,
        authority: "373".into(),
        outcome: Outcome::DutyInArea,
        provision: "Children Act 2004 s.16C(1)(a)".into(),
        duty_authority: None,
        findings: vec![Outcome::DutyInArea],
        also: vec![],
        children: 1,
        deaths: vec![],
        occurred_on: None,
        became_aware_on,
        received_on,
        late_reason_given: false,
        institution: None,
        facts: vec![],
    }
}

fn days(assessed: &Assessed) -> Days {
    Days { became_aware_on: assessed.became_aware_on, notified_on: assessed.received_on }
}

fn notification(assessed: &Assessed) -> Clock {
    notification_clock(assessed, days(assessed), compiled_in().on(Some(assessed.dated_on())))
}

fn rapid_review(assessed: &Assessed) -> Clock {
    rapid_review_clock(assessed, days(assessed), compiled_in().on(Some(assessed.dated_on())), compiled_in())
}

#[test]
fn five_working_days_after_becoming_aware_are_counted_over_weekends_and_holidays() {
    let cases = [
        ("a Monday in a plain week", date(2026, 11, 16), date(2026, 11, 23)),
        ("a Friday", date(2026, 11, 20), date(2026, 11, 27)),
        ("a Saturday counts from Monday", date(2026, 11, 21), date(2026, 11, 27)),
        ("a Sunday counts from Monday too", date(2026, 11, 22), date(2026, 11, 27)),
        ("the Friday before Christmas 2025", date(2025, 12, 19), date(2025, 12, 30)),
        ("Christmas Eve 2025", date(2025, 12, 24), date(2026, 1, 5)),
        ("Christmas Day 2025 itself", date(2025, 12, 25), date(2026, 1, 5)),
        ("New Year's Eve 2025", date(2025, 12, 31), date(2026, 1, 8)),
        ("the Thursday before Easter 2026", date(2026, 4, 2), date(2026, 4, 13)),
        ("Good Friday 2026", date(2026, 4, 3), date(2026, 4, 13)),
        ("the Friday before the clocks go forward", date(2026, 3, 27), date(2026, 4, 7)),
    ];
    for (words, aware, due) in cases {
        let clock = notification(&assessed(Some(aware), aware));
        assert_eq!((clock.anchor_on, clock.due_on), (Some(aware), Some(due)), "{words}");
        assert!(!clock.late, "{words}");
    }
}

#[test]
fn a_notification_is_late_from_the_day_after_it_was_due() {
    let aware = date(2025, 12, 19);
    let cases = [
        (date(2025, 12, 29), false, "in time"),
        (date(2025, 12, 30), false, "on the last day"),
        (date(2025, 12, 31), true, "1 day after it was due"),
        (date(2026, 1, 2), true, "3 days after it was due"),
    ];
    for (received_on, late, words) in cases {
        let clock = notification(&assessed(Some(aware), received_on));
        assert_eq!(clock.late, late, "{received_on}");
        assert!(clock.explanation.contains(words), "{}", clock.explanation);
    }
}

#[test]
fn received_on_the_saturday_after_a_due_friday_is_late() {
    let clock = notification(&assessed(Some(date(2026, 11, 20)), date(2026, 11, 28)));
    assert_eq!((clock.due_on, clock.late), (Some(date(2026, 11, 27)), true));
}

#[test]
fn the_explanation_can_be_counted_after() {
    let clock = notification(&assessed(Some(date(2025, 12, 19)), date(2025, 12, 31)));
    assert_eq!(
        clock.explanation,
        "Due on 30 December 2025: 5 working days after becoming aware on 19 December 2025, without weekends, \
         Christmas Day (25 December 2025) and Boxing Day (26 December 2025) (Working Together 2023 (June 2025); \
         guidance, not statute). Received on 31 December 2025, 1 day after it was due. The authority has not said why \
         yet; it may do so by an amendment."
    );
}

#[test]
fn without_the_day_of_becoming_aware_nothing_is_due_and_the_clock_says_what_is_missing() {
    let clock = notification(&assessed(None, date(2026, 3, 2)));
    assert_eq!((clock.anchor_on, clock.due_on, clock.late), (None, None, false));
    for words in [
        "count from becoming aware",
        "does not say when",
        "ask the authority",
        "Whether it was late cannot be told",
    ] {
        assert!(clock.explanation.contains(words), "{words}: {}", clock.explanation);
    }
}

#[test]
fn a_sum_that_leaves_the_registered_years_has_no_due_day_and_says_so() {
    let cases = [
        ("the last Friday registered", date(2028, 12, 29)),
        ("after the register's end", date(2031, 5, 5)),
        ("before the register's beginning", date(2011, 12, 30)),
        ("the end of the calendar", Date::MAX),
        ("its beginning", Date::MIN),
    ];
    for (words, aware) in cases {
        let clock = notification(&assessed(Some(aware), aware));
        assert_eq!((clock.anchor_on, clock.due_on, clock.late), (Some(aware), None, false), "{words}");
        assert!(
            clock.explanation.contains("registered only from 1 January 2012 to 31 December 2028"),
            "{words}: {}",
            clock.explanation
        );
    }
}

#[test]
fn the_last_day_that_can_be_counted_to_is_due() {
    let clock = notification(&assessed(Some(date(2028, 12, 20)), date(2028, 12, 20)));
    assert_eq!(clock.due_on, Some(date(2028, 12, 29)));
}

#[test]
fn the_rapid_review_counts_from_becoming_aware_until_may_2025_and_from_the_notification_since() {
    let cases = [
        (date(2025, 5, 30), Anchor::BecomingAware, date(2025, 6, 2), date(2025, 6, 23)),
        (date(2025, 6, 1), Anchor::TheNotification, date(2025, 6, 4), date(2025, 6, 25)),
    ];
    for (occurred_on, anchor, anchor_on, due_on) in cases {
        let told = assessed(Some(date(2025, 6, 2)), date(2025, 6, 4));
        let clock = rapid_review(&Assessed { occurred_on: Some(occurred_on), ..told });
        assert_eq!(
            (clock.anchor, clock.anchor_on, clock.due_on),
            (anchor, Some(anchor_on), Some(due_on)),
            "{occurred_on}"
        );
        assert!(!clock.late);
    }
}

#[test]
fn a_rapid_review_over_christmas_and_new_year_leaves_out_three_holidays() {
    let clock = rapid_review(&assessed(Some(date(2025, 12, 18)), date(2025, 12, 19)));
    assert_eq!(clock.due_on, Some(date(2026, 1, 14)));
    assert!(
        clock.explanation.contains("Boxing Day (26 December 2025) and New Year’s Day (1 January 2026)"),
        "{}",
        clock.explanation
    );
}

#[test]
fn while_a_person_decides_the_rapid_review_runs_and_says_that_it_may_not_count() {
    let told = assessed(Some(date(2026, 3, 2)), date(2026, 3, 3));
    let found = rapid_review(&told);
    let open = rapid_review(&Assessed { outcome: Outcome::NeedsJudgement, ..told });
    assert_eq!(found.due_on, open.due_on);
    assert!(open.explanation.contains("should a duty to notify be found"), "{}", open.explanation);
    assert!(!found.explanation.contains("should a duty"), "{}", found.explanation);
}

#[test]
fn lateness_without_a_duty_is_shown_with_what_it_is_worth() {
    let told = assessed(Some(date(2026, 3, 2)), date(2026, 3, 30));
    for outcome in [Outcome::Outside, Outcome::DutyOfAnotherAuthority] {
        let clock = notification(&Assessed { outcome, ..told.clone() });
        assert!(clock.late, "{outcome:?}");
        assert!(
            clock
                .explanation
                .ends_with("No duty of this authority was found; the day counts only should one be."),
            "{}",
            clock.explanation
        );
    }
}

#[test]
fn a_late_notification_says_whether_the_authority_has_said_why() {
    let told = assessed(Some(date(2026, 3, 2)), date(2026, 3, 30));
    for (given, words) in [(true, "The authority has said why."), (false, "has not said why yet")] {
        let clock = notification(&Assessed { late_reason_given: given, ..told.clone() });
        assert!(clock.late && clock.late_reason_given == given);
        assert!(clock.explanation.contains(words), "{}", clock.explanation);
    }
    let in_time = Assessed { late_reason_given: true, ..assessed(Some(date(2026, 3, 2)), date(2026, 3, 3)) };
    assert!(!notification(&in_time).late_reason_given, "what is not late needs no reason");
}

#[test]
fn near_midnight_and_when_the_clocks_change_the_notification_is_received_on_londons_day() {
    // Aware on Monday 23 March 2026: due on Monday 30 March. Aware on 19 October: due on 26 October.
    let cases = [
        ("the last minute of the due day, in summer time", date(2026, 3, 23), "2026-03-30T22:59:59Z", false),
        ("the first minute after it, in summer time", date(2026, 3, 23), "2026-03-30T23:00:00Z", true),
        (
            "an hour before midnight UTC on the day the clocks go forward",
            date(2026, 3, 20),
            "2026-03-29T23:00:00Z",
            true,
        ),
        (
            "the night the clocks go forward, before the change",
            date(2026, 3, 23),
            "2026-03-29T00:30:00Z",
            false,
        ),
        ("the last minute of the due day, in winter time", date(2026, 10, 19), "2026-10-26T23:59:59Z", false),
        ("the first minute after it, in winter time", date(2026, 10, 19), "2026-10-27T00:00:00Z", true),
        ("the hour that comes twice on 25 October", date(2026, 10, 19), "2026-10-25T01:30:00Z", false),
        ("late on the day before the clocks go back", date(2026, 10, 16), "2026-10-24T23:30:00Z", true),
    ];
    for (words, aware, received_at, late) in cases {
        let received_on = contracts::time::london_date(received_at.parse().expect("a time"));
        assert_eq!(notification(&assessed(Some(aware), received_on)).late, late, "{words}");
    }
}

#[test]
fn the_other_reading_names_the_editions_that_read_it_so() {
    let (aware, told) = (date(2026, 3, 2), date(2026, 3, 9));
    let newest = rapid_review(&assessed(Some(aware), told));
    assert_eq!(newest.due_on, Some(date(2026, 3, 30)));
    assert_eq!(
        newest.other_reading,
        "By the other reading it would be due on 23 March 2026: 15 working days after becoming aware on 2 March 2026, \
         as Working Together 2018, Working Together 2018 (relaxed in 2020), Working Together 2018 (from September \
         2020) and Working Together 2023 read it."
    );
    let older =
        rapid_review(&Assessed { occurred_on: Some(date(2024, 3, 1)), ..assessed(Some(aware), told) });
    assert!(older.other_reading.contains("due on 30 March 2026"), "{}", older.other_reading);
    assert!(
        older.other_reading.ends_with("as Working Together 2023 (June 2025) reads it."),
        "{}",
        older.other_reading
    );
    assert_eq!(rapid_review(&assessed(None, told)).other_reading, "", "becoming aware is not known");
}

#[test]
fn a_local_review_counts_six_months_and_keeps_to_the_months_end() {
    let policy = compiled_in().on(Some(date(2026, 1, 1)));
    let cases = [
        (date(2026, 1, 15), date(2026, 7, 15)),
        (date(2025, 8, 31), date(2026, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 8, 28), date(2027, 2, 28)),
        (date(2026, 10, 31), date(2027, 4, 30)),
    ];
    for (decided_on, due_on) in cases {
        let clock = local_review_clock(Some(decided_on), policy);
        assert_eq!((clock.due_on, clock.months, clock.working_days), (Some(due_on), 6, 0), "{decided_on}");
    }
    let still = local_review_clock(None, policy);
    assert_eq!((still.anchor_on, still.due_on), (None, None));
    assert!(still.explanation.starts_with("Does not run: 6 months count from the decision to start it"));
    assert_eq!(local_review_clock(Some(Date::MAX), policy).due_on, None, "beyond the calendar");
}

prop_compose! {
    /// Any day well within the registered years.
    fn registered_day()(day in 0i32..6000) -> Date {
        date(2012, 1, 2).checked_add(jiff::Span::new().days(day)).expect("a day before 2029")
    }
}

proptest! {
    #[test]
    fn a_due_day_is_a_working_day_with_so_many_working_days_before_it(aware in registered_day()) {
        for clock in [notification(&assessed(Some(aware), aware)), rapid_review(&assessed(Some(aware), aware))] {
            let due_on = clock.due_on.expect("registered");
            prop_assert_eq!(bank_holidays().is_working_day(due_on), Ok(true));
            prop_assert_eq!(bank_holidays().working_days_between(aware, due_on), Ok(i32::from(clock.working_days)));
        }
    }

    #[test]
    fn becoming_aware_later_is_never_due_earlier(one in registered_day(), other in registered_day()) {
        let due = |aware| notification(&assessed(Some(aware), aware)).due_on;
        prop_assert!(due(one.min(other)) <= due(one.max(other)));
    }

    #[test]
    fn the_other_reading_is_the_due_day_of_an_edition_that_reads_it_so(aware in registered_day(), waited in 0i32..30) {
        let told_on = aware.checked_add(jiff::Span::new().days(waited)).expect("a day");
        let read_by = |day| rapid_review(&Assessed { occurred_on: Some(day), ..assessed(Some(aware), told_on) });
        let (older, newer) = (read_by(date(2024, 1, 1)), read_by(date(2026, 1, 1)));
        for (clock, other) in [(&older, &newer), (&newer, &older)] {
            let due_on = other.due_on.expect("registered").strftime("%-d %B %Y").to_string();
            prop_assert!(clock.other_reading.contains(&format!("due on {due_on}:")), "{}", clock.other_reading);
        }
    }

    #[test]
    fn a_local_review_is_due_in_the_sixth_month_after_and_never_later_in_its_month(decided_on in registered_day()) {
        let clock = local_review_clock(Some(decided_on), compiled_in().on(None));
        let due_on = clock.due_on.expect("within the calendar");
        let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        prop_assert_eq!(months(due_on), months(decided_on) + 6);
        prop_assert!(due_on.day() == decided_on.day() || due_on == due_on.last_of_month());
        prop_assert!(due_on.day() <= decided_on.day());
    }

    #[test]
    fn late_is_exactly_received_after_the_due_day(aware in registered_day(), waited in 0i32..40) {
        let received_on = aware.checked_add(jiff::Span::new().days(waited)).expect("a day");
        let clock = notification(&assessed(Some(aware), received_on));
        prop_assert_eq!(clock.late, received_on > clock.due_on.expect("registered"));
    }

    #[test]
    fn no_day_at_all_makes_opening_fail(aware in prop::option::of((Date::MIN.year()..=Date::MAX.year(), 1i8..=12, 1i8..=28)), year in 1i16..9000) {
        let aware = aware.map(|(year, month, day)| date(year, month, day));
        let told = assessed(aware, date(year, 2, 3));
        for clock in [notification(&told), rapid_review(&told)] {
            prop_assert_eq!(clock.due_on.is_some(), clock.explanation.starts_with("Due on"));
        }
    }
}
