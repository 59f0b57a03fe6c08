//! Codes judged by the year of the incident, and refused updates.

use jiff::civil::date;

use super::*;

fn year(text: &str) -> CollectionYear {
    CollectionYear::read(text).unwrap()
}

#[test]
fn the_compiled_in_code_sets_are_well_formed() {
    let register = CodeRegister::parse(COMPILED_IN).unwrap();
    let today = date(2026, 11, 22);
    let sizes = CodeSet::ALL.map(|set| register.in_force(set, today).len());
    assert_eq!(sizes, [20, 3, 13, 29, 8, 13, 5]);
}

#[test]
fn a_collection_year_runs_from_april_to_march() {
    assert_eq!(CollectionYear::of(date(2025, 3, 31)).to_string(), "2024-25");
    assert_eq!(CollectionYear::of(date(2025, 4, 1)).to_string(), "2025-26");
    assert_eq!(CollectionYear::of(date(2000, 1, 1)).to_string(), "1999-00");
    assert_eq!(CollectionYear::of(date(2024, 4, 1)).starts_in(), 2024);
}

#[test]
fn a_code_is_judged_by_the_collection_year_of_the_incident() {
    use CodeSet::{Placement, Sex};
    let (before, after) = (date(2024, 3, 31), date(2024, 4, 1));
    let sets_before = Sex.in_force(before);
    let sets_after = Sex.in_force(after);
    let cases = [
        (Sex, "1", before, CodeVerdict::InForce),
        (Sex, "1", after, CodeVerdict::Retired { last_year: year("2023-24"), in_force: sets_after }),
        (Sex, "F", before, CodeVerdict::NotYet { first_year: year("2024-25"), in_force: sets_before }),
        (Sex, "F", after, CodeVerdict::InForce),
        (Placement, "U1", before, CodeVerdict::InForce),
        (Placement, "U1", after, CodeVerdict::InForce),
    ];
    for (set, code, on, verdict) in cases {
        assert_eq!(set.judge(code, on), verdict, "{set} `{code}` on {on}");
    }
    assert_eq!(
        (sets_before, sets_after),
        (&["1", "2"].map(String::from)[..], &["M", "F", "U"].map(String::from)[..])
    );
}

#[test]
fn a_retired_placement_carries_the_codes_that_replace_it() {
    let CodeVerdict::Retired { last_year, in_force } = CodeSet::Placement.judge("Z1", date(2025, 4, 1))
    else {
        panic!("Z1 ended with 2024-25");
    };
    assert_eq!(last_year, year("2024-25"));
    for replacement in ["Z11", "Z12", "Z13", "Z14"] {
        assert!(in_force.iter().any(|code| code == replacement), "{replacement}");
    }
}

#[test]
fn a_coming_placement_names_its_first_year_from_any_year_before() {
    let at = |on| CodeSet::Placement.in_force(on);
    let (first, second) = (date(2023, 6, 1), date(2024, 6, 1));
    let coming = |first_year, on| CodeVerdict::NotYet { first_year: year(first_year), in_force: at(on) };
    assert_eq!(CodeSet::Placement.judge("K3", first), coming("2024-25", first));
    assert_eq!(CodeSet::Placement.judge("Z11", first), coming("2025-26", first));
    assert_eq!(CodeSet::Placement.judge("Z11", second), coming("2025-26", second));
    assert_eq!(CodeSet::Placement.judge("K3", second), CodeVerdict::InForce);
}

#[test]
fn a_date_before_the_first_year_known_is_judged_by_the_first_list() {
    assert_eq!(CodeSet::Sex.judge("2", date(1999, 1, 1)), CodeVerdict::InForce);
    assert_eq!(CodeSet::Placement.judge("H5", date(2015, 1, 1)), CodeVerdict::InForce);
}

#[test]
fn a_set_without_years_is_in_force_always() {
    for on in [date(1990, 1, 1), date(2026, 11, 22), date(2100, 1, 1)] {
        assert_eq!(CodeSet::Ethnicity.judge("REFU", on), CodeVerdict::InForce);
        assert_eq!(CodeSet::Ethnicity.judge("NOBT", on), CodeVerdict::InForce);
        assert_eq!(CodeSet::PlanCategory.judge("Physical Abuse", on), CodeVerdict::InForce);
    }
}

