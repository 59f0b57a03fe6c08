//! The table of the law: what it makes of each child, and of the incident.
//!
//! Two questions are asked of every child, side by side: is there a duty under s.16C ([`section_16c`]), and is the
//! death one that is reported in any case ([`deaths`])? This file puts the answers together.
//!
//! What a reader would get wrong: the questions do not exclude each other. A looked-after child whose death is
//! notified under s.16C is a looked-after child's death too, and both are told.

mod consideration;
mod deaths;
mod element;
mod section_16c;

use consideration::{Consideration, Verdict};

use super::fact::Fact;
use super::facts::{Answer, ChildFacts, Event, Facts, IncidentFacts};
use super::finding::{Assessment, Finding, Outcome, Provision, Reason};
use super::policy::Policy;
use super::reasons::ReasonCode;

/// Judges a notification: each child, and the incident, which is notifiable if any child is.
///
/// The incident takes the outcome of the child whose outcome comes first in [`Outcome::precedence`]; of two children
/// with the same, the earlier one's. Without any child a person decides.
pub fn assess(facts: &Facts, policy: &Policy) -> Assessment {
    let children: Vec<Finding> =
        facts.children.iter().map(|child| judge_child(&child.facts, &facts.incident, policy)).collect();
    let leading = children.iter().min_by_key(|finding| finding.outcome.precedence());
    let (outcome, provision) = leading.map_or((Outcome::NeedsJudgement, Provision::Section16C1), |finding| {
        (finding.outcome, finding.provision)
    });
    Assessment { outcome, provision, children }
}

/// Judges one child.
pub fn judge_child(child: &ChildFacts, incident: &IncidentFacts, policy: &Policy) -> Finding {
    let duty = section_16c::consider(child, incident, policy);
    let looked_after = deaths::consider_looked_after(child, policy);
    let care_leaver = deaths::consider_care_leaver(child, policy);
    // Between the two reports the looked-after child's comes first: DfE and Ofsted act on it.
    let reports = [looked_after, care_leaver];
    let (outcome, provision) = deciding(&duty, &reports);
    Finding {
        outcome,
        also: due_beside(outcome, &reports),
        provision,
        reasons: reasons(outcome, &duty, &reports, child, policy),
        rejected: duty
            .rejected
            .iter()
            .chain(reports.iter().flat_map(|report| &report.rejected))
            .copied()
            .collect(),
        missing: missing(&duty, &reports),
    }
}

/// The outcome that decides how the case is handled: the duty, then doubt about the duty, then a report of a death,
/// then doubt about such a report.
fn deciding(duty: &Consideration, reports: &[Consideration; 2]) -> (Outcome, Provision) {
    match duty.verdict {
        Verdict::Holds(outcome) => return (outcome, duty.provision),
        Verdict::Unsettled => return (Outcome::NeedsJudgement, duty.provision),
        Verdict::DoesNotHold => {}
    }
    let held =
        reports.iter().find_map(|report| report.verdict.outcome().map(|outcome| (outcome, report.provision)));
    let unsettled = reports.iter().find(|report| report.verdict == Verdict::Unsettled);
    held.or_else(|| unsettled.map(|report| (Outcome::NeedsJudgement, report.provision)))
        .unwrap_or((Outcome::Outside, duty.provision))
}

fn due_beside(outcome: Outcome, reports: &[Consideration; 2]) -> Vec<Outcome> {
    reports.iter().filter_map(|report| report.verdict.outcome()).filter(|report| *report != outcome).collect()
}

/// Why, each reason once, with what decides first: a report's reasons stand before the duty's where it decides.
fn reasons(
    outcome: Outcome,
    duty: &Consideration,
    reports: &[Consideration; 2],
    child: &ChildFacts,
    policy: &Policy,
) -> Vec<Reason> {
    let of_reports =
        reports.iter().filter(|report| speaks(report, outcome, child)).flat_map(|report| &report.reasons);
    let mut reasons: Vec<Reason> = if duty.verdict == Verdict::DoesNotHold && outcome != Outcome::Outside {
        of_reports.chain(&duty.reasons).copied().collect()
    } else {
        duty.reasons.iter().chain(of_reports).copied().collect()
    };
    drop_repeated(&mut reasons);
    if outcome == Outcome::Outside && harmed_as_a_child(child, policy) {
        reasons.push(Reason { code: ReasonCode::LocalLearningAdvised, facts: Fact::Event.alone() });
    }
    reasons
}

/// The questions share elements, such as the age; said once is enough.
fn drop_repeated(reasons: &mut Vec<Reason>) {
    let mut said = 0_u64;
    reasons.retain(|reason| {
        let bit = 1 << reason.code as u64;
        let first = said & bit == 0;
        said |= bit;
        first
    });
}

/// A reason is a bit of the set above.
const _: () = assert!(ReasonCode::ALL.len() <= 64);

/// Does a report of a death belong among the reasons? Where it holds or is open, yes; where it does not hold, only
/// to explain why a death is outside.
fn speaks(report: &Consideration, outcome: Outcome, child: &ChildFacts) -> bool {
    report.verdict != Verdict::DoesNotHold || (outcome == Outcome::Outside && child.event == Event::Death)
}

/// Local learning is advised for harm to a child that is outside s.16C (domain table: "the reasons are returned").
fn harmed_as_a_child(child: &ChildFacts, policy: &Policy) -> bool {
    child.event == Event::Harm && section_16c::is_a_child(child, policy) != Answer::No
}

fn missing(duty: &Consideration, reports: &[Consideration; 2]) -> Vec<Fact> {
    let mut missing: Vec<Fact> =
        duty.missing.iter().chain(reports.iter().flat_map(|report| &report.missing)).copied().collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}
