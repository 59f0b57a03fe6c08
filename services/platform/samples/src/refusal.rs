//! Why no samples are given, told so that a person can ask again.

use jiff::civil::Date;
use registers::notification_volumes;

use crate::period;
use crate::shape::Shape;

/// A year for which there are no samples. The `Display` text says what happened, why and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleRefused {
    /// Nothing was published for the year.
    #[error(
        "year: no figures are on record for the year ending 31 March {year}; samples take their shape from the \
         published yearly figures (register of notification volumes); choose one of {}",
        list(years)
    )]
    NoFigures {
        /// The year asked for.
        year: i16,
        /// The years that can be had, earliest first.
        years: Vec<i16>,
    },
    /// The year has not begun.
    #[error(
        "year: the year ending 31 March {year} begins after {until}, and a sample tells of nothing that has \
         not happened yet; {}",
        choose(years)
    )]
    NotBegun {
        /// The year asked for.
        year: i16,
        /// The last day that may be named.
        until: Date,
        /// The years that have begun by then, earliest first; empty where none has.
        years: Vec<i16>,
    },
}

impl SampleRefused {
    pub(crate) fn no_figures(year: i16) -> Self {
        Self::NoFigures { year, years: years().collect() }
    }

    pub(crate) fn not_begun(year: i16, until: Date) -> Self {
        let begun = |year: &i16| period::first_day(*year).is_some_and(|first| first <= until);
        Self::NotBegun { year, until, years: years().filter(begun).collect() }
    }
}

/// The years that can be had.
fn years() -> impl Iterator<Item = i16> {
    let years = notification_volumes().iter().map(|volume| volume.year_ending);
    years.filter(|year| Shape::of_year(*year).is_some())
}

fn choose(years: &[i16]) -> String {
    match years {
        [] => "no year with published figures has begun by then: choose a later day".to_owned(),
        years => format!("choose one of {}", list(years)),
    }
}

fn list(years: &[i16]) -> String {
    let words: Vec<String> = years.iter().map(i16::to_string).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_year_without_figures_is_told_with_the_years_that_have_them() {
        let told = SampleRefused::no_figures(2022).to_string();
        assert!(told.starts_with("year: ") && told.contains("31 March 2022"), "{told}");
        assert!(
            told.ends_with("choose one of 2015, 2016, 2019, 2020, 2021, 2023, 2024, 2025, 2026"),
            "{told}"
        );
    }

    #[test]
    fn a_year_to_come_is_told_with_the_years_that_have_begun() {
        let told = SampleRefused::not_begun(2026, date(2016, 1, 1)).to_string();
        assert!(
            told.contains("begins after 2016-01-01") && told.ends_with("choose one of 2015, 2016"),
            "{told}"
        );
        let told = SampleRefused::not_begun(2026, date(1990, 1, 1)).to_string();
        assert!(told.ends_with("choose a later day"), "{told}");
    }
}
