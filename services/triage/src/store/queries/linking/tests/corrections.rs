//! What becomes of undecided proposals when facts are corrected.

use super::*;

#[tokio::test]
async fn a_correction_of_the_birth_date_the_day_or_the_area_takes_an_undecided_proposal_back() {
    let in_wales = |case: Linkable| Linkable { area: Some(Area::Wales), ..case };
    let at_home = |seed| of(vec![child(None, None, Some(SOMEBODY))], case(seed));
    let somebody_else = of(vec![child(Some(Happened::Harm), Some(SOMEBODY_ELSE), None)], case(2));
    let rows = [
        ("birth date", named(1), named(2), somebody_else),
        ("household", at_home(1), at_home(2), case(2)),
        ("day, of a household", at_home(1), at_home(2), later_by(4, at_home(2))),
        ("day, of two authorities", by("373", case(1)), case(2), later_by(1, case(2))),
        ("area", by("373", case(1)), case(2), in_wales(case(2))),
        ("authority", by("373", case(1)), case(2), by("373", case(2))),
    ];
    for (what, first, second, corrected) in rows {
        let store = Opened::cases(1..=2).await;
        assert_eq!(store.take_up([first, second.clone()]).await.len(), 1, "{what}");
        assert_eq!(store.take_up([corrected]).await, [], "{what}");
        assert_eq!((store.links(1).await, store.links(2).await), (vec![], vec![]), "{what}");
        assert_eq!(store.take_up([second]).await.len(), 1, "{what}: corrected back, it is told again");
    }
}

#[tokio::test]
async fn a_correction_that_leaves_a_ground_renews_its_reasons_and_tells_nothing() {
    let store = Opened::cases(1..=2).await;
    store.take_up([named(1), named(2)]).await;
    let mut corrected = later_by(2, named(2));
    corrected.children.insert(0, child(None, None, None));
    assert_eq!(store.take_up([corrected.clone()]).await, []);
    let expected = propose(&named(1), &corrected, &RULE).expect("still the same child");
    for seed in [1, 2] {
        assert_eq!(store.links(seed).await[0].reasons, expected.seen_from(reference(seed)));
    }
}

#[tokio::test]
async fn a_correction_takes_back_nothing_that_a_person_decided_and_nothing_of_a_withdrawn_case() {
    let elsewhere = |seed| later_by(30, case(seed));
    let decided = Opened::cases(1..=2).await;
    decided.take_up([named(1), named(2)]).await;
    let link = decided.decide(1, 2, Verdict::SameIncident, "ada", 20).await.into_link();
    assert_eq!(decided.take_up([elsewhere(2)]).await, []);
    assert_eq!(decided.links(1).await, [link]);
    let withdrawn = Opened::cases(1..=2).await;
    withdrawn.take_up([named(1), named(2)]).await;
    withdrawn.forget(1).await;
    assert_eq!(withdrawn.take_up([elsewhere(2)]).await, []);
    assert_eq!(withdrawn.links(2).await.len(), 1);
    // Brought back, it is compared again.
    assert_eq!(withdrawn.take_up([named(1)]).await, []);
    assert_eq!(withdrawn.links(2).await, []);
}

#[tokio::test]
async fn a_correction_in_a_large_batch_takes_back_every_proposal_that_is_true_no_more() {
    let store = Opened::cases(1..=1200).await;
    let token = |seed: u64| format!("{:032x}", seed / 2);
    let one = |seed| of(vec![child(None, Some(&token(seed)), None)], case(seed));
    assert_eq!(store.take_up((2..=1200).map(one)).await.len(), 599);
    assert_eq!(store.take_up((2..=1200).step_by(2).map(case)).await, []);
    for seed in [2, 3, 600, 1199, 1200] {
        assert_eq!(store.links(seed).await, [], "{seed}");
    }
}