#[test]
fn every_code_listed_is_in_force_on_some_day_of_its_own_set() {
    let days = [date(2023, 6, 1), date(2024, 6, 1), date(2025, 6, 1)];
    for set in CodeSet::ALL {
        for on in days {
            for code in set.in_force(on) {
                assert_eq!(set.judge(code, on), CodeVerdict::InForce, "{set} `{code}` on {on}");
            }
        }
    }
}

#[test]
fn an_unknown_code_is_met_with_the_one_code_that_is_near_or_with_none() {
    let on = date(2026, 11, 22);
    let cases = [
        (CodeSet::Ethnicity, "wbri", Some("WBRI"), "case"),
        (CodeSet::Ethnicity, " WBRI", Some("WBRI"), "a blank"),
        (CodeSet::PlanCategory, "PHYSICAL_ABUSE", Some("Physical Abuse"), "punctuation"),
        (CodeSet::PlanCategory, "Neglet", Some("Neglect"), "a letter left out"),
        (CodeSet::Ethnicity, "NOBTT", Some("NOBT"), "a letter too many"),
        (CodeSet::Disability, "NOME", Some("NONE"), "another letter"),
        (CodeSet::PrimaryNeed, "N9", None, "eight codes are as near"),
        (CodeSet::Ethnicity, "WBRT", None, "WBRI and WIRT are as near"),
        (CodeSet::Sex, "Female", None, "nothing is near"),
        (CodeSet::Sex, "", None, "three codes are as near"),
        (CodeSet::Ethnicity, "white – British", None, "free text"),
    ];
    for (set, code, nearest, why) in cases {
        let unknown = CodeVerdict::Unknown { nearest, in_force: set.in_force(on) };
        assert_eq!(set.judge(code, on), unknown, "{set} {code:?}: {why}");
    }
}

#[test]
fn a_code_that_lapses_and_comes_again_counts_as_retired_while_it_is_away() {
    let text = SAMPLE.replacen(
        r#"{"years": "2022-23..2023-24", "codes": ["1", "2"]}"#,
        r#"{"years": "2022-23", "codes": ["F"]}, {"years": "2023-24", "codes": ["1"]}"#,
        1,
    );
    let register = CodeRegister::parse(&text).unwrap();
    let on = date(2023, 6, 1);
    let away =
        CodeVerdict::Retired { last_year: year("2022-23"), in_force: register.in_force(CodeSet::Sex, on) };
    assert_eq!(register.judge(CodeSet::Sex, "F", on), away);
}

const SAMPLE: &str = r#"{
  "note": "a sample",
  "ethnicity_main": [{"codes": ["WBRI", "WIRI"]}],
  "ssda903_sex": [
    {"years": "2022-23..2023-24", "codes": ["1", "2"]},
    {"years": "2024-25 on", "codes": ["M", "F"]}
  ],
  "ssda903_legal_status": [{"codes": ["C1"]}],
  "ssda903_placement": [{"codes": ["U1"]}],
  "ssda903_cin_primary_need": [{"codes": ["N1"]}],
  "cin_disability": [{"codes": ["NONE"]}],
  "cp_plan_category_of_abuse": [{"codes": ["Physical Abuse"]}]
}"#;

fn assert_refused(cases: &[(&str, &str, &str)]) {
    for (find, put, refusal) in cases {
        assert!(SAMPLE.contains(find), "the sample holds {find:?}");
        let text = SAMPLE.replacen(find, put, 1);
        let refused = CodeRegister::parse(&text).expect_err(&format!("{find:?} became {put:?}"));
        assert_eq!(refused.to_string(), format!("data/code-sets.json, {refusal}"));
    }
}

