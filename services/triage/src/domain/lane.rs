//! The lane: for the panel's decision, or for its information. Every case is in one of the two; none is hidden.
//!
//! What a reader would get wrong: the lane follows the incident's outcome, and yet one child can move it. Where a
//! child of the same notification calls for a decision, the whole case does, whatever speaks for the incident. So does
//! a hand-over that was declined; and a withdrawal puts the case among those for information, where it stays visible.

use serde::Deserialize;

use super::finding::{Assessed, Outcome};
use super::policy::Policy;
use super::reason::Reason;
use super::told::{Declined, Withdrawal};

catalogue::entries! {
    /// Why a case is in its lane.
    pub LANES = "Why a case is in its lane";
    DUTY_IN_AREA: "A duty to notify was found under s.16C(1)(a): the case is for the panel's decision.",
        "Decide when the rapid review is there.";
    DUTY_OUTSIDE_ENGLAND: "A duty to notify was found under s.16C(1)(b): the case is for the panel's decision.",
        "Decide when the rapid review is there.";
    NEEDS_JUDGEMENT: "The facts do not settle whether there is a duty: the case is for a person's decision.",
        "Read the finding: it says which facts are missing, and what each would change.";
    DUTY_OF_ANOTHER_AUTHORITY: "The duty rests with another authority: the case is held until it is handed over.",
        "Nothing, until the other authority answers the hand-over.";
    LOOKED_AFTER_DEATH: "A looked-after child died without abuse or neglect known or suspected: for information.",
        "Nothing: DfE and Ofsted act, and no rapid review starts.";
    CARE_LEAVER_DEATH: "A care leaver died: for information.",
        "Nothing: DfE and Ofsted act, and no rapid review starts.";
    OUTSIDE: "No duty and no other report was found: the case is listed so that the finding can be questioned.",
        "Question the finding where it does not fit what is known.";
    CHILD_FOR_DECISION: "One child's finding calls for a decision, so the whole case is for decision.",
        "Read that child's finding first.";
    HAND_OVER_DECLINED: "The authority to which the duty was found to belong says that it does not: a person decides.",
        "Settle with both authorities where it happened; then one of them sends a revision.";
    NO_AUTHORITY_TO_HAND_OVER_TO: "The duty was found with an authority that has ended: a person decides.",
        "Settle which authority has taken its place; then the notifier corrects the area by an amendment.";
    NOTIFICATION_WITHDRAWN: "The notification was withdrawn: the case stays visible, for information.",
        "Nothing; question the withdrawal where its reason does not fit. A later revision brings the case back.";
}

/// Where a case waits for the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// For the panel's decision.
    Decision,
    /// For the panel's information: no rapid review clock starts.
    Information,
}

/// The lane of a case, and why: the first reason put it there.
pub fn choose_lane(
    assessed: &Assessed,
    withdrawn: Option<&Withdrawal>,
    declined: Option<&Declined>,
    policy: &Policy,
) -> (Lane, Vec<Reason>) {
    if let Some(withdrawal) = withdrawn {
        return (Lane::Information, vec![taken_back(withdrawal)]);
    }
    let declined = declined.map(handed_back);
    if policy.lanes().of(assessed.outcome) == Lane::Decision {
        return (Lane::Decision, std::iter::once(why(assessed)).chain(declined).collect());
    }
    let child = one_child_for_decision(assessed, policy);
    let nobody = assessed.has_nobody_to_take_it_over().then(nobody_to_take_it_over);
    let moved: Vec<Reason> = declined.into_iter().chain(nobody).chain(child).collect();
    if moved.is_empty() { (Lane::Information, vec![why(assessed)]) } else { (Lane::Decision, moved) }
}

