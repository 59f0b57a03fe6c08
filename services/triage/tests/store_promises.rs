//! What triage's store promises: one case for each event, one taker for each case, one acknowledgement for each
//! lease, and an order that never changes.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use ambient::{Ambient, SystemClock};
use bytes::Bytes;
use delivery::sqlite::Outbox;
use delivery::{Envelope, Heard, Origin};
use ids::{EventId, LeaseId, Reference};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use storage::sqlite::Database;
use telemetry::TraceContext;
use tempfile::TempDir;
use triage::domain::case::{Case, open_case};
use triage::domain::finding::{Assessed, Outcome};
use triage::domain::lane::Lane;
use triage::domain::policy::Policies;
use triage::domain::standing::{Acknowledged, Acknowledgement, Lease, LeaseRefused, Standing};
use triage::domain::turn::Turn;
use triage::store::sqlite::{SqliteStore, open};
use triage::store::{Opening, Page, PageOf, Queued, Store};

/// A store in a folder of its own, and chance.
struct World {
    folder: TempDir,
    database: Database,
    store: SqliteStore,
    ambient: Ambient,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = open(&folder.path().join("triage.sqlite")).await.expect("opens");
        let store = SqliteStore::new(database.clone());
        let ambient = Ambient::new(SystemClock, ambient::SeededChance::new(11));
        Self { folder, database, store, ambient }
    }

    /// A finding about a new reference, heard at a second.
    fn finding(&self, outcome: Outcome, died: bool, second: i64) -> Heard<Opening> {
        let assessed = Assessed {
            reference: Reference::mint(&self.ambient),
            revision: 1,
            authority: "373".into(),
            outcome,
            provision: "Children Act 2004 s.16C(1)(a)".into(),
            duty_authority: None,
            findings: vec![outcome],
            children: 1,
            deaths: if died { vec![0] } else { vec![] },
            occurred_on: Some(date(2026, 3, 1)),
            became_aware_on: Some(date(2026, 3, 2)),
            received_on: date(2026, 3, 3),
        };
        let case = open_case(&assessed, Policies::compiled_in(), at(second), date(2026, 3, 3));
        let told = self.told("case.queued.v1", &case);
        let trace = TraceContext { traceparent: Some("00-1-2-01".into()), tracestate: None };
        let effect = Opening { case, assessed: Bytes::from_static(b"as heard"), trace };
        Heard { event: EventId::mint(&self.ambient), effect, outgoing: vec![told] }
    }

    fn told(&self, kind: &'static str, case: &Case) -> Envelope {
        let origin = Origin { kind, source: "triage", subject: case.entry.reference, owner: "373" };
        Envelope::seal(origin, &String::new(), &self.ambient)
    }

    /// Opens a case of each second given.
    async fn opened(&self, outcome: Outcome, seconds: impl IntoIterator<Item = i64>) -> Vec<Case> {
        let heard: Vec<_> = seconds.into_iter().map(|second| self.finding(outcome, false, second)).collect();
        self.store.open(&heard, at(0)).await.expect("opens");
        heard.into_iter().map(|heard| heard.effect.case).collect()
    }

    fn lease(&self, until: i64) -> Lease {
        Lease { id: LeaseId::mint(&self.ambient), by: "lapwing://panel/secretariat".into(), until: at(until) }
    }

    async fn take(&self, lease: &Lease, now: i64) -> Option<Queued> {
        self.store.take_next(Lane::Decision, lease.clone(), at(now)).await.expect("answers")
    }

    async fn acknowledge(&self, case: &Case, lease: &Lease, now: i64) -> Result<Acknowledged, LeaseRefused> {
        let given = Acknowledgement { lease: lease.id, by: "lapwing://panel/ada".into(), at: at(now) };
        let told = self.told("case.acknowledged.v1", case);
        self.store.acknowledge(case.entry.reference, &given, &told).await.expect("answers")
    }

    async fn list(&self, after: Option<Turn>, at_most: u32, include_acknowledged: bool, now: i64) -> Page {
        let page = PageOf { lane: Lane::Decision, after, at_most, include_acknowledged };
        self.store.list(page, at(now)).await.expect("lists")
    }

    async fn kinds_told(&self) -> Vec<String> {
        let events = Outbox::of(self.database.clone()).oldest(100).await.expect("reads");
        events.into_iter().map(|event| event.kind).collect()
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn references(page: &Page) -> Vec<Reference> {
    page.cases.iter().map(|case| case.entry.reference).collect()
}

#[tokio::test]
async fn a_case_is_read_as_it_was_opened() {
    let world = World::new().await;
    let outcomes = [
        Outcome::DutyInArea,
        Outcome::DutyOutsideEngland,
        Outcome::DutyOfAnotherAuthority,
        Outcome::LookedAfterDeath,
        Outcome::CareLeaverDeath,
        Outcome::NeedsJudgement,
        Outcome::Outside,
    ];
    let heard: Vec<_> =
        outcomes.into_iter().zip(0..).map(|(outcome, second)| world.finding(outcome, true, second)).collect();
    world.store.open(&heard, at(0)).await.expect("opens");
    for Heard { effect, .. } in heard {
        let held = world.store.find(effect.case.entry.reference).await.expect("reads").expect("is there");
        assert_eq!(held.case, effect.case);
        assert_eq!(
            (held.standing, held.assessed, held.trace),
            (Standing::Waiting, effect.assessed, effect.trace)
        );
    }
}

#[tokio::test]
async fn a_second_delivery_of_an_event_opens_no_second_case_and_tells_nothing_more() {
    let world = World::new().await;
    let first = world.finding(Outcome::DutyInArea, false, 1);
    let second = world.finding(Outcome::DutyInArea, false, 2);
    world.store.open(std::slice::from_ref(&first), at(1)).await.expect("opens");
    world.store.open(&[first.clone(), second.clone(), second.clone()], at(2)).await.expect("opens again");
    let expected = [first.effect.case.entry.reference, second.effect.case.entry.reference];
    assert_eq!(references(&world.list(None, 10, false, 3).await), expected);
    assert_eq!(world.kinds_told().await, ["case.queued.v1", "case.queued.v1"]);
}

#[tokio::test]
async fn another_event_about_a_reference_that_has_a_case_is_refused_with_its_whole_batch() {
    let world = World::new().await;
    let first = world.finding(Outcome::DutyInArea, false, 1);
    let again = Heard { event: EventId::mint(&world.ambient), ..first.clone() };
    let innocent = world.finding(Outcome::DutyInArea, false, 2);
    world.store.open(&[first], at(1)).await.expect("opens");
    let refused = world.store.open(&[innocent.clone(), again], at(2)).await.expect_err("refused");
    assert!(refused.is_unique_violation(), "{refused}");
    assert!(world.store.find(innocent.effect.case.entry.reference).await.expect("reads").is_none());
    assert_eq!(world.kinds_told().await, ["case.queued.v1"]);
}

#[tokio::test]
async fn many_cases_are_opened_in_one_batch() {
    let world = World::new().await;
    let opened = world.opened(Outcome::DutyInArea, 0..1200).await;
    let page = world.list(None, 2000, false, 5000).await;
    assert_eq!(page.waiting, 1200);
    assert_eq!(references(&page), opened.iter().map(|case| case.entry.reference).collect::<Vec<_>>());
    assert!(page.cases.iter().all(|case| case.entry.clocks.len() == 2));
}

#[tokio::test]
async fn a_lane_is_worked_urgent_first_then_by_waiting_then_by_reference() {
    let world = World::new().await;
    let heard = [
        world.finding(Outcome::DutyInArea, false, 1),
        world.finding(Outcome::DutyInArea, false, 3),
        world.finding(Outcome::DutyInArea, true, 4),
        world.finding(Outcome::DutyInArea, true, 2),
        world.finding(Outcome::DutyInArea, false, 3),
        world.finding(Outcome::LookedAfterDeath, true, 0),
    ];
    world.store.open(&heard, at(5)).await.expect("opens");
    let listed = references(&world.list(None, 10, false, 5).await);
    let mut expected: Vec<Turn> = heard[..5].iter().map(|heard| heard.effect.case.entry.turn()).collect();
    expected.sort();
    assert_eq!(listed, expected.iter().map(|turn| turn.reference).collect::<Vec<_>>());
    let mut taken = Vec::new();
    while let Some(case) = world.take(&world.lease(100), 5).await {
        taken.push(case.entry.reference);
    }
    assert_eq!(taken, listed);
}

#[tokio::test]
async fn pages_cover_a_lane_once_whatever_their_size_and_whatever_comes_in_or_goes() {
    for size in [1, 2, 3, 7, 10, 11] {
        let world = World::new().await;
        // Several in the same second, so that the reference has to decide.
        let opened = world.opened(Outcome::DutyInArea, (0..10).map(|number| number / 4)).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = world.list(after, size, false, 50).await;
            seen.extend(references(&page));
            let urgent = world.finding(Outcome::DutyInArea, true, 40);
            world.store.open(&[urgent], at(40)).await.expect("opens");
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 10, "pages of {size}");
        let distinct: HashSet<Reference> = seen.into_iter().collect();
        assert_eq!(distinct, opened.iter().map(|case| case.entry.reference).collect(), "pages of {size}");
    }
}

