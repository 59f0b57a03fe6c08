//! An edition with a day to come is put in beside those that hold: what happened before that day is found as it was,
//! byte for byte, and what happens from that day on cites the new edition.

use contracts::notification::v1::{
    Age, Answer, Area, Assessment, ChildFacts, CodedChild, CodedNotification, Event, IncidentFacts,
    Judgement, Nation, Outcome,
};
use eligibility::assess::assess_coded;
use eligibility::domain::policy::{self, Policies};
use prost::Message;

const TO_COME: &str = r#"
edition = "Guidance of 2030"
effective_from = "2030-01-01"
[child]
adult_from_age = 18
[looked_after_death]
provision = "Guidance of 2030: looked-after children"
[care_leaver_death]
provision = "Guidance of 2030: care leavers"
asked_from_age = 16
to_age = 26
"#;

const FILES: [&str; 3] = ["2018-06-29.toml", "2023-12-15.toml", "2025-06-01.toml"];

/// The editions of this build, and one more.
fn with_the_edition_to_come() -> Policies {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/policy/");
    let texts = FILES.map(|file| std::fs::read_to_string(format!("{folder}{file}")).expect("it reads"));
    let held = FILES.into_iter().zip(texts.iter().map(String::as_str));
    Policies::parse(held.chain([("2030-01-01.toml", TO_COME)])).expect("they read")
}

fn judged(answer: Answer) -> Option<Judgement> {
    Some(Judgement { answer: answer.into(), ..Judgement::default() })
}

/// Three children of one incident: harmed, a care leaver of 26 who died, and one of whom nothing is known.
fn incident_on(day: &str) -> CodedNotification {
    let harmed = ChildFacts {
        event: Event::Harm.into(),
        abuse_or_neglect: judged(Answer::Yes),
        serious_harm: judged(Answer::Yes),
        age: Some(Age { years: 3, months: None }),
        ..ChildFacts::default()
    };
    let care_leaver = ChildFacts {
        event: Event::Death.into(),
        age: Some(Age { years: 26, months: None }),
        care_leaver: Answer::Yes.into(),
        ..ChildFacts::default()
    };
    let children = [harmed, care_leaver, ChildFacts::default()].into_iter().zip(1..);
    CodedNotification {
        notifying_authority: "373".into(),
        incident: Some(IncidentFacts {
            occurred_on: day.into(),
            area: Some(Area { nation: Nation::England.into(), authority: "373".into() }),
            ..IncidentFacts::default()
        }),
        children: children
            .map(|(facts, key)| CodedChild {
                key: format!("{key}"),
                facts: Some(facts),
                ..Default::default()
            })
            .collect(),
        ..CodedNotification::default()
    }
}

#[test]
fn what_happened_before_its_day_is_found_with_the_very_same_bytes_and_hash() {
    let with_more = with_the_edition_to_come();
    for day in
        ["2015-05-01", "2018-06-29", "2022-08-09", "2023-12-15", "2025-06-01", "2026-03-02", "2029-12-31"]
    {
        let notification = incident_on(day);
        let before = assess_coded(&notification, policy::compiled_in());
        let after = assess_coded(&notification, &with_more);
        assert_eq!(after.finding_hash, before.finding_hash, "{day}");
        assert_eq!(after.encode_to_vec(), before.encode_to_vec(), "{day}");
    }
}

#[test]
fn what_happens_from_its_day_on_cites_it_and_is_judged_by_its_ages() {
    let with_more = with_the_edition_to_come();
    for day in ["2030-01-01", "2031-07-08"] {
        let found = assess_coded(&incident_on(day), &with_more);
        assert_eq!(
            (found.policy_edition.as_str(), found.policy_effective_from.as_str()),
            ("Guidance of 2030", "2030-01-01")
        );
        assert_eq!(found.children[1].outcome(), Outcome::CareLeaverDeath);
        assert_eq!(found.children[1].provision, "Guidance of 2030: care leavers");
        let words: Vec<&str> = becomes(&found);
        assert!(words.contains(&"18 to 26") || words.contains(&"27 or over"), "{words:?}");
    }
    let by_the_old = assess_coded(&incident_on("2029-12-31"), &with_more);
    assert_eq!(by_the_old.children[1].outcome(), Outcome::Outside);
}

fn becomes(found: &Assessment) -> Vec<&str> {
    let changes = found.children.iter().flat_map(|child| &child.changes);
    changes.flat_map(|change| &change.facts).flat_map(|turn| &turn.becomes).map(String::as_str).collect()
}

#[test]
fn a_finding_of_years_ago_is_reproduced_as_it_is_on_record() {
    let found = assess_coded(&incident_on("2019-02-03"), &with_the_edition_to_come());
    assert_eq!(found.policy_edition, "Working Together 2018");
    assert_eq!(found.finding_hash, ON_RECORD);
}

/// The hash of the finding for 3 February 2019. It changes only with the words of a finding, never with an edition.
const ON_RECORD: &str = "3048c76523f66e16ece37fd00e81af770ce5777f73fdbda89b5117830dbc4eb3";
