//! Prints how many findings one core makes in a second, and how much of that time is explanation; beside it, in the
//! same run, the same decision by a rules engine's decision table, which explains nothing.
//!
//! What a reader would get wrong: every figure is over all 36,450 combinations of the facts that decide, one child
//! each. A first pass pays for the search of the smallest changes of each combination; later passes find them.

mod engine;

use std::hint::black_box;
use std::time::{Duration, Instant};

use contracts::notification::v1::CodedNotification;
use eligibility::assess::assess_coded;
use eligibility::domain::changes;
use eligibility::domain::facts::{ChildFacts, IncidentFacts};
use eligibility::domain::policy::{Policy, compiled_in};
use eligibility::domain::rules;
use eligibility::truth_table::{Combination, Found, combinations, found};
use jiff::civil::{Date, date};
use prost::Message;

/// The target for findings with full reasons, in the domain's words.
const TARGET: f64 = 200_000.0;
/// Passes over all combinations; the median counts.
const PASSES: usize = 7;
const DAY: Date = date(2026, 3, 13);

fn main() {
    let policy = compiled_in().on(Some(DAY));
    let combinations: Vec<Combination> = combinations().collect();
    let facts: Vec<(ChildFacts, IncidentFacts)> = combinations.iter().map(facts).collect();
    let coded: Vec<CodedNotification> = combinations.iter().map(coded).collect();
    let expected: Vec<Found> = combinations.iter().map(|combination| found(combination, policy)).collect();

    println!("{} combinations, one child each, on one core; median of {PASSES} passes", combinations.len());
    let first = timed(|| facts.iter().for_each(|facts| explained(facts, policy)));
    told("first pass, smallest changes searched for", facts.len(), first);
    let judged = median(|| facts.iter().for_each(|facts| judged(facts, policy)));
    let explained = median(|| facts.iter().for_each(|facts| explained(facts, policy)));
    told("judged: outcome, reasons, rejected, missing", facts.len(), judged);
    told("full finding: the same, and the smallest changes", facts.len(), explained);
    let assessed =
        median(|| coded.iter().for_each(|coded| drop(black_box(assess_coded(coded, compiled_in())))));
    told("whole answer in the contract's words, with its hash", facts.len(), assessed);
    let encoded = median(|| coded.iter().for_each(|coded| answer_in_bytes(coded)));
    told("the same, encoded", facts.len(), encoded);
    println!(
        "of a whole answer, {:.0} % is explanation beyond the judgement",
        100.0 * share(assessed, judged)
    );

    let engine = engine::Engine::with_the_published_table(DAY);
    let agreed = engine.agrees_with(&combinations, &expected);
    let inputs = engine::inputs(&combinations);
    let decided = median(|| engine.decide_all(&inputs));
    told("zen-engine: outcome alone, decision table compiled", inputs.len(), decided);
    assert_eq!(agreed, combinations.len(), "zen-engine finds the same outcome for every combination");
    for (what, time) in [("full findings", explained), ("whole answers in the contract's words", assessed)] {
        println!(
            "{what}: {:.2} × the target of {TARGET:.0} a second, {:.1} × zen-engine",
            per_second(facts.len(), time) / TARGET,
            decided.as_secs_f64() / time.as_secs_f64()
        );
    }
}

fn facts(combination: &Combination) -> (ChildFacts, IncidentFacts) {
    let incident = IncidentFacts { place: combination.place(), dated_on: Some(DAY) };
    (combination.child(), incident)
}

fn coded(combination: &Combination) -> CodedNotification {
    let notification = combination.as_notification(DAY);
    let children = notification.children.into_iter().map(|child| contracts::notification::v1::CodedChild {
        key: child.key,
        facts: child.facts,
        ..Default::default()
    });
    CodedNotification {
        revision: 1,
        notifying_authority: notification.notifying_authority,
        became_aware_on: notification.became_aware_on,
        incident: notification.incident.and_then(|incident| incident.facts),
        children: children.collect(),
        ..Default::default()
    }
}

fn judged((child, incident): &(ChildFacts, IncidentFacts), policy: &Policy) {
    black_box(rules::judge_child(child, incident, policy));
}

fn explained((child, incident): &(ChildFacts, IncidentFacts), policy: &Policy) {
    black_box(rules::judge_child(child, incident, policy));
    let changes = changes::smallest(child, incident, policy);
    for change in changes.iter() {
        black_box(change.outcome());
        for turn in change.turns() {
            black_box(turn.fact());
        }
    }
}

fn answer_in_bytes(coded: &CodedNotification) {
    black_box(assess_coded(coded, compiled_in()).encode_to_vec());
}

fn timed(pass: impl FnOnce()) -> Duration {
    let start = Instant::now();
    pass();
    start.elapsed()
}

fn median(mut pass: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..PASSES).map(|_| timed(&mut pass)).collect();
    times.sort_unstable();
    times[PASSES / 2]
}

fn share(whole: Duration, part: Duration) -> f64 {
    1.0 - part.as_secs_f64() / whole.as_secs_f64()
}

fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn told(what: &str, count: usize, time: Duration) {
    println!("{what:54} {:>12.0} a second", per_second(count, time));
}
