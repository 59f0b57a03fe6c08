use ambient::{Ambient, SeededChance, SystemClock};
use contracts::notification::v1 as contract;
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const RULE: ClusterRule = ClusterRule { window_months: number(24), authorities: number(2) };

const fn number(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("not 0")
}

fn reference(seed: u64) -> Reference {
    Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)))
}

fn setting(code: &str) -> Subject {
    Subject { kind: ClusterKind::Setting, code: code.into() }
}

fn member(seed: u64, authority: &str, dated_on: Date) -> Member {
    Member {
        reference: reference(seed),
        authority: authority.into(),
        dated_on,
        facts: vec![format!("children[{seed}].facts.placement.setting_urn")],
        rule: RULE,
    }
}

fn mention(seed: u64, authority: &str, dated_on: Date) -> Mention {
    Mention { subject: setting("SC123456"), member: member(seed, authority, dated_on) }
}

/// The seeds of the cases in each cluster.
fn seeds(mentions: &[Mention]) -> Vec<Vec<u64>> {
    let seed = |member: &Member| (0..100).find(|seed| reference(*seed) == member.reference).expect("a seed");
    let of_each = clusters(mentions);
    of_each.iter().map(|cluster| cluster.members.iter().map(seed).collect()).collect()
}

#[test]
fn the_catalogue_is_well_formed() {
    assert_eq!(catalogue::faults(&[CLUSTERS]), Vec::<String>::new());
}

