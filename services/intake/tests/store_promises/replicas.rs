//! Several stores of one schema at once, as several replicas of intake have it: PostgreSQL's alone, because a file has one
//! process.

use std::sync::Arc;

use futures::future::join_all;
use intake::store::postgres::open;
use intake::store::{Answered, Candidate, Holding, Store};
use storage::Location;

use crate::room::{NEW, On, Room, notification};

/// What one round holds at the same time in two stores, as (new ones, answers of both).
async fn at_once(stores: [&Arc<dyn Store>; 2], candidates: [Candidate; 2]) -> Vec<Holding> {
    let [one, other] = &candidates;
    let held =
        join_all([stores[0].hold(std::slice::from_ref(one)), stores[1].hold(std::slice::from_ref(other))]);
    held.await.into_iter().flat_map(|held| held.expect("answers")).collect()
}

async fn two() -> (Room, Arc<dyn Store>) {
    let room = On::Postgres.room().await;
    let beside = room.reopened().await;
    (room, beside)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_that_hold_the_same_submission_at_once_give_the_one_receipt_every_time() {
    const ROUNDS: u64 = 200;
    let (room, beside) = two().await;
    for round in 0..ROUNDS {
        let sent = notification("373", &format!("A-{round}"), "");
        // Each replica draws a reference and a time of its own.
        let candidates = [room.candidate(&sent), room.candidate(&sent)];
        let answers = at_once([&room.store, &beside], candidates.clone()).await;
        let new: Vec<usize> = (0..2).filter(|place| answers[*place] == NEW).collect();
        assert_eq!(new.len(), 1, "{answers:?}");
        let Holding::Before { given, newest: 1 } = &answers[1 - new[0]] else { panic!("{answers:?}") };
        assert_eq!(given.receipt, candidates[new[0]].receipt);
        assert_eq!(given.signed_note, candidates[new[0]].signed_note);
    }
    assert_eq!(room.waiting().await, ROUNDS, "one event for each");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_that_hold_the_same_many_in_opposite_orders_do_not_wait_for_each_other() {
    let (room, beside) = two().await;
    for round in 0..50 {
        // Each replica draws references of its own.
        let sent = |number| room.candidate(&notification("373", &format!("A-{round}-{number:02}"), ""));
        let one: Vec<Candidate> = (0..20).map(sent).collect();
        let other: Vec<Candidate> = (0..20).rev().map(sent).collect();
        let (held, found) = tokio::join!(room.store.hold(&one), beside.hold(&other));
        let answers = [held.expect("held"), found.expect("held")].concat();
        assert_eq!(answers.iter().filter(|answer| **answer == NEW).count(), 20, "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_that_hold_other_contents_of_one_revision_at_once_hold_one_and_show_it() {
    let (room, beside) = two().await;
    let reference = room.held().await;
    for number in 2..52 {
        let candidates = ["one", "other"]
            .map(|content| room.amendment(reference, number, &notification("373", "A-1", content)));
        let answers = at_once([&room.store, &beside], candidates.clone()).await;
        let new: Vec<usize> =
            (0..2).filter(|place| answers[*place] == Holding::New { follows: number - 1 }).collect();
        assert_eq!(new.len(), 1, "{answers:?}");
        let fingerprint = candidates[new[0]].receipt.fingerprint;
        assert_eq!(answers[1 - new[0]], Holding::Other { reference, fingerprint });
    }
    let status = room.status("373", reference).await;
    assert_eq!(status.revisions.len(), 51);
    let follows: Vec<u32> = status.revisions.iter().map(|revision| revision.follows).collect();
    assert_eq!(follows, (0..51).collect::<Vec<u32>>(), "each follows the one that was held before it");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_that_answer_one_offer_at_once_let_one_answer_stand() {
    for _ in 0..10 {
        let (room, beside) = two().await;
        let reference = room.offered().await;
        let (accept, decline): (Answered, Answered) =
            (room.acceptance(reference).await, room.refusal(reference, "").await);
        let (accepted, declined) = tokio::join!(room.store.answer(&accept), beside.answer(&decline));
        assert!(accepted.expect("answers") ^ declined.expect("answers"));
        let told = room.told().await;
        let answers = told
            .iter()
            .filter(|kind| ["handover.accepted.v1", "handover.declined.v1"].contains(&kind.as_str()));
        assert_eq!(answers.count(), 1, "{told:?}");
    }
}

#[tokio::test]
async fn a_status_is_one_picture_also_where_another_replica_commits_while_it_is_read() {
    let room = On::Postgres.room().await;
    let reference = room.held().await;
    let Location::Postgres(place) = &room.location else { panic!("a room on PostgreSQL") };
    let beside = open(place).await.expect("opens");
    let mut other = beside.begin_beside("hold up a reader between two statements").await.expect("begins");
    sqlx::query("LOCK TABLE step IN ACCESS EXCLUSIVE MODE").execute(&mut *other).await.expect("locks");
    let store = room.store.clone();
    let reading = tokio::spawn(async move { store.status("373", reference).await });
    // By then it has read the revisions, and waits for the steps.
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'step'::regclass";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(beside.readers()).await.expect("reads") == 0 {
        tokio::task::yield_now().await;
    }
    for statement in [
        "INSERT INTO revision SELECT reference, 2, 2, authority, fingerprint, record, NULL, NULL, signed_note, \
         received_at, 1 FROM revision WHERE number = 1",
        "INSERT INTO step SELECT reference, 2, 2, received_at, received_at, '' FROM revision WHERE number = 1",
    ] {
        sqlx::query(statement).execute(&mut *other).await.expect("writes");
    }
    beside.commit(other, "let the reader go on").await.expect("commits");
    let status = reading.await.expect("no panic").expect("reads").expect("is there");
    assert_eq!((status.revisions.len(), status.steps.len()), (1, 1), "{:?}", status.steps);
    let status = room.status("373", reference).await;
    assert_eq!((status.revisions.len(), status.steps.len()), (2, 3));
}
