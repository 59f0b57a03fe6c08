//! Lane, priority and clocks of a case together, in the domain's words.

use ambient::{Ambient, SeededChance, SystemClock};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::clock::ClockKind;

const EVERY_OUTCOME: [Outcome; 7] = [
    Outcome::DutyInArea,
    Outcome::DutyOutsideEngland,
    Outcome::DutyOfAnotherAuthority,
    Outcome::LookedAfterDeath,
    Outcome::CareLeaverDeath,
    Outcome::NeedsJudgement,
    Outcome::Outside,
];

/// One harmed child of March 2026, of whom the authority told the next day.
fn harmed(outcome: Outcome) -> Assessed {
    Assessed {
        reference: Reference::mint(&Ambient::new(SystemClock, SeededChance::new(7))),
        revision: 1,
        authority: "373".into(),
        outcome,
        provision: "Children Act 2004 s.16C(1)".into(),
        duty_authority: None,
        findings: vec![outcome],
        children: 1,
        deaths: vec![],
        occurred_on: Some(date(2026, 3, 1)),
        became_aware_on: Some(date(2026, 3, 2)),
        received_on: date(2026, 3, 3),
    }
}

fn dead(outcome: Outcome) -> Assessed {
    Assessed { deaths: vec![0], ..harmed(outcome) }
}

fn opened_on(assessed: &Assessed, day: Date) -> Case {
    open_case(assessed, Policies::compiled_in(), Timestamp::UNIX_EPOCH, day)
}

fn opened(assessed: &Assessed) -> Case {
    opened_on(assessed, assessed.received_on)
}

fn codes(case: &Case) -> Vec<&str> {
    case.reasons.iter().map(|reason| reason.code.as_str()).collect()
}

fn kinds(case: &Case) -> Vec<ClockKind> {
    case.entry.clocks.iter().map(|clock| clock.kind).collect()
}

#[test]
fn each_outcome_has_its_lane_with_a_reason_of_its_own() {
    let expected = [
        (Outcome::DutyInArea, Lane::Decision, "DUTY_IN_AREA"),
        (Outcome::DutyOutsideEngland, Lane::Decision, "DUTY_OUTSIDE_ENGLAND"),
        (Outcome::NeedsJudgement, Lane::Decision, "NEEDS_JUDGEMENT"),
        (Outcome::DutyOfAnotherAuthority, Lane::Information, "DUTY_OF_ANOTHER_AUTHORITY"),
        (Outcome::LookedAfterDeath, Lane::Information, "LOOKED_AFTER_DEATH"),
        (Outcome::CareLeaverDeath, Lane::Information, "CARE_LEAVER_DEATH"),
        (Outcome::Outside, Lane::Information, "OUTSIDE"),
    ];
    for (outcome, lane, code) in expected {
        let case = opened(&harmed(outcome));
        assert_eq!((case.entry.lane, codes(&case)[0]), (lane, code), "{outcome:?}");
    }
}

#[test]
fn the_rapid_review_clock_runs_in_the_decision_lane_alone() {
    for outcome in EVERY_OUTCOME {
        let case = opened(&harmed(outcome));
        let expected = match case.entry.lane {
            Lane::Decision => vec![ClockKind::Notification, ClockKind::RapidReview],
            Lane::Information => vec![ClockKind::Notification],
        };
        assert_eq!(kinds(&case), expected, "{outcome:?}");
    }
}

#[test]
fn anothers_duty_names_the_authority_where_it_is_known() {
    let known = Assessed { duty_authority: Some("888".into()), ..harmed(Outcome::DutyOfAnotherAuthority) };
    assert!(opened(&known).reasons[0].text.contains("authority 888"));
    assert!(opened(&harmed(Outcome::DutyOfAnotherAuthority)).reasons[0].text.contains("another authority"));
}

#[test]
fn one_child_for_decision_brings_the_whole_case_before_the_panel() {
    let findings = vec![Outcome::DutyOfAnotherAuthority, Outcome::NeedsJudgement];
    let case = opened(&Assessed { findings, children: 2, ..harmed(Outcome::DutyOfAnotherAuthority) });
    assert_eq!(case.entry.lane, Lane::Decision);
    assert_eq!(case.reasons[0].code, "CHILD_FOR_DECISION");
    assert_eq!(case.reasons[0].facts, ["children[1]"]);
    assert_eq!(kinds(&case), [ClockKind::Notification, ClockKind::RapidReview]);
    let review = &case.entry.clocks[1];
    assert!(review.explanation.contains("should a duty to notify be found"), "{}", review.explanation);
}

