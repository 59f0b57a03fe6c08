//! Forms good, odd and broken, in the words of the rules.

use contracts::notification::v1::{
    Age, Area, Child, ChildFacts, ChildIdentity, Incident, IncidentFacts, Nation, Placement,
};
use jiff::civil::date;

use super::*;
use crate::domain::coding::Labels;

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
fn every_retired_or_coming_code_of_a_placement_is_taken_with_the_set_in_force() {
    // (the incident's day, the code, the rule, a code of the set that is named instead, the last or first year named)
    let cases = [
        ("2025-06-01", "H5", "CODE_RETIRED", "K3", "2024-25"),
        ("2025-06-01", "P2", "CODE_RETIRED", "P3", "2024-25"),
        ("2025-06-01", "Z1", "CODE_RETIRED", "Z14", "2024-25"),
        ("2025-03-31", "Z11", "CODE_NOT_YET", "Z1", "2025-26"),
        ("2024-03-31", "K3", "CODE_NOT_YET", "K2", "2024-25"),
    ];
    for (day, code, rule, instead, year) in cases {
        let mut notification = good();
        incident(&mut notification).occurred_on = day.into();
        facts(&mut notification).placement = Some(Placement { code: code.into(), ..Default::default() });
        warns(&notification, "children[0].facts.placement.code", rule);
        let told = &judge_form(&notification, TODAY).warnings[0];
        let set: Vec<&str> = told.remedy.rsplit(": ").next().unwrap_or_default().split(", ").collect();
        assert!(set.contains(&instead) && !set.contains(&code), "{code} on {day}: {}", told.remedy);
        assert!(told.what.contains(year), "{code} on {day}: {}", told.what);
    }
}

#[test]
fn a_gss_code_is_understood_and_told_with_its_number() {
    let mut notification = good();
    notification.notifying_authority = "E08000039".into();
    warns(&notification, "notifying_authority", "GSS_CODE_UNDERSTOOD");
    assert!(judge_form(&notification, TODAY).warnings[0].what.contains("373"));
}

#[test]
fn an_old_gss_code_is_understood_and_the_one_in_force_on_the_day_is_named() {
    let mut notification = good();
    facts(&mut notification).placement =
        Some(Placement { host_authority: "E08000019".into(), ..Default::default() });
    let judgement = judge_form(&notification, TODAY);
    assert_eq!(judgement.violations, []);
    let field = "children[0].facts.placement.host_authority";
    assert_eq!(
        rules(&judgement.warnings),
        [(field, "GSS_CODE_UNDERSTOOD"), (field, "GSS_CODE_NOT_IN_FORCE")]
    );
    assert!(judgement.warnings[1].what.contains("E08000039"), "{:?}", judgement.warnings[1]);

    incident(&mut notification).occurred_on = "2025-04-30".into();
    warns(&notification, field, "GSS_CODE_UNDERSTOOD");
}

#[test]
fn a_gss_code_that_nobody_has_is_refused_as_a_number_that_nobody_has() {
    let mut notification = good();
    notification.notifying_authority = "E99999999".into();
    violates(&notification, "notifying_authority", "AUTHORITY_UNKNOWN");
}

#[test]
fn a_gss_code_of_an_authority_that_ended_is_a_warning_too() {
    let mut notification = good();
    // Cumbria, until 31 March 2023.
    incident(&mut notification).area =
        Some(Area { nation: Nation::England.into(), authority: "E10000006".into() });
    let judgement = judge_form(&notification, TODAY);
    assert_eq!(judgement.violations, []);
    let field = "incident.facts.area.authority";
    assert_eq!(rules(&judgement.warnings), [(field, "GSS_CODE_UNDERSTOOD"), (field, "AUTHORITY_ENDED")]);
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
    let coded = crate::domain::coding::code(&notification, Labels::draft(jiff::Timestamp::UNIX_EPOCH), None);
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
