//! Each indicator by table: what shows it, on which path, and what does not.

use super::*;
use crate::domain::policy::compiled_in;

fn shown(institution: Option<Institution>, children: &[Child]) -> Vec<(String, Vec<String>)> {
    let shown = present(institution, children, compiled_in().on(None));
    shown.into_iter().map(|reason| (reason.code, reason.facts)).collect()
}

fn shown_by(child: Child) -> Vec<(String, Vec<String>)> {
    shown(None, &[child])
}

#[test]
fn nothing_stated_shows_nothing() {
    assert_eq!(shown(None, &[]), []);
    assert_eq!(shown(None, &[Child::default(), Child::default()]), []);
}

#[test]
fn each_sign_shows_its_indicator_on_its_own_path() {
    let signs = [
        (
            Child { otherwise: Some(Otherwise::ElectiveHomeEducation), ..Default::default() },
            "EDUCATED_OTHERWISE_THAN_AT_SCHOOL",
            "education.status",
        ),
        (Child { looked_after: true, ..Default::default() }, "CHILD_IN_CARE", "looked_after"),
        (Child { placed: true, ..Default::default() }, "CHILD_IN_CARE", "placement"),
        (Child { plan: true, ..Default::default() }, "CHILD_PROTECTION_PLAN", "child_protection_plan"),
        (
            Child { earlier_plan: true, ..Default::default() },
            "CHILD_PROTECTION_PLAN",
            "earlier_child_protection_plan",
        ),
        (
            Child { abuse: vec![Abuse::Neglect, Abuse::Sexual], ..Default::default() },
            "RANGE_OF_ABUSE",
            "harm_types",
        ),
        (
            Child { lived_in: Some((Institution::Secure, "placement.setting")), ..Default::default() },
            "INSTITUTIONAL_SETTING",
            "placement.setting",
        ),
        (
            Child { by_staff: vec!["alleged_perpetrators"], ..Default::default() },
            "INSTITUTIONAL_SETTING",
            "alleged_perpetrators",
        ),
    ];
    for (child, code, fact) in signs {
        let expected = vec![(code.to_owned(), vec![format!("children[0].facts.{fact}")])];
        assert_eq!(shown_by(child), expected, "{fact}");
    }
}

#[test]
fn one_kind_of_abuse_is_no_range_and_two_children_with_one_each_are_none_either() {
    let with = |abuse: &[Abuse]| Child { abuse: abuse.to_vec(), ..Default::default() };
    assert_eq!(shown_by(with(&[Abuse::Neglect])), []);
    assert_eq!(shown(None, &[with(&[Abuse::Neglect]), with(&[Abuse::Physical])]), []);
}

#[test]
fn an_incident_in_an_institution_shows_it_at_the_incident() {
    let expected = ("INSTITUTIONAL_SETTING".to_owned(), vec!["incident.facts.setting".to_owned()]);
    assert_eq!(shown(Some(Institution::ChildrensHome), &[]), [expected]);
}

#[test]
fn an_indicator_of_two_children_is_shown_once_on_both_paths() {
    let child = || Child { looked_after: true, ..Default::default() };
    let shown = shown(None, &[child(), Child::default(), child()]);
    let facts =
        vec!["children[0].facts.looked_after".to_owned(), "children[2].facts.looked_after".to_owned()];
    assert_eq!(shown, [("CHILD_IN_CARE".to_owned(), facts)]);
}

#[test]
fn an_indicator_says_what_was_stated_and_where_it_comes_from() {
    let child = Child { abuse: vec![Abuse::Neglect, Abuse::Sexual], ..Default::default() };
    let reason = present(None, &[child], compiled_in().on(None)).remove(0);
    assert!(reason.text.ends_with("Stated: neglect and sexual abuse."), "{}", reason.text);
    assert!(reason.source.contains("SI 2018/789 reg. 3"), "{}", reason.source);
}
