//! What the register of bank holidays promises: known days by table, the sums by property, and refused
//! updates.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;

#[test]
fn the_compiled_in_bank_holidays_are_well_formed() {
    let register = BankHolidays::parse(COMPILED_IN).unwrap();
    assert_eq!(register.iter().count(), 140);
    assert_eq!(register.iter().next(), Some((date(2012, 1, 2), "New Year’s Day")));
    assert_eq!(register.iter().last(), Some((date(2028, 12, 26), "Boxing Day")));
}

#[test]
fn whole_calendar_years_are_known_from_the_first_to_the_last() {
    let register = bank_holidays();
    assert_eq!(register.known_from(), date(2012, 1, 1));
    assert_eq!(register.known_until(), date(2028, 12, 31));
    // The Friday after the last holiday listed is a working day, and known to be one.
    assert_eq!(register.is_working_day(date(2028, 12, 29)), Ok(true));
}

#[test]
fn weekends_and_bank_holidays_are_no_working_days() {
    let cases = [
        (date(2026, 11, 20), true, "a Friday"),
        (date(2026, 11, 21), false, "a Saturday"),
        (date(2026, 11, 22), false, "a Sunday"),
        (date(2026, 4, 3), false, "Good Friday"),
        (date(2026, 4, 6), false, "Easter Monday"),
        (date(2022, 9, 19), false, "the Queen's funeral, a holiday of one year"),
        (date(2020, 5, 4), true, "the first Monday of May 2020, whose holiday was moved"),
        (date(2020, 5, 8), false, "the Friday to which it was moved"),
        (date(2027, 12, 27), false, "the substitute for Christmas Day on a Saturday"),
    ];
    for (day, working, why) in cases {
        assert_eq!(bank_holidays().is_working_day(day), Ok(working), "{day}, {why}");
    }
}

#[test]
fn a_bank_holiday_has_its_title() {
    assert_eq!(bank_holidays().title_on(date(2026, 4, 3)), Some("Good Friday"));
    assert_eq!(bank_holidays().title_on(date(2026, 4, 4)), None);
}

#[test]
fn a_working_day_sum_steps_over_weekends_and_bank_holidays() {
    let cases = [
        (date(2026, 11, 16), 0, date(2026, 11, 16), "day 0 is the day itself"),
        (date(2026, 11, 22), 0, date(2026, 11, 22), "day 0 is the day itself, on a Sunday too"),
        (date(2026, 11, 16), 5, date(2026, 11, 23), "Monday to Monday"),
        (date(2026, 11, 21), 5, date(2026, 11, 27), "from a Saturday, Monday is day 1"),
        (date(2025, 12, 18), 5, date(2025, 12, 29), "over Christmas and Boxing Day"),
        (date(2026, 4, 2), 1, date(2026, 4, 7), "over Easter"),
        (date(2026, 3, 30), 15, date(2026, 4, 22), "a rapid review over Easter"),
        (date(2027, 12, 24), 1, date(2027, 12, 29), "over both substitutes"),
    ];
    for (from, days, expected, why) in cases {
        assert_eq!(bank_holidays().add_working_days(from, days), Ok(expected), "{from} + {days}: {why}");
    }
}

#[test]
fn a_sum_past_the_last_known_year_is_refused_with_the_horizon_and_the_remedy() {
    let refusal = bank_holidays().add_working_days(date(2028, 12, 27), 3).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "whether 2029-01-01 is a working day is not known: bank holidays are registered from 2012-01-01 to \
         2028-12-31. If 2029-01-01 is right, update data/bank-holidays.json of the crate `registers` from \
         https://www.gov.uk/bank-holidays.json (its README gives the command) and build again"
    );
    assert_eq!(bank_holidays().add_working_days(date(2028, 12, 27), 2), Ok(date(2028, 12, 29)));
}

