//! Dated policy: rules as data, one file an edition, chosen by the day of the case.
//!
//! What a reader would get wrong: today's date never chooses. A case of 2024 is judged by the edition of 2024 whenever
//! it is judged, so that a result can be repeated years later, byte for byte; and an edition with a day to come can be
//! put in beforehand, without a change to anything that happened before that day.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// One edition of a service's policy.
pub trait Edition: Sized {
    /// The folder of its files, for whoever has to mend one: `services/eligibility/policy`.
    const FOLDER: &'static str;

    /// The form of a file. It refuses unknown keys: `#[serde(deny_unknown_fields)]`.
    type File: DeserializeOwned;

    /// Makes an edition of a file that was read, with the SHA-256 of its text in hexadecimal.
    ///
    /// # Errors
    /// Where its values contradict each other: what is wrong, as half a sentence.
    fn of(file: Self::File, hash: String) -> Result<Self, String>;

    /// The first day on which it holds.
    fn effective_from(&self) -> Date;
}

/// Why a set of policy files cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum EditionError {
    /// The file does not have a policy's form.
    #[error("{file}: {reason}; the keys are those of the other files in {folder}")]
    NotAnEdition {
        /// The file's name.
        file: String,
        /// What is wrong, with its line.
        reason: String,
        /// Where its like are.
        folder: &'static str,
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
    /// The file's values contradict each other.
    #[error("{file}: {reason}")]
    AtOdds {
        /// The file's name.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// Two files hold from the same day.
    #[error("two editions hold from {0}; keep one")]
    SameDay(Date),
    /// There is no file.
    #[error("there is no policy edition; put at least one file into {0}")]
    Empty(&'static str),
}

/// All editions, by date. There is always at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editions<Policy> {
    first: Policy,
    later: Vec<Policy>,
}

impl<Policy: Edition> Editions<Policy> {
    /// Reads a set of editions, in any order, from pairs of file name and text. A file is named `<first day>.toml`.
    ///
    /// # Errors
    /// Refuses unknown or missing keys, a name that tells another day than the file, values at odds with each other,
    /// two editions of one day, and a set without any.
    pub fn parse<'text>(
        files: impl IntoIterator<Item = (&'text str, &'text str)>,
    ) -> Result<Self, EditionError> {
        let mut editions = files
            .into_iter()
            .map(|(file, text)| parse_one::<Policy>(file, text))
            .collect::<Result<Vec<_>, _>>()?;
        editions.sort_by_key(Policy::effective_from);
        let same_day = |pair: &&[Policy]| pair[0].effective_from() == pair[1].effective_from();
        if let Some(pair) = editions.windows(2).find(same_day) {
            return Err(EditionError::SameDay(pair[0].effective_from()));
        }
        let mut editions = editions.into_iter();
        let first = editions.next().ok_or(EditionError::Empty(Policy::FOLDER))?;
        Ok(Self { first, later: editions.collect() })
    }

    /// The edition in force on a day: before the first one, the first; without a day, the newest.
    pub fn on(&self, day: Option<Date>) -> &Policy {
        let in_force = |policy: &&Policy| day.is_none_or(|day| policy.effective_from() <= day);
        self.later.iter().rfind(in_force).unwrap_or(&self.first)
    }

    /// The day on which the edition after the one in force on `day` begins; none where that one is the newest.
    pub fn next_after(&self, day: Date) -> Option<Date> {
        self.iter().map(Policy::effective_from).find(|first_day| *first_day > day)
    }

    /// Every edition, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        std::iter::once(&self.first).chain(&self.later)
    }
}

fn parse_one<Policy: Edition>(file: &str, text: &str) -> Result<Policy, EditionError> {
    let read: Policy::File = toml::from_str(text).map_err(|error| EditionError::NotAnEdition {
        file: file.to_owned(),
        reason: error.to_string().trim_end().replace('\n', " "),
        folder: Policy::FOLDER,
    })?;
    let hash = hex::encode(Sha256::digest(text));
    let policy =
        Policy::of(read, hash).map_err(|reason| EditionError::AtOdds { file: file.to_owned(), reason })?;
    if file != format!("{}.toml", policy.effective_from()) {
        return Err(EditionError::OtherDateInside {
            file: file.to_owned(),
            effective_from: policy.effective_from(),
        });
    }
    Ok(policy)
}

#[cfg(test)]
mod tests;
