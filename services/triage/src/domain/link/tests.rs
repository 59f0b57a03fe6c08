use ambient::{Ambient, SeededChance, SystemClock};
use contracts::notification::v1 as contract;
use jiff::civil::{Date, date, time};
use proptest::prelude::*;

use super::*;

const RULE: LinkRule = LinkRule { days_apart: 3 };
const SOMEBODY: &str = "0123456789abcdef0123456789abcdef";
const SOMEBODY_ELSE: &str = "fedcba9876543210fedcba9876543210";

fn reference(seed: u64) -> Reference {
    Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)))
}

/// A case of 3 March 2026 in authority 330's area, notified by 330, about one child who was harmed.
fn case(seed: u64) -> Linkable {
    Linkable {
        reference: reference(seed),
        authority: "330".into(),
        occurred_on: Some(date(2026, 3, 3)),
        occurred_at: None,
        dated: crate::domain::cluster::Dated::held(date(2026, 3, 3), "incident.facts.occurred_on"),
        area: Some(Area::Authority("330".into())),
        setting_urn: None,
        children: vec![child(Happened::Harm)],
    }
}

fn child(happened: Happened) -> LinkableChild {
    LinkableChild { happened: Some(happened), years: Some(7), child_token: None, household_token: None }
}

fn of_child(seed: u64, token: &str) -> Linkable {
    let named = LinkableChild { child_token: Some(token.into()), ..child(Happened::Harm) };
    Linkable { children: vec![named], ..case(seed) }
}

fn of_household(seed: u64, token: &str) -> Linkable {
    let named = LinkableChild { household_token: Some(token.into()), ..child(Happened::Harm) };
    Linkable { children: vec![named], ..case(seed) }
}

fn of_perpetrator(seed: u64) -> Linkable {
    Linkable { children: vec![child(Happened::HarmedAnother)], ..case(seed) }
}

fn by(authority: &str, case: Linkable) -> Linkable {
    Linkable { authority: authority.into(), ..case }
}

fn on(day: Date, case: Linkable) -> Linkable {
    let dated = crate::domain::cluster::Dated::held(day, "incident.facts.occurred_on");
    Linkable { occurred_on: Some(day), dated, ..case }
}

fn undated(case: Linkable) -> Linkable {
    Linkable { occurred_on: None, ..case }
}

fn elsewhere(case: Linkable) -> Linkable {
    Linkable { area: Some(Area::Authority("373".into())), ..case }
}

fn nowhere(case: Linkable) -> Linkable {
    Linkable { area: None, ..case }
}

fn in_setting(urn: &str, case: Linkable) -> Linkable {
    Linkable { setting_urn: Some(urn.into()), area: None, ..case }
}

fn codes(one: &Linkable, other: &Linkable) -> Vec<String> {
    let proposal = propose(one, other, &RULE);
    proposal
        .map_or_else(Vec::new, |found| found.reasons.into_iter().map(|because| because.reason.code).collect())
}

#[test]
fn the_catalogue_is_well_formed() {
    assert_eq!(catalogue::faults(&[LINKS]), Vec::<String>::new());
}

const NOTHING: &[&str] = &[];