/// What it is about, the mentions, and the seeds of the cases in each cluster.
type Row = (&'static str, Vec<Mention>, &'static [&'static [u64]]);

fn holds(rows: Vec<Row>) {
    for (what, mentions, expected) in rows {
        assert_eq!(seeds(&mentions), expected, "{what}");
    }
}

#[test]
fn two_authorities_within_the_window_make_a_cluster_and_less_does_not() {
    let first = || mention(1, "330", date(2024, 1, 1));
    holds(vec![
        ("one case", vec![first()], &[]),
        ("one authority, many cases", vec![first(), mention(2, "330", date(2024, 2, 1))], &[]),
        ("two authorities", vec![first(), mention(2, "373", date(2024, 2, 1))], &[&[1, 2]]),
        ("the last day of the window", vec![first(), mention(2, "373", date(2026, 1, 1))], &[&[1, 2]]),
        ("a day too late", vec![first(), mention(2, "373", date(2026, 1, 2))], &[]),
        (
            "another setting",
            vec![
                first(),
                Mention { subject: setting("SC654321"), member: member(2, "373", date(2024, 1, 1)) },
            ],
            &[],
        ),
        (
            "a provider is no setting, even by the same code",
            vec![
                first(),
                Mention {
                    subject: Subject { kind: ClusterKind::Provider, code: "SC123456".into() },
                    member: member(2, "373", date(2024, 1, 1)),
                },
            ],
            &[],
        ),
    ]);
}

#[test]
fn windows_that_share_a_case_make_one_cluster_and_others_do_not() {
    holds(vec![
        (
            "the first and the last are further apart than the window is long",
            vec![
                mention(1, "330", date(2022, 1, 1)),
                mention(2, "373", date(2023, 6, 1)),
                mention(3, "330", date(2025, 5, 1)),
            ],
            &[&[1, 2, 3]],
        ),
        (
            "one authority's earlier case is in no window with another's",
            vec![
                mention(1, "330", date(2020, 1, 1)),
                mention(2, "330", date(2023, 6, 1)),
                mention(3, "373", date(2024, 5, 1)),
            ],
            &[&[2, 3]],
        ),
        (
            "two clusters of one setting, years apart",
            vec![
                mention(1, "330", date(2015, 1, 1)),
                mention(2, "373", date(2015, 2, 1)),
                mention(3, "330", date(2024, 1, 1)),
                mention(4, "301", date(2024, 2, 1)),
            ],
            &[&[1, 2], &[3, 4]],
        ),
    ]);
}

#[test]
fn cases_of_one_day_are_in_one_window_whatever_their_references() {
    let mentions = [mention(2, "373", date(2024, 1, 1)), mention(1, "330", date(2024, 1, 1))];
    let cluster = clusters(&mentions).remove(0);
    assert_eq!(cluster.references(), BTreeSet::from([reference(1), reference(2)]));
}

#[test]
fn a_case_looks_back_by_the_edition_of_its_own_day() {
    let longer = ClusterRule { window_months: number(60), ..RULE };
    let three = ClusterRule { authorities: number(3), ..RULE };
    let with = |rule, mut mention: Mention| {
        mention.member.rule = rule;
        mention
    };
    let (earlier, later) = (mention(1, "330", date(2020, 1, 1)), mention(2, "373", date(2024, 1, 1)));
    assert_eq!(seeds(&[with(longer, earlier.clone()), later.clone()]), Vec::<Vec<u64>>::new());
    assert_eq!(seeds(&[earlier, with(longer, later)]), [[1, 2]]);
    let near = mention(3, "330", date(2024, 1, 2));
    assert_eq!(seeds(&[mention(2, "373", date(2024, 1, 1)), with(three, near)]), Vec::<Vec<u64>>::new());
}

#[test]
fn one_authority_is_no_cluster_whatever_the_policy_says() {
    let one = ClusterRule { authorities: number(1), ..RULE };
    let mut alone = mention(1, "330", date(2024, 1, 1));
    alone.member.rule = one;
    assert_eq!(clusters(&[alone]), []);
}

#[test]
fn the_reason_names_window_authorities_and_the_facts_of_the_case_that_asks() {
    let mentions = [mention(1, "330", date(2024, 1, 1)), mention(2, "373", date(2024, 3, 9))];
    let cluster = clusters(&mentions).remove(0);
    let reason = cluster.reason(reference(2));
    assert_eq!((reason.code.as_str(), &reason.facts), ("IN_A_CLUSTER", &mentions[1].member.facts));
    assert_eq!(
        reason.text,
        "The setting with reference SC123456 is named by 2 authorities (330, 373) in 2 cases from 1 January 2024 to \
         9 March 2024, within a rolling window of 24 months."
    );
}

#[test]
fn a_cluster_is_told_where_it_is_new_or_has_grown_and_not_otherwise() {
    let (first, second) = (mention(1, "330", date(2024, 1, 1)), mention(2, "373", date(2024, 2, 1)));
    let pair = clusters(&[first.clone(), second.clone()]);
    assert!(pair[0].is_new_or_grown(&[]));
    assert!(!pair[0].is_new_or_grown(&pair));
    let three = clusters(&[first.clone(), second, mention(3, "330", date(2024, 3, 1))]);
    assert!(three[0].is_new_or_grown(&pair));
    assert!(!pair[0].is_new_or_grown(&three), "what has shrunk is no news");
    let handed_over = clusters(&[first, mention(2, "301", date(2024, 2, 1))]);
    assert!(handed_over[0].is_new_or_grown(&pair), "an authority that was not there before");
}

#[test]
fn a_cluster_is_raised_by_the_last_case_that_is_in_it() {
    let cluster =
        clusters(&[mention(1, "330", date(2024, 1, 1)), mention(2, "373", date(2024, 2, 1))]).remove(0);
    let batch = [reference(2), reference(1), reference(9)];
    let raised = Raised::by_the_last_of(&batch, cluster.clone()).expect("one is in it");
    assert_eq!((raised.reference, raised.authority.as_str()), (reference(1), "330"));
    assert_eq!(Raised::by_the_last_of(&[reference(9)], cluster), None);
}

/// Two children in one home of a provider, one of them harmed there.
fn notification() -> contract::CodedNotification {
    let placement = contract::Placement {
        setting_urn: "SC123456".into(),
        provider_reference: "RP900001".into(),
        ..Default::default()
    };
    let facts = contract::ChildFacts { placement: Some(placement), ..Default::default() };
    let child = contract::CodedChild { facts: Some(facts), ..Default::default() };
    contract::CodedNotification {
        notifying_authority: "330".into(),
        handed_over_from: "373".into(),
        became_aware_on: "2026-03-28".into(),
        received_at: Some(contracts::time::to_wire("2026-03-29T23:30:00Z".parse().expect("a time"))),
        incident: Some(contract::IncidentFacts {
            occurred_on: "2026-03-27".into(),
            setting_urn: "SC123456".into(),
            ..Default::default()
        }),
        children: vec![contract::CodedChild::default(), child.clone(), child],
        ..Default::default()
    }
}

#[test]
fn a_case_mentions_each_setting_and_provider_once_with_every_fact_that_names_it() {
    let mentions = Mentions::of(reference(1), &notification(), RULE);
    let told: Vec<(ClusterKind, &str, Vec<&str>)> = mentions
        .of
        .iter()
        .map(|mention| {
            let facts = mention.member.facts.iter().map(String::as_str).collect();
            (mention.subject.kind, mention.subject.code.as_str(), facts)
        })
        .collect();
    let setting = [
        "incident.facts.setting_urn",
        "children[1].facts.placement.setting_urn",
        "children[2].facts.placement.setting_urn",
    ];
    let provider =
        ["children[1].facts.placement.provider_reference", "children[2].facts.placement.provider_reference"];
    assert_eq!(
        told,
        [
            (ClusterKind::Setting, "SC123456", setting.to_vec()),
            (ClusterKind::Provider, "RP900001", provider.to_vec())
        ]
    );
}

#[test]
fn after_a_hand_over_the_notifier_counts_and_not_who_notified_first() {
    let mentions = Mentions::of(reference(1), &notification(), RULE);
    assert!(mentions.of.iter().all(|mention| mention.member.authority == "330"));
    assert_eq!(clusters(&mentions.of), []);
}

#[test]
fn a_case_is_dated_by_the_incident_or_else_by_becoming_aware_or_else_by_receipt_in_london() {
    let dated = |notification: &contract::CodedNotification| {
        Dated::of(notification).map(|dated| (dated.on, dated.path))
    };
    let mut told = notification();
    assert_eq!(dated(&told), Some((date(2026, 3, 27), "incident.facts.occurred_on")));
    told.incident = None;
    assert_eq!(dated(&told), Some((date(2026, 3, 28), "became_aware_on")));
    told.became_aware_on = "2026-02-30".into();
    assert_eq!(dated(&told), Some((date(2026, 3, 30), "received_at")), "half past midnight in London");
    told.received_at = None;
    assert_eq!(dated(&told), None);
    assert_eq!(Mentions::of(reference(1), &told, RULE).of, []);
}

/// Up to twelve cases of up to three authorities, over five years.
fn some_mentions() -> impl Strategy<Value = Vec<Mention>> {
    let one =
        (prop::sample::select(vec!["330", "373", "301"]), 0i32..1800, prop::sample::select(vec![12u16, 24]));
    prop::collection::vec(one, 0..12).prop_map(|cases| {
        (0..)
            .zip(cases)
            .map(|(seed, (authority, day, window_months))| {
                let mut made = mention(seed, authority, date(2020, 1, 1) + day.days());
                made.member.rule.window_months = number(window_months);
                made
            })
            .collect()
    })
}

/// Whether the later of two cases sees the earlier within its window: the definition, said without ranges.
fn sees(later: &Member, earlier: &Member) -> bool {
    earlier.dated_on <= later.dated_on
        && earlier.dated_on >= later.dated_on - i32::from(later.rule.window_months.get()).months()
}

proptest! {
    #[test]
    fn the_same_mentions_give_the_same_clusters_in_whatever_order_they_came(
        (mentions, shuffled) in some_mentions().prop_flat_map(|some| (Just(some.clone()), Just(some).prop_shuffle()))
    ) {
        prop_assert_eq!(clusters(&mentions), clusters(&shuffled));
    }

    #[test]
    fn a_case_is_in_a_cluster_if_and_only_if_some_window_around_it_has_two_authorities(mentions in some_mentions()) {
        let members: Vec<&Member> = mentions.iter().map(|mention| &mention.member).collect();
        let authorities = |last: &Member| -> BTreeSet<&str> {
            members.iter().filter(|earlier| sees(last, earlier)).map(|earlier| earlier.authority.as_str()).collect()
        };
        let expected: BTreeSet<Reference> = members
            .iter()
            .filter(|member| members.iter().any(|last| sees(last, member) && authorities(last).len() >= 2))
            .map(|member| member.reference)
            .collect();
        let found: Vec<Reference> = clusters(&mentions).iter().flat_map(Cluster::references).collect();
        prop_assert_eq!(found.len(), expected.len(), "nobody is in two clusters of one setting");
        prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn one_authority_alone_never_makes_a_cluster(mentions in some_mentions()) {
        let alone: Vec<Mention> = mentions
            .into_iter()
            .map(|mut mention| {
                mention.member.authority = "330".into();
                mention
            })
            .collect();
        prop_assert_eq!(clusters(&alone), []);
    }

    #[test]
    fn one_more_case_never_takes_another_out_of_a_cluster(mentions in some_mentions(), chosen: prop::sample::Index) {
        prop_assume!(!mentions.is_empty());
        let mut fewer = mentions.clone();
        fewer.remove(chosen.index(mentions.len()));
        let within = |some: &[Mention]| -> BTreeSet<Reference> {
            clusters(some).iter().flat_map(Cluster::references).collect()
        };
        prop_assert!(within(&fewer).is_subset(&within(&mentions)));
    }
}
