//! What triage takes from an event, and what it makes of events that say less or other than today's.

use ambient::{Ambient, SeededChance, SystemClock};
use contract::{
    Answer, Assessment, ChildFacts, ChildFinding, CodedChild, CodedNotification, Education, EducationStatus,
    Event, HandOver, HarmType, IncidentFacts, Placement, Relationship, Setting,
};
use contracts::eligibility::v1::NotificationAssessed;
use contracts::intake::v1::{HandOverChanged, NotificationErased, NotificationWithdrawn};
use ids::{LeaseId, Reference};
use jiff::civil::date;
use prost::Message;

use super::heard::{assessed, declined, erased, withdrawn};
use super::*;
use crate::domain::indicators::{Abuse, Institution, Otherwise};
use crate::domain::standing::Lease;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn event() -> NotificationAssessed {
    let reference = Reference::mint(&Ambient::new(SystemClock, SeededChance::new(3)));
    let child = |key: &str, event: Event| CodedChild {
        key: key.into(),
        facts: Some(ChildFacts { event: event.into(), ..Default::default() }),
        ..Default::default()
    };
    let notification = CodedNotification {
        reference: reference.to_string(),
        revision: 1,
        notifying_authority: "373".into(),
        became_aware_on: "2026-03-02".into(),
        received_at: Some(to_wire(at("2026-03-03T09:00:00Z"))),
        incident: Some(IncidentFacts { occurred_on: "2026-03-01".into(), ..Default::default() }),
        children: vec![child("1", Event::Harm), child("2", Event::Death)],
        ..Default::default()
    };
    let finding = |outcome: contract::Outcome| ChildFinding { outcome: outcome.into(), ..Default::default() };
    let assessment = Assessment {
        outcome: contract::Outcome::DutyOfAnotherAuthority.into(),
        provision: "Children Act 2004 s.16C(1)(a)".into(),
        duty_authority: "888".into(),
        children: vec![
            finding(contract::Outcome::Outside),
            finding(contract::Outcome::DutyOfAnotherAuthority),
        ],
        ..Default::default()
    };
    NotificationAssessed { notification: Some(notification), assessment: Some(assessment), assessed_at: None }
}

/// The event with its notification changed.
fn with(change: impl FnOnce(&mut CodedNotification)) -> NotificationAssessed {
    let mut event = event();
    change(event.notification.as_mut().expect("a notification"));
    event
}

#[test]
fn everything_that_a_case_needs_is_taken_from_the_event() {
    let read = assessed(&event()).expect("reads");
    assert_eq!((read.authority.as_str(), read.revision, read.children), ("373", 1, 2));
    assert_eq!(read.outcome, Outcome::DutyOfAnotherAuthority);
    assert_eq!(read.duty_authority.as_deref(), Some("888"));
    assert_eq!(read.findings, [Outcome::Outside, Outcome::DutyOfAnotherAuthority]);
    assert_eq!(read.deaths, [1]);
    assert_eq!(read.occurred_on, Some(date(2026, 3, 1)));
    assert_eq!(read.became_aware_on, Some(date(2026, 3, 2)));
    assert_eq!(read.received_on, date(2026, 3, 3));
}

#[test]
fn the_day_of_receipt_is_londons_on_the_night_when_the_clocks_change() {
    let cases = [
        ("2026-03-28T23:59:59Z", date(2026, 3, 28)),
        ("2026-03-29T00:00:00Z", date(2026, 3, 29)),
        ("2026-03-29T22:59:59Z", date(2026, 3, 29)),
        ("2026-03-29T23:00:00Z", date(2026, 3, 30)),
        ("2026-10-24T22:59:59Z", date(2026, 10, 24)),
        ("2026-10-24T23:00:00Z", date(2026, 10, 25)),
        ("2026-10-25T23:30:00Z", date(2026, 10, 25)),
        ("2026-10-26T00:00:00Z", date(2026, 10, 26)),
    ];
    for (time, day) in cases {
        let read = assessed(&with(|notification| {
            notification.received_at = Some(to_wire(at(time)));
        }))
        .expect("reads");
        assert_eq!(read.received_on, day, "{time}");
    }
}

