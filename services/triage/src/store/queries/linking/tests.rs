use std::collections::HashMap;
use std::ops::DerefMut;

use ambient::{Ambient, SeededChance, SystemClock};
use jiff::ToSpan;
use jiff::civil::date;

use super::super::dialect::plan;
use super::super::opened::{Opened, at, reference};
use super::*;
use crate::domain::cluster::Dated;
use crate::domain::link::{
    Area, Decided, Decision, Happened, Link, LinkState, LinkableChild, Verdict, propose,
};

mod bounds;
mod corrections;

const RULE: LinkRule = LinkRule { days_apart: 3 };
const SOMEBODY: &str = "0123456789abcdef0123456789abcdef";
const SOMEBODY_ELSE: &str = "fedcba9876543210fedcba9876543210";

/// A case about a child who was harmed in authority 330's area on 3 March 2026.
fn case(seed: u64) -> Linkable {
    let day = date(2026, 3, 3);
    Linkable {
        reference: reference(seed),
        authority: "330".into(),
        occurred_on: Some(day),
        occurred_at: None,
        dated: Dated::held(day, "incident.facts.occurred_on"),
        area: Some(Area::Authority("330".into())),
        setting_urn: None,
        children: vec![child(Some(Happened::Harm), None, None)],
    }
}

fn child(happened: Option<Happened>, child: Option<&str>, household: Option<&str>) -> LinkableChild {
    LinkableChild {
        happened,
        years: Some(7),
        child_token: child.map(str::to_owned),
        household_token: household.map(str::to_owned),
    }
}

fn of(children: Vec<LinkableChild>, case: Linkable) -> Linkable {
    Linkable { children, ..case }
}

fn by(authority: &str, case: Linkable) -> Linkable {
    Linkable { authority: authority.into(), ..case }
}

fn later_by(days: i32, case: Linkable) -> Linkable {
    let day = case.occurred_on.expect("dated") + days.days();
    Linkable { occurred_on: Some(day), dated: Dated::held(day, "incident.facts.occurred_on"), ..case }
}

fn named(seed: u64) -> Linkable {
    of(vec![child(Some(Happened::Harm), Some(SOMEBODY), None)], case(seed))
}

impl Opened {
    async fn cases(seeds: std::ops::RangeInclusive<u64>) -> Self {
        Self::with(seeds.map(reference)).await
    }

    async fn take_up(&self, cases: impl IntoIterator<Item = Linkable>) -> Vec<Proposed> {
        let cases: Vec<_> = cases.into_iter().map(|case| (case, RULE)).collect();
        let mut transaction = self.begin().await;
        let proposed = take_up(&mut transaction, &cases, at(10)).await.expect("takes up");
        self.commit(transaction).await;
        proposed
    }

    async fn decide(&self, one: u64, other: u64, verdict: Verdict, by: &str, second: i64) -> Decided {
        let pair = Pair::of(reference(one), reference(other)).expect("two");
        let decision = Decision { verdict, by: by.into(), at: at(second) };
        let mut transaction = self.begin().await;
        let decided = decide(&mut transaction, reference(one), pair, &decision).await.expect("decides");
        self.commit(transaction).await;
        decided
    }

    async fn forget(&self, seed: u64) {
        let mut transaction = self.begin().await;
        forget(transaction.deref_mut(), &[reference(seed)]).await.expect("forgets");
        self.commit(transaction).await;
    }

    async fn links(&self, seed: u64) -> Vec<Link> {
        let mut transaction = self.begin().await;
        links_of(&mut transaction, reference(seed)).await.expect("reads")
    }

    async fn linked(&self, seeds: &[u64]) -> HashMap<Reference, Vec<Reference>> {
        let references: Vec<Reference> = seeds.iter().map(|seed| reference(*seed)).collect();
        let mut transaction = self.begin().await;
        linked(&mut transaction, &references).await.expect("reads")
    }
}

/// Which pairs, by their seeds as they were taken up: later, earlier, and the strongest reason.
fn told(proposed: &[Proposed]) -> Vec<(Reference, Reference, &str)> {
    proposed
        .iter()
        .map(|told| {
            let other = told.proposal.pair.other_than(told.reference);
            (told.reference, other, told.proposal.reasons[0].reason.code.as_str())
        })
        .collect()
}

