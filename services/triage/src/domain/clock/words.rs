//! Days as people write them, for the explanations of clocks.
//!
//! What a reader would get wrong: these words are for people. Whoever computes reads the dates beside them.

use std::cmp::Ordering;

use jiff::civil::Date;
use registers::bank_holidays;

/// What is no working day between two days, such as "weekends, Good Friday (3 April 2026) and Easter Monday (…)".
pub(super) fn left_out(from: Date, on: Date) -> String {
    let between = bank_holidays().iter().filter(|(date, _)| from < *date && *date < on);
    let holidays: Vec<String> = between.map(|(date, title)| format!("{title} ({})", long(date))).collect();
    match holidays.split_last() {
        None => "weekends".to_owned(),
        Some((last, [])) => format!("weekends and {last}"),
        Some((last, others)) => format!("weekends, {} and {last}", others.join(", ")),
    }
}

/// When a notification was received, against the day it was due.
pub(super) fn received(on: Date, due_on: Date) -> String {
    let days = (on - due_on).get_days();
    let when = match days.cmp(&0) {
        Ordering::Greater => format!("{days} {} after it was due", if days == 1 { "day" } else { "days" }),
        Ordering::Equal => "on the last day".to_owned(),
        Ordering::Less => "in time".to_owned(),
    };
    format!(" Received on {}, {when}.", long(on))
}

/// A day as people write it, such as 6 April 2026.
pub(super) fn long(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}
