//! The hand-made notifications of `tests/fixtures`: each is well formed, true to its day, and found as expected.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use contracts::notification::v1::{
    Age, Assessment, ChildFinding, CodedChild, CodedNotification, IncidentFacts, Notification, Outcome,
};
use contracts::{json, rules, time};
use eligibility::assess::assess_coded;
use eligibility::domain::policy;
use jiff::civil::Date;
use registers::{AuthorityNumber, CodeSet, CodeVerdict, authorities};
use serde::Deserialize;

/// What a fixture's file under `expected` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// The pattern it follows, and its published source.
    why: String,
    outcome: String,
    provision: String,
    #[serde(default)]
    duty_authority: String,
    children: Vec<ExpectedChild>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct ExpectedChild {
    key: String,
    outcome: String,
    also: Vec<String>,
    missing: Vec<String>,
}

struct Fixture {
    name: String,
    notification: Notification,
    expected: Expected,
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

fn files(of: &str, suffix: &str) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder(of)).expect("the folder is there");
    entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            let stem =
                name.strip_suffix(suffix).unwrap_or_else(|| panic!("{name} does not belong here")).to_owned();
            (stem, std::fs::read_to_string(&path).expect("it reads"))
        })
        .collect()
}

fn fixtures() -> Vec<Fixture> {
    let mut expected = files("expected", ".toml");
    let fixtures = files("notifications", ".json").into_iter().map(|(name, text)| Fixture {
        notification: json::from_json(&text).unwrap_or_else(|error| panic!("{name}: {error}")),
        expected: expected
            .remove(&name)
            .map(|text| toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}")))
            .unwrap_or_else(|| panic!("{name} has no expected finding")),
        name,
    });
    let fixtures = fixtures.collect();
    assert_eq!(
        expected.keys().collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "expected findings of no notification"
    );
    fixtures
}

/// The coded copy as intake makes it: the facts, with the age worked out where a birth date is given.
fn coded(notification: &Notification) -> CodedNotification {
    let incident =
        notification.incident.as_ref().and_then(|incident| incident.facts.clone()).unwrap_or_default();
    let on = day_of(&incident);
    let children = notification.children.iter().map(|child| {
        let mut facts = child.facts.clone().unwrap_or_default();
        let born = child.identity.as_ref().map_or("", |identity| identity.date_of_birth.as_str());
        if let (Some(born), Some(on)) = (time::civil_date(born).expect("a day"), on) {
            facts.age = Some(age(born, on));
        }
        CodedChild { key: child.key.clone(), facts: Some(facts), ..CodedChild::default() }
    });
    CodedNotification {
        notifying_authority: notification.notifying_authority.clone(),
        became_aware_on: notification.became_aware_on.clone(),
        children: children.collect(),
        incident: Some(incident),
        ..CodedNotification::default()
    }
}

fn day_of(incident: &IncidentFacts) -> Option<Date> {
    time::civil_date(&incident.occurred_on).expect("a day that exists")
}

fn age(born: Date, on: Date) -> Age {
    let span = born.until((jiff::Unit::Year, on)).expect("within the calendar");
    Age {
        years: u32::try_from(span.get_years()).expect("born before the incident"),
        months: u32::try_from(span.get_months()).ok(),
    }
}

fn assess(fixture: &Fixture) -> Assessment {
    assess_coded(&coded(&fixture.notification), policy::compiled_in())
}

fn told(finding: &ChildFinding) -> ExpectedChild {
    ExpectedChild {
        key: finding.child_key.clone(),
        outcome: finding.outcome().as_str_name().to_owned(),
        also: finding.also().map(|outcome| outcome.as_str_name().to_owned()).collect(),
        missing: finding.missing.iter().map(|missing| missing.field.clone()).collect(),
    }
}

#[test]
fn each_fixture_keeps_the_rules_of_form() {
    for fixture in fixtures() {
        let broken = rules::broken_rules(&fixture.notification);
        let coded = rules::broken_rules(&coded(&fixture.notification));
        assert!(broken.is_empty() && coded.is_empty(), "{}: {broken:?} {coded:?}", fixture.name);
    }
}

