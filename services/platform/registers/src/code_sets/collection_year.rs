//! The year by which children's social care statistics are collected: 1 April to 31 March.
//!
//! What a reader would get wrong: 31 March 2025 belongs to 2024-25.

use std::fmt;

use jiff::civil::Date;

/// A collection year, written with both its calendar years: `2024-25` is 1 April 2024 to 31 March 2025.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectionYear {
    starts_in: i16,
}

impl CollectionYear {
    /// The collection year to which a date belongs.
    pub fn of(date: Date) -> Self {
        let starts_in = if date.month() < 4 { date.year() - 1 } else { date.year() };
        Self { starts_in }
    }

    /// The calendar year of its 1 April.
    pub fn starts_in(self) -> i16 {
        self.starts_in
    }

    /// Reads `2024-25`; none where the text is anything else, or the years do not follow each other.
    pub(super) fn read(text: &str) -> Option<Self> {
        let starts_in = text.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        let year = Self { starts_in: starts_in.parse().ok()? };
        (year.to_string() == text).then_some(year)
    }

    pub(super) fn next(self) -> Self {
        Self { starts_in: self.starts_in + 1 }
    }
}

impl fmt::Display for CollectionYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.starts_in, (self.starts_in + 1).rem_euclid(100))
    }
}
