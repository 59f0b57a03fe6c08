//! Standing aside: the case is gone for that member, and for nobody else.

use triage::domain::finding::Outcome;
use triage::domain::lane::Lane;
use triage::domain::recipients::Recipient;
use triage::domain::stand_aside::{Aside, Interest, StoodAside, Viewer};
use triage::domain::standing::{Lease, Standing};
use triage::store::{Found, NoticesOf, PageOf, Store};

use super::world::{World, at, references, secretariat};

const ADA: &str = "lapwing://panel/ada";

fn ada() -> Viewer {
    Viewer::Member(ADA.into())
}

impl World {
    async fn stands_aside(&self, reference: ids::Reference, second: i64) -> Aside {
        let interest = Interest::KnowsTheFamily;
        let stood = StoodAside { reference, member: ADA.into(), interest, at: at(second) };
        let told = self.told("case.stood_aside.v1", reference);
        self.store.stand_aside(&stood, &told).await.expect("answers")
    }
}

#[tokio::test]
async fn a_list_leaves_the_case_out_for_that_member_and_says_how_many_are_left_out() {
    let world = World::new().await;
    let cases = world.opened(Outcome::DutyInArea, [1, 2, 3]).await;
    world.stands_aside(cases[1], 5).await;
    let page = PageOf { lane: Lane::Decision, after: None, at_most: 10, include_acknowledged: false };
    let hers = world.store.list(page, &ada(), at(6)).await.expect("lists");
    assert_eq!((references(&hers), hers.waiting, hers.left_out), (vec![cases[0], cases[2]], 3, 1));
    let other = Viewer::Member("lapwing://panel/ben".into());
    for viewer in [other, secretariat()] {
        let whole = world.store.list(page, &viewer, at(6)).await.expect("lists");
        assert_eq!((references(&whole), whole.left_out), (cases.clone(), 0));
    }
    // A page is full all the same: nothing is missed between two of them.
    let first = world.store.list(PageOf { at_most: 1, ..page }, &ada(), at(6)).await.expect("lists");
    let rest = world.store.list(PageOf { after: first.next, ..page }, &ada(), at(6)).await.expect("lists");
    assert_eq!((references(&first), references(&rest)), (vec![cases[0]], vec![cases[2]]));
}

#[tokio::test]
async fn the_case_is_not_found_by_that_member_nor_are_its_notices() {
    let world = World::new().await;
    let cases = world.opened(Outcome::DutyInArea, [1, 2]).await;
    world.stands_aside(cases[0], 5).await;
    assert!(matches!(world.store.find(cases[0], &ada()).await.expect("reads"), Found::StoodAside));
    assert!(matches!(world.store.find(cases[1], &ada()).await.expect("reads"), Found::Case(_)));
    assert!(world.store.find(cases[0], &secretariat()).await.expect("reads").case().is_some());
    let of = NoticesOf { recipient: Recipient::Dfe, before: None, at_most: 10 };
    let hers = world.store.notices(of, &ada()).await.expect("lists").notices.len();
    let all = world.store.notices(of, &secretariat()).await.expect("lists").notices.len();
    assert_eq!((hers, all), (1, 2));
}

#[tokio::test]
async fn the_next_case_is_one_from_which_the_taker_did_not_stand_aside() {
    let world = World::new().await;
    let cases = world.opened(Outcome::DutyInArea, [1, 2]).await;
    world.stands_aside(cases[0], 5).await;
    let hers = |until| Lease { by: ADA.into(), ..world.lease(until) };
    assert_eq!(world.take(&hers(100), 10).await.expect("waits").entry.reference, cases[1]);
    assert_eq!(world.take(&hers(100), 10).await, None);
    assert_eq!(world.take(&world.lease(100), 10).await.expect("waits").entry.reference, cases[0]);
}

#[tokio::test]
async fn a_lease_of_the_case_ends_when_its_holder_stands_aside_and_nobody_elses_does() {
    let world = World::new().await;
    let cases = world.opened(Outcome::DutyInArea, [1, 2]).await;
    let hers = Lease { by: ADA.into(), ..world.lease(1000) };
    world.take(&hers, 10).await.expect("waits");
    let other = world.lease(1000);
    world.take(&other, 10).await.expect("waits");
    world.stands_aside(cases[0], 20).await;
    world.stands_aside(cases[1], 20).await;
    assert!(world.held(cases[0]).await.standing.is_free(at(20)));
    assert_eq!(world.held(cases[1]).await.standing, Standing::Leased(other));
}

#[tokio::test]
async fn it_is_told_once_and_lifting_it_too() {
    let world = World::new().await;
    let case = world.opened(Outcome::DutyInArea, [1]).await.remove(0);
    let Aside::Now(first) = world.stands_aside(case, 5).await else { panic!("it is the first") };
    assert_eq!(world.stands_aside(case, 9).await, Aside::Before(first));
    let told = world.told("case.stand_aside_lifted.v1", case);
    assert!(!world.store.lift_stand_aside(case, "lapwing://panel/ben", &told).await.expect("answers"));
    assert!(world.store.lift_stand_aside(case, ADA, &told).await.expect("lifts"));
    assert!(!world.store.lift_stand_aside(case, ADA, &told).await.expect("answers"));
    assert!(world.store.find(case, &ada()).await.expect("reads").case().is_some());
    let kinds = world.kinds_told().await;
    assert_eq!(kinds, ["case.queued.v1", "case.stood_aside.v1", "case.stand_aside_lifted.v1"]);
}

#[tokio::test]
async fn nobody_stands_aside_from_a_case_that_is_not_there() {
    let world = World::new().await;
    let reference = world.finding().reference;
    let stood = StoodAside { reference, member: ADA.into(), interest: Interest::Other, at: at(1) };
    let told = world.told("case.stood_aside.v1", reference);
    world.store.stand_aside(&stood, &told).await.expect_err("refused");
    assert!(world.envelopes().await.is_empty());
}
