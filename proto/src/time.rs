//! Times between the wire and the domain. The wire has nanoseconds; Lapwing keeps microseconds, because
//! PostgreSQL does, and truncates when a time is made rather than when it is stored.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A time as the wire writes it.
pub fn to_wire(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

/// A time from the wire; `None` where it is absent or outside what a calendar holds.
pub fn from_wire(time: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok())
}

/// An ISO 8601 civil date from the wire: `Ok(None)` where the field is empty.
///
/// # Errors
/// Where the text has the form of a date and no such day exists, such as 2026-02-30.
pub fn civil_date(text: &str) -> Result<Option<Date>, jiff::Error> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// The calendar day in Europe/London at a time: working days and "today" are London's.
pub fn london_date(time: Timestamp) -> Date {
    static LONDON: LazyLock<TimeZone> =
        LazyLock::new(|| TimeZone::get("Europe/London").expect("the time zone database is compiled in"));
    LONDON.to_datetime(time).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_survives_the_wire() {
        let time: Timestamp = "2026-03-29T00:59:59.123456Z".parse().expect("a time");
        assert_eq!(from_wire(Some(&to_wire(time))), Some(time));
    }

    #[test]
    fn a_day_begins_an_hour_earlier_in_summer_than_in_greenwich() {
        let day = |text: &str| london_date(text.parse().expect("a time")).to_string();
        assert_eq!(day("2026-03-28T23:30:00Z"), "2026-03-28");
        assert_eq!(day("2026-03-29T23:30:00Z"), "2026-03-30");
        assert_eq!(day("2026-10-24T23:30:00Z"), "2026-10-25");
        assert_eq!(day("2026-10-25T23:30:00Z"), "2026-10-25");
    }

    #[test]
    fn a_day_that_does_not_exist_is_an_error_and_an_empty_field_is_not() {
        assert!(civil_date("2026-02-30").is_err());
        assert_eq!(civil_date("").expect("empty"), None);
    }
}