#[test]
fn a_death_in_the_decision_lane_is_urgent_and_says_which_child_died() {
    let case = opened(&Assessed { deaths: vec![0, 2], children: 3, ..dead(Outcome::NeedsJudgement) });
    assert_eq!(case.entry.priority, Priority::Urgent);
    assert_eq!(codes(&case), ["NEEDS_JUDGEMENT", "DEATH_NOTIFIED"]);
    assert_eq!(case.reasons[1].facts, ["children[0].facts.event", "children[2].facts.event"]);
}

#[test]
fn a_death_in_the_information_lane_is_in_its_turn() {
    let case = opened(&dead(Outcome::LookedAfterDeath));
    assert_eq!((case.entry.lane, case.entry.priority), (Lane::Information, Priority::Standard));
    assert_eq!(codes(&case), ["LOOKED_AFTER_DEATH", "FOR_INFORMATION"]);
}

#[test]
fn serious_harm_to_several_children_is_in_its_turn() {
    let case = opened(&Assessed { children: 4, ..harmed(Outcome::DutyInArea) });
    assert_eq!(case.entry.priority, Priority::Standard);
    assert_eq!(codes(&case), ["DUTY_IN_AREA", "IN_ITS_TURN"]);
}

#[test]
fn a_rapid_review_that_was_due_the_day_before_is_urgent_and_one_due_today_is_not() {
    // Under the reading until 2025 it counts from becoming aware: 15 working days after 2 April 2024.
    let late = Assessed {
        occurred_on: Some(date(2024, 4, 2)),
        became_aware_on: Some(date(2024, 4, 2)),
        received_on: date(2024, 4, 23),
        ..harmed(Outcome::DutyInArea)
    };
    assert_eq!(opened(&late).entry.clocks[1].due_on, Some(date(2024, 4, 23)));
    assert_eq!(opened_on(&late, date(2024, 4, 23)).entry.priority, Priority::Standard);
    let overdue = opened_on(&late, date(2024, 4, 24));
    assert_eq!(overdue.entry.priority, Priority::Urgent);
    assert_eq!(codes(&overdue), ["DUTY_IN_AREA", "RAPID_REVIEW_OVERDUE"]);
    assert_eq!(overdue.reasons[1].source, "Working Together 2023");
}

#[test]
fn the_policy_is_chosen_by_the_incident_then_by_becoming_aware_then_by_receipt() {
    let edition = |occurred_on, became_aware_on, received_on| {
        let case =
            opened(&Assessed { occurred_on, became_aware_on, received_on, ..harmed(Outcome::DutyInArea) });
        case.entry.clocks[0].policy_edition.clone()
    };
    let (old, middle, new) = (date(2020, 5, 5), date(2024, 5, 5), date(2026, 5, 5));
    assert_eq!(edition(Some(old), Some(middle), new), "Working Together 2018");
    assert_eq!(edition(None, Some(middle), new), "Working Together 2023");
    assert_eq!(edition(None, None, new), "Working Together 2023 (June 2025)");
}

#[test]
fn the_case_keeps_the_hash_of_the_policy_it_runs_by() {
    let case = opened(&harmed(Outcome::DutyInArea));
    assert_eq!(case.policy_hash, Policies::compiled_in().on(date(2026, 3, 1)).hash());
}

proptest! {
    #[test]
    fn whatever_was_found_the_case_is_in_one_lane_with_reasons_that_say_everything(
        outcome in prop::sample::select(EVERY_OUTCOME.to_vec()),
        findings in prop::collection::vec(prop::sample::select(EVERY_OUTCOME.to_vec()), 0..5),
        died: bool,
        aware in prop::option::of(1i8..=28),
    ) {
        let deaths = if died { vec![0] } else { vec![] };
        let became_aware_on = aware.map(|day| date(2026, 2, day));
        let case = opened(&Assessed { findings: findings.clone(), deaths, became_aware_on, ..harmed(outcome) });
        let for_decision = Lane::of(outcome) == Lane::Decision || findings.iter().any(|found| Lane::of(*found) == Lane::Decision);
        prop_assert_eq!(case.entry.lane == Lane::Decision, for_decision);
        prop_assert_eq!(case.entry.priority == Priority::Urgent, for_decision && died);
        prop_assert!(case.reasons.len() >= 2);
        for reason in &case.reasons {
            prop_assert!(!reason.code.is_empty() && !reason.text.is_empty() && !reason.source.is_empty());
        }
    }
}
