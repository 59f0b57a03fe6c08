//! What a finding carries beside its outcome: the facts it relies on as they were told, who judged, the changes that
//! would alter it, which children lead, and a hash over all of it.

use contracts::notification::v1::{
    Age, Answer, Area, Assessment, CauseOfDeath, ChildFacts, CodedChild, CodedNotification, Event,
    FactReliedOn, IncidentFacts, JudgedBy, Judgement, Nation, Outcome,
};
use eligibility::assess::assess_coded;
use eligibility::domain::policy;
use prost::Message;
use sha2::{Digest, Sha256};

fn assess(notification: &CodedNotification) -> Assessment {
    assess_coded(notification, policy::compiled_in())
}

fn area(authority: &str) -> Option<Area> {
    Some(Area { nation: Nation::England.into(), authority: authority.into() })
}

fn judged(answer: Answer, judged_by: JudgedBy, judged_on: &str) -> Option<Judgement> {
    Some(Judgement { answer: answer.into(), judged_by: judged_by.into(), judged_on: judged_on.into() })
}

/// Harmed in Sheffield, notified by Sheffield: the harm judged serious by the director.
fn harmed() -> ChildFacts {
    ChildFacts {
        event: Event::Harm.into(),
        abuse_or_neglect: judged(Answer::Yes, JudgedBy::SocialWork, "2026-03-03"),
        serious_harm: judged(Answer::Yes, JudgedBy::Director, "2026-03-04"),
        age: Some(Age { years: 17, months: None }),
        looked_after: Answer::No.into(),
        care_leaver: Answer::No.into(),
        ..ChildFacts::default()
    }
}

