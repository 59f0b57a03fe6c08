//! The days on which a sample's incident may happen, and the last day anything in it may name.
//!
//! What a reader would get wrong: the day is drawn from the whole year first and folded back only where it lies
//! after `until`, so that a year which is over gives the same days whatever `until` is.

use jiff::Span;
use jiff::civil::Date;

use crate::draws::Draws;

/// A year of incidents, cut off at a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period {
    first: Date,
    last: Date,
    until: Date,
}

impl Period {
    /// The twelve months that end on 31 March of `year_ending`; none where they begin after `until`, or where
    /// the calendar has no such year.
    pub(crate) fn new(year_ending: i16, until: Date) -> Option<Self> {
        let first = first_day(year_ending)?;
        let last = Date::new(year_ending, 3, 31).ok()?;
        (first <= until).then_some(Self { first, last, until })
    }

    /// The day of an incident.
    pub(crate) fn draw_day(&self, draws: &mut Draws) -> Date {
        let drawn = draws.below(days_in(self.first, self.last));
        let offset = drawn % days_in(self.first, self.until.min(self.last));
        days_after(self.first, u32::try_from(offset).expect("a year has at most 366 days"))
    }

    /// The last day that may be named.
    pub(crate) fn until(&self) -> Date {
        self.until
    }
}

/// 1 April of the year before; none where the calendar has no such year.
pub(crate) fn first_day(year_ending: i16) -> Option<Date> {
    Date::new(year_ending.checked_sub(1)?, 4, 1).ok()
}

/// How many days there are from the first to the last, both included.
fn days_in(first: Date, last: Date) -> u64 {
    u64::from(days_between(first, last)) + 1
}

/// How many days later the later day is; nought where it is not later.
pub(crate) fn days_between(earlier: Date, later: Date) -> u32 {
    u32::try_from(earlier.duration_until(later).as_hours() / 24).unwrap_or(0)
}

/// So many days later.
pub(crate) fn days_after(day: Date, days: u32) -> Date {
    day.saturating_add(Span::new().days(i64::from(days)))
}

/// So many days earlier.
pub(crate) fn days_before(day: Date, days: u32) -> Date {
    day.saturating_sub(Span::new().days(i64::from(days)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn days(period: Period) -> Vec<Date> {
        let mut draws = Draws::for_sample(1, 2024, 0);
        (0..5_000).map(|_| period.draw_day(&mut draws)).collect()
    }

    #[test]
    fn a_year_that_is_over_gives_all_its_days_the_leap_day_too() {
        let days = days(Period::new(2024, date(2026, 1, 1)).expect("it has begun"));
        assert_eq!(days.iter().min(), Some(&date(2023, 4, 1)));
        assert_eq!(days.iter().max(), Some(&date(2024, 3, 31)));
        assert!(days.contains(&date(2024, 2, 29)));
    }

    #[test]
    fn a_year_that_is_running_gives_no_day_after_today() {
        let days = days(Period::new(2024, date(2023, 4, 3)).expect("it has begun"));
        assert!(days.contains(&date(2023, 4, 3)));
        assert_eq!(days.iter().max(), Some(&date(2023, 4, 3)));
    }

    #[test]
    fn a_year_begins_on_the_first_of_april() {
        assert!(Period::new(2024, date(2023, 4, 1)).is_some());
        assert!(Period::new(2024, date(2023, 3, 31)).is_none());
        assert!(Period::new(i16::MIN, date(2023, 3, 31)).is_none());
    }
}
