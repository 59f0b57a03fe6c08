//! The finding for the incident as one sentence for a social worker in a hurry.
//!
//! What a reader would get wrong: the sentence names children by the sender's key, which is never a name, and says
//! only what the finding says; whoever wants the reasons reads the finding.

use super::facts::{Event, Facts};
use super::finding::{Assessment, Finding, Outcome, Reason};
use super::policy::Policy;
use super::reasons::ReasonCode;

/// How many keys are named before the rest are only counted.
const KEYS_NAMED: usize = 3;

/// The sentence, without line breaks.
pub fn sentence(facts: &Facts, assessment: &Assessment, policy: &Policy) -> String {
    let concerned = concerned(facts, assessment);
    if concerned.is_empty() {
        return "No child is named in the notification, so a person decides.".to_owned();
    }
    let mut sentence = main_clause(&concerned, assessment, policy);
    sentence.push_str(&reports_beside(&concerned));
    sentence.push_str(&still_to_learn(&concerned));
    sentence.push_str(&others(assessment.children.len() - concerned.len()));
    sentence.push('.');
    sentence
}

/// A child whose outcome is the incident's.
struct Concerned<'a> {
    key: &'a str,
    event: Event,
    finding: &'a Finding,
}

fn concerned<'a>(facts: &'a Facts, assessment: &'a Assessment) -> Vec<Concerned<'a>> {
    facts
        .children
        .iter()
        .zip(&assessment.children)
        .filter(|(_, finding)| finding.outcome == assessment.outcome)
        .map(|(child, finding)| Concerned { key: &child.key, event: child.facts.event, finding })
        .collect()
}

fn main_clause(concerned: &[Concerned], assessment: &Assessment, policy: &Policy) -> String {
    let children = name(concerned);
    let provision = assessment.provision.cited(policy);
    match assessment.outcome {
        Outcome::DutyInArea => format!(
            "There is a duty to notify the panel under {provision}: {children} {} in the notifying authority's area, \
             and abuse or neglect is known or suspected",
            happened(concerned)
        ),
        Outcome::DutyOutsideEngland => format!(
            "There is a duty to notify the panel under {provision}: {children} {} outside England while normally \
             resident in the notifying authority's area, and abuse or neglect is known or suspected",
            happened(concerned)
        ),
        Outcome::DutyOfAnotherAuthority(authority) => format!(
            "The duty to notify the panel is that of authority {authority}, in whose area {children} {}: the \
             notification is held until that authority takes it over",
            happened(concerned)
        ),
        Outcome::NeedsJudgement => {
            let because = because(concerned, policy);
            let colon = if because.is_empty() { "" } else { ": " };
            format!("The facts do not settle it, so a person decides about {children}{colon}{because}")
        }
        Outcome::LookedAfterDeath => format!(
            "The death of {children}, looked after by the notifying authority, is for DfE and Ofsted, and for the \
             panel for information: abuse or neglect is stated to be neither known nor suspected"
        ),
        Outcome::CareLeaverDeath => format!(
            "The death of {children} is for DfE and Ofsted as a care leaver's, and for the panel for information: no \
             rapid review starts"
        ),
        Outcome::Outside => {
            let advice = if advises_local_learning(concerned) { "; local learning is advised" } else { "" };
            format!(
                "No duty to notify the panel is found for {children}: {}{advice}",
                because(concerned, policy)
            )
        }
    }
}

/// "child 1", "children A and B", "children 1, 2, 3 and 4 more".
fn name(concerned: &[Concerned]) -> String {
    let keys: Vec<&str> = concerned.iter().map(|child| child.key).collect();
    match keys.as_slice() {
        [one] => format!("child {one}"),
        [most @ .., last] if keys.len() <= KEYS_NAMED => format!("children {} and {last}", most.join(", ")),
        _ => format!("children {} and {} more", keys[..KEYS_NAMED].join(", "), keys.len() - KEYS_NAMED),
    }
}

fn happened(concerned: &[Concerned]) -> &'static str {
    let died = concerned.iter().filter(|child| child.event == Event::Death).count();
    match (died, concerned.len()) {
        (0, 1) => "was seriously harmed",
        (0, _) => "were seriously harmed",
        (died, all) if died == all => "died",
        _ => "died or were seriously harmed",
    }
}

/// What decides, as a part of a sentence: for all at once where it is the same, or else for each child. Empty where
/// nothing but missing facts decides, which are told by themselves.
fn because(concerned: &[Concerned], policy: &Policy) -> String {
    let clauses: Vec<Option<String>> = concerned.iter().map(|child| clause(child, policy)).collect();
    match clauses.as_slice() {
        [first, rest @ ..] if rest.iter().all(|clause| clause == first) => first.clone().unwrap_or_default(),
        _ => {
            let each = concerned.iter().zip(clauses);
            let told = each.filter_map(|(child, clause)| {
                clause.map(|clause| format!("for child {}, {clause}", child.key))
            });
            told.take(KEYS_NAMED).collect::<Vec<_>>().join("; ")
        }
    }
}

fn clause(child: &Concerned, policy: &Policy) -> Option<String> {
    let decides = child.finding.reasons.first().filter(|reason| !is_merely_a_lack(reason, child.finding))?;
    let mut characters = policy.text(*decides).trim_end_matches('.').chars();
    let first = characters.next()?;
    Some(first.to_lowercase().chain(characters).collect())
}

/// Does the reason say no more than that these facts are missing?
fn is_merely_a_lack(reason: &Reason, finding: &Finding) -> bool {
    reason.facts.iter().all(|fact| finding.missing.contains(fact))
}

fn advises_local_learning(concerned: &[Concerned]) -> bool {
    let advises = |reason: &Reason| reason.code == ReasonCode::LocalLearningAdvised;
    concerned.iter().any(|child| child.finding.reasons.iter().any(advises))
}

fn reports_beside(concerned: &[Concerned]) -> String {
    let any = |outcome| concerned.iter().any(|child| child.finding.also.contains(&outcome));
    let of_whom = match (any(Outcome::LookedAfterDeath), any(Outcome::CareLeaverDeath)) {
        (false, false) => return String::new(),
        (true, false) => "a looked-after child",
        (false, true) => "a care leaver",
        (true, true) => "a looked-after child, and of a care leaver",
    };
    format!("; it is also the death of {of_whom}, which is for DfE and Ofsted in any case")
}

fn still_to_learn(concerned: &[Concerned]) -> String {
    let mut missing: Vec<_> = concerned.iter().flat_map(|child| &child.finding.missing).copied().collect();
    missing.sort_unstable();
    missing.dedup();
    match missing.as_slice() {
        [] => String::new(),
        facts => {
            let words: Vec<&str> = facts.iter().map(|fact| fact.in_words()).collect();
            format!("; still to be told: {}", words.join(", "))
        }
    }
}

fn others(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "; for one other child it is found otherwise".to_owned(),
        several => format!("; for {several} other children it is found otherwise"),
    }
}