#[test]
fn a_document_of_the_wrong_shape_is_refused() {
    let known = "`note`, `ethnicity_main`, `ssda903_sex`, `ssda903_legal_status`, `ssda903_placement`, \
                 `ssda903_cin_primary_need`, `cin_disability`, `cp_plan_category_of_abuse`";
    let unknown_set = format!(
        "`religion`: cannot be read: unknown field `religion`, expected one of {known} at line 3 column 12"
    );
    assert_refused(&[
        ("\"ethnicity_main\"", "\"religion\"", &unknown_set),
        (
            "  \"cin_disability\": [{\"codes\": [\"NONE\"]}],\n",
            "",
            "`.`: cannot be read: missing field `cin_disability` at line 12 column 1",
        ),
        (
            "{\"codes\": [\"C1\"]}",
            "{\"codes\": [\"C1\"], \"until\": 2030}",
            "`ssda903_legal_status[0].until`: cannot be read: unknown field `until`, expected `years` or \
             `codes` at line 8 column 52",
        ),
        (
            "[\"1\", \"2\"]",
            "[1, 2]",
            "`ssda903_sex[0].codes[0]`: cannot be read: invalid type: integer `1`, expected a string at line \
             5 column 45",
        ),
    ]);
}

#[test]
fn a_list_with_blank_or_repeated_codes_is_refused() {
    assert_refused(&[
        (
            "[{\"codes\": [\"C1\"]}]",
            "[]",
            "`ssda903_legal_status`: holds no entries: restore the list from its source",
        ),
        (
            "[\"C1\"]",
            "[]",
            "`ssda903_legal_status[0].codes`: holds no entries: restore the list from its source",
        ),
        ("\"C1\"", "\"\"", "`ssda903_legal_status[0].codes[0]`: is blank: fill it in from the source"),
        (
            "\"C1\"",
            "\"C1 \"",
            "`ssda903_legal_status[0].codes[0]`: \"C1 \" has blanks at an end, doubled blanks or unprintable \
             characters: remove them",
        ),
        (
            "Physical Abuse",
            "Physical  Abuse",
            "`cp_plan_category_of_abuse[0].codes[0]`: \"Physical  Abuse\" has blanks at an end, doubled \
             blanks or unprintable characters: remove them",
        ),
        (
            "\"WIRI\"",
            "\"WBRI\"",
            "`ethnicity_main[0].codes[1]`: `WBRI` stands already at data/code-sets.json, \
             `ethnicity_main[0].codes[0]`: remove one of the two",
        ),
    ]);
}

#[test]
fn years_that_do_not_hold_together_are_refused() {
    let form = "is not a span of collection years: write `2024-25`, `2022-23..2023-24` or `2024-25 on`";
    let span = |found: &str| format!("`ssda903_sex[0].years`: `{found}` {form}");
    assert_refused(&[
        ("2022-23..2023-24", "2022-24", &span("2022-24")),
        ("2022-23..2023-24", "2023-24..2022-23", &span("2023-24..2022-23")),
        ("2022-23..2023-24", "2022 to 2024", &span("2022 to 2024")),
        (
            "2024-25 on",
            "2025-26 on",
            "`ssda903_sex[1].years`: the years `2025-26 on` must start with 2024-25, the year after the list \
             before: close the gap or overlap",
        ),
        (
            "2024-25 on",
            "2023-24 on",
            "`ssda903_sex[1].years`: the years `2023-24 on` must start with 2024-25, the year after the list \
             before: close the gap or overlap",
        ),
        (
            "2024-25 on",
            "2024-25",
            "`ssda903_sex[1].years`: the years `2024-25` are wrong here: the last list, and no other, is in \
             force `on` from its first year",
        ),
        (
            "2022-23..2023-24",
            "2022-23 on",
            "`ssda903_sex[0].years`: the years `2022-23 on` are wrong here: the last list, and no other, is \
             in force `on` from its first year",
        ),
        (
            "\"years\": \"2022-23..2023-24\", ",
            "",
            "`ssda903_sex[0].years`: has no years but is not the only list: give every list of this set its \
             years",
        ),
        (
            "\"years\": \"2024-25 on\", ",
            "",
            "`ssda903_sex[1].years`: has no years but is not the only list: give every list of this set its \
             years",
        ),
    ]);
}
