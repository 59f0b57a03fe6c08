//! Whatever a coded notification holds, and however badly, it is judged: always, and always the same.

use std::sync::LazyLock;

use contracts::notification::v1::{
    Age, Answer, Area, Assessment, ChildFacts, CodedChild, CodedNotification, Event, IncidentFacts,
    Judgement, Nation, Outcome,
};
use eligibility::assess::assess_coded;
use eligibility::domain::policy::{self, Policies};
use proptest::prelude::*;
use prost::Message;
use prost_types::Timestamp;

/// Numbers of an enumeration, and some that this build does not know.
fn number() -> impl Strategy<Value = i32> {
    prop_oneof![9 => 0..8_i32, 1 => any::<i32>()]
}

fn authority() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("373".to_owned()),
        3 => Just("888".to_owned()),
        2 => Just(String::new()),
        1 => ".{0,5}",
    ]
}

fn day() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (2015..2028_i32, 1..13_i32, 1..32_i32).prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}")),
        2 => Just(String::new()),
        1 => ".{0,12}",
    ]
}

fn area() -> impl Strategy<Value = Option<Area>> {
    proptest::option::of((number(), authority()).prop_map(|(nation, authority)| Area { nation, authority }))
}

fn judgement() -> impl Strategy<Value = Option<Judgement>> {
    let judgement = (number(), number(), day());
    proptest::option::of(judgement.prop_map(|(answer, judged_by, judged_on)| Judgement {
        answer,
        judged_by,
        judged_on,
    }))
}

prop_compose! {
    fn child_facts()(
        (event, unborn, looked_after, care_leaver) in (number(), number(), number(), number()),
        (cause_of_death, known_to_agencies) in (number(), number()),
        (abuse_or_neglect, serious_harm) in (judgement(), judgement()),
        years in proptest::option::of(prop_oneof![9 => 0..30_u32, 1 => any::<u32>()]),
        normal_residence in area(),
    ) -> ChildFacts {
        ChildFacts {
            event, unborn, looked_after, care_leaver, cause_of_death, known_to_agencies,
            abuse_or_neglect, serious_harm, normal_residence,
            age: years.map(|years| Age { years, months: None }),
            ..ChildFacts::default()
        }
    }
}

prop_compose! {
    fn notification()(
        (notifying_authority, became_aware_on, occurred_on) in (authority(), day(), day()),
        received in proptest::option::of(any::<(i64, i32)>()),
        area in area(),
        children in proptest::collection::vec(proptest::option::of(child_facts()), 0..5),
    ) -> CodedNotification {
        CodedNotification {
            notifying_authority, became_aware_on,
            received_at: received.map(|(seconds, nanos)| Timestamp { seconds, nanos }),
            incident: Some(IncidentFacts { occurred_on, area, ..IncidentFacts::default() }),
            children: children.into_iter().zip(1..).map(|(facts, key)| CodedChild { key: format!("{key}"), facts, ..CodedChild::default() }).collect(),
            ..CodedNotification::default()
        }
    }
}

fn assess(notification: &CodedNotification) -> Assessment {
    assess_coded(notification, policy::compiled_in())
}

fn with_an_edition_to_come() -> &'static Policies {
    static EDITIONS: LazyLock<Policies> = LazyLock::new(|| {
        let newest = include_str!("../policy/2025-06-01.toml");
        let to_come = newest
            .replace("Working Together 2023 (June 2025)", "Guidance of 2030")
            .replace("effective_from = \"2025-06-01\"", "effective_from = \"2030-01-01\"")
            .replace("to_age = 24", "to_age = 26");
        Policies::parse([
            ("2018-06-29.toml", include_str!("../policy/2018-06-29.toml")),
            ("2023-12-15.toml", include_str!("../policy/2023-12-15.toml")),
            ("2025-06-01.toml", newest),
            ("2030-01-01.toml", to_come.as_str()),
        ])
        .expect("they read")
    });
    &EDITIONS
}

