//! How long identities are kept: dated policy as data, chosen by the day on which it is applied.
//!
//! What a reader would get wrong: here today's date chooses, unlike for findings. What may be kept, and for how long, is a question
//! of the law today; a finding is one of the law then.

use std::sync::LazyLock;

use contracts::time::london_date;
use editions::{Edition, Editions};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;

/// The editions compiled into this build: file name and text.
const COMPILED_IN: [(&str, &str); 1] = [("2026-01-01.toml", include_str!("../../retention/2026-01-01.toml"))];

/// The longest time a policy may ask for, in years: beyond it a slip is likelier than a reason.
const LONGEST: i16 = 120;

/// All editions, by date.
pub type Policies = Editions<Policy>;

/// The editions compiled into this build, read once.
pub fn compiled_in() -> &'static Policies {
    static EDITIONS: LazyLock<Policies> = LazyLock::new(|| {
        Policies::parse(COMPILED_IN)
            .expect("the test `the_compiled_in_editions_are_well_formed` reads these same files")
    });
    &EDITIONS
}

/// The form of a policy file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    edition: String,
    effective_from: Date,
    withdrawn: Rule,
    every_other: Rule,
}

/// How long, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Whole years after the newest revision was received.
    years: i16,
    /// Why so long, as a sentence without its full stop.
    pub why: String,
}

/// One edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub edition: String,
    effective_from: Date,
    /// Of notifications that their notifier withdrew.
    pub withdrawn: Rule,
    /// Of all others.
    pub every_other: Rule,
}

impl Edition for Policy {
    const FOLDER: &'static str = "services/intake/retention";

    type File = PolicyFile;

    fn of(file: PolicyFile, _hash: String) -> Result<Self, String> {
        let PolicyFile { edition, effective_from, withdrawn, every_other } = file;
        for (name, rule) in [("withdrawn", &withdrawn), ("every_other", &every_other)] {
            if !(1..=LONGEST).contains(&rule.years) {
                return Err(format!("{name}: years = {}; give 1 to {LONGEST}", rule.years));
            }
        }
        Ok(Self { edition, effective_from, withdrawn, every_other })
    }

    fn effective_from(&self) -> Date {
        self.effective_from
    }
}

impl Rule {
    /// The first day (Europe/London) on which a notification may be erased whose newest revision was received then.
    pub fn due_on(&self, last_received_at: Timestamp) -> Date {
        let received = london_date(last_received_at);
        // After 28 February where the anniversary of a leap day does not exist; a date beyond the calendar is never due.
        received.checked_add(Span::new().years(self.years)).unwrap_or(Date::MAX)
    }

    /// The moment before which the newest revision must have been received for it to be due today: whoever is not before it is
    /// not due, and a few before it on a leap year's account may not be either.
    pub fn received_before(&self, today: Date) -> Timestamp {
        let day = today.checked_sub(Span::new().years(self.years)).and_then(Date::tomorrow);
        let midnight = day.and_then(|day| day.to_zoned(london()));
        midnight.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
    }
}

fn london() -> TimeZone {
    TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rule(years: i16) -> Rule {
        Rule { years, why: "a reason".into() }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_compiled_in_editions_are_well_formed() {
        let policies = Policies::parse(COMPILED_IN).expect("well formed");
        for policy in policies.iter() {
            assert!(policy.withdrawn.years <= policy.every_other.years, "{}", policy.edition);
            assert!(policy.edition.contains("working default"), "nobody has confirmed it yet");
        }
    }

    #[test]
    fn a_notification_is_due_on_the_anniversary_of_its_newest_revision() {
        for (received, years, due) in [
            ("2026-03-14T09:26:00Z", 6, date(2032, 3, 14)),
            // Half past midnight in London.
            ("2026-06-30T23:30:00Z", 6, date(2032, 7, 1)),
            ("2028-02-29T12:00:00Z", 1, date(2029, 2, 28)),
        ] {
            assert_eq!(rule(years).due_on(at(received)), due, "{received}");
        }
    }

    #[test]
    fn what_is_due_was_received_before_the_bound() {
        let (rule, received) = (rule(6), at("2026-06-30T23:30:00Z"));
        let due = rule.due_on(received);
        assert!(received < rule.received_before(due));
        assert!(received >= rule.received_before(due.yesterday().expect("a day")));
        // A leap day's anniversary comes a day early, and is found then.
        let leap = at("2028-02-29T12:00:00Z");
        assert!(leap < self::rule(1).received_before(date(2029, 3, 1)));
    }

    #[test]
    fn a_slip_in_a_policy_is_refused() {
        let text = include_str!("../../retention/2026-01-01.toml");
        for wrong in ["years = 0", "years = 750", "years = -1"] {
            let slip = text.replace("years = 75", wrong);
            let refused = Policies::parse([("2026-01-01.toml", slip.as_str())]).expect_err("refused");
            assert!(refused.to_string().contains("every_other"), "{refused}");
        }
    }
}