#[test]
fn a_day_before_the_first_or_after_the_last_known_year_is_refused() {
    let register = bank_holidays();
    for asked in [date(2011, 12, 31), date(2029, 1, 1), Date::MIN, Date::MAX] {
        let refusal =
            BeyondRegister { asked, known_from: register.known_from(), known_until: register.known_until() };
        assert_eq!(register.is_working_day(asked), Err(refusal));
        assert_eq!(register.add_working_days(asked, 0), Err(refusal));
        assert_eq!(register.working_days_between(asked, asked), Err(refusal));
        assert_eq!(register.working_days_between(asked, date(2020, 1, 1)), Err(refusal));
        assert_eq!(register.working_days_between(date(2020, 1, 1), asked), Err(refusal));
    }
}

fn known_day() -> impl Strategy<Value = Date> {
    // 6,210 days from 1 January 2012 to 31 December 2028.
    (0..6_210i64).prop_map(|days| date(2012, 1, 1) + days.days())
}

/// The dates cut out of the data file's text, so that the oracle shares no code with the register.
static LISTED: LazyLock<Vec<Date>> = LazyLock::new(|| {
    let after_each_key = COMPILED_IN.split("\"date\": \"").skip(1);
    after_each_key.map(|rest| rest.split_once('"').unwrap().0.parse().unwrap()).collect()
});

fn is_free(day: Date) -> bool {
    day.weekday().to_monday_one_offset() > 5 || LISTED.contains(&day)
}

proptest! {
    #[test]
    fn a_sum_never_lands_on_a_weekend_or_bank_holiday(from in known_day(), days in 1..60u16) {
        if let Ok(due) = bank_holidays().add_working_days(from, days) {
            prop_assert!(!is_free(due), "{due}");
        }
    }

    #[test]
    fn adding_then_counting_gives_back_the_days(from in known_day(), days in 0..60u16) {
        if let Ok(due) = bank_holidays().add_working_days(from, days) {
            prop_assert_eq!(bank_holidays().working_days_between(from, due), Ok(i32::from(days)));
        }
    }

    #[test]
    fn a_sum_is_refused_if_and_only_if_too_few_known_days_are_left(from in known_day(), days in 0..5_000u16) {
        let register = bank_holidays();
        let left = register.working_days_between(from, register.known_until()).unwrap();
        prop_assert_eq!(register.add_working_days(from, days).is_ok(), i32::from(days) <= left);
    }

    #[test]
    fn more_days_fall_due_later(from in known_day(), days in 0..60u16, more in 1..60u16) {
        let register = bank_holidays();
        if let Ok(later) = register.add_working_days(from, days + more) {
            prop_assert!(register.add_working_days(from, days).unwrap() < later);
        }
    }

    #[test]
    fn a_later_start_never_falls_due_earlier(from in known_day(), shift in 0..30i64, days in 0..60u16) {
        let register = bank_holidays();
        if let Ok(due) = register.add_working_days(from + shift.days(), days) {
            prop_assert!(register.add_working_days(from, days).unwrap() <= due);
        }
    }

    #[test]
    fn counting_agrees_with_a_count_of_the_calendar(start in known_day(), end in known_day()) {
        let (first, last) = (start.min(end), start.max(end));
        let days = std::iter::successors(first.tomorrow().ok(), |day| day.tomorrow().ok());
        let counted = days.take_while(|day| *day <= last).filter(|day| !is_free(*day)).count();
        let signed = i32::try_from(counted).unwrap() * if end < start { -1 } else { 1 };
        prop_assert_eq!(bank_holidays().working_days_between(start, end), Ok(signed));
    }
}

const SAMPLE: &str = r#"{"division": "england-and-wales", "events": [
  {"title": "New Year’s Day", "date": "2026-01-01"},
  {"title": "Good Friday", "date": "2026-04-03"},
  {"title": "Easter Monday", "date": "2026-04-06"},
  {"title": "Early May bank holiday", "date": "2026-05-04"},
  {"title": "Spring bank holiday", "date": "2026-05-25"},
  {"title": "Summer bank holiday", "date": "2026-08-31"},
  {"title": "Christmas Day", "date": "2026-12-25"},
  {"title": "Boxing Day", "date": "2026-12-28"}
]}"#;

#[test]
fn the_sample_of_the_refusals_is_itself_accepted() {
    let register = BankHolidays::parse(SAMPLE).unwrap();
    assert_eq!((register.known_from(), register.known_until()), (date(2026, 1, 1), date(2026, 12, 31)));
}