proptest! {
    #[test]
    fn every_notification_is_judged_with_one_finding_for_each_child(notification in notification()) {
        let assessment = assess(&notification);
        prop_assert!(assessment.outcome() != Outcome::Unspecified);
        let keys: Vec<&str> = assessment.children.iter().map(|finding| finding.child_key.as_str()).collect();
        let sent: Vec<&str> = notification.children.iter().map(|child| child.key.as_str()).collect();
        prop_assert_eq!(keys, sent);
        for finding in &assessment.children {
            prop_assert!(finding.outcome() != Outcome::Unspecified);
            prop_assert!(!finding.reasons.is_empty() && !finding.provision.is_empty());
            prop_assert!(!finding.facts.is_empty() && !finding.changes.is_empty());
            prop_assert!(finding.changes.iter().all(|change| change.outcome != finding.outcome));
            let other = finding.outcome() == Outcome::DutyOfAnotherAuthority;
            prop_assert_eq!(other, !finding.duty_authority.is_empty());
        }
        prop_assert!(!assessment.summary.is_empty() && assessment.policy_hash.len() == 64);
        prop_assert_eq!(assessment.finding_hash.len(), 64);
    }

    #[test]
    fn the_same_notification_gives_the_same_bytes(notification in notification()) {
        let again = CodedNotification::decode(notification.encode_to_vec().as_slice()).expect("it was encoded here");
        prop_assert_eq!(assess(&notification).encode_to_vec(), assess(&again).encode_to_vec());
    }

    #[test]
    fn an_edition_to_come_alters_no_finding_of_what_happened_before(notification in notification()) {
        let after = assess_coded(&notification, with_an_edition_to_come());
        // Without any day the newest edition is read, and a random day can lie beyond the new edition's first.
        prop_assume!(after.policy_edition != "Guidance of 2030");
        let before = assess(&notification);
        prop_assert_eq!(&after.finding_hash, &before.finding_hash);
        prop_assert_eq!(after.encode_to_vec(), before.encode_to_vec());
    }

    #[test]
    fn the_order_of_the_children_does_not_alter_the_incidents_outcome(notification in notification()) {
        let mut turned = notification.clone();
        turned.children.reverse();
        prop_assert_eq!(assess(&notification).outcome, assess(&turned).outcome);
    }

    #[test]
    fn a_child_left_blank_is_never_found_to_be_outside(mut notification in notification()) {
        notification.children = vec![CodedChild { key: "1".to_owned(), facts: None, ..CodedChild::default() }];
        prop_assert_eq!(assess(&notification).outcome(), Outcome::NeedsJudgement);
    }
}

/// A harm notification that is a duty under s.16C(1)(a) on this day.
fn duty_on(occurred_on: &str) -> CodedNotification {
    let judged = |answer: Answer| Some(Judgement { answer: answer.into(), ..Judgement::default() });
    let sheffield = Area { nation: Nation::England.into(), authority: "373".into() };
    CodedNotification {
        notifying_authority: "373".into(),
        incident: Some(IncidentFacts {
            occurred_on: occurred_on.into(),
            area: Some(sheffield),
            ..IncidentFacts::default()
        }),
        children: vec![CodedChild {
            key: "1".into(),
            facts: Some(ChildFacts {
                event: Event::Harm.into(),
                abuse_or_neglect: judged(Answer::Yes),
                serious_harm: judged(Answer::Yes),
                age: Some(Age { years: 3, months: None }),
                ..ChildFacts::default()
            }),
            ..CodedChild::default()
        }],
        ..CodedNotification::default()
    }
}

#[test]
fn the_day_of_the_incident_chooses_the_edition_and_the_finding_names_it() {
    let edition = |day: &str| assess(&duty_on(day)).policy_edition;
    assert_eq!(edition("2023-12-14"), "Working Together 2018");
    assert_eq!(edition("2023-12-15"), "Working Together 2023");
    assert_eq!(edition("2025-06-01"), "Working Together 2023 (June 2025)");
}

#[test]
fn without_the_day_of_the_incident_becoming_aware_and_then_receipt_choose_the_edition() {
    let mut notification = duty_on("2025-02-30");
    // 23:30 on 31 May 2025 in UTC is 1 June in London.
    notification.received_at = Some(Timestamp { seconds: 1_748_734_200, nanos: 0 });
    assert_eq!(assess(&notification).policy_edition, "Working Together 2023 (June 2025)");
    notification.became_aware_on = "2024-01-02".into();
    assert_eq!(assess(&notification).policy_edition, "Working Together 2023");
}

#[test]
fn reasons_name_the_facts_by_the_senders_paths_and_cite_their_source() {
    let mut notification = duty_on("2026-03-02");
    notification.children.insert(0, CodedChild { key: "0".into(), facts: None, ..CodedChild::default() });
    let assessment = assess(&notification);
    let reason = &assessment.children[1].reasons[1];
    assert_eq!(
        (reason.code.as_str(), reason.source.as_str()),
        ("ABUSE_SUSPECTED", "Children Act 2004 s.16C(1)")
    );
    assert_eq!(reason.facts, ["children[1].facts.abuse_or_neglect"]);
    let missing: Vec<&str> =
        assessment.children[0].missing.iter().map(|missing| missing.field.as_str()).collect();
    assert!(missing.contains(&"children[0].facts.event"), "{missing:?}");
}

#[test]
fn a_nation_beside_an_english_authority_is_at_odds_with_itself_and_not_known() {
    let mut notification = duty_on("2026-03-02");
    let area = Area { nation: Nation::Wales.into(), authority: "373".into() };
    notification.incident.get_or_insert_default().area = Some(area);
    let finding = assess(&notification).children.remove(0);
    assert_eq!(finding.outcome(), Outcome::NeedsJudgement);
    assert_eq!(finding.missing[0].field, "incident.facts.area");
}

#[test]
fn an_authority_without_a_nation_is_in_england() {
    let mut notification = duty_on("2026-03-02");
    notification.incident.get_or_insert_default().area = Some(Area { nation: 0, authority: "373".into() });
    assert_eq!(assess(&notification).outcome(), Outcome::DutyInArea);
}
