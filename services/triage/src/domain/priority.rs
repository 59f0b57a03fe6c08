//! The priority within a lane: urgent, or in its turn. Two steps with their reasons, never a score.
//!
//! What a reader would get wrong: how many children are concerned does not count. It says how large a case is, not
//! how soon somebody must look at it.

use jiff::civil::Date;

use super::clock::{Clock, ClockKind};
use super::finding::Assessed;
use super::lane::Lane;
use super::reason::Reason;

/// The rule is Lapwing's own: statute and guidance set no order.
const OUR_RULE: &str = "Lapwing's order of the queue; no provision sets one";

/// How soon a case is to be looked at within its lane. Urgent sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Before the others.
    Urgent,
    /// In its turn.
    Standard,
}

/// The priority of a case, and why. Urgent are, in the decision lane, a death, and a case whose rapid review was due
/// before the case was opened; in the information lane nothing waits for the panel, so nothing is urgent.
pub fn set_priority(
    lane: Lane,
    assessed: &Assessed,
    clocks: &[Clock],
    opened_on: Date,
) -> (Priority, Vec<Reason>) {
    if lane == Lane::Information {
        let reason = Reason::new(
            "FOR_INFORMATION",
            "Nothing in the information lane waits for the panel to act.",
            OUR_RULE,
        );
        return (Priority::Standard, vec![reason]);
    }
    let urgent: Vec<Reason> = death(assessed).into_iter().chain(overdue(clocks, opened_on)).collect();
    if urgent.is_empty() {
        let text = "No death is notified and no rapid review was due when the case was opened: it is looked at in its turn.";
        return (Priority::Standard, vec![Reason::new("IN_ITS_TURN", text, OUR_RULE)]);
    }
    (Priority::Urgent, urgent)
}

fn death(assessed: &Assessed) -> Option<Reason> {
    if assessed.deaths.is_empty() {
        return None;
    }
    let facts = assessed.deaths.iter().map(|position| format!("children[{position}].facts.event")).collect();
    let text = "A death is notified: such cases are looked at before the others.";
    Some(Reason::new("DEATH_NOTIFIED", text, OUR_RULE).resting_on(facts))
}

fn overdue(clocks: &[Clock], opened_on: Date) -> Option<Reason> {
    let clock = clocks.iter().find(|clock| clock.kind == ClockKind::RapidReview)?;
    let due_on = clock.due_on.filter(|due_on| *due_on < opened_on)?;
    let text = format!("The rapid review was due on {due_on}, before the case was opened on {opened_on}.");
    Some(Reason::new("RAPID_REVIEW_OVERDUE", text, clock.policy_edition.clone()))
}
