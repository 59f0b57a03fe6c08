use jiff::civil::date;

use super::super::opened::{Opened, reference};
use super::*;

const RULE: ClusterRule = ClusterRule { window_months: number(24), authorities: number(2) };

const fn number(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("not 0")
}

/// A case of an authority and a day that mentions settings.
fn case(seed: u64, authority: &str, dated_on: Date, settings: &[&str]) -> Mentions {
    let mention = |code: &&str| Mention {
        subject: Subject { kind: ClusterKind::Setting, code: (*code).into() },
        member: Member {
            reference: reference(seed),
            authority: authority.into(),
            dated_on,
            facts: vec![
                "incident.facts.setting_urn".into(),
                "children[0].facts.placement.setting_urn".into(),
            ],
            rule: RULE,
        },
    };
    Mentions { reference: reference(seed), of: settings.iter().map(mention).collect() }
}

const HOME: &[&str] = &["SC123456"];

impl Opened {
    async fn take_up_mentions(&self, cases: &[Mentions]) -> Taken {
        let mut transaction = self.begin().await;
        let taken = take_up(&mut transaction, cases).await.expect("takes up");
        self.commit(transaction).await;
        taken
    }

    async fn forget_mentions(&self, seed: u64) -> BTreeSet<Reference> {
        let mut transaction = self.begin().await;
        let affected = forget(&mut transaction, &[reference(seed)]).await.expect("forgets");
        self.commit(transaction).await;
        affected
    }

    async fn clusters(&self, seeds: &[u64]) -> HashMap<Reference, Vec<Cluster>> {
        let mut transaction = self.begin().await;
        let references: Vec<Reference> = seeds.iter().map(|seed| reference(*seed)).collect();
        clusters_of(&mut transaction, &references).await.expect("reads")
    }
}

fn set(seeds: &[u64]) -> BTreeSet<Reference> {
    seeds.iter().map(|seed| reference(*seed)).collect()
}

/// Which case raised which cases.
fn raised(taken: &Taken) -> Vec<(Reference, BTreeSet<Reference>)> {
    taken.raised.iter().map(|raised| (raised.reference, raised.cluster.references())).collect()
}

#[tokio::test]
async fn a_cluster_is_raised_on_every_case_concerned() {
    let store = Opened::with((1..=3).map(reference)).await;
    let alone = store.take_up_mentions(&[case(1, "330", date(2024, 1, 1), HOME)]).await;
    assert_eq!(alone, Taken::default());
    let joined = store.take_up_mentions(&[case(2, "373", date(2025, 1, 1), HOME)]).await;
    assert_eq!(raised(&joined), [(reference(2), set(&[1, 2]))]);
    assert_eq!((joined.raised[0].authority.as_str(), joined.affected), ("373", set(&[1, 2])));
    let of_each = store.clusters(&[1, 2, 3]).await;
    assert_eq!(of_each.len(), 2);
    for seed in [1, 2] {
        let [cluster] = &of_each[&reference(seed)][..] else { panic!("one cluster") };
        assert_eq!(*cluster, joined.raised[0].cluster, "as it was told, so it is read");
    }
}

#[tokio::test]
async fn a_cluster_is_told_again_when_it_grows_and_only_then() {
    let store = Opened::with((1..=3).map(reference)).await;
    let pair = [case(1, "330", date(2024, 1, 1), HOME), case(2, "373", date(2025, 1, 1), HOME)];
    assert_eq!(raised(&store.take_up_mentions(&pair).await), [(reference(2), set(&[1, 2]))]);
    assert_eq!(store.take_up_mentions(&pair).await, Taken::default(), "taken up again, nothing is new");
    let grown = store.take_up_mentions(&[case(3, "330", date(2025, 6, 1), HOME)]).await;
    assert_eq!(raised(&grown), [(reference(3), set(&[1, 2, 3]))]);
    assert_eq!(grown.affected, set(&[1, 2, 3]));
}

#[tokio::test]
async fn one_authority_alone_and_cases_outside_the_window_raise_nothing() {
    let store = Opened::with((1..=3).map(reference)).await;
    let cases = [
        case(1, "330", date(2020, 1, 1), HOME),
        case(2, "330", date(2020, 2, 1), HOME),
        case(3, "373", date(2022, 2, 2), HOME),
    ];
    assert_eq!(store.take_up_mentions(&cases).await, Taken::default());
    assert!(store.clusters(&[1, 2, 3]).await.is_empty());
}

#[tokio::test]
async fn cases_of_one_batch_make_one_cluster_told_once() {
    let store = Opened::with((1..=2).map(reference)).await;
    let both = [case(2, "373", date(2025, 1, 1), HOME), case(1, "330", date(2024, 1, 1), HOME)];
    assert_eq!(raised(&store.take_up_mentions(&both).await), [(reference(1), set(&[1, 2]))]);
}

