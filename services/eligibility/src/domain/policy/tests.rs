use std::collections::BTreeSet;
use std::path::Path;

use editions::EditionError;
use jiff::civil::{Date, date};

use super::*;

const SAMPLE: &str = r#"
edition = "Guidance of 2030"
effective_from = "2030-01-01"
[child]
adult_from_age = 18
[looked_after_death]
provision = "Guidance of 2030: looked after"
[care_leaver_death]
provision = "Guidance of 2030: care leavers"
asked_from_age = 16
to_age = 24
"#;

fn read(text: &str) -> Result<Policies, EditionError> {
    Policies::parse([("2030-01-01.toml", text)])
}

fn edition_on(day: Date) -> String {
    compiled_in().on(Some(day)).edition().to_owned()
}

#[test]
fn the_compiled_in_editions_are_well_formed() {
    Policies::parse(COMPILED_IN).expect("they parse");
}

#[test]
fn every_file_of_the_policy_folder_is_compiled_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    assert_eq!(files, COMPILED_IN.iter().map(|(file, _)| (*file).to_owned()).collect());
}

#[test]
fn an_edition_holds_from_its_first_day_to_the_day_before_the_next() {
    assert_eq!(edition_on(date(2023, 12, 14)), "Working Together 2018");
    assert_eq!(edition_on(date(2023, 12, 15)), "Working Together 2023");
    assert_eq!(edition_on(date(2025, 5, 31)), "Working Together 2023");
    assert_eq!(edition_on(date(2025, 6, 1)), "Working Together 2023 (June 2025)");
}

#[test]
fn before_the_first_edition_the_first_one_is_read() {
    assert_eq!(edition_on(date(2001, 1, 1)), "Working Together 2018");
}

#[test]
fn without_any_date_the_newest_edition_is_read() {
    let policies = compiled_in();
    assert_eq!(policies.on(None), policies.iter().last().expect("there is one"));
}

#[test]
fn care_leavers_deaths_are_asked_for_since_2023() {
    let policies = compiled_in();
    assert_eq!(policies.on(Some(date(2022, 1, 1))).care_leaver_ages(), None);
    assert_eq!(
        policies.on(Some(date(2024, 1, 1))).care_leaver_ages(),
        Some(CareLeaverAges { asked_from: 16, to: 24 })
    );
}

#[test]
fn the_ages_of_the_edition_stand_in_its_sentences() {
    let policies = read(&SAMPLE.replace("= 24", "= 27")).expect("reads");
    let text = policies.on(None).text(Reason { code: ReasonCode::TooOldForACareLeaver, facts: &[] });
    assert!(text.contains("over 27"), "{text}");
}

#[test]
fn no_sentence_of_an_edition_keeps_an_unfilled_place() {
    for policy in compiled_in().iter() {
        for code in ReasonCode::ALL {
            let text = policy.text(Reason { code, facts: &[] });
            assert!(!text.contains('{'), "{text}");
        }
    }
}

#[test]
fn an_unknown_key_is_refused_by_its_name() {
    let text = SAMPLE.replace("adult_from_age = 18", "adult_from_age = 18\nadult_form_age = 18");
    let error = read(&text).expect_err("refused").to_string();
    assert!(error.starts_with("2030-01-01.toml") && error.contains("adult_form_age"), "{error}");
    assert!(error.contains("services/eligibility/policy"), "{error}");
}

#[test]
fn ages_out_of_order_are_refused() {
    for wrong in [SAMPLE.replace("= 24", "= 17"), SAMPLE.replace("= 16", "= 18")] {
        let error = read(&wrong).expect_err("refused");
        assert!(matches!(error, EditionError::AtOdds { .. }), "{error}");
    }
}
