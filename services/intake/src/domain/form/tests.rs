//! Forms good, odd and broken, in the words of the rules.

use contracts::notification::v1::{
    Age, Area, Child, ChildFacts, ChildIdentity, Incident, IncidentFacts, Nation, Placement,
};
use jiff::civil::date;

use super::*;

const TODAY: Date = date(2026, 3, 20);

fn good() -> Notification {
    Notification {
        sender_reference: "A-1".into(),
        notifying_authority: "373".into(),
        became_aware_on: "2026-03-16".into(),
        incident: Some(Incident {
            facts: Some(IncidentFacts {
                occurred_on: "2026-03-14".into(),
                area: Some(Area { nation: Nation::England.into(), authority: "373".into() }),
                ..Default::default()
            }),
            ..Default::default()
        }),
        children: vec![Child { key: "1".into(), identity: None, facts: Some(ChildFacts::default()) }],
        ..Default::default()
    }
}

fn facts(notification: &mut Notification) -> &mut ChildFacts {
    notification.children[0].facts.as_mut().expect("facts")
}

fn incident(notification: &mut Notification) -> &mut IncidentFacts {
    notification.incident.as_mut().and_then(|incident| incident.facts.as_mut()).expect("facts")
}

fn rules(remarks: &[Remark]) -> Vec<(&str, &str)> {
    remarks.iter().map(|remark| (remark.field.as_str(), remark.rule.as_str())).collect()
}

#[track_caller]
fn violates(notification: &Notification, field: &str, rule: &str) {
    let judgement = judge_form(notification, TODAY);
    assert_eq!(rules(&judgement.violations), [(field, rule)]);
    let told = &judgement.violations[0];
    assert!(!told.what.is_empty() && !told.why.is_empty() && !told.remedy.is_empty(), "{told:?}");
}

#[track_caller]
fn warns(notification: &Notification, field: &str, rule: &str) {
    let judgement = judge_form(notification, TODAY);
    assert_eq!(judgement.violations, []);
    assert_eq!(rules(&judgement.warnings), [(field, rule)]);
}

#[test]
fn a_bare_notification_before_the_childs_name_is_known_is_well_formed() {
    assert_eq!(judge_form(&good(), TODAY), FormJudgement::default());
}

#[test]
fn a_day_that_does_not_exist_is_refused_wherever_it_stands() {
    let mut notification = good();
    incident(&mut notification).occurred_on = "2026-02-30".into();
    violates(&notification, "incident.facts.occurred_on", "DATE_DOES_NOT_EXIST");

    let mut notification = good();
    notification.children[0].identity =
        Some(ChildIdentity { date_of_birth: "2019-13-01".into(), ..Default::default() });
    violates(&notification, "children[0].identity.date_of_birth", "DATE_DOES_NOT_EXIST");
}

#[test]
fn tomorrow_is_refused_and_today_is_not() {
    let mut notification = good();
    notification.became_aware_on = "2026-03-21".into();
    violates(&notification, "became_aware_on", "DATE_IN_FUTURE");
    notification.became_aware_on = "2026-03-20".into();
    assert_eq!(judge_form(&notification, TODAY).violations, []);
}

#[test]
fn an_unknown_authority_is_refused_and_one_that_ended_is_a_warning() {
    let mut notification = good();
    incident(&mut notification).area = Some(Area { nation: Nation::England.into(), authority: "999".into() });
    violates(&notification, "incident.facts.area.authority", "AUTHORITY_UNKNOWN");

    let ended = authorities_that_ended();
    incident(&mut notification).area = Some(Area { nation: Nation::England.into(), authority: ended });
    warns(&notification, "incident.facts.area.authority", "AUTHORITY_ENDED");
}

fn authorities_that_ended() -> String {
    let register = registers::authorities();
    let ended = register.iter().find(|authority| !authority.is_live_on(TODAY)).expect("some have ended");
    ended.number.to_string()
}

#[test]
fn a_retired_placement_code_is_a_warning_that_names_its_replacement_set() {
    let mut notification = good();
    facts(&mut notification).placement = Some(Placement { code: "Z1".into(), ..Default::default() });
    warns(&notification, "children[0].facts.placement.code", "CODE_RETIRED");
    let remedy = &judge_form(&notification, TODAY).warnings[0].remedy;
    assert!(remedy.contains("Z11"), "{remedy}");
}

#[test]
fn a_code_of_a_later_year_is_a_warning() {
    let mut notification = good();
    incident(&mut notification).occurred_on = "2023-06-01".into();
    facts(&mut notification).sex = "F".into();
    warns(&notification, "children[0].facts.sex", "CODE_NOT_YET");
}

#[test]
fn a_code_that_never_was_is_refused() {
    let mut notification = good();
    facts(&mut notification).ethnicity = "WBRX".into();
    violates(&notification, "children[0].facts.ethnicity", "CODE_UNKNOWN");
}

#[test]
fn two_children_with_one_key_are_refused() {
    let mut notification = good();
    notification.children.push(notification.children[0].clone());
    violates(&notification, "children[1].key", "CHILD_KEY_TWICE");
}

#[test]
fn a_stated_age_that_differs_from_the_birth_date_is_a_warning() {
    let mut notification = good();
    notification.children[0].identity =
        Some(ChildIdentity { date_of_birth: "2020-01-02".into(), ..Default::default() });
    facts(&mut notification).age = Some(Age { years: 7, months: None });
    warns(&notification, "children[0].facts.age", "AGE_DIFFERS");
}

#[test]
fn a_birth_date_of_another_century_is_a_warning_and_no_age() {
    let mut notification = good();
    notification.children[0].identity =
        Some(ChildIdentity { date_of_birth: "1890-01-02".into(), ..Default::default() });
    warns(&notification, "children[0].identity.date_of_birth", "AGE_IMPLAUSIBLE");
    let coded = crate::domain::coding::code(&notification, String::new(), 1, jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(contracts::rules::broken_rules(&coded), []);
    assert_eq!(coded.children[0].facts.as_ref().and_then(|facts| facts.age), None);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut notification = good();
    notification.notifying_authority = "999".into();
    notification.became_aware_on = "2026-02-30".into();
    facts(&mut notification).ethnicity = "WBRX".into();
    let judgement = judge_form(&notification, TODAY);
    assert_eq!(
        rules(&judgement.violations),
        [
            ("notifying_authority", "AUTHORITY_UNKNOWN"),
            ("became_aware_on", "DATE_DOES_NOT_EXIST"),
            ("children[0].facts.ethnicity", "CODE_UNKNOWN"),
        ]
    );
}

#[test]
fn no_remark_repeats_what_was_sent() {
    let mut notification = good();
    notification.children[0].key = "Robin Sparrow".into();
    notification.children[0].identity =
        Some(ChildIdentity { date_of_birth: "Robin Sparrow".into(), ..Default::default() });
    facts(&mut notification).sex = "Robin".into();
    notification.notifying_authority = "Robin".into();
    let judgement = judge_form(&notification, TODAY);
    assert!(judgement.violations.len() >= 4, "{judgement:?}");
    assert!(!format!("{judgement:?}").contains("Robin"), "{judgement:?}");
}
