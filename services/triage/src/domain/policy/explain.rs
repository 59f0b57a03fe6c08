//! An edition in words, for whoever asks which rules hold on a day.
//!
//! What a reader would get wrong: these lines say what the file says, and nothing of any case.

use super::rules::RecipientRule;
use super::{Anchor, Expected, Policy};
use crate::domain::finding::Outcome;
use crate::domain::lane::Lane;

/// One thing that an edition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is about, such as "rapid review".
    pub about: &'static str,
    /// What is said of it, as half a sentence without a full stop.
    pub says: String,
    /// What is cited; empty where nothing is.
    pub source: String,
}

/// What an edition says, in the order of its file: which edition, clocks, lanes, recipients, windows, indicators.
pub fn explain(policy: &Policy) -> Vec<Line> {
    [edition(policy), clocks(policy), lanes(policy), recipients(policy), windows(policy)].concat()
}

fn line(about: &'static str, says: impl Into<String>, source: &str) -> Line {
    Line { about, says: says.into(), source: source.to_owned() }
}

fn edition(policy: &Policy) -> Vec<Line> {
    vec![
        line("edition", policy.edition(), ""),
        line("effective from", policy.effective_from().to_string(), ""),
        line("hash", format!("SHA-256 {}", policy.hash()), ""),
    ]
}

fn clocks(policy: &Policy) -> Vec<Line> {
    let (notification, review, local) = (policy.notification(), policy.rapid_review(), policy.local_review());
    let days = |length: u16, anchor, expected| counted(&format!("{length} working days"), anchor, expected);
    let told = days(notification.working_days.get(), notification.anchor, notification.expected);
    let reviewed = days(review.working_days.get(), review.anchor, review.expected);
    let published = counted(&format!("{} calendar months", local.months), local.anchor, local.expected);
    vec![
        line("notification", told, &notification.source),
        line("rapid review", reviewed, &review.source),
        line("rapid review starts for", outcomes(&policy.lanes().rapid_review_for), &review.source),
        line("local review", published, &local.source),
    ]
}

fn counted(length: &str, anchor: Anchor, expected: Expected) -> String {
    let relaxed = match expected {
        Expected::InTime => "",
        Expected::AsSoonAsPossible => "; expected as soon as possible, so that nothing is overdue",
    };
    format!("{length} after {anchor}{relaxed}")
}

fn lanes(policy: &Policy) -> Vec<Line> {
    let waiting_in = |lane| {
        let there: Vec<Outcome> =
            Outcome::ALL.into_iter().filter(|outcome| policy.lanes().of(*outcome) == lane).collect();
        outcomes(&there)
    };
    vec![
        line("for decision", waiting_in(Lane::Decision), ""),
        line("for information", waiting_in(Lane::Information), ""),
    ]
}

fn recipients(policy: &Policy) -> Vec<Line> {
    let told = policy.recipients();
    let of = |about, rule: &RecipientRule| line(about, outcomes(&rule.due_for), &rule.source);
    vec![
        of("the panel is told for", &told.panel),
        of("DfE is told for", &told.dfe),
        of("Ofsted is told for", &told.ofsted),
        of("the safeguarding partners are told for", &told.safeguarding_partners),
    ]
}

fn windows(policy: &Policy) -> Vec<Line> {
    let (clusters, links, indicators) = (policy.clusters(), policy.links(), policy.indicators());
    let cluster = format!(
        "one setting or provider named by {} authorities within {} months",
        clusters.authorities, clusters.window_months
    );
    let link = format!(
        "same household, and victim and perpetrator: at most {} days apart; two authorities: the same day; the same \
         child: at any distance",
        links.days_apart
    );
    let asked: Vec<&str> = indicators.asked.iter().map(|kind| kind.entry().code()).collect();
    vec![
        line("cluster", cluster, ""),
        line("link", link, ""),
        line("indicators", asked.join(", "), &indicators.source),
    ]
}

fn outcomes(outcomes: &[Outcome]) -> String {
    let words: Vec<&str> = outcomes.iter().map(|outcome| outcome.words()).collect();
    if words.is_empty() { "no outcome".to_owned() } else { words.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::super::compiled_in;
    use super::*;

    #[test]
    fn each_ground_of_a_link_is_explained_with_its_own_distance_in_days() {
        for policy in compiled_in().iter() {
            let lines = explain(policy);
            let link = lines.iter().find(|line| line.about == "link").expect("a line about links");
            let expected = format!(
                "same household, and victim and perpetrator: at most {} days apart; two authorities: the same day; the \
                 same child: at any distance",
                policy.links().days_apart
            );
            assert_eq!(link.says, expected);
        }
    }
}