#[tokio::test]
async fn a_pair_is_proposed_by_the_case_that_comes_later_and_is_seen_from_both() {
    let store = Opened::cases(1..=2).await;
    assert_eq!(store.take_up([named(1)]).await, []);
    let mut later = by("373", later_by(300, named(2)));
    later.children.insert(0, child(None, None, None));
    let proposed = store.take_up([later]).await;
    assert_eq!(told(&proposed), [(reference(2), reference(1), "SAME_CHILD")]);
    assert_eq!(proposed[0].authority, "373");
    for (seen, other) in [(1, 2), (2, 1)] {
        let [link] = &store.links(seen).await[..] else { panic!("one link") };
        assert_eq!((link.reference, link.state()), (reference(other), LinkState::Proposed));
        assert_eq!(link.reasons, proposed[0].proposal.seen_from(reference(seen)));
        assert_eq!(link.reasons[0].facts, [format!("children[{}].child_token", seen - 1)]);
    }
    assert!(store.linked(&[1, 2]).await.is_empty(), "proposed is not linked");
}

#[tokio::test]
async fn each_kind_of_duplicate_is_found_again_from_the_store() {
    let perpetrator = |seed| of(vec![child(Some(Happened::HarmedAnother), None, None)], case(seed));
    let at_home = |seed| of(vec![child(None, None, Some(SOMEBODY))], case(seed));
    let in_setting = |case: Linkable| Linkable { area: None, setting_urn: Some("SC123456".into()), ..case };
    let rows: Vec<(&str, Linkable, Linkable, Option<&str>)> = vec![
        ("one child", named(1), later_by(-900, named(2)), Some("SAME_CHILD")),
        ("siblings", at_home(1), later_by(3, at_home(2)), Some("SAME_HOUSEHOLD")),
        ("one household, later", at_home(1), later_by(4, at_home(2)), None),
        ("the victim first", case(1), later_by(-3, perpetrator(2)), Some("VICTIM_AND_PERPETRATOR")),
        ("the perpetrator first", perpetrator(1), later_by(3, case(2)), Some("VICTIM_AND_PERPETRATOR")),
        ("too late", perpetrator(1), later_by(4, case(2)), None),
        (
            "in one setting, the victim first",
            in_setting(case(1)),
            in_setting(perpetrator(2)),
            Some("VICTIM_AND_PERPETRATOR"),
        ),
        (
            "in one setting, the perpetrator first",
            in_setting(perpetrator(1)),
            in_setting(case(2)),
            Some("VICTIM_AND_PERPETRATOR"),
        ),
        ("a lower number second", by("373", case(1)), case(2), Some("TWO_AUTHORITIES")),
        ("a higher number second", case(1), by("373", case(2)), Some("TWO_AUTHORITIES")),
        (
            "in one setting, lower",
            in_setting(by("373", case(1))),
            in_setting(case(2)),
            Some("TWO_AUTHORITIES"),
        ),
        (
            "in one setting, higher",
            in_setting(case(1)),
            in_setting(by("373", case(2))),
            Some("TWO_AUTHORITIES"),
        ),
        ("one authority, one day, one place", case(1), case(2), None),
    ];
    for (what, first, second, expected) in rows {
        let store = Opened::cases(1..=2).await;
        store.take_up([first.clone()]).await;
        let proposed = store.take_up([second.clone()]).await;
        assert_eq!(told(&proposed).first().map(|(_, _, code)| *code), expected, "{what}");
        // What the store holds is what was taken up: the same rule over it gives the same proposal.
        let from_facts = propose(&first, &second, &RULE);
        assert_eq!(proposed.into_iter().next().map(|told| told.proposal), from_facts, "{what}");
    }
}

#[tokio::test]
async fn cases_of_one_batch_are_proposed_to_each_other_once() {
    let store = Opened::cases(1..=3).await;
    let proposed = store.take_up([named(1), named(2), case(3)]).await;
    assert_eq!(told(&proposed), [(reference(2), reference(1), "SAME_CHILD")]);
    let [link] = &store.links(1).await[..] else { panic!("one link") };
    assert_eq!(link.reference, reference(2));
}