fn assert_refused(cases: &[(&str, &str, &str)]) {
    for (find, put, refusal) in cases {
        assert!(SAMPLE.contains(find), "the sample holds {find:?}");
        let text = SAMPLE.replacen(find, put, 1);
        let refused = BankHolidays::parse(&text).expect_err(&format!("{find:?} became {put:?}"));
        assert_eq!(refused.to_string(), format!("data/bank-holidays.json{refusal}"));
    }
}

#[test]
fn a_document_of_the_wrong_shape_is_refused() {
    assert_refused(&[
        ("]}", "]", ", `?`: cannot be read: EOF while parsing an object at line 10 column 1"),
        ("]}", "]} {}", ": cannot be read: trailing characters at line 10 column 4"),
        (
            "\"title\": \"Good Friday\"",
            "\"title\": \"Good Friday\", \"bunting\": false",
            ", `events[1].bunting`: cannot be read: unknown field `bunting`, expected `title` or `date` at \
             line 3 column 36",
        ),
        (
            "\"2026-04-03\"",
            "20260403",
            ", `events[1].date`: cannot be read: invalid type: integer `20260403`, expected a string at line \
             3 column 43",
        ),
        (
            "england-and-wales",
            "scotland",
            ", `division`: these are the holidays of `scotland`: take the division `england-and-wales`, by \
             which English authorities go",
        ),
    ]);
    let refused = BankHolidays::parse(r#"{"division": "england-and-wales", "events": []}"#).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "data/bank-holidays.json, `events`: holds no entries: restore the list from its source"
    );
}

#[test]
fn a_holiday_that_is_not_a_dated_weekday_in_order_is_refused() {
    assert_refused(&[
        (
            "2026-04-03",
            "2026-02-29",
            ", `events[1].date`: `2026-02-29` is not a day of the calendar written as YYYY-MM-DD: correct it",
        ),
        (
            "2026-04-03",
            "2026-04-03T00:00",
            ", `events[1].date`: `2026-04-03T00:00` is not a day of the calendar written as YYYY-MM-DD: \
             correct it",
        ),
        (
            "2026-12-28",
            "2026-12-26",
            ", `events[7].date`: 2026-12-26 is a Saturday: list the substitute weekday on which the holiday \
             is taken",
        ),
        (
            "2026-04-06",
            "2026-04-05",
            ", `events[2].date`: 2026-04-05 is a Sunday: list the substitute weekday on which the holiday is \
             taken",
        ),
        (
            "2026-04-06",
            "2026-04-02",
            ", `events[2].date`: 2026-04-02 comes after 2026-04-03, which is later: sort the entries, \
             earliest first",
        ),
        (
            "2026-04-06",
            "2026-04-03",
            ", `events[2].date`: `2026-04-03` stands already at data/bank-holidays.json, `events[1].date`: \
             remove one of the two",
        ),
        ("Good Friday", "", ", `events[1].title`: is blank: fill it in from the source"),
        (
            "Good Friday",
            " Good Friday",
            ", `events[1].title`: \" Good Friday\" has blanks at an end, doubled blanks or unprintable \
             characters: remove them",
        ),
    ]);
}

#[test]
fn a_year_that_is_not_whole_is_refused() {
    assert_refused(&[
        (
            ",\n  {\"title\": \"Boxing Day\", \"date\": \"2026-12-28\"}",
            "",
            ", `events`: 2026 has no holiday called `Boxing Day`: add it, or leave the unfinished year out \
             until it is published",
        ),
        (
            "2026-12-28\"}",
            "2026-12-28\"},\n  {\"title\": \"New Year’s Day\", \"date\": \"2027-01-01\"}",
            ", `events`: 2027 has no holiday called `Good Friday`: add it, or leave the unfinished year out \
             until it is published",
        ),
        (
            "2026-05-04\"}",
            "2026-05-04\"},\n  {\"title\": \"Early May bank holiday (VE day)\", \"date\": \"2026-05-08\"}",
            ", `events`: 2026 has more than one holiday called `Early May bank holiday`: a holiday that was \
             moved must be listed on its new date alone",
        ),
    ]);
}
