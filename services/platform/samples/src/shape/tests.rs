//! Shapes published whole, in part and not at all.

use super::*;

fn volume(year_ending: i16, total: u32, natures: [Option<u32>; 3], looked_after: Option<u32>) -> YearVolume {
    let [child_death, serious_harm, other] = natures;
    YearVolume { year_ending, total, child_death, serious_harm, other, looked_after, source: "a test".into() }
}

#[track_caller]
fn about(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn a_year_published_whole_borrows_nothing() {
    let shape = Shape::of_year(2026).expect("published");
    assert_eq!((shape.natures_borrowed_from, shape.looked_after_borrowed_from), (None, None));
    about(shape.share(Nature::Death), 160.0 / 357.0);
    about(shape.share(Nature::SeriousHarm), 188.0 / 357.0);
    about(shape.share(Nature::Other), 9.0 / 357.0);
    about(shape.looked_after_share(), 113.0 / 357.0);
}

#[test]
fn a_total_alone_borrows_both_splits_each_from_the_nearest_year_that_has_it() {
    let shape = Shape::of_year(2019).expect("published");
    assert_eq!((shape.natures_borrowed_from, shape.looked_after_borrowed_from), (Some(2020), Some(2024)));
    about(shape.share(Nature::Death), 188.0 / 449.0);
    about(shape.looked_after_share(), 99.0 / 405.0);
}

#[test]
fn deaths_published_alone_are_kept_and_only_the_rest_is_split_as_elsewhere() {
    let shape = Shape::of_year(2015).expect("published");
    assert_eq!(shape.natures_borrowed_from, Some(2020));
    about(shape.share(Nature::Death), 190.0 / 385.0);
    about(shape.share(Nature::SeriousHarm), 195.0 / 385.0 * 253.0 / 261.0);
    about(shape.share(Nature::Other), 195.0 / 385.0 * 8.0 / 261.0);
}

#[test]
fn of_two_years_equally_near_the_later_one_lends() {
    let whole = |year, deaths| volume(year, 10, [Some(deaths), Some(9 - deaths), Some(1)], Some(deaths));
    let volumes = [whole(2019, 2), volume(2020, 10, [None; 3], None), whole(2021, 4)];
    let shape = Shape::from_volumes(&volumes, 2020).expect("published");
    assert_eq!((shape.natures_borrowed_from, shape.looked_after_borrowed_from), (Some(2021), Some(2021)));
    about(shape.share(Nature::Death), 0.4);
}

#[test]
fn a_year_that_is_not_on_record_has_no_shape() {
    assert_eq!(Shape::of_year(2022), None);
    assert_eq!(Shape::of_year(i16::MAX), None);
}