/// What it is about, the two cases, and the codes of what is proposed.
type Row = (&'static str, Linkable, Linkable, &'static [&'static str]);

fn holds(rows: Vec<Row>) {
    for (what, one, other, expected) in rows {
        assert_eq!(codes(&one, &other), expected, "{what}");
    }
}

#[test]
fn equal_tokens_propose_a_child_at_any_time_and_a_household_within_the_days() {
    let (last, too_late) = (date(2026, 3, 6), date(2026, 3, 7));
    holds(vec![
        ("one child", of_child(1, SOMEBODY), of_child(2, SOMEBODY), &["SAME_CHILD"]),
        (
            "one child, years apart and elsewhere",
            of_child(1, SOMEBODY),
            on(date(2019, 1, 1), elsewhere(of_child(2, SOMEBODY))),
            &["SAME_CHILD"],
        ),
        ("two children", of_child(1, SOMEBODY), of_child(2, SOMEBODY_ELSE), NOTHING),
        ("one home", of_household(1, SOMEBODY), of_household(2, SOMEBODY), &["SAME_HOUSEHOLD"]),
        (
            "one home, on the last day, elsewhere",
            of_household(1, SOMEBODY),
            on(last, elsewhere(of_household(2, SOMEBODY))),
            &["SAME_HOUSEHOLD"],
        ),
        ("one home, too late", of_household(1, SOMEBODY), on(too_late, of_household(2, SOMEBODY)), NOTHING),
        ("two homes", of_household(1, SOMEBODY), of_household(2, SOMEBODY_ELSE), NOTHING),
        ("a child is no home", of_child(1, SOMEBODY), of_household(2, SOMEBODY), NOTHING),
    ]);
}

#[test]
fn a_child_who_harmed_and_one_who_was_harmed_are_proposed_at_one_place_within_the_days() {
    let (last, too_late) = (date(2026, 3, 6), date(2026, 3, 7));
    let proposed: &[&str] = &["VICTIM_AND_PERPETRATOR"];
    holds(vec![
        ("on one day", case(1), of_perpetrator(2), proposed),
        ("on the last day", on(last, case(1)), of_perpetrator(2), proposed),
        ("too late", on(too_late, case(1)), of_perpetrator(2), NOTHING),
        ("elsewhere", elsewhere(case(1)), of_perpetrator(2), NOTHING),
        ("no day known", undated(case(1)), undated(of_perpetrator(2)), NOTHING),
        ("two who harmed", of_perpetrator(1), of_perpetrator(2), NOTHING),
        (
            "in one setting",
            in_setting("SC123456", case(1)),
            in_setting("SC123456", of_perpetrator(2)),
            proposed,
        ),
        (
            "in two settings",
            in_setting("SC123456", case(1)),
            in_setting("SC654321", of_perpetrator(2)),
            NOTHING,
        ),
    ]);
}

#[test]
fn two_authorities_are_proposed_on_one_day_at_one_place_and_never_on_the_day_alone() {
    let proposed: &[&str] = &["TWO_AUTHORITIES"];
    holds(vec![
        ("one authority", case(1), case(2), NOTHING),
        ("two authorities", case(1), by("373", case(2)), proposed),
        ("a day apart", case(1), by("373", on(date(2026, 3, 4), case(2))), NOTHING),
        ("the day alone", case(1), by("373", elsewhere(case(2))), NOTHING),
        ("no place known", nowhere(case(1)), by("373", nowhere(case(2))), NOTHING),
        ("no day known", undated(case(1)), by("373", undated(case(2))), NOTHING),
        (
            "one setting",
            in_setting("SC123456", case(1)),
            by("373", in_setting("SC123456", case(2))),
            proposed,
        ),
        (
            "two settings",
            in_setting("SC123456", case(1)),
            by("373", in_setting("SC654321", case(2))),
            NOTHING,
        ),
    ]);
}

#[test]
fn every_ground_is_given_strongest_first() {
    let mut other = by("373", of_child(2, SOMEBODY));
    other.children.push(child(Happened::HarmedAnother));
    let all: &[&str] = &["SAME_CHILD", "VICTIM_AND_PERPETRATOR", "TWO_AUTHORITIES"];
    holds(vec![("all that two children can give", of_child(1, SOMEBODY), other, all)]);
}

#[test]
fn one_child_in_both_is_no_sibling_of_itself_but_the_brother_is() {
    let at_home = |token: &str| LinkableChild {
        child_token: Some(token.into()),
        household_token: Some("11111111111111111111111111111111".into()),
        ..child(Happened::Harm)
    };
    let alone = Linkable { children: vec![at_home(SOMEBODY)], ..case(1) };
    let again = Linkable { children: vec![at_home(SOMEBODY)], ..case(2) };
    let with_brother = Linkable { children: vec![at_home(SOMEBODY), at_home(SOMEBODY_ELSE)], ..case(2) };
    assert_eq!(codes(&alone, &again), ["SAME_CHILD"]);
    assert_eq!(codes(&alone, &with_brother), ["SAME_CHILD", "SAME_HOUSEHOLD"]);
}

#[test]
fn a_reason_names_the_facts_of_the_notification_from_which_it_is_seen() {
    let mut victim = case(1);
    victim.children.insert(0, child(Happened::HarmedAnother));
    victim.children[0].happened = None;
    let perpetrator = of_perpetrator(2);
    let proposal = propose(&victim, &perpetrator, &RULE).expect("proposed");
    let facts = |of: &Linkable| proposal.seen_from(of.reference)[0].facts.clone();
    let place_and_day = ["incident.facts.area.authority", "incident.facts.occurred_on"];
    assert_eq!(facts(&victim), [&["children[1].facts.event"][..], &place_and_day].concat());
    assert_eq!(facts(&perpetrator), [&["children[0].facts.event"][..], &place_and_day].concat());
    let text = &proposal.reasons[0].reason.text;
    assert_eq!(
        *text,
        format!(
            "{} names a child who harmed another child, and {} the death or harm of a child, in the area of authority \
             330, on 3 March 2026.",
            perpetrator.reference, victim.reference
        )
    );
}

#[test]
fn two_authorities_are_told_with_what_a_person_would_compare() {
    let at = |clock, case: Linkable| Linkable { occurred_at: Some(clock), ..case };
    let (one, other) = (at(time(23, 50, 0, 0), case(1)), at(time(23, 55, 0, 0), by("373", case(2))));
    let proposal = propose(&one, &other, &RULE).expect("proposed");
    let text = &proposal.reasons[0].reason.text;
    for part in ["330", "373", "on 3 March 2026", "23:50", "23:55", "both name a child of 7"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn no_text_or_path_holds_a_token() {
    let one = of_child(1, SOMEBODY);
    let mut other = of_child(2, SOMEBODY);
    other.children[0].household_token = Some(SOMEBODY_ELSE.into());
    let told = format!("{:?}", propose(&one, &other, &RULE).expect("proposed"));
    assert!(!told.contains(SOMEBODY) && !told.contains(SOMEBODY_ELSE), "{told}");
}

#[test]
fn a_notification_gives_only_what_is_known() {
    let incident = contract::IncidentFacts {
        occurred_on: "2026-03-03".into(),
        occurred_at: "23:50".into(),
        area: Some(contract::Area { nation: contract::Nation::Wales.into(), authority: String::new() }),
        setting_urn: "SC123456".into(),
        ..Default::default()
    };
    let facts = contract::ChildFacts {
        event: contract::Event::Death.into(),
        age: Some(contract::Age { years: 3, months: None }),
        ..Default::default()
    };
    let children = vec![
        contract::CodedChild {
            key: "1".into(),
            facts: Some(facts),
            child_token: SOMEBODY.into(),
            household_token: String::new(),
        },
        contract::CodedChild::default(),
    ];
    let notification = contract::CodedNotification {
        notifying_authority: "330".into(),
        incident: Some(incident),
        children,
        ..Default::default()
    };
    let read = Linkable::of(reference(1), &notification);
    assert_eq!((read.occurred_on, read.occurred_at), (Some(date(2026, 3, 3)), Some(time(23, 50, 0, 0))));
    assert_eq!((&read.area, read.setting_urn.as_deref()), (&Some(Area::Wales), Some("SC123456")));
    let named = LinkableChild {
        happened: Some(Happened::Death),
        years: Some(3),
        child_token: Some(SOMEBODY.into()),
        household_token: None,
    };
    let unknown = LinkableChild { happened: None, years: None, child_token: None, household_token: None };
    assert_eq!(read.children, [named, unknown]);
    let nothing = Linkable::of(reference(2), &contract::CodedNotification::default());
    assert_eq!((nothing.occurred_on, nothing.area, nothing.dated), (None, None, None));
}

#[test]
fn england_without_an_authority_and_abroad_are_no_place() {
    let place = |nation: contract::Nation, authority: &str| {
        let area = contract::Area { nation: nation.into(), authority: authority.into() };
        let incident = contract::IncidentFacts { area: Some(area), ..Default::default() };
        let notification = contract::CodedNotification { incident: Some(incident), ..Default::default() };
        Linkable::of(reference(1), &notification).area
    };
    assert_eq!(place(contract::Nation::England, ""), None);
    assert_eq!(place(contract::Nation::Abroad, ""), None);
    assert_eq!(place(contract::Nation::NotKnown, ""), None);
    assert_eq!(place(contract::Nation::England, "330"), Some(Area::Authority("330".into())));
    for area in [Area::Authority("330".into()), Area::Wales, Area::Scotland, Area::NorthernIreland] {
        assert_eq!(area.to_string().parse(), Ok(area));
    }
}

#[test]
fn a_case_is_never_linked_to_itself() {
    assert_eq!(Pair::of(reference(1), reference(1)), Err(ToItself));
    assert_eq!(propose(&of_child(1, SOMEBODY), &of_child(1, SOMEBODY), &RULE), None);
}

#[test]
fn the_last_decision_counts_and_a_call_made_again_says_nothing_new() {
    let decision = |verdict, by: &str, second| Decision {
        verdict,
        by: by.into(),
        at: Timestamp::from_second(second).expect("a time"),
    };
    let first = decision(Verdict::SameIncident, "ada", 1);
    let mut link =
        Link { reference: reference(2), authority: "330".into(), reasons: Vec::new(), decisions: Vec::new() };
    assert_eq!(link.state(), LinkState::Proposed);
    link.decisions.push(first.clone());
    assert_eq!(link.state(), LinkState::Decided(Verdict::SameIncident));
    link.decisions.push(decision(Verdict::NotADuplicate, "ada", 2));
    assert_eq!(link.state(), LinkState::Decided(Verdict::NotADuplicate));
    assert!(decision(Verdict::SameIncident, "ada", 9).repeats(&first));
    assert!(!decision(Verdict::SameIncident, "grace", 9).repeats(&first));
    assert!(!decision(Verdict::NotADuplicate, "ada", 9).repeats(&first));
}

/// Proposals between one case and many, some by tokens.
fn around_one(by_tokens: u64, by_place: u64) -> Vec<Proposal> {
    let centre = of_child(0, SOMEBODY);
    let same_child = (1..=by_tokens).map(|seed| elsewhere(of_child(seed, SOMEBODY)));
    let same_place = (1001..=1000 + by_place).map(|seed| by("373", case(seed)));
    same_child.chain(same_place).filter_map(|other| propose(&centre, &other, &RULE)).collect()
}

#[test]
fn a_busy_day_leaves_room_for_what_rests_on_tokens() {
    let chosen = choose(around_one(3, 200), Standing::default());
    let by_tokens = chosen.iter().filter(|proposal| proposal.strongest() == Some(Ground::SameChild)).count();
    assert_eq!((by_tokens, chosen.len()), (3, 3 + PROPOSALS_AT_MOST));
}

#[test]
fn what_stands_already_counts_for_either_case() {
    let mut standing = Standing::default();
    standing.add(reference(0), Ground::TwoAuthorities, PROPOSALS_AT_MOST - 1);
    standing.add(reference(1), Ground::SameChild, PROPOSALS_AT_MOST);
    let chosen = choose(around_one(2, 5), standing);
    let pairs: Vec<Pair> = chosen.iter().map(|proposal| proposal.pair).collect();
    assert_eq!(chosen.len(), 2, "one by tokens, one by place: {pairs:?}");
    assert!(!pairs.contains(&Pair::of(reference(0), reference(1)).expect("two")));
}

#[test]
fn what_is_weaker_or_of_another_kind_never_keeps_out_what_is_stronger() {
    let rows = [
        (Ground::SameChild, Ground::SameChild, false),
        (Ground::SameHousehold, Ground::SameChild, true),
        (Ground::VictimAndPerpetrator, Ground::SameChild, true),
        (Ground::TwoAuthorities, Ground::SameChild, true),
        (Ground::SameChild, Ground::TwoAuthorities, true),
        (Ground::SameHousehold, Ground::TwoAuthorities, true),
        (Ground::VictimAndPerpetrator, Ground::TwoAuthorities, false),
        (Ground::TwoAuthorities, Ground::TwoAuthorities, false),
    ];
    for (stands, comes, expected) in rows {
        let mut standing = Standing::default();
        standing.add(reference(0), stands, PROPOSALS_AT_MOST);
        let proposals = if comes == Ground::SameChild { around_one(1, 0) } else { around_one(0, 1) };
        assert_eq!(proposals[0].strongest(), Some(comes));
        assert_eq!(!choose(proposals, standing).is_empty(), expected, "{stands:?} stands, {comes:?} comes");
    }
}

prop_compose! {
    fn some_child()(
        happened in prop::option::of(prop::sample::select(vec![Happened::Death, Happened::Harm, Happened::HarmedAnother])),
        years in prop::option::of(0u32..3),
        child_token in prop::option::of(prop::sample::select(vec![SOMEBODY, SOMEBODY_ELSE])),
        household_token in prop::option::of(prop::sample::select(vec![SOMEBODY, SOMEBODY_ELSE])),
    ) -> LinkableChild {
        LinkableChild {
            happened,
            years,
            child_token: child_token.map(str::to_owned),
            household_token: household_token.map(str::to_owned),
        }
    }
}

prop_compose! {
    fn some_case(seed: u64)(
        authority in prop::sample::select(vec!["330", "373"]),
        day in prop::option::of(1i8..8),
        area in prop::option::of(prop::sample::select(vec![Area::Authority("330".into()), Area::Wales])),
        setting in prop::option::of(prop::sample::select(vec!["SC123456", "SC654321"])),
        children in prop::collection::vec(some_child(), 1..4),
    ) -> Linkable {
        let made = day.map_or_else(|| undated(case(seed)), |day| on(date(2026, 3, day), case(seed)));
        Linkable {
            authority: authority.into(),
            area,
            setting_urn: setting.map(str::to_owned),
            children,
            ..made
        }
    }
}

proptest! {
    #[test]
    fn a_proposal_is_the_same_from_either_side(one in some_case(1), other in some_case(2), days_apart in 0u16..7) {
        let rule = LinkRule { days_apart };
        prop_assert_eq!(propose(&one, &other, &rule), propose(&other, &one, &rule));
    }

    #[test]
    fn what_is_not_known_proposes_nothing(one in some_case(1), other in some_case(2)) {
        let forget = |case: Linkable| Linkable {
            children: case
                .children
                .into_iter()
                .map(|child| LinkableChild { child_token: None, household_token: None, ..child })
                .collect(),
            ..case
        };
        let (one, other) = (forget(one), forget(other));
        prop_assert_eq!(propose(&undated(one.clone()), &other, &RULE), None);
        let placeless = Linkable { area: None, setting_urn: None, ..one };
        prop_assert_eq!(propose(&placeless, &other, &RULE), None);
    }

    #[test]
    fn a_longer_window_never_loses_a_proposal(one in some_case(1), other in some_case(2), days_apart in 0u16..7) {
        let grounds = |days_apart| {
            let proposal = propose(&one, &other, &LinkRule { days_apart });
            proposal.map_or_else(Vec::new, |found| found.reasons.iter().map(|because| because.ground).collect())
        };
        let (shorter, longer): (Vec<Ground>, Vec<Ground>) = (grounds(days_apart), grounds(days_apart + 1));
        prop_assert!(shorter.iter().all(|ground| longer.contains(ground)));
    }

    #[test]
    fn which_proposals_are_chosen_does_not_depend_on_their_order(
        shuffled in Just(around_one(12, 12)).prop_shuffle()
    ) {
        prop_assert_eq!(choose(shuffled, Standing::default()), choose(around_one(12, 12), Standing::default()));
    }
}