#[tokio::test]
async fn two_takers_at_once_never_get_the_same_case() {
    let world = World::new().await;
    world.opened(Outcome::DutyInArea, 0..40).await;
    // A second opening of the file stands for a second process.
    let other = SqliteStore::new(open(&world.folder.path().join("triage.sqlite")).await.expect("opens"));
    let stores: Vec<Arc<dyn Store>> = vec![Arc::new(world.store.clone()), Arc::new(other)];
    let takers = (0..8).map(|number| {
        let (store, ambient) = (stores[number % 2].clone(), world.ambient.clone());
        tokio::spawn(async move {
            let mut taken = Vec::new();
            loop {
                let lease = Lease { id: LeaseId::mint(&ambient), by: "x".into(), until: at(1000) };
                match store.take_next(Lane::Decision, lease, at(50)).await.expect("answers") {
                    Some(case) => taken.push(case.entry.reference),
                    None => return taken,
                }
            }
        })
    });
    let taken: Vec<Reference> =
        futures::future::join_all(takers).await.into_iter().flat_map(|taken| taken.expect("ends")).collect();
    assert_eq!(taken.len(), 40);
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>().len(), 40);
}

#[tokio::test]
async fn a_case_whose_lease_has_run_out_waits_again_and_not_a_microsecond_before() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    let first = world.lease(300);
    let taken = world.take(&first, 10).await.expect("waits");
    assert_eq!(taken.standing, Standing::Leased(first));
    assert_eq!(taken.entry, case.entry);
    let before = at(300) - SignedDuration::from_micros(1);
    let refused = world.store.take_next(Lane::Decision, world.lease(900), before).await.expect("answers");
    assert_eq!(refused, None);
    assert_eq!(
        (world.list(None, 10, false, 299).await.waiting, world.list(None, 10, false, 300).await.waiting),
        (0, 1)
    );
    let again = world.take(&world.lease(900), 300).await.expect("waits again");
    assert_eq!(again.entry.reference, case.entry.reference);
}