/// A case of chance, from so few values that many pairs share some.
fn by_chance(seed: u64, chance: &Ambient) -> Linkable {
    let [authority, day, area, setting, number, happened, token, household] = chance.bytes::<8>();
    let tokens = [None, Some(SOMEBODY), Some(SOMEBODY_ELSE), None, None];
    let one_of = |drawn: u8| tokens[usize::from(drawn) % tokens.len()];
    let happenings = [None, Some(Happened::Death), Some(Happened::Harm), Some(Happened::HarmedAnother)];
    let a_child = |place: u8| {
        let happened = happenings[usize::from(happened.wrapping_add(place)) % happenings.len()];
        child(happened, one_of(token.wrapping_add(place)), one_of(household.wrapping_add(place)))
    };
    let areas = [None, Some(Area::Authority("330".into())), Some(Area::Wales)];
    let settings = [None, None, Some("SC123456"), Some("SC654321")];
    let made = Linkable {
        area: areas[usize::from(area) % areas.len()].clone(),
        setting_urn: settings[usize::from(setting) % settings.len()].map(str::to_owned),
        children: (0..=number % 2).map(a_child).collect(),
        ..later_by(i32::from(day % 6), by(["301", "330", "373"][usize::from(authority) % 3], case(seed)))
    };
    if day > 230 { Linkable { occurred_on: None, ..made } } else { made }
}

#[tokio::test]
async fn the_store_finds_every_pair_that_the_rule_proposes_however_cases_come_in() {
    let mut found = 0;
    for world in 0..12 {
        let chance = Ambient::new(SystemClock, SeededChance::new(world));
        let cases: Vec<Linkable> = (1..=9).map(|seed| by_chance(seed, &chance)).collect();
        let pairs = cases.iter().enumerate().flat_map(|(place, one)| {
            cases[..place].iter().filter_map(move |other| propose(one, other, &RULE))
        });
        let mut expected: Vec<Proposal> = pairs.collect();
        expected.sort_by_key(|proposal| proposal.pair);
        for at_once in [1, 4, 9] {
            let store = Opened::cases(1..=9).await;
            let mut proposed = Vec::new();
            for batch in cases.chunks(at_once) {
                proposed.extend(store.take_up(batch.to_vec()).await);
            }
            let mut proposals: Vec<Proposal> = proposed.into_iter().map(|told| told.proposal).collect();
            proposals.sort_by_key(|proposal| proposal.pair);
            assert_eq!(proposals, expected, "world {world}, {at_once} at once");
        }
        found += expected.len();
    }
    assert!(found > 100, "chance made too little to find: {found}");
}

#[tokio::test]
async fn the_last_of_two_revisions_in_one_batch_counts() {
    let store = Opened::cases(1..=2).await;
    store.take_up([named(1)]).await;
    assert_eq!(store.take_up([named(2), later_by(30, case(2))]).await, []);
}

#[tokio::test]
async fn a_case_that_is_taken_up_again_is_not_proposed_again() {
    let store = Opened::cases(1..=2).await;
    let proposed = store.take_up([named(1), named(2)]).await;
    assert_eq!(proposed.len(), 1);
    assert_eq!(store.take_up([named(1)]).await, []);
    assert_eq!(store.take_up([named(2), named(1)]).await, []);
    assert_eq!(store.links(1).await.len(), 1);
}

#[tokio::test]
async fn a_revision_that_gives_a_stronger_ground_renews_a_proposal_that_nobody_has_decided() {
    let store = Opened::cases(1..=2).await;
    let weak = store.take_up([by("373", named(1)), case(2)]).await;
    assert_eq!(told(&weak), [(reference(2), reference(1), "TWO_AUTHORITIES")]);
    let strong = store.take_up([named(2)]).await;
    assert_eq!(told(&strong), [(reference(2), reference(1), "SAME_CHILD")]);
    let [link] = &store.links(1).await[..] else { panic!("one link") };
    let codes: Vec<&str> = link.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["SAME_CHILD", "TWO_AUTHORITIES"]);
    // The weaker ground, alone again, is no news; the stronger one stands no more.
    assert_eq!(store.take_up([case(2)]).await, []);
    let [link] = &store.links(2).await[..] else { panic!("one link") };
    let codes: Vec<&str> = link.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["TWO_AUTHORITIES"]);
}