#[test]
fn each_fixture_is_found_as_expected() {
    for fixture in fixtures() {
        let found = assess(&fixture);
        let Fixture { name, expected, .. } = &fixture;
        assert_eq!(found.children.iter().map(told).collect::<Vec<_>>(), expected.children, "{name}");
        assert_eq!(found.outcome().as_str_name(), expected.outcome, "{name}");
        assert_eq!(found.provision, expected.provision, "{name}");
        assert_eq!(found.duty_authority, expected.duty_authority, "{name}");
    }
}

#[test]
fn each_fixture_says_which_pattern_it_follows_and_its_source() {
    for fixture in fixtures() {
        assert!(fixture.expected.why.contains("Source:"), "{}", fixture.name);
    }
}

#[test]
fn the_fixtures_reach_every_outcome() {
    let fixtures = fixtures();
    let reached: BTreeSet<Outcome> = fixtures.iter().map(|fixture| assess(fixture).outcome()).collect();
    for number in 1..=7 {
        let outcome = Outcome::try_from(number).expect("there are seven");
        assert!(reached.contains(&outcome), "{}", outcome.as_str_name());
    }
    assert!(fixtures.len() >= 26);
}

#[test]
fn no_authority_uses_a_reference_twice() {
    let fixtures = fixtures();
    let keys: BTreeSet<(&str, &str)> = fixtures
        .iter()
        .map(|fixture| &fixture.notification)
        .map(|sent| (sent.notifying_authority.as_str(), sent.sender_reference.as_str()))
        .collect();
    assert_eq!(keys.len(), fixtures.len());
}

#[test]
fn one_setting_is_named_by_its_host_and_by_three_placing_authorities() {
    let fixtures = fixtures();
    let notifiers: BTreeSet<&str> = fixtures
        .iter()
        .filter(|fixture| {
            let incident =
                fixture.notification.incident.as_ref().and_then(|incident| incident.facts.as_ref());
            incident.is_some_and(|facts| facts.setting_urn == "SC990240")
        })
        .map(|fixture| fixture.notification.notifying_authority.as_str())
        .collect();
    assert_eq!(notifiers, BTreeSet::from(["306", "351", "813", "825"]));
}

#[test]
fn every_authority_named_is_live_on_the_day() {
    for fixture in fixtures() {
        let day = day(&fixture.notification);
        for number in authorities_named(&fixture.notification) {
            let number: AuthorityNumber = number.parse().expect("three digits");
            let live = authorities().find(number).is_some_and(|authority| authority.is_live_on(day));
            assert!(live, "{}: {number}", fixture.name);
        }
    }
}

#[test]
fn every_code_is_in_force_on_the_day() {
    for fixture in fixtures() {
        let day = day(&fixture.notification);
        for (set, code) in codes(&fixture.notification) {
            assert_eq!(set.judge(&code, day), CodeVerdict::InForce, "{}: {set} {code}", fixture.name);
        }
    }
}

/// The incident's day, or else that of becoming aware.
fn day(notification: &Notification) -> Date {
    let incident = notification.incident.as_ref().and_then(|incident| incident.facts.as_ref());
    let aware = time::civil_date(&notification.became_aware_on).expect("a day that exists");
    incident.and_then(day_of).or(aware).expect("one of them is given")
}

fn authorities_named(notification: &Notification) -> Vec<String> {
    let coded = coded(notification);
    let mut named = vec![coded.notifying_authority];
    named.extend(coded.incident.and_then(|incident| incident.area).map(|area| area.authority));
    for facts in coded.children.into_iter().filter_map(|child| child.facts) {
        named.extend(facts.normal_residence.map(|area| area.authority));
        if let Some(placement) = facts.placement {
            named.extend([placement.host_authority, placement.placing_authority]);
        }
    }
    named.retain(|number| !number.is_empty());
    named
}

fn codes(notification: &Notification) -> Vec<(CodeSet, String)> {
    let mut codes = Vec::new();
    for facts in coded(notification).children.into_iter().filter_map(|child| child.facts) {
        codes.extend([
            (CodeSet::Sex, facts.sex),
            (CodeSet::Ethnicity, facts.ethnicity),
            (CodeSet::LegalStatus, facts.legal_status),
            (CodeSet::PrimaryNeed, facts.primary_need),
            (CodeSet::PlanCategory, facts.plan_category),
            (CodeSet::Placement, facts.placement.map(|placement| placement.code).unwrap_or_default()),
        ]);
        codes.extend(facts.disabilities.into_iter().map(|code| (CodeSet::Disability, code)));
    }
    codes.retain(|(_, code)| !code.is_empty());
    codes
}
