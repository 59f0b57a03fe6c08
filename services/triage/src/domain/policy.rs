//! Dated policy: clocks, lanes, recipients, windows and indicators as data, chosen by the case's own days.
//!
//! What a reader would get wrong: today's date never chooses. A case of 2024 runs by the edition of 2024 whenever it
//! is opened ([`Assessed::dated_on`](super::finding::Assessed::dated_on) says which day counts).

mod explain;
mod rules;

use std::sync::LazyLock;

use editions::{Edition, Editions};
use jiff::civil::Date;
use serde::Deserialize;

pub use explain::{Line, explain};
pub use rules::{
    Anchor, Expected, IndicatorRule, Lanes, MonthsRule, RecipientRule, Recipients, WorkingDaysRule,
};

use super::cluster::ClusterRule;
use super::finding::Outcome;
use super::lane::Lane;
use super::link::LinkRule;

/// All editions, by date.
pub type Policies = Editions<Policy>;

/// The editions compiled into this build: file name and text.
const COMPILED_IN: [(&str, &str); 5] = [
    ("2018-06-29.toml", include_str!("../../policy/2018-06-29.toml")),
    ("2020-04-24.toml", include_str!("../../policy/2020-04-24.toml")),
    ("2020-09-25.toml", include_str!("../../policy/2020-09-25.toml")),
    ("2023-12-15.toml", include_str!("../../policy/2023-12-15.toml")),
    ("2025-06-01.toml", include_str!("../../policy/2025-06-01.toml")),
];

/// The editions compiled into this build, read once.
pub fn compiled_in() -> &'static Policies {
    static EDITIONS: LazyLock<Policies> = LazyLock::new(|| {
        Policies::parse(COMPILED_IN)
            .expect("the test `the_compiled_in_editions_are_well_formed` reads these same files")
    });
    &EDITIONS
}

/// The form of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    edition: String,
    effective_from: Date,
    notification: WorkingDaysRule,
    rapid_review: WorkingDaysRule,
    local_review: MonthsRule,
    lanes: Lanes,
    recipients: Recipients,
    clusters: ClusterRule,
    links: LinkRule,
    indicators: IndicatorRule,
}

/// One edition of policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    file: PolicyFile,
    hash: String,
}

impl Edition for Policy {
    const FOLDER: &'static str = "services/triage/policy";
    type File = PolicyFile;

    fn of(file: PolicyFile, hash: String) -> Result<Self, String> {
        match file.at_odds() {
            Some(reason) => Err(reason),
            None => Ok(Self { file, hash }),
        }
    }

    fn effective_from(&self) -> Date {
        self.file.effective_from
    }
}

impl PolicyFile {
    /// What contradicts itself, as half a sentence.
    fn at_odds(&self) -> Option<String> {
        self.clocks_at_odds().or_else(|| self.lanes_at_odds()).or_else(|| self.windows_at_odds())
    }

    fn clocks_at_odds(&self) -> Option<String> {
        if self.notification.anchor != Anchor::BecomingAware {
            return Some(
                "[notification] must be anchored at \"becoming aware\": counted from the notification itself, nothing \
                 could be late"
                    .into(),
            );
        }
        if self.notification.expected != Expected::InTime {
            return Some(
                "[notification] must be expected \"in time\": lateness is flagged whatever the year, and refuses nothing"
                    .into(),
            );
        }
        if self.rapid_review.anchor == Anchor::TheDecisionToStartIt {
            return Some(
                "[rapid_review] is decided by nobody: anchor it at \"becoming aware\" or \"the notification\"".into(),
            );
        }
        (self.local_review.anchor != Anchor::TheDecisionToStartIt)
            .then(|| "[local_review] must be anchored at \"the decision to start it\"".into())
    }

    /// Nothing that calls for the panel's decision may wait where nobody decides.
    fn lanes_at_odds(&self) -> Option<String> {
        let informed = |outcome: &Outcome| self.lanes.of(*outcome) == Lane::Information;
        let decided = [Outcome::DutyInArea, Outcome::DutyOutsideEngland, Outcome::NeedsJudgement];
        if let Some(outcome) = decided.iter().find(|outcome| informed(outcome)) {
            return Some(format!(
                "[lanes] {} must be for decision: the panel decides on duties, and a person on open questions",
                outcome.key()
            ));
        }
        let outcome = self.lanes.rapid_review_for.iter().find(|outcome| informed(outcome))?;
        Some(format!(
            "[lanes] rapid_review_for names {}, which is for information: no rapid review starts there",
            outcome.key()
        ))
    }

    fn windows_at_odds(&self) -> Option<String> {
        (self.clusters.authorities.get() < 2)
            .then(|| "[clusters] authorities must be 2 or more: one authority sees its own cases".into())
    }
}

impl Policy {
    /// The edition of guidance, such as "Working Together 2023".
    pub fn edition(&self) -> &str {
        &self.file.edition
    }

    /// The first day on which the edition holds.
    pub fn effective_from(&self) -> Date {
        self.file.effective_from
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The clock for telling the panel and the partners.
    pub fn notification(&self) -> &WorkingDaysRule {
        &self.file.notification
    }

    /// The clock for the rapid review.
    pub fn rapid_review(&self) -> &WorkingDaysRule {
        &self.file.rapid_review
    }

    /// The clock for publishing a local review.
    pub fn local_review(&self) -> &MonthsRule {
        &self.file.local_review
    }

    /// The lane of each outcome, and which outcomes start the rapid review's clock.
    pub fn lanes(&self) -> &Lanes {
        &self.file.lanes
    }

    /// Who is told for which outcomes.
    pub fn recipients(&self) -> &Recipients {
        &self.file.recipients
    }

    /// What makes a cluster.
    pub fn clusters(&self) -> &ClusterRule {
        &self.file.clusters
    }

    /// What proposes a link.
    pub fn links(&self) -> &LinkRule {
        &self.file.links
    }

    /// The indicators that are looked for.
    pub fn indicators(&self) -> &IndicatorRule {
        &self.file.indicators
    }
}

#[cfg(test)]
mod tests;