#[tokio::test]
async fn nothing_is_taken_from_an_empty_lane_or_from_the_other() {
    let world = World::new().await;
    assert_eq!(world.take(&world.lease(300), 1).await, None);
    world.opened(Outcome::Outside, [1]).await;
    assert_eq!(world.take(&world.lease(300), 2).await, None);
    let information =
        world.store.take_next(Lane::Information, world.lease(300), at(2)).await.expect("answers");
    assert!(information.is_some());
}

#[tokio::test]
async fn acknowledging_twice_answers_the_same_and_tells_once() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    let lease = world.lease(300);
    world.take(&lease, 10).await.expect("waits");
    let first = world.acknowledge(&case, &lease, 20).await.expect("counts");
    let Acknowledged::Now(given) = first else { panic!("{first:?}") };
    assert_eq!((given.at, given.by.as_str()), (at(20), "lapwing://panel/ada"));
    assert_eq!(world.acknowledge(&case, &lease, 400).await, Ok(Acknowledged::Before(given)));
    assert_eq!(world.kinds_told().await, ["case.queued.v1", "case.acknowledged.v1"]);
}

#[tokio::test]
async fn an_acknowledged_case_is_gone_from_the_queue_and_still_in_the_record() {
    let world = World::new().await;
    let cases = world.opened(Outcome::DutyInArea, [1, 2]).await;
    let lease = world.lease(300);
    world.take(&lease, 10).await.expect("waits");
    world.acknowledge(&cases[0], &lease, 20).await.expect("counts");
    assert_eq!(references(&world.list(None, 10, false, 30).await), [cases[1].entry.reference]);
    let whole = world.list(None, 10, true, 30).await;
    assert_eq!((references(&whole).len(), whole.waiting), (2, 1));
    let Standing::Acknowledged(given) = &whole.cases[0].standing else {
        panic!("{:?}", whole.cases[0].standing)
    };
    assert_eq!(given.at, at(20));
    // Long after the lease has run out, it is not taken again.
    assert_eq!(
        world.take(&world.lease(9000), 5000).await.map(|case| case.entry.reference),
        Some(cases[1].entry.reference)
    );
    assert_eq!(world.take(&world.lease(9000), 5000).await, None);
}

#[tokio::test]
async fn a_lease_that_ran_out_acknowledges_until_somebody_else_takes_the_case() {
    let world = World::new().await;
    let cases = world.opened(Outcome::DutyInArea, [1, 2]).await;
    let (idle, lost) = (world.lease(300), world.lease(300));
    world.take(&idle, 10).await.expect("waits");
    world.take(&lost, 10).await.expect("waits");
    assert!(matches!(world.acknowledge(&cases[0], &idle, 301).await, Ok(Acknowledged::Now(_))));
    world.take(&world.lease(900), 302).await.expect("waits again");
    let refused = world.acknowledge(&cases[1], &lost, 303).await;
    assert_eq!(refused, Err(LeaseRefused::TakenBySomebodyElse { until: at(900) }));
    assert_eq!(world.kinds_told().await.iter().filter(|kind| *kind == "case.acknowledged.v1").count(), 1);
}

#[tokio::test]
async fn a_case_that_nobody_took_is_not_acknowledged() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    assert_eq!(world.acknowledge(&case, &world.lease(300), 2).await, Err(LeaseRefused::NotTaken));
    assert_eq!(world.kinds_told().await, ["case.queued.v1"]);
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    let lease = world.lease(300);
    world.take(&lease, 10).await.expect("waits");
    world.database.close().await;
    let store =
        SqliteStore::new(open(&world.folder.path().join("triage.sqlite")).await.expect("opens again"));
    let held = store.find(case.entry.reference).await.expect("reads").expect("is there");
    assert_eq!(held.standing, Standing::Leased(lease));
}
