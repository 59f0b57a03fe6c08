//! What the bounds keep out, and what they must never keep out.

use super::*;

/// A first case that names ten homes, and ten other cases with a sibling from one home each.
async fn ten_siblings_stand_on_the_first() -> Opened {
    let store = Opened::cases(1..=13).await;
    let home = |number: u64| format!("{number:032x}");
    let homes = (2..=11).map(|number| child(None, None, Some(&home(number)))).collect();
    store.take_up([of(homes, case(1))]).await;
    let siblings = (2..=11).map(|seed| of(vec![child(None, None, Some(&home(seed)))], case(seed)));
    assert_eq!(store.take_up(siblings).await.len(), PROPOSALS_AT_MOST);
    store
}

#[tokio::test]
async fn ten_siblings_that_stand_do_not_keep_out_the_same_child() {
    let store = ten_siblings_stand_on_the_first().await;
    let home = |number: u64| format!("{number:032x}");
    let mut children: Vec<_> = (2..=12).map(|number| child(None, None, Some(&home(number)))).collect();
    children.push(child(None, Some(SOMEBODY), None));
    store.take_up([of(children, case(1))]).await;
    let sibling = of(vec![child(None, None, Some(&home(12)))], case(12));
    assert_eq!(store.take_up([sibling]).await, [], "an eleventh sibling is one too many");
    let proposed = store.take_up([named(13)]).await;
    assert_eq!(told(&proposed), [(reference(13), reference(1), "SAME_CHILD")]);
}

#[tokio::test]
async fn proposals_to_withdrawn_cases_take_up_no_room() {
    let store = ten_siblings_stand_on_the_first().await;
    store.forget(2).await;
    let home = format!("{:032x}", 3);
    // A third case of that home: the second one is a sibling as well, and has room.
    let proposed = store.take_up([of(vec![child(None, None, Some(&home))], case(12))]).await;
    let mut pairs = told(&proposed);
    pairs.sort_by_key(|(_, other, _)| *other != reference(1));
    let expected =
        [(reference(12), reference(1), "SAME_HOUSEHOLD"), (reference(12), reference(3), "SAME_HOUSEHOLD")];
    assert_eq!(pairs, expected);
}

/// Whether a stored case is worth comparing with one that is taken up, beside thirty others.
async fn is_found_beside(one: Linkable, others: impl Fn(u64) -> Linkable, stored: Linkable) -> bool {
    let store = Opened::cases(1..=40).await;
    let pair = Pair::of(one.reference, stored.reference).expect("two");
    let cases: Vec<Linkable> = (11..=40).map(others).chain([one.clone(), stored]).collect();
    let mut transaction = store.begin().await;
    linkables::replace(&mut transaction, &cases.iter().collect::<Vec<_>>()).await.expect("stores");
    candidates::of(&mut transaction, &[&(one, RULE)]).await.expect("seeks").contains(&pair)
}

#[tokio::test]
async fn of_very_many_cases_near_a_day_those_of_the_day_itself_are_found() {
    let did = |seed| of(vec![child(Some(Happened::HarmedAnother), None, None)], case(seed));
    let at_home = |seed| of(vec![child(None, None, Some(SOMEBODY))], case(seed));
    let in_setting = |case: Linkable| Linkable { area: None, setting_urn: Some("SC123456".into()), ..case };
    for days in [-3, -1, 1, 3] {
        assert!(is_found_beside(case(1), |seed| later_by(days, did(seed)), did(2)).await, "{days}");
        assert!(is_found_beside(did(1), |seed| later_by(days, case(seed)), case(2)).await, "{days}");
        let (one, stored) = (in_setting(case(1)), in_setting(did(2)));
        assert!(is_found_beside(one, |seed| in_setting(later_by(days, did(seed))), stored).await, "{days}");
        let (one, stored) = (in_setting(did(1)), in_setting(case(2)));
        assert!(is_found_beside(one, |seed| in_setting(later_by(days, case(seed))), stored).await, "{days}");
        assert!(
            is_found_beside(at_home(1), |seed| later_by(days, at_home(seed)), at_home(2)).await,
            "{days}"
        );
        assert!(is_found_beside(named(1), |seed| later_by(days, named(seed)), named(2)).await, "{days}");
    }
    // The nearest on either side: what is farther away does not hide it.
    for (far, near) in [(-3, -2), (3, 2)] {
        let others = |seed| later_by(far, did(seed));
        assert!(is_found_beside(case(1), others, later_by(near, did(2))).await, "{far}");
    }
}

#[tokio::test]
async fn one_case_with_very_many_children_of_one_home_hides_no_other_case() {
    let home = || child(None, Some(SOMEBODY), Some(SOMEBODY));
    let crowded = |seed| of((0..100).map(|_| home()).collect(), case(seed));
    let (one, stored) = (of(vec![home()], case(1)), of(vec![home()], later_by(1, case(2))));
    let only_one_crowded = |seed| if seed == 11 { crowded(seed) } else { case(seed) };
    assert!(is_found_beside(one, only_one_crowded, stored).await);
}

#[tokio::test]
async fn the_same_child_is_found_in_cases_without_a_day() {
    let undated = |seed| Linkable { occurred_on: None, dated: None, ..named(seed) };
    for (first, second) in [(undated(1), named(2)), (named(1), undated(2)), (undated(1), undated(2))] {
        let store = Opened::cases(1..=2).await;
        assert_eq!(told(&store.take_up([first, second]).await).len(), 1);
    }
}

#[tokio::test]
async fn a_day_with_very_many_cases_at_one_place_buries_no_case_in_proposals() {
    let store = Opened::cases(1..=300).await;
    let alike = |seed: u64| by(&(300 + seed).to_string(), case(seed));
    let mut proposed = store.take_up((1..=150).map(alike)).await;
    proposed.extend(store.take_up((151..=300).map(alike)).await);
    assert!(!proposed.is_empty() && proposed.len() <= 300 * PROPOSALS_AT_MOST / 2, "{}", proposed.len());
    for seed in [1, 150, 151, 300] {
        assert!(store.links(seed).await.len() <= PROPOSALS_AT_MOST);
    }
    // There is still room for what rests on more than a place.
    let both = store.take_up([named(1), named(300)]).await;
    assert!(told(&both).iter().any(|(_, _, code)| *code == "SAME_CHILD"), "{both:?}");
}

#[tokio::test]
async fn each_seek_goes_along_an_index_and_sorts_nothing() {
    let store = Opened::cases(1..=1).await;
    let mut transaction = store.begin().await;
    for statement in candidates::statements() {
        let plan = plan(&mut transaction, &statement).await;
        assert!(plan.along_an_index, "{statement}: {plan:?}");
        assert!(!plan.reads_a_whole_table, "{statement}: {plan:?}");
        // What is sorted first would have to be read whole: the bound would bound nothing.
        assert!(!plan.sorts, "{statement}: {plan:?}");
    }
}