#[tokio::test]
async fn a_revision_that_names_another_setting_leaves_the_cluster_and_says_whom_it_left() {
    let store = Opened::with((1..=3).map(reference)).await;
    let cases = [
        case(1, "330", date(2024, 1, 1), HOME),
        case(2, "373", date(2025, 1, 1), HOME),
        case(3, "301", date(2025, 1, 1), &["SC654321"]),
    ];
    store.take_up_mentions(&cases).await;
    let moved = store.take_up_mentions(&[case(2, "373", date(2025, 1, 1), &["SC654321"])]).await;
    assert_eq!(raised(&moved), [(reference(2), set(&[2, 3]))]);
    assert_eq!(moved.affected, set(&[1, 2, 3]));
    assert!(!store.clusters(&[1]).await.contains_key(&reference(1)));
}

#[tokio::test]
async fn the_last_of_two_revisions_in_one_batch_counts() {
    let store = Opened::with((1..=2).map(reference)).await;
    store.take_up_mentions(&[case(1, "330", date(2024, 1, 1), HOME)]).await;
    let both = [case(2, "373", date(2025, 1, 1), HOME), case(2, "373", date(2025, 1, 1), &[])];
    assert_eq!(store.take_up_mentions(&both).await, Taken::default());
}

#[tokio::test]
async fn a_withdrawn_case_leaves_its_clusters_and_the_others_are_named() {
    let store = Opened::with((1..=3).map(reference)).await;
    let cases = [
        case(1, "330", date(2024, 1, 1), HOME),
        case(2, "373", date(2025, 1, 1), HOME),
        case(3, "301", date(2025, 6, 1), HOME),
    ];
    store.take_up_mentions(&cases).await;
    assert_eq!(store.forget_mentions(2).await, set(&[1, 2, 3]));
    let left = store.clusters(&[1, 2, 3]).await;
    assert_eq!(left.keys().copied().collect::<BTreeSet<_>>(), set(&[1, 3]));
    assert_eq!(store.forget_mentions(3).await, set(&[1, 3]));
    assert!(store.clusters(&[1]).await.is_empty());
    assert_eq!(store.forget_mentions(3).await, BTreeSet::new(), "again, it changes nothing");
}

#[tokio::test]
async fn a_case_is_in_as_many_clusters_as_it_names() {
    let store = Opened::with((1..=3).map(reference)).await;
    let cases = [
        case(1, "330", date(2024, 1, 1), &["SC123456", "SC654321"]),
        case(2, "373", date(2025, 1, 1), &["SC123456"]),
        case(3, "301", date(2025, 1, 1), &["SC654321"]),
    ];
    store.take_up_mentions(&cases).await;
    let of_each = store.clusters(&[1, 2, 3]).await;
    let numbers: Vec<usize> = [1, 2, 3].iter().map(|seed| of_each[&reference(*seed)].len()).collect();
    assert_eq!(numbers, [2, 1, 1]);
}

#[tokio::test]
async fn the_order_in_which_cases_arrive_does_not_matter() {
    let cases = [
        case(1, "330", date(2022, 1, 1), HOME),
        case(2, "373", date(2023, 6, 1), HOME),
        case(3, "330", date(2025, 5, 1), HOME),
    ];
    let mut read = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
        let store = Opened::with((1..=3).map(reference)).await;
        for place in order {
            store.take_up_mentions(std::slice::from_ref(&cases[place])).await;
        }
        read.push(store.clusters(&[1, 2, 3]).await);
    }
    assert_eq!(read[0].len(), 3);
    assert!(read.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn many_settings_are_taken_up_in_one_batch() {
    let store = Opened::with((1..=1200).map(reference)).await;
    let code = |number: u64| format!("{:06}", 100_000 + number / 2);
    let cases: Vec<Mentions> = (0..1200)
        .map(|number| {
            let authority = if number % 2 == 0 { "330" } else { "373" };
            case(number + 1, authority, date(2024, 1, 1), &[&code(number)])
        })
        .collect();
    let taken = store.take_up_mentions(&cases).await;
    assert_eq!((taken.raised.len(), taken.affected.len()), (600, 1200));
}

#[tokio::test]
async fn of_a_setting_that_very_many_cases_name_the_newest_are_looked_at() {
    let store = Opened::with((1..=502).map(reference)).await;
    let mut cases: Vec<Mentions> = (1..=500).map(|seed| case(seed, "330", date(2024, 6, 1), HOME)).collect();
    cases.push(case(501, "373", date(2024, 5, 31), HOME));
    assert_eq!(store.take_up_mentions(&cases).await, Taken::default(), "the oldest is one too many");
    let newest = store.take_up_mentions(&[case(502, "373", date(2024, 6, 2), HOME)]).await;
    assert_eq!(newest.raised[0].cluster.members.len(), MENTIONS_AT_MOST);
}

#[test]
fn a_setting_that_as_many_cases_name_as_are_looked_at_is_warned_of() {
    let mentions = |cases: u64, settings: &[&str]| -> Vec<Mention> {
        (1..=cases).flat_map(|seed| case(seed, "330", date(2024, 6, 1), settings).of).collect()
    };
    assert_eq!(at_the_bound(&mentions(499, HOME)), 0);
    assert_eq!(at_the_bound(&mentions(500, HOME)), 1);
    assert_eq!(at_the_bound(&mentions(300, &["SC123456", "SC654321"])), 0, "each is counted by itself");
}
