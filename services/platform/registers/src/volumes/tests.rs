//! The published totals, and refused updates.

use super::*;

#[test]
fn the_compiled_in_volumes_are_well_formed() {
    let volumes = parse_volumes(COMPILED_IN).unwrap();
    let years = volumes.iter().map(|volume| volume.year_ending).collect::<Vec<_>>();
    assert_eq!(years, [2015, 2016, 2019, 2020, 2021, 2023, 2024, 2025, 2026]);
}

#[test]
fn a_figure_that_was_not_published_is_none_and_not_nought() {
    let volume_of = |year| notification_volumes().iter().find(|volume| volume.year_ending == year).unwrap();
    let (early, late) = (volume_of(2019), volume_of(2026));
    assert_eq!((early.total, early.child_death, early.looked_after), (498, None, None));
    assert_eq!((late.total, late.child_death, late.serious_harm), (357, Some(160), Some(188)));
    assert_eq!((late.other, late.looked_after), (Some(9), Some(113)));
    assert!(late.source.starts_with("EES data set"));
}

const SAMPLE: &str = "\
year_ending_31_march,total,child_death,serious_harm,other,cla_yes,source
2019,498,,,,,first
2020,449,188,253,8,,second
2026,357,160,188,9,113,third
";

#[test]
fn the_sample_of_the_refusals_is_itself_accepted() {
    assert_eq!(parse_volumes(SAMPLE).unwrap().len(), 3);
}

fn assert_refused(cases: &[(&str, &str, &str)]) {
    for (find, put, refusal) in cases {
        assert!(SAMPLE.contains(find), "the sample holds {find:?}");
        let refused =
            parse_volumes(&SAMPLE.replacen(find, put, 1)).expect_err(&format!("{find:?} became {put:?}"));
        assert_eq!(refused.to_string(), format!("data/notification-volumes.csv, {refusal}"));
    }
}

#[test]
fn a_field_that_is_not_what_it_should_be_is_refused() {
    assert_refused(&[
        (
            "cla_yes",
            "looked_after",
            "line 1: the columns are \
             `year_ending_31_march,total,child_death,serious_harm,other,looked_after,source` \
             and must be `year_ending_31_march,total,child_death,serious_harm,other,cla_yes,source`: \
             rename or reorder them to match",
        ),
        (
            "2020,",
            "20,",
            "line 3, column `year_ending_31_march`: `20` is not a year written in four digits: correct it",
        ),
        ("498", "", "line 2, column `total`: is blank: fill it in from the source"),
        (
            "188,253",
            "c. 188,253",
            "line 3, column `child_death`: `c. 188` is not a whole number written in digits alone: correct \
             it",
        ),
        (
            ",113,",
            ",+113,",
            "line 4, column `cla_yes`: `+113` is not a whole number written in digits alone: correct it",
        ),
        ("third", " ", "line 4, column `source`: is blank: fill it in from the source"),
    ]);
}

#[test]
fn years_out_of_order_and_parts_that_contradict_their_total_are_refused() {
    assert_refused(&[
        (
            "2020,",
            "2019,",
            "line 3, column `year_ending_31_march`: `2019` stands already at data/notification-volumes.csv, \
             line 2: remove one of the two",
        ),
        (
            "2020,",
            "2018,",
            "line 3, column `year_ending_31_march`: 2018 comes after 2019, which is later: sort the entries, \
             earliest first",
        ),
        (
            "449",
            "448",
            "line 3, column `total`: child_death + serious_harm + other is 449, which does not agree with \
             the total of 448: correct the row from its source",
        ),
        (
            "449",
            "450",
            "line 3, column `total`: child_death + serious_harm + other is 449, which does not agree with \
             the total of 450: correct the row from its source",
        ),
        (
            "498,,",
            "498,499,",
            "line 2, column `total`: child_death + serious_harm + other is 499, which does not agree with \
             the total of 498: correct the row from its source",
        ),
        (
            ",113,",
            ",358,",
            "line 4, column `total`: cla_yes is 358, which does not agree with the total of 357: correct the \
             row from its source",
        ),
    ]);
}