/// The first child whose own finding calls for a decision. Another authority's duty speaks for the incident before
/// the doubt about a second child does, and nobody would look at that child in the information lane.
fn one_child_for_decision(assessed: &Assessed, policy: &Policy) -> Option<Reason> {
    let for_decision = |found: &Outcome| policy.lanes().of(*found) == Lane::Decision;
    let position = assessed.findings.iter().position(for_decision)?;
    let reason = Reason::new(
        CHILD_FOR_DECISION,
        "One child's finding calls for a decision, so the whole case is for the panel's decision although the \
         incident's own outcome would only be for its information.",
        "Children Act 2004 s.16C(1); a notification is of one incident, and the finding is made for each child",
    );
    Some(reason.resting_on(vec![format!("children[{position}]")]))
}

fn taken_back(withdrawal: &Withdrawal) -> Reason {
    Reason::new(
        NOTIFICATION_WITHDRAWN,
        format!(
            "Revision {} withdrew the notification on {}: {}. The case stays visible, for information; a later revision \
             brings it back.",
            withdrawal.revision,
            withdrawal.received_on,
            withdrawal.why.words()
        ),
        "Guidance: a rapid review follows \"unless it is subsequently determined that the case does not meet the \
         criteria\"",
    )
}

fn handed_back(declined: &Declined) -> Reason {
    Reason::new(
        HAND_OVER_DECLINED,
        format!(
            "Authority {} was asked to take the notification over and declined: {}. With whom the duty rests is for a \
             person to decide, and nothing is lost meanwhile.",
            declined.by,
            declined.why.words()
        ),
        "Children Act 2004 s.16C(1)(a): the duty is that of the authority in whose area it happened",
    )
}

/// Intake offers a hand-over to authorities that are in being. Without this the case would wait for ever for an answer
/// that nobody can give.
fn nobody_to_take_it_over() -> Reason {
    Reason::new(
        NO_AUTHORITY_TO_HAND_OVER_TO,
        "The duty was found with an authority that has ended, so nobody can be asked to take the notification over. With \
         whom the duty rests is for a person to decide.",
        "Children Act 2004 s.16C(1)(a): the duty is that of the authority in whose area it happened",
    )
}

fn why(assessed: &Assessed) -> Reason {
    match assessed.outcome {
        Outcome::DutyInArea => Reason::new(
            DUTY_IN_AREA,
            "A duty to notify was found: the panel decides.",
            "Children Act 2004 s.16C(1)(a)",
        ),
        Outcome::DutyOutsideEngland => Reason::new(
            DUTY_OUTSIDE_ENGLAND,
            "A duty to notify was found for a child normally resident in the authority's area and harmed outside \
             England: the panel decides.",
            "Children Act 2004 s.16C(1)(b)",
        ),
        Outcome::NeedsJudgement => Reason::new(
            NEEDS_JUDGEMENT,
            "The facts do not settle whether there is a duty, so a person decides.",
            "Children Act 2004 s.16C(1): the test is knows or suspects",
        ),
        Outcome::DutyOfAnotherAuthority => duty_of_another(assessed.duty_authority.as_deref()),
        Outcome::LookedAfterDeath => Reason::new(
            LOOKED_AFTER_DEATH,
            "A looked-after child died, and abuse or neglect is stated to be neither known nor suspected: DfE and \
             Ofsted act, and the panel is told for information. No rapid review starts.",
            "Working Together: the death of a looked-after child; published guidance says the panel \"will not \
             consider\" it",
        ),
        Outcome::CareLeaverDeath => Reason::new(
            CARE_LEAVER_DEATH,
            "A care leaver died: DfE and Ofsted act, and the panel is told for information. No rapid review starts.",
            "Working Together 2023: the death of a care leaver up to and including the age of 24",
        ),
        Outcome::Outside => Reason::new(
            OUTSIDE,
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
        DUTY_OF_ANOTHER_AUTHORITY,
        format!(
            "The duty rests with {whose}, in whose area it happened. The case is held, and told for information, \
             until it is handed over; it is never discarded."
        ),
        "Children Act 2004 s.16C(1)(a); guidance: the duty \"rests with the local authority of where the serious \
         incident took place\"",
    )
}
