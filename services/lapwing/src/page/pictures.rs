//! Numbers and times as a person reads them.

use std::time::Duration;

/// A length of time in two words at most, such as `3 ms`, `1.2 s`, `4 min`, `2 h 5 min`, `3 d 4 h`.
pub(super) fn length(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 if time < Duration::from_millis(1) => format!("{} µs", time.as_micros()),
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// The same of seconds, as a measure has them; nothing for what is no time.
pub(super) fn length_of_seconds(seconds: f64) -> String {
    Duration::try_from_secs_f64(seconds).map(length).unwrap_or_default()
}

/// A number of things, as a measure has it.
pub(super) fn number(value: f64) -> String {
    format!("{value:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_unit_that_a_person_would_choose() {
        for (milliseconds, told) in [
            (0.25, "250 µs"),
            (3.0, "3 ms"),
            (1_200.0, "1.2 s"),
            (240_000.0, "4 min"),
            (7_500_000.0, "2 h 5 min"),
            (273_600_000.0, "3 d 4 h"),
        ] {
            assert_eq!(length_of_seconds(milliseconds / 1000.0), told);
        }
        assert_eq!(length_of_seconds(-1.0), "");
    }
}
