//! Working days in England and Wales, by which the clocks run: not Saturdays, not Sundays, not the bank
//! holidays that GOV.UK publishes.
//!
//! What a reader would get wrong: the register ends. Bank holidays are published a few years ahead, and a sum
//! that runs past the last published year is refused ([`BeyondRegister`]); it is never answered as if the
//! years to come had no holidays.
//!
//! Years are complete or refused: GOV.UK publishes whole calendar years, and each year of the file must hold
//! the eight holidays of every year. The register is therefore known from 1 January of its first year to 31
//! December of its last, not merely from its first holiday to its last.

mod read_holidays;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};

use crate::register_error::RegisterError;

const COMPILED_IN: &str = include_str!("../data/bank-holidays.json");

static BANK_HOLIDAYS: LazyLock<BankHolidays> = LazyLock::new(|| {
    BankHolidays::parse(COMPILED_IN)
        .expect("the test `the_compiled_in_bank_holidays_are_well_formed` parses these same bytes")
});

/// The bank holidays of England and Wales compiled into this build.
pub fn bank_holidays() -> &'static BankHolidays {
    &BANK_HOLIDAYS
}

/// Bank holidays by date, and the days between which they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankHolidays {
    titles: BTreeMap<Date, String>,
    known_from: Date,
    known_until: Date,
}

impl BankHolidays {
    /// Reads the register from the text of `bank-holidays.json`.
    ///
    /// # Errors
    /// Refuses another division, unknown fields, bad, repeated, unsorted or weekend dates, and a year that
    /// lacks or repeats one of the eight holidays of every year; the error names the path.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        read_holidays::read(text)
    }

    /// The first day the register can answer for: 1 January of its first year.
    pub fn known_from(&self) -> Date {
        self.known_from
    }

    /// The last day the register can answer for: 31 December of its last year.
    pub fn known_until(&self) -> Date {
        self.known_until
    }

    /// The title of the bank holiday on this date, if it is one (`Good Friday`).
    pub fn title_on(&self, date: Date) -> Option<&str> {
        self.titles.get(&date).map(String::as_str)
    }

    /// Every bank holiday with its title, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = (Date, &str)> {
        self.titles.iter().map(|(date, title)| (*date, title.as_str()))
    }

    /// Whether this date is a working day.
    ///
    /// # Errors
    /// [`BeyondRegister`] where the date lies outside the years known.
    pub fn is_working_day(&self, date: Date) -> Result<bool, BeyondRegister> {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.known(date).map(|date| !weekend && !self.titles.contains_key(&date))
    }

    /// The n-th working day after `from`. The day of `from` is day 0, whether or not it is a working day, and
    /// is the answer for `days` of 0.
    ///
    /// # Errors
    /// [`BeyondRegister`] where `from`, or any day up to the answer, lies outside the years known.
    pub fn add_working_days(&self, from: Date, days: u16) -> Result<Date, BeyondRegister> {
        let mut date = self.known(from)?;
        for _ in 0..days {
            date = self.next_working_day(date)?;
        }
        Ok(date)
    }

    /// How many working days one must add to `start` to reach `end`: the working days after `start`, up to
    /// and including `end`. Negative where `end` is before `start`, so that overdue days can be counted too.
    ///
    /// # Errors
    /// [`BeyondRegister`] where either date lies outside the years known.
    pub fn working_days_between(&self, start: Date, end: Date) -> Result<i32, BeyondRegister> {
        if end < start {
            return self.working_days_between(end, start).map(|days| -days);
        }
        self.known(end)?;
        let (mut date, mut days) = (self.known(start)?, 0);
        while date < end {
            date = self.next_day(date)?;
            days += i32::from(self.is_working_day(date)?);
        }
        Ok(days)
    }

    fn next_working_day(&self, after: Date) -> Result<Date, BeyondRegister> {
        let mut date = self.next_day(after)?;
        while !self.is_working_day(date)? {
            date = self.next_day(date)?;
        }
        Ok(date)
    }

    fn next_day(&self, date: Date) -> Result<Date, BeyondRegister> {
        date.tomorrow().map_err(|_| self.beyond(date)).and_then(|next| self.known(next))
    }

    fn known(&self, date: Date) -> Result<Date, BeyondRegister> {
        let known = self.known_from <= date && date <= self.known_until;
        if known { Ok(date) } else { Err(self.beyond(date)) }
    }

    fn beyond(&self, asked: Date) -> BeyondRegister {
        BeyondRegister { asked, known_from: self.known_from, known_until: self.known_until }
    }
}

/// A day for which no bank holidays are known, so that nobody can say whether it is a working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "whether {asked} is a working day is not known: bank holidays are registered from {known_from} to \
     {known_until}. If {asked} is right, update data/bank-holidays.json of the crate `registers` from \
     https://www.gov.uk/bank-holidays.json (its README gives the command) and build again"
)]
pub struct BeyondRegister {
    /// The first day that could not be answered for.
    pub asked: Date,
    /// The first day known.
    pub known_from: Date,
    /// The last day known.
    pub known_until: Date,
}