fn notification(children: Vec<ChildFacts>) -> CodedNotification {
    let incident =
        IncidentFacts { occurred_on: "2026-03-02".into(), area: area("373"), ..IncidentFacts::default() };
    let children = children.into_iter().zip(1..);
    CodedNotification {
        notifying_authority: "373".into(),
        incident: Some(incident),
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

fn told(facts: &[FactReliedOn]) -> Vec<(&str, &str)> {
    facts.iter().map(|fact| (fact.field.as_str(), fact.value.as_str())).collect()
}

#[test]
fn a_duty_relies_on_its_facts_each_once_as_they_were_told() {
    let assessment = assess(&notification(vec![harmed()]));
    assert_eq!(
        told(&assessment.children[0].facts),
        [
            ("children[0].facts.abuse_or_neglect", "yes"),
            ("children[0].facts.event", "harm"),
            ("children[0].facts.serious_harm", "yes"),
            ("children[0].facts.age", "17 years"),
            ("incident.facts.area.authority", "in the notifying authority's area"),
            ("notifying_authority", "authority 373"),
        ]
    );
}

#[test]
fn a_judgement_carries_who_judged_and_when_and_no_other_fact_does() {
    let assessment = assess(&notification(vec![harmed()]));
    let judged: Vec<(JudgedBy, &str)> = assessment.children[0]
        .facts
        .iter()
        .map(|fact| (fact.judged_by(), fact.judged_on.as_str()))
        .filter(|(judged_by, judged_on)| *judged_by != JudgedBy::Unspecified || !judged_on.is_empty())
        .collect();
    assert_eq!(judged, [(JudgedBy::SocialWork, "2026-03-03"), (JudgedBy::Director, "2026-03-04")]);
}

#[test]
fn a_day_of_judgement_that_is_no_day_is_left_out() {
    for no_day in ["2026-02-30", "by A. Person", ""] {
        let child = ChildFacts { serious_harm: judged(Answer::Yes, JudgedBy::Director, no_day), ..harmed() };
        let assessment = assess(&notification(vec![child]));
        let fact = assessment.children[0].facts.iter().find(|fact| fact.field.ends_with("serious_harm"));
        assert_eq!(
            fact.map(|fact| (fact.judged_by(), fact.judged_on.as_str())),
            Some((JudgedBy::Director, ""))
        );
    }
}

#[test]
fn what_is_not_known_is_told_so_where_the_finding_rests_on_it() {
    let assessment = assess(&notification(vec![ChildFacts { abuse_or_neglect: None, ..harmed() }]));
    let finding = &assessment.children[0];
    assert_eq!(finding.outcome(), Outcome::NeedsJudgement);
    assert_eq!(told(&finding.facts)[0], ("children[0].facts.abuse_or_neglect", "not known"));
}

#[test]
fn places_are_told_as_they_were_read() {
    let value = |place: Option<Area>, residence: Option<Area>, field: &str| {
        let mut notification = notification(vec![ChildFacts { normal_residence: residence, ..harmed() }]);
        notification.incident.get_or_insert_default().area = place;
        let facts = assess(&notification).children.remove(0).facts;
        facts.into_iter().find(|fact| fact.field.ends_with(field)).map(|fact| fact.value)
    };
    let wales = || Some(Area { nation: Nation::Wales.into(), authority: String::new() });
    let told = |value: &str| Some(value.to_owned());
    assert_eq!(value(area("888"), None, "area.authority"), told("in the area of authority 888"));
    assert_eq!(value(area(""), None, "area.authority"), told("in England, the authority not known"));
    assert_eq!(value(wales(), area("373"), "facts.area"), told("outside England"));
    assert_eq!(value(wales(), area("888"), "residence"), told("in the area of authority 888"));
    assert_eq!(value(None, None, "facts.area"), told("not known"));
}

#[test]
fn an_unexplained_death_tells_its_cause_and_how_the_family_was_known() {
    let child = ChildFacts {
        event: Event::Death.into(),
        abuse_or_neglect: None,
        cause_of_death: CauseOfDeath::SuddenUnexpectedInInfancy.into(),
        known_to_agencies: Answer::Yes.into(),
        ..harmed()
    };
    let assessment = assess(&notification(vec![child]));
    let facts = told(&assessment.children[0].facts);
    assert!(
        facts.contains(&("children[0].facts.cause_of_death", "sudden unexpected death in infancy")),
        "{facts:?}"
    );
    assert!(facts.contains(&("children[0].facts.known_to_agencies", "yes")), "{facts:?}");
}

#[test]
fn an_unborn_child_is_told_so_and_before_the_earliest_edition_the_day_is() {
    let unborn = ChildFacts { unborn: Answer::Yes.into(), ..harmed() };
    let mut notification = notification(vec![unborn]);
    notification.incident.get_or_insert_default().occurred_on = "2015-05-01".into();
    let assessment = assess(&notification);
    let facts = told(&assessment.children[0].facts);
    assert!(facts.contains(&("children[0].facts.unborn", "yes")), "{facts:?}");
    assert!(facts.contains(&("incident.facts.occurred_on", "2015-05-01")), "{facts:?}");
    notification.incident.get_or_insert_default().occurred_on = String::new();
    notification.became_aware_on = "2015-05-02".into();
    let assessment = assess(&notification);
    let facts = told(&assessment.children[0].facts);
    assert!(facts.contains(&("incident.facts.occurred_on", "not known; read as 2015-05-02")), "{facts:?}");
}

#[test]
fn the_changes_name_the_senders_fields() {
    let assessment = assess(&notification(vec![harmed(), harmed()]));
    let changes = &assessment.children[1].changes;
    let outside: Vec<Vec<(&str, Vec<&str>)>> = changes
        .iter()
        .filter(|change| change.outcome() == Outcome::Outside)
        .map(|change| {
            change
                .facts
                .iter()
                .map(|turn| (turn.field.as_str(), turn.becomes.iter().map(String::as_str).collect()))
                .collect()
        })
        .collect();
    assert_eq!(
        outside,
        [
            vec![("children[1].facts.abuse_or_neglect", vec!["no"])],
            vec![("children[1].facts.serious_harm", vec!["no"])],
            vec![("children[1].facts.age", vec!["18 to 24", "25 or over"])],
        ]
    );
    let elsewhere = changes.iter().find(|change| change.outcome() == Outcome::DutyOfAnotherAuthority);
    let elsewhere = elsewhere.expect("it can turn out so");
    assert_eq!(elsewhere.facts[0].field, "incident.facts.area");
    assert_eq!(elsewhere.facts[0].becomes, ["in another English authority's area"]);
}

#[test]
fn the_incident_is_led_by_every_child_whose_outcome_is_its_own() {
    let outside = ChildFacts { abuse_or_neglect: judged(Answer::No, JudgedBy::Director, ""), ..harmed() };
    let assessment = assess(&notification(vec![outside, harmed(), harmed()]));
    assert_eq!(assessment.led_by, ["2", "3"]);
    assert_eq!(assess(&notification(Vec::new())).led_by, Vec::<String>::new());
}

#[test]
fn the_finding_names_the_first_day_of_its_edition() {
    assert_eq!(assess(&notification(vec![harmed()])).policy_effective_from, "2025-06-01");
}

/// As whoever holds a finding checks it.
fn hash_of(mut assessment: Assessment) -> String {
    assessment.finding_hash = String::new();
    hex::encode(Sha256::digest(assessment.encode_to_vec()))
}

#[test]
fn the_hash_verifies_from_the_decoded_finding_and_a_letter_more_breaks_it() {
    let assessment = assess(&notification(vec![harmed(), ChildFacts::default()]));
    let decoded = Assessment::decode(assessment.encode_to_vec().as_slice()).expect("it was encoded here");
    assert_eq!(decoded.finding_hash.len(), 64);
    assert_eq!(hash_of(decoded.clone()), decoded.finding_hash);
    let mut altered = decoded.clone();
    altered.children[1].reasons[0].text.push('!');
    assert_ne!(hash_of(altered), decoded.finding_hash);
}

#[test]
fn the_same_finding_is_encoded_in_the_same_bytes_however_it_was_put_together() {
    let assessment = assess(&notification(vec![harmed(), ChildFacts::default()]));
    let encoded = assessment.encode_to_vec();
    let decoded = Assessment::decode(encoded.as_slice()).expect("it was encoded here");
    assert_eq!(decoded.encode_to_vec(), encoded);
    assert_eq!(assess(&notification(vec![harmed(), ChildFacts::default()])).encode_to_vec(), encoded);
}