#[test]
fn an_outcome_that_this_build_does_not_know_is_a_persons_to_judge() {
    let mut event = event();
    event.assessment.as_mut().expect("an assessment").outcome = 99;
    assert_eq!(assessed(&event).expect("reads").outcome, Outcome::NeedsJudgement);
}

#[test]
fn a_day_that_does_not_exist_is_not_known() {
    let read = assessed(&with(|notification| {
        notification.became_aware_on = "2026-02-30".into();
    }))
    .expect("reads");
    assert_eq!(read.became_aware_on, None);
}

#[test]
fn an_event_without_what_a_case_rests_on_is_refused_with_the_reason() {
    let mut without_assessment = event();
    without_assessment.assessment = None;
    let cases = [
        (NotificationAssessed::default(), "no notification"),
        (without_assessment, "no assessment"),
        (with(|notification| notification.received_at = None), "when it was received"),
        (with(|notification| notification.reference.clear()), "reference cannot be read"),
    ];
    for (event, words) in cases {
        let error = assessed(&event).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_lease_that_has_run_out_shows_as_waiting() {
    let lease =
        Lease { id: LeaseId::mint(&Ambient::system()), by: "x".into(), until: at("2026-03-03T09:05:00Z") };
    let leased = Standing::Leased(lease.clone());
    assert_eq!(state(&leased, at("2026-03-03T09:04:59Z")), QueueState::Leased);
    assert_eq!(state(&leased, at("2026-03-03T09:05:00Z")), QueueState::Waiting);
    let given = Acknowledgement { lease: lease.id, by: "x".into(), at: at("2026-03-03T09:01:00Z") };
    assert_eq!(state(&Standing::Acknowledged(given), at("2026-03-03T09:05:00Z")), QueueState::Acknowledged);
    assert_eq!(state(&Standing::Waiting, at("2026-03-03T09:05:00Z")), QueueState::Waiting);
}

/// What indicators need of one child with these facts.
fn child_of(facts: ChildFacts) -> crate::domain::indicators::Child {
    facts::child(&CodedChild { key: "1".into(), facts: Some(facts), ..Default::default() })
}

#[test]
fn only_what_was_stated_of_a_child_comes_through() {
    let silent = [
        ChildFacts::default(),
        ChildFacts {
            looked_after: Answer::NotKnown.into(),
            child_protection_plan: Answer::NotKnown.into(),
            earlier_child_protection_plan: Answer::No.into(),
            education: Some(Education { status: EducationStatus::NotKnown.into(), ..Default::default() }),
            harm_types: vec![HarmType::NotKnown.into(), HarmType::SelfHarm.into(), HarmType::Other.into()],
            alleged_perpetrators: vec![Relationship::NotKnown.into()],
            placement: Some(Placement { setting: Setting::NotKnown.into(), ..Default::default() }),
            ..Default::default()
        },
        ChildFacts {
            looked_after: Answer::No.into(),
            education: Some(Education { status: EducationStatus::OnRoll.into(), ..Default::default() }),
            ..Default::default()
        },
    ];
    for facts in silent {
        assert_eq!(child_of(facts), crate::domain::indicators::Child::default());
    }
}

#[test]
fn what_was_stated_of_a_child_is_told_apart() {
    let read = child_of(ChildFacts {
        looked_after: Answer::Yes.into(),
        education: Some(Education { status: EducationStatus::Withdrawn.into(), ..Default::default() }),
        harm_types: vec![
            HarmType::SexualExploitation.into(),
            HarmType::SexualAbuseInFamily.into(),
            HarmType::InstitutionalAbuse.into(),
            HarmType::Neglect.into(),
        ],
        alleged_perpetrators: vec![Relationship::Staff.into()],
        placement: Some(Placement { code: "K1".into(), ..Default::default() }),
        ..Default::default()
    });
    assert_eq!(read.otherwise, Some(Otherwise::Withdrawn));
    assert_eq!(read.abuse, [Abuse::Neglect, Abuse::Sexual], "two types of one kind are one kind");
    assert_eq!(read.by_staff, ["harm_types", "alleged_perpetrators"]);
    assert_eq!(read.lived_in, Some((Institution::Secure, "placement.code")));
    assert!(read.looked_after && read.placed);
}

#[test]
fn a_placement_of_a_child_stated_not_to_be_looked_after_is_no_sign_of_care() {
    let placement = || Some(Placement { code: "S1".into(), ..Default::default() });
    let placed = |looked_after: Answer| {
        child_of(ChildFacts {
            looked_after: looked_after.into(),
            placement: placement(),
            ..Default::default()
        })
        .placed
    };
    assert!(placed(Answer::NotKnown) && placed(Answer::Unspecified) && !placed(Answer::No));
}

#[test]
fn a_child_at_home_or_of_whom_only_a_day_is_told_is_not_taken_for_a_child_in_care() {
    let placed = |placement| child_of(ChildFacts { placement: Some(placement), ..Default::default() }).placed;
    let in_setting = |setting: Setting| Placement { setting: setting.into(), ..Default::default() };
    for setting in [Setting::OwnHome, Setting::Education, Setting::Online, Setting::NotKnown] {
        assert!(!placed(in_setting(setting)), "{setting:?}");
    }
    assert!(!placed(Placement { started_on: "2026-01-02".into(), ..Default::default() }));
    assert!(placed(in_setting(Setting::FosterHome)));
}

#[test]
fn a_withdrawal_and_a_declined_hand_over_are_read_with_their_reasons() {
    let reference = event().notification.expect("a notification").reference;
    let taken_back = NotificationWithdrawn {
        reference: reference.clone(),
        revision: 3,
        reason: contract::WithdrawalReason::SentByMistake.into(),
        received_at: Some(to_wire(at("2026-03-29T23:30:00Z"))),
        ..Default::default()
    };
    let (of, withdrawal) = withdrawn(&taken_back).expect("reads");
    assert_eq!((of.to_string(), withdrawal.revision), (reference.clone(), 3));
    assert_eq!(withdrawal.received_on, date(2026, 3, 30), "London's day");
    assert!(withdrawn(&NotificationWithdrawn { revision: 0, ..taken_back }).is_err());

    let hand_over = HandOver {
        reference: reference.clone(),
        revision: 2,
        to_authority: "888".into(),
        declined_because: contract::DeclineReason::NotInOurArea.into(),
        ..Default::default()
    };
    let (of, read) = declined(&HandOverChanged { hand_over: Some(hand_over) }).expect("reads");
    assert_eq!((of.to_string(), read.revision, read.by.as_str()), (reference, 2, "888"));
    assert!(declined(&HandOverChanged::default()).is_err());
}

#[test]
fn an_erasure_is_taken_with_its_reason_and_answered_as_it_was_told() {
    let reference = event().notification.expect("a notification").reference;
    let told = contract::Erasure {
        erased_at: Some(to_wire(at("2026-03-03T09:00:00Z"))),
        reason: contract::ErasureReason::CourtOrder.into(),
        erased_by: "lapwing://secretariat/records".into(),
    };
    for number in 0..=4 {
        let told = contract::Erasure { reason: number, ..told.clone() };
        let event = NotificationErased { reference: reference.clone(), erasure: Some(told.clone()) };
        let (of, taken) = erased(&event).expect("readable");
        assert_eq!((of.to_string(), erasure(&taken)), (reference.clone(), told));
    }
    let later = contract::Erasure { reason: 77, ..told.clone() };
    let event = NotificationErased { reference: reference.clone(), erasure: Some(later) };
    let (_, taken) = erased(&event).expect("a reason of a later version is a reason");
    assert_eq!(taken.why, ErasureReason::Unknown);

    let undated = contract::Erasure { erased_at: None, ..told };
    for erasure in [None, Some(undated)] {
        let event = NotificationErased { reference: reference.clone(), erasure };
        assert!(erased(&event).expect_err("refused").to_string().contains("when"));
    }
}

#[test]
fn match_tokens_are_taken_out_of_an_event_and_nothing_else_is() {
    let event = event();
    let mut with_tokens = event.clone();
    for child in &mut with_tokens.notification.as_mut().expect("a notification").children {
        child.child_token = "0123456789abcdef0123456789abcdef".into();
        child.household_token = "fedcba9876543210fedcba9876543210".into();
    }
    let stripped = tokens::without_tokens(&with_tokens.encode_to_vec());
    assert_eq!(NotificationAssessed::decode(stripped).expect("readable"), event);
    assert!(tokens::without_tokens(&[0x0a, 0xff]).is_empty(), "what cannot be read keeps nothing");
}
