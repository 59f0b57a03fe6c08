//! Erases what the policy of retention says is over: when somebody asks, and once a day by itself.
//!
//! What a reader would get wrong: several replicas may do it at once. Erasing is done once whoever comes first, so each erases what
//! the other has not.

use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use contracts::notification::v1::ErasureReason;
use contracts::time::london_date;
use ids::Reference;
use jiff::Timestamp;
use jiff::civil::Date;
use lifecycle::{CancellationToken, pause};
use storage::StoreError;

use crate::domain::retention::{Policies, Rule};
use crate::keep_records::KeepRecords;
use crate::store::{Bound, Erased, Records};

/// The most notifications that the daily round erases; the next round takes the next.
const A_ROUND: u32 = 1000;

/// A notification whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub reference: Reference,
    /// When its newest revision was received.
    pub last_received_at: Timestamp,
    /// The first day on which it may be erased.
    pub due_on: Date,
    /// The rule that says so, as a sentence without its full stop.
    pub rule: String,
}

/// What the policy found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What is due, or was erased: by the time of the newest revision, oldest first within each rule.
    pub due: Vec<Due>,
    /// How many are over their time and stay, because a legal hold is on them.
    pub held: u64,
    /// The edition of the policy.
    pub edition: String,
    /// Whether more are due.
    pub more: bool,
}

/// The use case.
#[derive(Clone)]
pub struct ApplyRetention {
    records: Arc<dyn Records>,
    keep: KeepRecords,
    policies: &'static Policies,
    ambient: Ambient,
}

impl ApplyRetention {
    /// Finds in `records` what `policies` say is over, and erases it through `keep`.
    pub fn new(
        records: Arc<dyn Records>,
        keep: KeepRecords,
        policies: &'static Policies,
        ambient: Ambient,
    ) -> Self {
        Self { records, keep, policies, ambient }
    }

    /// What is due today, at most so many; nothing is erased.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn find(&self, at_most: u32) -> Result<Found, StoreError> {
        let today = london_date(self.ambient.now());
        let policy = self.policies.on(Some(today));
        let mut found = Found { due: Vec::new(), held: 0, edition: policy.edition.clone(), more: false };
        for (withdrawn, rule) in [(true, &policy.withdrawn), (false, &policy.every_other)] {
            self.find_by(rule, withdrawn, today, at_most, &mut found).await?;
        }
        Ok(found)
    }

    async fn find_by(
        &self,
        rule: &Rule,
        withdrawn: bool,
        today: Date,
        at_most: u32,
        found: &mut Found,
    ) -> Result<(), StoreError> {
        let bound = Bound { withdrawn, before: rule.received_before(today) };
        // One more than is wanted says whether there are more.
        let over = self.records.over_time(bound, at_most.saturating_add(1)).await?;
        found.held += over.held;
        for overdue in over.overdue {
            let due_on = rule.due_on(overdue.last_received_at);
            if due_on > today {
                continue;
            }
            if found.due.len() >= at_most as usize {
                found.more = true;
                break;
            }
            let last_received_at = overdue.last_received_at;
            found.due.push(Due {
                reference: overdue.reference,
                last_received_at,
                due_on,
                rule: rule.why.clone(),
            });
        }
        Ok(())
    }

    /// Erases what is due today, at most so many, and returns it. What somebody holds meanwhile stays.
    ///
    /// # Errors
    /// Where the store cannot be read or written: what was erased by then is erased.
    pub async fn apply(&self, by: &str, at_most: u32) -> Result<Found, StoreError> {
        let mut found = self.find(at_most).await?;
        let mut erased = Vec::with_capacity(found.due.len());
        for due in found.due {
            let by = by.to_owned();
            match self.keep.erase(by, due.reference, ErasureReason::RetentionEnded).await? {
                Erased::Now(_) => erased.push(due),
                Erased::OnHold(_) => found.held += 1,
                // Another replica was first.
                Erased::Before(_) | Erased::NotFound => (),
            }
        }
        Ok(Found { due: erased, ..found })
    }

    /// Applies the policy now, and again each time after `every`, until `stop` is given.
    pub async fn go_on(self, by: String, every: Duration, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.apply(&by, A_ROUND).await {
                Ok(found) => tracing::info!(
                    erased = found.due.len(),
                    held = found.held,
                    more = found.more,
                    policy = found.edition,
                    "applied the policy of retention"
                ),
                Err(error) => {
                    tracing::error!(%error, "the policy of retention could not be applied; the next round tries again");
                }
            }
            pause(every, &stop).await;
        }
    }
}
