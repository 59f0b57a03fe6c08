//! The priority within a lane: urgent, or in its turn. Two steps with their reasons, never a score.
//!
//! What a reader would get wrong: how many children are concerned does not count. It says how large a case is, not
//! how soon somebody must look at it. And a due day from a time when reviews were expected "as soon as possible" makes
//! nothing urgent.

use jiff::civil::Date;

use super::clock::{Clock, ClockKind};
use super::cluster::IN_A_CLUSTER;
use super::finding::Assessed;
use super::lane::Lane;
use super::policy::{Expected, Policy};
use super::reason::Reason;

catalogue::entries! {
    /// Why a case has its priority.
    pub PRIORITIES = "Why a case has its priority";
    DEATH_NOTIFIED: "A death is notified: the case is looked at before the others of its lane.",
        "Look at it first.";
    RAPID_REVIEW_OVERDUE: "The rapid review was due before the case was taken up.",
        "Ask the safeguarding partners for the rapid review.";
    IN_ITS_TURN: "Nothing makes the case urgent: it is looked at in its turn.",
        "Nothing.";
    FOR_INFORMATION: "Nothing in the information lane waits for the panel to act, so nothing there is urgent.",
        "Nothing.";
}

/// The rule is Lapwing's own: statute and guidance set no order.
pub(super) const OUR_RULE: &str = "Lapwing's order of the queue; no provision sets one";

/// How soon a case is to be looked at within its lane. Urgent sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Before the others.
    Urgent,
    /// In its turn.
    Standard,
}

/// What the priority of a case rests on.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// Its lane.
    pub lane: Lane,
    /// Its clocks.
    pub clocks: &'a [Clock],
    /// The day, in London, on which the revision that counts was taken up.
    pub taken_up_on: Date,
    /// How many clusters it is in.
    pub clusters: u32,
}

/// The priority of a case, and why. Urgent are, in the decision lane, a death, a case whose rapid review was due before
/// the case was taken up, and one in a cluster; in the information lane nothing waits for the panel, so nothing is
/// urgent.
pub fn set_priority(
    assessed: &Assessed,
    circumstances: Circumstances<'_>,
    policy: &Policy,
) -> (Priority, Vec<Reason>) {
    if circumstances.lane == Lane::Information {
        let text = "Nothing in the information lane waits for the panel to act.";
        return (Priority::Standard, vec![Reason::new(FOR_INFORMATION, text, OUR_RULE)]);
    }
    let overdue = overdue(circumstances, policy);
    let clustered = clustered(circumstances.clusters);
    let urgent: Vec<Reason> = death(assessed).into_iter().chain(overdue).chain(clustered).collect();
    if urgent.is_empty() {
        let text = "No death is notified, no rapid review was overdue when the case was taken up, and no cluster is \
                    known: it is looked at in its turn.";
        return (Priority::Standard, vec![Reason::new(IN_ITS_TURN, text, OUR_RULE)]);
    }
    (Priority::Urgent, urgent)
}

fn death(assessed: &Assessed) -> Option<Reason> {
    if assessed.deaths.is_empty() {
        return None;
    }
    let facts = assessed.deaths.iter().map(|position| format!("children[{position}].facts.event")).collect();
    let text = "A death is notified: such cases are looked at before the others.";
    Some(Reason::new(DEATH_NOTIFIED, text, OUR_RULE).resting_on(facts))
}

fn overdue(circumstances: Circumstances<'_>, policy: &Policy) -> Option<Reason> {
    if policy.rapid_review().expected == Expected::AsSoonAsPossible {
        return None;
    }
    let Circumstances { clocks, taken_up_on, .. } = circumstances;
    let clock = clocks.iter().find(|clock| clock.kind == ClockKind::RapidReview)?;
    let due_on = clock.due_on.filter(|due_on| *due_on < taken_up_on)?;
    let text =
        format!("The rapid review was due on {due_on}, before the case was taken up on {taken_up_on}.");
    Some(Reason::new(RAPID_REVIEW_OVERDUE, text, clock.policy_edition.clone()))
}

fn clustered(clusters: u32) -> Option<Reason> {
    let several = match clusters {
        0 => return None,
        1 => "a cluster".to_owned(),
        number => format!("{number} clusters"),
    };
    let text = format!(
        "The case is in {several}: other authorities name the same setting or provider, and what is wrong there may \
         go on."
    );
    Some(Reason::new(IN_A_CLUSTER, text, OUR_RULE))
}
