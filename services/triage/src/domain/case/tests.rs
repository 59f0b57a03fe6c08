//! Lane, priority and clocks of a case together, in the domain's words.

use ambient::{Ambient, SeededChance, SystemClock};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::policy::compiled_in;
use crate::domain::told::{DeclineReason, Declined, News, Withdrawal, WithdrawalReason};

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
        also: vec![],
        children: 1,
        deaths: vec![],
        occurred_on: Some(date(2026, 3, 1)),
        became_aware_on: Some(date(2026, 3, 2)),
        received_on: date(2026, 3, 3),
        late_reason_given: false,
        institution: None,
        facts: vec![],
    }
}

fn dead(outcome: Outcome) -> Assessed {
    Assessed { deaths: vec![0], ..harmed(outcome) }
}

/// The case of this news, taken up on a day, in so many clusters.
fn case_of(news: impl IntoIterator<Item = News>, on: Date, clusters: u32) -> Case {
    let mut told = Told::default();
    for news in news {
        told.hear(news);
    }
    let taken_up = TakenUp { queued_at: Timestamp::UNIX_EPOCH, on };
    make_case(&told, taken_up, clusters, compiled_in()).expect("a finding was heard")
}

fn opened_on(assessed: &Assessed, day: Date) -> Case {
    case_of([News::Assessed(Box::new(assessed.clone()))], day, 0)
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
    for outcome in Outcome::ALL {
        let case = opened(&harmed(outcome));
        let expected = match case.entry.lane {
            Lane::Decision => vec![ClockKind::Notification, ClockKind::RapidReview, ClockKind::LocalReview],
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
fn a_duty_of_an_authority_that_has_ended_is_for_decision_because_nobody_can_take_it_over() {
    // Northamptonshire ended in March 2021.
    let ended = Assessed { duty_authority: Some("928".into()), ..harmed(Outcome::DutyOfAnotherAuthority) };
    let case = opened(&ended);
    assert_eq!((case.entry.lane, codes(&case)[0]), (Lane::Decision, "NO_AUTHORITY_TO_HAND_OVER_TO"));
    assert!(kinds(&case).contains(&ClockKind::RapidReview), "no working day is lost to the decision");
    let in_being = Assessed { duty_authority: Some("888".into()), ..ended };
    assert_eq!(opened(&in_being).entry.lane, Lane::Information);
}

#[test]
fn one_child_for_decision_brings_the_whole_case_before_the_panel() {
    let findings = vec![Outcome::DutyOfAnotherAuthority, Outcome::NeedsJudgement];
    let case = opened(&Assessed { findings, children: 2, ..harmed(Outcome::DutyOfAnotherAuthority) });
    assert_eq!(case.entry.lane, Lane::Decision);
    assert_eq!(case.reasons[0].code, "CHILD_FOR_DECISION");
    assert_eq!(case.reasons[0].facts, ["children[1]"]);
    assert_eq!(kinds(&case), [ClockKind::Notification, ClockKind::RapidReview, ClockKind::LocalReview]);
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
    let (old, middle, new) = (date(2019, 5, 5), date(2024, 5, 5), date(2026, 5, 5));
    assert_eq!(edition(Some(old), Some(middle), new), "Working Together 2018");
    assert_eq!(edition(None, Some(middle), new), "Working Together 2023");
    assert_eq!(edition(None, None, new), "Working Together 2023 (June 2025)");
}

#[test]
fn the_case_keeps_the_hash_of_the_policy_it_runs_by() {
    let case = opened(&harmed(Outcome::DutyInArea));
    assert_eq!(case.policy_hash, compiled_in().on(Some(date(2026, 3, 1))).hash());
}

/// Revision 2, which withdraws.
fn withdrawal() -> News {
    News::Withdrawn(Withdrawal {
        revision: 2,
        why: WithdrawalReason::SentByMistake,
        received_on: date(2026, 3, 9),
    })
}

fn finding(assessed: Assessed) -> News {
    News::Assessed(Box::new(assessed))
}

#[test]
fn a_withdrawn_case_is_for_information_and_shows_its_clocks_stopped() {
    let case = case_of([finding(dead(Outcome::DutyInArea)), withdrawal()], date(2026, 3, 9), 1);
    assert_eq!((case.entry.lane, case.entry.priority), (Lane::Information, Priority::Standard));
    assert_eq!((case.entry.withdrawn, case.entry.revision), (true, 2));
    assert_eq!(codes(&case), ["NOTIFICATION_WITHDRAWN", "FOR_INFORMATION"]);
    assert!(case.reasons[0].text.contains("it was sent by mistake"), "{}", case.reasons[0].text);
    assert_eq!(kinds(&case), [ClockKind::Notification, ClockKind::RapidReview]);
    for clock in &case.entry.clocks {
        assert_eq!((clock.due_on, clock.late), (None, false));
        assert!(clock.explanation.starts_with("Runs no more: revision 2 withdrew"), "{}", clock.explanation);
        assert!(clock.explanation.contains("Before that: Due on"), "{}", clock.explanation);
    }
}

#[test]
fn a_higher_revision_brings_a_withdrawn_case_back() {
    let again = Assessed { revision: 3, ..dead(Outcome::DutyInArea) };
    let case =
        case_of([finding(dead(Outcome::DutyInArea)), withdrawal(), finding(again)], date(2026, 3, 9), 0);
    assert_eq!((case.entry.lane, case.entry.withdrawn, case.entry.revision), (Lane::Decision, false, 3));
    assert!(case.entry.clocks.iter().any(|clock| clock.due_on.is_some()));
}

#[test]
fn a_declined_hand_over_is_for_a_person_to_decide_and_its_rapid_review_runs() {
    let declined =
        News::Declined(Declined { revision: 1, by: "888".into(), why: DeclineReason::NotInOurArea });
    let held = finding(harmed(Outcome::DutyOfAnotherAuthority));
    let case = case_of([declined, held], date(2026, 3, 9), 0);
    assert_eq!(case.entry.lane, Lane::Decision);
    assert_eq!(codes(&case), ["HAND_OVER_DECLINED", "IN_ITS_TURN"]);
    assert!(case.reasons[0].text.contains("Authority 888"), "{}", case.reasons[0].text);
    assert!(kinds(&case).contains(&ClockKind::RapidReview));
}

#[test]
fn a_case_in_a_cluster_is_urgent_in_the_decision_lane_alone() {
    let in_one = |outcome| case_of([finding(harmed(outcome))], date(2026, 3, 9), 1);
    let case = in_one(Outcome::DutyInArea);
    assert_eq!((case.entry.priority, case.entry.clusters), (Priority::Urgent, 1));
    assert_eq!(codes(&case), ["DUTY_IN_AREA", "IN_A_CLUSTER"]);
    assert_eq!(in_one(Outcome::DutyOfAnotherAuthority).entry.priority, Priority::Standard);
}

#[test]
fn while_reviews_were_expected_as_soon_as_possible_nothing_was_overdue() {
    let of = |occurred_on| Assessed {
        occurred_on: Some(occurred_on),
        became_aware_on: Some(occurred_on),
        received_on: occurred_on,
        ..harmed(Outcome::DutyInArea)
    };
    let (strict, relaxed) = (of(date(2020, 4, 23)), of(date(2020, 4, 24)));
    assert_eq!(codes(&opened_on(&strict, date(2021, 1, 4)))[1], "RAPID_REVIEW_OVERDUE");
    let case = opened_on(&relaxed, date(2021, 1, 4));
    assert_eq!(codes(&case)[1], "IN_ITS_TURN");
    let review = &case.entry.clocks[1];
    assert_eq!(review.due_on, Some(date(2020, 5, 18)));
    assert!(review.explanation.contains("as soon as possible"), "{}", review.explanation);
}

#[test]
fn an_amendment_notifies_not_anew_and_taking_over_does() {
    let later = Assessed { revision: 2, received_on: date(2026, 4, 20), ..harmed(Outcome::DutyInArea) };
    let news = || [finding(harmed(Outcome::DutyInArea)), finding(later.clone())];
    let amended = case_of(news(), date(2026, 4, 20), 0);
    assert!(!amended.entry.clocks[0].late, "{}", amended.entry.clocks[0].explanation);
    assert_eq!(amended.entry.clocks[1].anchor_on, Some(date(2026, 3, 3)));
    let [first, _] = news();
    let taken_over = Assessed { authority: "888".into(), ..later.clone() };
    let other = case_of([first, finding(taken_over)], date(2026, 4, 20), 0);
    assert_eq!((other.entry.authority.as_str(), other.entry.clocks[0].late), ("888", true));
}

proptest! {
    #[test]
    fn whatever_was_found_the_case_is_in_one_lane_with_reasons_that_say_everything(
        outcome in prop::sample::select(Outcome::ALL.to_vec()),
        findings in prop::collection::vec(prop::sample::select(Outcome::ALL.to_vec()), 0..5),
        died: bool,
        aware in prop::option::of(1i8..=28),
    ) {
        let deaths = if died { vec![0] } else { vec![] };
        let became_aware_on = aware.map(|day| date(2026, 2, day));
        let case = opened(&Assessed { findings: findings.clone(), deaths, became_aware_on, ..harmed(outcome) });
        let decides = |outcome: Outcome| compiled_in().on(None).lanes().of(outcome) == Lane::Decision;
        let for_decision = decides(outcome) || findings.iter().any(|found| decides(*found));
        prop_assert_eq!(case.entry.lane == Lane::Decision, for_decision);
        prop_assert_eq!(case.entry.priority == Priority::Urgent, for_decision && died);
        prop_assert!(case.reasons.len() >= 2);
        for reason in &case.reasons {
            prop_assert!(!reason.code.is_empty() && !reason.text.is_empty() && !reason.source.is_empty());
        }
    }
}
