//! Whether clocks agree: this machine's with the database's, and with that of a server that answers.

use jiff::Timestamp;

use super::finding::Finding;

const CHECK: &str = "clock";

/// Microseconds from which a difference is warned of. It is a twelfth of what ends a service's start, and more than a slow answer.
const WARN_FROM: u64 = 5_000_000;

/// Judges a clock that is so many microseconds ahead of another, by the bound that services go by.
pub(super) fn judge(ahead: i64, of_whom: &str) -> Finding {
    let by = ahead.unsigned_abs();
    let why = "receipts and findings bear this machine's time, and five working days count from it";
    let to_do = "set the wrong one right (NTP): compare both with a third";
    let way = if ahead > 0 { "ahead of" } else { "behind" };
    let what = format!("this machine's clock is {} seconds {way} {of_whom}", by / 1_000_000);
    if host::clock_differs(ahead).is_some() {
        let refused = format!("{why}; a service refuses to start, and one that runs does not serve");
        return Finding::failure(CHECK, what, refused, to_do);
    }
    if by >= WARN_FROM {
        return Finding::warning(CHECK, what, format!("{why}; from a minute on no service starts"), to_do);
    }
    Finding::well(CHECK, format!("this machine's clock agrees with {of_whom}"))
}

/// How many microseconds `now` is ahead of the time in an answer's header, which is cut to the second.
pub(super) fn ahead(now: Timestamp, header: &str) -> Option<i64> {
    let there = jiff::fmt::rfc2822::parse(header).ok()?.timestamp();
    let ahead = now.as_microsecond() - there.as_microsecond();
    // What was cut off is no difference.
    Some(if (0..1_000_000).contains(&ahead) { 0 } else { ahead })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn a_clock_is_judged_by_the_bound_of_the_services() {
        for (seconds, level, words) in [
            (0, Level::Well, "agrees with the database's"),
            (4, Level::Well, "agrees with the database's"),
            (-5, Level::Warning, "5 seconds behind the database's"),
            (60, Level::Warning, "60 seconds ahead of the database's"),
            (61, Level::Failure, "61 seconds ahead of the database's"),
            (-86_400, Level::Failure, "86400 seconds behind the database's"),
        ] {
            let found = judge(seconds * 1_000_000, "the database's");
            assert_eq!(found.level, level, "{seconds}");
            assert!(found.what.contains(words), "{found:?}");
            assert_eq!(found.to_do.contains("NTP"), level != Level::Well);
        }
    }

    #[test]
    fn the_time_of_an_answer_is_read_to_the_second() {
        let now: Timestamp = "2026-11-28T10:00:05.7Z".parse().expect("a time");
        assert_eq!(ahead(now, "Sat, 28 Nov 2026 10:00:05 GMT"), Some(0));
        assert_eq!(ahead(now, "Sat, 28 Nov 2026 09:59:00 GMT"), Some(65_700_000));
        assert_eq!(ahead(now, "Sat, 28 Nov 2026 10:01:05 GMT"), Some(-59_300_000));
        assert_eq!(ahead(now, "yesterday"), None);
    }
}
