//! Dated policy: the ages and the citations that a finding rests on, chosen by the incident's own date.
//!
//! What a reader would get wrong: today's date never chooses. An incident of 2024 is judged by the edition of 2024
//! whenever it is judged, so that a finding can be repeated years later, byte for byte.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::finding::{Provision, Reason};
use super::reasons::ReasonCode;

/// The editions compiled into this build: file name and text.
const COMPILED_IN: [(&str, &str); 3] = [
    ("2018-06-29.toml", include_str!("../../policy/2018-06-29.toml")),
    ("2023-12-15.toml", include_str!("../../policy/2023-12-15.toml")),
    ("2025-06-01.toml", include_str!("../../policy/2025-06-01.toml")),
];

/// Why a set of policy files cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PolicyError {
    /// The file does not have a policy's form.
    #[error("{file}: {reason}; the keys are those of the other files in services/eligibility/policy")]
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
    /// The ages contradict each other.
    #[error("{file}: asked_from_age must lie below adult_from_age, and adult_from_age not above to_age")]
    AgesOutOfOrder {
        /// The file's name.
        file: String,
    },
    /// Two files hold from the same day.
    #[error("two editions hold from {0}; keep one")]
    SameDay(Date),
    /// There is no file.
    #[error("there is no policy edition; put at least one file into services/eligibility/policy")]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    edition: String,
    effective_from: Date,
    child: ChildRules,
    looked_after_death: LookedAfterRules,
    care_leaver_death: Option<CareLeaverRules>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChildRules {
    adult_from_age: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LookedAfterRules {
    provision: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CareLeaverRules {
    provision: String,
    asked_from_age: u32,
    to_age: u32,
}

/// The ages between which care leavers' deaths are reported. Completed years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CareLeaverAges {
    /// Below this age a blank is not asked about.
    pub asked_from: u32,
    /// The last age that counts.
    pub to: u32,
}

/// One edition of policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    edition: String,
    effective_from: Date,
    hash: String,
    child: ChildRules,
    looked_after: LookedAfterRules,
    care_leaver: Option<CareLeaverRules>,
    /// By [`ReasonCode`], with this edition's ages filled in.
    texts: Vec<String>,
}

impl Policy {
    /// Reads one edition from the text of `<effective date>.toml`.
    ///
    /// # Errors
    /// Refuses unknown or missing keys, a date that differs from the file's name, and ages out of order.
    pub fn parse(file: &str, text: &str) -> Result<Self, PolicyError> {
        let read: PolicyFile = toml::from_str(text).map_err(|error| PolicyError::NotAPolicy {
            file: file.to_owned(),
            reason: error.to_string().replace('\n', " "),
        })?;
        if file != format!("{}.toml", read.effective_from) {
            return Err(PolicyError::OtherDateInside {
                file: file.to_owned(),
                effective_from: read.effective_from,
            });
        }
        if !read.ages_are_in_order() {
            return Err(PolicyError::AgesOutOfOrder { file: file.to_owned() });
        }
        let texts = read.texts();
        Ok(Self {
            edition: read.edition,
            effective_from: read.effective_from,
            hash: hex::encode(Sha256::digest(text)),
            child: read.child,
            looked_after: read.looked_after_death,
            care_leaver: read.care_leaver_death,
            texts,
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

    /// Completed years from which a person is no longer a child.
    pub fn adult_from_age(&self) -> u32 {
        self.child.adult_from_age
    }

    /// The ages of care leavers whose death is reported; none where this edition does not ask for it.
    pub fn care_leaver_ages(&self) -> Option<CareLeaverAges> {
        self.care_leaver
            .as_ref()
            .map(|rules| CareLeaverAges { asked_from: rules.asked_from_age, to: rules.to_age })
    }

    /// What is cited for a looked-after child's death.
    pub fn looked_after_provision(&self) -> &str {
        &self.looked_after.provision
    }

    /// What is cited for a care leaver's death; none where this edition does not ask for it.
    pub fn care_leaver_provision(&self) -> Option<&str> {
        self.care_leaver.as_ref().map(|rules| rules.provision.as_str())
    }

    /// A reason's sentence under this edition.
    pub fn text(&self, reason: Reason) -> &str {
        &self.texts[reason.code as usize]
    }

    /// What a reason rests on under this edition.
    pub fn source(&self, reason: Reason) -> &str {
        Provision::cited(reason.code.source(), self)
    }
}

impl PolicyFile {
    fn ages_are_in_order(&self) -> bool {
        let adult = self.child.adult_from_age;
        self.care_leaver_death
            .as_ref()
            .is_none_or(|rules| rules.asked_from_age < adult && adult <= rules.to_age)
    }

    fn texts(&self) -> Vec<String> {
        // Reasons that name a care leaver's age are given only under an edition that has those ages.
        let (asked_from, to) =
            self.care_leaver_death.as_ref().map_or((0, 0), |rules| (rules.asked_from_age, rules.to_age));
        let fill = |code: ReasonCode| {
            code.template()
                .replace("{adult_age}", &self.child.adult_from_age.to_string())
                .replace("{asked_from_age}", &asked_from.to_string())
                .replace("{to_age}", &to.to_string())
        };
        ReasonCode::ALL.map(fill).to_vec()
    }
}

/// All editions, by date. There is always at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies {
    first: Policy,
    later: Vec<Policy>,
}

impl Policies {
    /// The editions compiled into this build, read once.
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
        let mut editions =
            files.into_iter().map(|(file, text)| Policy::parse(file, text)).collect::<Result<Vec<_>, _>>()?;
        editions.sort_by_key(|policy| policy.effective_from);
        if let Some(pair) = editions.windows(2).find(|pair| pair[0].effective_from == pair[1].effective_from)
        {
            return Err(PolicyError::SameDay(pair[0].effective_from));
        }
        let mut editions = editions.into_iter();
        let first = editions.next().ok_or(PolicyError::Empty)?;
        Ok(Self { first, later: editions.collect() })
    }

    /// The edition in force on a day: before the first one, the first; without a day, the newest.
    pub fn on(&self, day: Option<Date>) -> &Policy {
        let in_force = |policy: &&Policy| day.is_none_or(|day| policy.effective_from <= day);
        self.later.iter().rfind(in_force).unwrap_or(&self.first)
    }

    /// Every edition, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        std::iter::once(&self.first).chain(&self.later)
    }
}

#[cfg(test)]
mod tests;
