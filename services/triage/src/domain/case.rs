//! A case: what the panel has before it about one notification.
//!
//! What a reader would get wrong: making a case never fails, and it is always made whole from everything that has been
//! told. What cannot be computed is left open and explained; a finding that was told is always queued.

use ids::Reference;
use jiff::Timestamp;
use jiff::civil::Date;

use super::clock::{Clock, ClockKind, Days, local_review_clock, notification_clock, rapid_review_clock};
use super::finding::{Assessed, Outcome};
use super::indicators;
use super::lane::{Lane, choose_lane};
use super::policy::{Policies, Policy};
use super::priority::{Circumstances, Priority, set_priority};
use super::reason::Reason;
use super::told::{Declined, Told};
use super::turn::Turn;

/// What a case shows on the queue: enough to rank it and to fetch it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Lapwing's reference.
    pub reference: Reference,
    /// The notification's revision that it rests on, from 1.
    pub revision: u32,
    /// The notifying authority's DfE number.
    pub authority: String,
    /// The lane.
    pub lane: Lane,
    /// The priority within the lane.
    pub priority: Priority,
    /// What was found for the incident.
    pub outcome: Outcome,
    /// The provision that the finding relied on.
    pub provision: String,
    /// How many children the notification concerns.
    pub children: u32,
    /// The clocks: the notification's, and in the decision lane the rapid review's and a local review's.
    pub clocks: Vec<Clock>,
    /// When the case was opened; later revisions leave it as it is.
    pub queued_at: Timestamp,
    /// The codes of the indicators that are present.
    pub indicators: Vec<String>,
    /// How many clusters it is in.
    pub clusters: u32,
    /// The cases that a person found to be of the same incident.
    pub linked: Vec<Reference>,
    /// Whether the notification was withdrawn.
    pub withdrawn: bool,
}

impl Entry {
    /// Its place in the lane's order.
    pub fn turn(&self) -> Turn {
        let review = self.clocks.iter().find(|clock| clock.kind == ClockKind::RapidReview);
        Turn {
            priority: self.priority,
            review_due_on: review.and_then(|clock| clock.due_on),
            indicators: u32::try_from(self.indicators.len()).unwrap_or(u32::MAX),
            queued_at: self.queued_at,
            reference: self.reference,
        }
    }
}

/// A case as it was made of what has been told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it shows on the queue.
    pub entry: Entry,
    /// Why it is in its lane, and then why it has its priority.
    pub reasons: Vec<Reason>,
    /// The indicators that are present, in the order of the policy.
    pub indicators: Vec<Reason>,
    /// SHA-256 of the policy that it was made by, in hexadecimal.
    pub policy_hash: String,
}

/// When a case came to be as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenUp {
    /// When it was opened.
    pub queued_at: Timestamp,
    /// The day, in London, on which the news that it rests on was taken up.
    pub on: Date,
}

/// The case that follows from what has been told, while it is in so many clusters; none before the first finding.
pub fn make_case(told: &Told, taken_up: TakenUp, clusters: u32, policies: &Policies) -> Option<Case> {
    let assessed = told.assessed.as_ref()?;
    let policy = policies.on(Some(assessed.dated_on()));
    let (withdrawn, declined) = (told.withdrawn_by(), told.declined_by());
    let (lane, mut reasons) = choose_lane(assessed, withdrawn, declined, policy);
    let mut clocks = clocks(assessed, declined, days(told, assessed), policy, policies);
    if let Some(withdrawal) = withdrawn {
        clocks = stopped(clocks, withdrawal.revision, withdrawal.received_on);
    }
    let circumstances = Circumstances { lane, clocks: &clocks, taken_up_on: taken_up.on, clusters };
    let (priority, because) = set_priority(assessed, circumstances, policy);
    reasons.extend(because);
    let indicators = indicators::present(assessed.institution, &assessed.facts, policy);
    let entry = Entry {
        reference: assessed.reference,
        revision: told.revision(),
        authority: assessed.authority.clone(),
        lane,
        priority,
        outcome: assessed.outcome,
        provision: assessed.provision.clone(),
        children: assessed.children,
        clocks,
        queued_at: taken_up.queued_at,
        indicators: indicators.iter().map(|indicator| indicator.code.clone()).collect(),
        clusters,
        linked: Vec::new(),
        withdrawn: withdrawn.is_some(),
    };
    Some(Case { entry, reasons, indicators, policy_hash: policy.hash().to_owned() })
}

/// The notification is the authority's first revision; where another authority took it over, that one's.
fn days(told: &Told, assessed: &Assessed) -> Days {
    let first = told.notified_on.iter().find(|(authority, _)| *authority == assessed.authority);
    Days {
        became_aware_on: assessed.became_aware_on,
        notified_on: first.map_or(assessed.received_on, |(_, day)| *day),
    }
}

fn clocks(
    assessed: &Assessed,
    declined: Option<&Declined>,
    days: Days,
    policy: &Policy,
    policies: &Policies,
) -> Vec<Clock> {
    let mut clocks = vec![notification_clock(assessed, days, policy)];
    // The lane as if nothing had been withdrawn: a clock that ran is shown as stopped.
    let (lane, _) = choose_lane(assessed, None, declined, policy);
    let starts = |outcome: &Outcome| policy.lanes().rapid_review_for.contains(outcome);
    let undecided = declined.is_some() || assessed.has_nobody_to_take_it_over();
    if undecided || assessed.outcome_of_anyone(starts) {
        clocks.push(rapid_review_clock(assessed, days, policy, policies));
    }
    if lane == Lane::Decision {
        clocks.push(local_review_clock(None, policy));
    }
    clocks
}

/// A local review is not among them: it had not begun.
fn stopped(clocks: Vec<Clock>, revision: u32, withdrawn_on: Date) -> Vec<Clock> {
    let running = clocks.into_iter().filter(|clock| clock.kind != ClockKind::LocalReview);
    running.map(|clock| clock.stopped(revision, withdrawn_on)).collect()
}

#[cfg(test)]
mod tests;
