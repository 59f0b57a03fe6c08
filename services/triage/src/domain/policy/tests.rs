use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::date;

use super::*;

const SAMPLE: &str = r#"
edition = "Guidance of 2030"
effective_from = "2030-01-01"
[notification]
working_days = 5
anchor = "becoming aware"
source = "Guidance of 2030; guidance"
[rapid_review]
working_days = 15
anchor = "the notification"
source = "Guidance of 2030: rapid review"
"#;

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
fn the_lengths_are_five_and_fifteen_working_days_and_the_review_moved_its_anchor_in_june_2025() {
    let policies = Policies::compiled_in();
    let expected = [
        (date(2001, 1, 1), "Working Together 2018", Anchor::BecomingAware),
        (date(2018, 6, 29), "Working Together 2018", Anchor::BecomingAware),
        (date(2023, 12, 14), "Working Together 2018", Anchor::BecomingAware),
        (date(2023, 12, 15), "Working Together 2023", Anchor::BecomingAware),
        (date(2025, 5, 31), "Working Together 2023", Anchor::BecomingAware),
        (date(2025, 6, 1), "Working Together 2023 (June 2025)", Anchor::TheNotification),
        (date(2040, 1, 1), "Working Together 2023 (June 2025)", Anchor::TheNotification),
    ];
    for (day, edition, anchor) in expected {
        let policy = policies.on(day);
        assert_eq!((policy.edition(), policy.rapid_review().anchor), (edition, anchor), "{day}");
        assert_eq!(policy.notification().anchor, Anchor::BecomingAware, "{day}");
        assert_eq!(
            (policy.notification().working_days.get(), policy.rapid_review().working_days.get()),
            (5, 15),
            "{day}"
        );
    }
}

#[test]
fn a_change_of_one_letter_is_another_hash() {
    let one = Policy::parse("2030-01-01.toml", SAMPLE).expect("reads");
    let other = Policy::parse("2030-01-01.toml", &SAMPLE.replace("; guidance", ", guidance")).expect("reads");
    assert_eq!(one.hash().len(), 64);
    assert_ne!(one.hash(), other.hash());
}

#[test]
fn an_anchor_is_read_as_it_is_written() {
    for anchor in Anchor::ALL {
        let text = SAMPLE.replace("the notification", &anchor.to_string());
        assert_eq!(Policy::parse("2030-01-01.toml", &text).expect("reads").rapid_review().anchor, anchor);
    }
}

#[test]
fn what_is_not_a_policy_is_refused_with_the_name_of_the_key() {
    let cases = [
        (SAMPLE.replace("working_days = 15", "working_days = 15\nworking_hours = 8"), "working_hours"),
        (SAMPLE.replace("working_days = 15\n", ""), "working_days"),
        (SAMPLE.replace("working_days = 15", "working_days = 0"), "working_days"),
        (SAMPLE.replace("\"the notification\"", "\"the incident\""), "the incident"),
        (SAMPLE.replace("2030-01-01", "2030-02-30"), "effective_from"),
    ];
    for (text, named) in cases {
        let error = Policy::parse("2030-01-01.toml", &text).expect_err("refused");
        assert!(matches!(error, PolicyError::NotAPolicy { .. }), "{error}");
        assert!(error.to_string().contains(named), "{named}: {error}");
    }
}

#[test]
fn a_time_to_notify_counted_from_the_notification_is_refused() {
    let text = SAMPLE.replace("becoming aware", "the notification");
    let refused = Policy::parse("2030-01-01.toml", &text);
    assert_eq!(refused, Err(PolicyError::AnchoredAtItself { file: "2030-01-01.toml".into() }));
}

#[test]
fn a_file_whose_name_tells_another_day_is_refused() {
    let refused = Policy::parse("2031-01-01.toml", SAMPLE);
    let expected =
        PolicyError::OtherDateInside { file: "2031-01-01.toml".into(), effective_from: date(2030, 1, 1) };
    assert_eq!(refused, Err(expected));
}

#[test]
fn two_editions_of_one_day_and_no_edition_at_all_are_refused() {
    let twice = [("2030-01-01.toml", SAMPLE), ("2030-01-01.toml", SAMPLE)];
    assert_eq!(Policies::parse(twice), Err(PolicyError::SameDay(date(2030, 1, 1))));
    assert_eq!(Policies::parse([]), Err(PolicyError::Empty));
}
