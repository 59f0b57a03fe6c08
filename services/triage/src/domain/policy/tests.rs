use std::collections::BTreeSet;
use std::path::Path;

use editions::EditionError;
use jiff::civil::date;

use super::*;

const NEWEST: &str = include_str!("../../../policy/2025-06-01.toml");

/// The newest edition under another first day, and changed.
fn sample(change: impl FnOnce(String) -> String) -> Result<Policies, EditionError> {
    let text = change(NEWEST.replace("2025-06-01", "2030-01-01"));
    Policies::parse([("2030-01-01.toml", text.as_str())])
}

#[test]
fn the_compiled_in_editions_are_well_formed() {
    Policies::parse(COMPILED_IN).expect("they parse");
}

#[test]
fn every_file_of_the_policy_folder_is_compiled_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let files: BTreeSet<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    assert_eq!(files, COMPILED_IN.iter().map(|(file, _)| (*file).to_owned()).collect());
}

#[test]
fn the_lengths_are_five_and_fifteen_working_days_and_six_months_in_every_edition() {
    for policy in compiled_in().iter() {
        let edition = policy.edition();
        let days = (policy.notification().working_days.get(), policy.rapid_review().working_days.get());
        assert_eq!((days, policy.local_review().months.get()), ((5, 15), 6), "{edition}");
        assert_eq!(policy.notification().anchor, Anchor::BecomingAware, "{edition}");
        assert_eq!(
            policy.notification().expected,
            Expected::InTime,
            "{edition}: five days were never relaxed"
        );
    }
}

#[test]
fn the_rapid_review_moved_its_anchor_in_june_2025_and_was_relaxed_in_2020() {
    let expected = [
        (date(2001, 1, 1), "Working Together 2018", Anchor::BecomingAware, Expected::InTime),
        (date(2020, 4, 23), "Working Together 2018", Anchor::BecomingAware, Expected::InTime),
        (
            date(2020, 4, 24),
            "Working Together 2018 (relaxed in 2020)",
            Anchor::BecomingAware,
            Expected::AsSoonAsPossible,
        ),
        (
            date(2020, 9, 24),
            "Working Together 2018 (relaxed in 2020)",
            Anchor::BecomingAware,
            Expected::AsSoonAsPossible,
        ),
        (
            date(2020, 9, 25),
            "Working Together 2018 (from September 2020)",
            Anchor::BecomingAware,
            Expected::InTime,
        ),
        (date(2023, 12, 15), "Working Together 2023", Anchor::BecomingAware, Expected::InTime),
        (date(2025, 6, 1), "Working Together 2023 (June 2025)", Anchor::TheNotification, Expected::InTime),
        (date(2040, 1, 1), "Working Together 2023 (June 2025)", Anchor::TheNotification, Expected::InTime),
    ];
    for (day, edition, anchor, expected) in expected {
        let policy = compiled_in().on(Some(day));
        let review = policy.rapid_review();
        assert_eq!((policy.edition(), review.anchor, review.expected), (edition, anchor, expected), "{day}");
        assert_eq!(policy.local_review().expected, expected, "{day}");
    }
}

#[test]
fn a_care_leavers_death_is_reported_since_2023() {
    let told = |day| compiled_in().on(Some(day)).recipients().dfe.due_for.contains(&Outcome::CareLeaverDeath);
    assert!(!told(date(2023, 12, 14)));
    assert!(told(date(2023, 12, 15)));
}

#[test]
fn an_anchor_and_an_expectation_are_written_as_they_are_read() {
    for anchor in Anchor::ALL {
        let quoted = format!("\"{anchor}\"");
        let read: Anchor = toml::Value::String(anchor.to_string()).try_into().expect(&quoted);
        assert_eq!(read, anchor);
    }
    for expected in [Expected::InTime, Expected::AsSoonAsPossible] {
        let read: Expected = toml::Value::String(expected.to_string()).try_into().expect("reads");
        assert_eq!(read, expected);
    }
    for outcome in Outcome::ALL {
        let read: Outcome = toml::Value::String(outcome.key().to_owned()).try_into().expect("reads");
        assert_eq!(read, outcome);
    }
}

#[test]
fn what_is_not_a_policy_is_refused_with_the_name_of_the_key() {
    let cases = [
        ("working_days = 15", "working_days = 15\nworking_hours = 8", "working_hours"),
        ("working_days = 15\n", "", "working_days"),
        ("working_days = 15", "working_days = 0", "nonzero"),
        ("anchor = \"the notification\"", "anchor = \"the incident\"", "the incident"),
        ("outside = \"information\"\n", "", "outside"),
        ("outside = \"information\"", "outside = \"nowhere\"", "nowhere"),
        ("months = 6", "months = 6\nweeks = 1", "weeks"),
        ("\"range_of_abuse\"", "\"range_of_opinions\"", "range_of_opinions"),
        ("days_apart = 3", "days_apart = 3\nmiles_apart = 3", "miles_apart"),
    ];
    for (from, to, named) in cases {
        let error = sample(|text| text.replacen(from, to, 1)).expect_err(named);
        assert!(matches!(error, EditionError::NotAnEdition { .. }), "{error}");
        assert!(error.to_string().contains(named), "{named}: {error}");
    }
}

#[test]
fn values_at_odds_with_each_other_are_refused_with_what_is_wrong() {
    let cases = [
        ("anchor = \"becoming aware\"", "anchor = \"the notification\"", "nothing could be late"),
        ("anchor = \"the notification\"", "anchor = \"the decision to start it\"", "[rapid_review]"),
        ("anchor = \"the decision to start it\"", "anchor = \"the notification\"", "[local_review]"),
        ("needs_judgement = \"decision\"", "needs_judgement = \"information\"", "needs_judgement must be"),
        ("\"needs_judgement\"]", "\"outside\"]", "rapid_review_for names outside"),
        ("authorities = 2", "authorities = 1", "2 or more"),
        ("expected = \"in time\"", "expected = \"as soon as possible\"", "[notification] must be expected"),
    ];
    for (from, to, words) in cases {
        let error = sample(|text| text.replacen(from, to, 1)).expect_err(words);
        assert!(matches!(error, EditionError::AtOdds { .. }), "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[test]
fn an_edition_explains_everything_that_it_sets() {
    for policy in compiled_in().iter() {
        let lines = explain(policy);
        let text: String = lines.iter().map(|line| format!("{}: {}\n", line.about, line.says)).collect();
        for words in [
            policy.edition(),
            policy.hash(),
            "effective from: ",
            "5 working days after becoming aware",
            "15 working days after",
            "6 calendar months after the decision to start it",
            "for decision: a duty to notify under s.16C(1)(a)",
            "DfE is told for: a duty",
            "within 24 months",
            "at most 3 days apart",
            "CHILD_IN_CARE",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let relaxed = policy.rapid_review().expected == Expected::AsSoonAsPossible;
        assert_eq!(text.contains("as soon as possible"), relaxed, "{text}");
    }
}
