//! Dated policy: how long each clock runs and what it runs from, chosen by the case's own days.
//!
//! What a reader would get wrong: today's date never chooses. A case of 2024 runs by the edition of 2024 whenever it
//! is opened ([`Assessed::dated_on`](super::finding::Assessed::dated_on) says which day counts).

use std::fmt;
use std::num::NonZeroU16;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The editions compiled into this build: file name and text.
const COMPILED_IN: [(&str, &str); 3] = [
    ("2018-06-29.toml", include_str!("../../policy/2018-06-29.toml")),
    ("2023-12-15.toml", include_str!("../../policy/2023-12-15.toml")),
    ("2025-06-01.toml", include_str!("../../policy/2025-06-01.toml")),
];

/// What a clock's first day follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Anchor {
    /// The day on which the authority became aware.
    #[serde(rename = "becoming aware")]
    BecomingAware,
    /// The day on which the notification was received.
    #[serde(rename = "the notification")]
    TheNotification,
}

impl Anchor {
    /// Every anchor.
    pub const ALL: [Self; 2] = [Self::BecomingAware, Self::TheNotification];
}

impl fmt::Display for Anchor {
    /// As the policy files word it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BecomingAware => "becoming aware",
            Self::TheNotification => "the notification",
        })
    }
}

/// Length, anchor and source of one clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRule {
    /// Length in working days (England and Wales).
    pub working_days: NonZeroU16,
    /// What the first day follows.
    pub anchor: Anchor,
    /// What is cited.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    edition: String,
    effective_from: Date,
    notification: ClockRule,
    rapid_review: ClockRule,
}

/// Why a set of policy files cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PolicyError {
    /// The file does not have a policy's form.
    #[error("{file}: {reason}; the keys are those of the other files in services/triage/policy")]
    NotAPolicy {
        /// The file's name.
        file: String,
        /// What is wrong, with its line.
        reason: String,
    },
    /// The file's name and what it says inside differ.
    #[error(
        "{file}: it says effective_from = {effective_from}; name the file {effective_from}.toml, or mend the date"
    )]
    OtherDateInside {
        /// The file's name.
        file: String,
        /// The date inside.
        effective_from: Date,
    },
    /// The time to notify cannot be counted from the notification.
    #[error(
        "{file}: [notification] is anchored at the notification itself, so that nothing could be late; anchor it at \"becoming aware\""
    )]
    AnchoredAtItself {
        /// The file's name.
        file: String,
    },
    /// Two files hold from the same day.
    #[error("two editions hold from {0}; keep one")]
    SameDay(Date),
    /// There is no file.
    #[error("there is no policy edition; put at least one file into services/triage/policy")]
    Empty,
}

/// One edition of policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    edition: String,
    effective_from: Date,
    hash: String,
    notification: ClockRule,
    rapid_review: ClockRule,
}

impl Policy {
    /// Reads one edition from the text of `<effective date>.toml`.
    ///
    /// # Errors
    /// Refuses unknown or missing keys, a length of no days, a date that differs from the file's name, and a time to
    /// notify that is counted from the notification.
    pub fn parse(file: &str, text: &str) -> Result<Self, PolicyError> {
        let read: PolicyFile = toml::from_str(text).map_err(|error| PolicyError::NotAPolicy {
            file: file.to_owned(),
            reason: error.to_string().trim_end().replace('\n', " "),
        })?;
        if file != format!("{}.toml", read.effective_from) {
            return Err(PolicyError::OtherDateInside {
                file: file.to_owned(),
                effective_from: read.effective_from,
            });
        }
        if read.notification.anchor == Anchor::TheNotification {
            return Err(PolicyError::AnchoredAtItself { file: file.to_owned() });
        }
        Ok(Self {
            edition: read.edition,
            effective_from: read.effective_from,
            hash: hex::encode(Sha256::digest(text)),
            notification: read.notification,
            rapid_review: read.rapid_review,
        })
    }

    /// The edition of guidance, such as "Working Together 2023".
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// The first day on which the edition holds.
    pub fn effective_from(&self) -> Date {
        self.effective_from
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The clock for telling the panel and the partners.
    pub fn notification(&self) -> &ClockRule {
        &self.notification
    }

    /// The clock for the rapid review.
    pub fn rapid_review(&self) -> &ClockRule {
        &self.rapid_review
    }
}

/// All editions, by date. There is always at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    first: Policy,
    later: Vec<Policy>,
}

impl Policies {
    /// The editions compiled into this build.
    pub fn compiled_in() -> &'static Self {
        static EDITIONS: LazyLock<Policies> = LazyLock::new(|| {
            Policies::parse(COMPILED_IN)
                .expect("the test `the_compiled_in_editions_are_well_formed` reads these same files")
        });
        &EDITIONS
    }

    /// Reads a set of editions, in any order, from pairs of file name and text.
    ///
    /// # Errors
    /// Refuses a set without editions or with two of the same day, and whatever [`Policy::parse`] refuses.
    pub fn parse<'text>(
        files: impl IntoIterator<Item = (&'text str, &'text str)>,
    ) -> Result<Self, PolicyError> {
        let read: Result<Vec<Policy>, _> =
            files.into_iter().map(|(file, text)| Policy::parse(file, text)).collect();
        let mut editions = read?;
        editions.sort_by_key(Policy::effective_from);
        if let Some(pair) = editions.windows(2).find(|pair| pair[0].effective_from == pair[1].effective_from)
        {
            return Err(PolicyError::SameDay(pair[0].effective_from));
        }
        let mut editions = editions.into_iter();
        let first = editions.next().ok_or(PolicyError::Empty)?;
        Ok(Self { first, later: editions.collect() })
    }

    /// The edition in force on a day; before the first one, the first.
    pub fn on(&self, day: Date) -> &Policy {
        self.later.iter().rfind(|policy| policy.effective_from <= day).unwrap_or(&self.first)
    }

    /// Every edition, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        std::iter::once(&self.first).chain(&self.later)
    }
}

#[cfg(test)]
mod tests;
