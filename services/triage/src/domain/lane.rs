//! The lane: for the panel's decision, or for its information. Every case is in one of the two; none is hidden.
//!
//! What a reader would get wrong: the lane follows the incident's outcome, and yet one child can move it. Where a
//! child of the same notification calls for a decision, the whole case does, whatever speaks for the incident.

use super::finding::{Assessed, Outcome};
use super::reason::Reason;

/// Where a case waits for the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// For the panel's decision.
    Decision,
    /// For the panel's information: no rapid review clock starts.
    Information,
}

impl Lane {
    /// The lane that one outcome leads to (Children Act 2004 s.16C(1) and Working Together's reports of deaths).
    pub fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::DutyInArea | Outcome::DutyOutsideEngland | Outcome::NeedsJudgement => Self::Decision,
            Outcome::DutyOfAnotherAuthority
            | Outcome::LookedAfterDeath
            | Outcome::CareLeaverDeath
            | Outcome::Outside => Self::Information,
        }
    }
}

/// The lane of a case, and why.
pub fn choose_lane(assessed: &Assessed) -> (Lane, Reason) {
    match Lane::of(assessed.outcome) {
        Lane::Decision => (Lane::Decision, why(assessed)),
        Lane::Information => one_child_for_decision(assessed)
            .map_or_else(|| (Lane::Information, why(assessed)), |reason| (Lane::Decision, reason)),
    }
}

/// The first child whose own finding calls for a decision. Another authority's duty speaks for the incident before
/// the doubt about a second child does, and nobody would look at that child in the information lane.
fn one_child_for_decision(assessed: &Assessed) -> Option<Reason> {
    let position = assessed.findings.iter().position(|found| Lane::of(*found) == Lane::Decision)?;
    let reason = Reason::new(
        "CHILD_FOR_DECISION",
        "One child's finding calls for a decision, so the whole case is for the panel's decision although the \
         incident's own outcome would only be for its information.",
        "Children Act 2004 s.16C(1); a notification is of one incident, and the finding is made for each child",
    );
    Some(reason.resting_on(vec![format!("children[{position}]")]))
}

fn why(assessed: &Assessed) -> Reason {
    match assessed.outcome {
        Outcome::DutyInArea => Reason::new(
            "DUTY_IN_AREA",
            "A duty to notify was found: the panel decides.",
            "Children Act 2004 s.16C(1)(a)",
        ),
        Outcome::DutyOutsideEngland => Reason::new(
            "DUTY_OUTSIDE_ENGLAND",
            "A duty to notify was found for a child normally resident in the authority's area and harmed outside \
             England: the panel decides.",
            "Children Act 2004 s.16C(1)(b)",
        ),
        Outcome::NeedsJudgement => Reason::new(
            "NEEDS_JUDGEMENT",
            "The facts do not settle whether there is a duty, so a person decides.",
            "Children Act 2004 s.16C(1): the test is knows or suspects",
        ),
        Outcome::DutyOfAnotherAuthority => duty_of_another(assessed.duty_authority.as_deref()),
        Outcome::LookedAfterDeath => Reason::new(
            "LOOKED_AFTER_DEATH",
            "A looked-after child died, and abuse or neglect is stated to be neither known nor suspected: DfE and \
             Ofsted act, and the panel is told for information. No rapid review starts.",
            "Working Together: the death of a looked-after child; published guidance says the panel \"will not \
             consider\" it",
        ),
        Outcome::CareLeaverDeath => Reason::new(
            "CARE_LEAVER_DEATH",
            "A care leaver died: DfE and Ofsted act, and the panel is told for information. No rapid review starts.",
            "Working Together 2023: the death of a care leaver up to and including the age of 24",
        ),
        Outcome::Outside => Reason::new(
            "OUTSIDE",
            "No duty and no other report was found. It is listed for information, so that the finding can be seen \
             and questioned.",
            "Children Act 2004 s.16C(1)",
        ),
    }
}

fn duty_of_another(authority: Option<&str>) -> Reason {
    let whose =
        authority.map_or_else(|| "another authority".to_owned(), |number| format!("authority {number}"));
    Reason::new(
        "DUTY_OF_ANOTHER_AUTHORITY",
        format!(
            "The duty rests with {whose}, in whose area it happened. The case is held, and told for information, \
             until it is handed over; it is never discarded."
        ),
        "Children Act 2004 s.16C(1)(a); guidance: the duty \"rests with the local authority of where the serious \
         incident took place\"",
    )
}
