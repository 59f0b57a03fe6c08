//! Dated policy: the ages and the citations that a finding rests on, chosen by the incident's own date.
//!
//! What a reader would get wrong: today's date never chooses. An incident of 2024 is judged by the edition of 2024
//! whenever it is judged, so that a finding can be repeated years later, byte for byte.

use std::sync::LazyLock;

use editions::{Edition, Editions};
use jiff::civil::Date;
use serde::Deserialize;

use super::changes::ChangeTables;
use super::finding::{Provision, Reason};
use super::reasons::ReasonCode;

/// The editions compiled into this build: file name and text.
const COMPILED_IN: [(&str, &str); 3] = [
    ("2018-06-29.toml", include_str!("../../policy/2018-06-29.toml")),
    ("2023-12-15.toml", include_str!("../../policy/2023-12-15.toml")),
    ("2025-06-01.toml", include_str!("../../policy/2025-06-01.toml")),
];

/// All editions, by date. There is always at least one.
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
#[derive(Clone, Debug)]
pub struct Policy {
    edition: String,
    effective_from: Date,
    hash: String,
    child: ChildRules,
    looked_after: LookedAfterRules,
    care_leaver: Option<CareLeaverRules>,
    /// By [`ReasonCode`], with this edition's ages filled in.
    texts: Vec<String>,
    changes: ChangeTables,
}

/// The file's hash stands for all that is read from it; what has been worked out so far does not count.
impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Policy {}

impl Edition for Policy {
    const FOLDER: &'static str = "services/eligibility/policy";

    type File = PolicyFile;

    fn of(file: PolicyFile, hash: String) -> Result<Self, String> {
        if !file.ages_are_in_order() {
            return Err(
                "asked_from_age must lie below adult_from_age, and adult_from_age not above to_age".into()
            );
        }
        Ok(Self {
            texts: file.texts(),
            edition: file.edition,
            effective_from: file.effective_from,
            hash,
            child: file.child,
            looked_after: file.looked_after_death,
            care_leaver: file.care_leaver_death,
            changes: ChangeTables::default(),
        })
    }

    fn effective_from(&self) -> Date {
        self.effective_from
    }
}

impl Policy {
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

    /// What was worked out so far of the changes that would alter a finding under this edition.
    pub(super) fn change_tables(&self) -> &ChangeTables {
        &self.changes
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

#[cfg(test)]
mod tests;
