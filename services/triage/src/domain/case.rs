//! A case: what the panel has before it about one notification.
//!
//! What a reader would get wrong: opening a case never fails. What cannot be computed is left open and explained; a
//! finding that was told is always queued.

use ids::Reference;
use jiff::Timestamp;
use jiff::civil::Date;

use super::clock::{Clock, notification_clock, rapid_review_clock};
use super::finding::{Assessed, Outcome};
use super::lane::{Lane, choose_lane};
use super::policy::Policies;
use super::priority::{Priority, set_priority};
use super::reason::Reason;
use super::turn::Turn;

/// What a case shows on the queue: enough to rank it and to fetch it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Lapwing's reference.
    pub reference: Reference,
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
    /// The clocks: the notification's, and in the decision lane the rapid review's.
    pub clocks: Vec<Clock>,
    /// When the case was opened.
    pub queued_at: Timestamp,
}

impl Entry {
    /// Its place in the lane's order.
    pub fn turn(&self) -> Turn {
        Turn { priority: self.priority, queued_at: self.queued_at, reference: self.reference }
    }
}

/// A case as it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it shows on the queue.
    pub entry: Entry,
    /// The notification's revision, from 1.
    pub revision: u32,
    /// Why it is in its lane, and then why it has its priority.
    pub reasons: Vec<Reason>,
    /// SHA-256 of the policy of its clocks, in hexadecimal.
    pub policy_hash: String,
}

/// Opens the case of a notification at a time, which is the day `opened_on` in London.
pub fn open_case(assessed: &Assessed, policies: &Policies, opened_at: Timestamp, opened_on: Date) -> Case {
    let policy = policies.on(assessed.dated_on());
    let (lane, because) = choose_lane(assessed);
    let mut clocks = vec![notification_clock(assessed, policy)];
    if lane == Lane::Decision {
        clocks.push(rapid_review_clock(assessed, policy));
    }
    let (priority, reasons) = set_priority(lane, assessed, &clocks, opened_on);
    let entry = Entry {
        reference: assessed.reference,
        authority: assessed.authority.clone(),
        lane,
        priority,
        outcome: assessed.outcome,
        provision: assessed.provision.clone(),
        children: assessed.children,
        clocks,
        queued_at: opened_at,
    };
    let reasons = std::iter::once(because).chain(reasons).collect();
    Case { entry, revision: assessed.revision, reasons, policy_hash: policy.hash().to_owned() }
}

#[cfg(test)]
mod tests;