#[tokio::test]
async fn what_a_person_decided_is_never_proposed_again_on_whatever_ground() {
    for verdict in [Verdict::NotADuplicate, Verdict::SameIncident] {
        let store = Opened::cases(1..=2).await;
        store.take_up([by("373", named(1)), case(2)]).await;
        store.decide(1, 2, verdict, "ada", 20).await;
        assert_eq!(store.take_up([named(2)]).await, [], "{verdict:?}");
        let [link] = &store.links(2).await[..] else { panic!("one link") };
        assert_eq!(link.state(), LinkState::Decided(verdict));
        assert_eq!(link.reasons.len(), 1, "the reasons stay those that the person saw");
    }
}

#[tokio::test]
async fn every_decision_is_kept_and_the_last_one_counts() {
    let store = Opened::cases(1..=2).await;
    store.take_up([named(1), named(2)]).await;
    store.decide(1, 2, Verdict::SameIncident, "ada", 20).await;
    assert_eq!(
        store.linked(&[1, 2]).await,
        HashMap::from([(reference(1), vec![reference(2)]), (reference(2), vec![reference(1)]),])
    );
    let decided = store.decide(2, 1, Verdict::NotADuplicate, "grace", 30).await;
    let Decided::Now(link) = decided else { panic!("{decided:?}") };
    assert_eq!(link.reference, reference(1), "seen from the one that was named first");
    let kept: Vec<_> = link.decisions.iter().map(|kept| (kept.verdict, kept.by.as_str(), kept.at)).collect();
    let expected = [(Verdict::SameIncident, "ada", at(20)), (Verdict::NotADuplicate, "grace", at(30))];
    assert_eq!(kept, expected);
    assert!(store.linked(&[1, 2]).await.is_empty());
    store.decide(1, 2, Verdict::SameIncident, "ada", 40).await;
    assert_eq!(store.links(2).await[0].decisions.len(), 3);
}

#[tokio::test]
async fn the_same_decision_by_the_same_caller_again_adds_nothing() {
    let store = Opened::cases(1..=2).await;
    let Decided::Now(first) = store.decide(1, 2, Verdict::SameIncident, "ada", 20).await else {
        panic!("new")
    };
    let Decided::Before(again) = store.decide(1, 2, Verdict::SameIncident, "ada", 30).await else {
        panic!("repeated")
    };
    assert_eq!(first, again);
    let Decided::Now(other) = store.decide(1, 2, Verdict::SameIncident, "grace", 40).await else {
        panic!("somebody else says so too")
    };
    assert_eq!(other.decisions.len(), 2);
}

#[tokio::test]
async fn a_person_links_cases_that_nothing_proposed() {
    let store = Opened::cases(1..=2).await;
    let link = store.decide(1, 2, Verdict::SameIncident, "ada", 20).await.into_link();
    assert_eq!((link.reference, link.authority.as_str(), link.reasons.len()), (reference(2), "330", 0));
    assert_eq!(store.linked(&[2]).await, HashMap::from([(reference(2), vec![reference(1)])]));
    // Facts that would propose it come too late.
    assert_eq!(store.take_up([named(1), named(2)]).await, []);
}

#[tokio::test]
async fn a_decision_about_a_case_that_is_not_there_is_refused_and_leaves_nothing() {
    let store = Opened::cases(1..=1).await;
    let pair = Pair::of(reference(1), reference(2)).expect("two");
    let decision = Decision { verdict: Verdict::SameIncident, by: "ada".into(), at: at(1) };
    let mut transaction = store.begin().await;
    decide(&mut transaction, reference(1), pair, &decision).await.expect_err("no such case");
    drop(transaction);
    assert_eq!(store.links(1).await, []);
}

#[tokio::test]
async fn a_forgotten_case_is_proposed_no_more_and_keeps_its_links() {
    let store = Opened::cases(1..=3).await;
    store.take_up([named(1), named(2)]).await;
    store.forget(1).await;
    let proposed = store.take_up([named(3)]).await;
    assert_eq!(told(&proposed), [(reference(3), reference(2), "SAME_CHILD")]);
    assert_eq!(store.links(1).await.len(), 1);
}
