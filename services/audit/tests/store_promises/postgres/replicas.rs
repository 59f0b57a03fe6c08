//! Several replicas on one log. Which of them appends next is for the database to say: nobody is elected, and nobody who
//! dies has to be declared dead.

use std::collections::HashSet;
use std::sync::mpsc;
use std::thread;

use ambient::{Ambient, SeededChance, SetClock};
use audit::domain::record::Record;
use audit::store::Store;
use audit::store::postgres::{PostgresStore, open};
use delivery::Envelope;
use ids::EventId;
use sqlx::Row;
use storage::Location;
use storage::postgres::{Database, Place};
use tokio::task::yield_now;

use super::world::World;
use crate::reference_tree;
use crate::teller::{Teller, noon};

fn place(world: &World) -> Place {
    let Location::Postgres(place) = &world.config.store else { panic!("a schema") };
    place.clone()
}

/// A replica's store, with connections of its own.
async fn replica(place: &Place) -> PostgresStore {
    PostgresStore::new(open(place).await.expect("opens"))
}

async fn append(store: &PostgresStore, events: &[Envelope], seed: u64) -> usize {
    let ambient = Ambient::new(SetClock::at(noon()), SeededChance::new(seed));
    let records: Vec<Record<'_>> = events.iter().map(Record::of).collect();
    store.append(&records, &ambient).await.expect("appends").entries
}

/// The event ids in the log, and how many entries there are.
async fn events_in_the_log(world: &World) -> (HashSet<EventId>, usize) {
    let store = world.store().await;
    let rows = sqlx::query("SELECT event_id FROM entry").fetch_all(store.readers()).await.expect("reads");
    (rows.iter().map(|row| EventId::from_uuid(row.get("event_id"))).collect(), rows.len())
}

/// Every replica states the log that the reference tree makes of the entries.
async fn agree(replicas: &[PostgresStore], world: &World, size: u64) {
    // Places are dense, or making the leaves anew would fail.
    let leaves = world.leaves_made_anew().await;
    for replica in replicas {
        let edge = replica.edge().await.expect("an edge");
        assert_eq!((edge.size(), edge.root().0), (size, reference_tree::root(&leaves)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replicas_that_append_the_same_events_at_once_keep_one_log_without_gap_or_fork() {
    let world = World::new().await;
    let events = Teller::new(20).events(240);
    let replicas = [replica(&place(&world)).await, replica(&place(&world)).await];
    // Each replica is told everything three times at once, each time from another place on and in batches of another size:
    // some overlap, and some that do not would be appended side by side if the replicas did not take turns.
    let tellers = replicas.iter().cycle().zip([3, 7, 11, 16, 25, 31]).enumerate();
    let tellers = tellers.map(|(teller, (replica, batch))| {
        let (replica, mut events) = (replica.clone(), events.clone());
        events.rotate_left(teller * 40);
        tokio::spawn(async move {
            let mut appended = 0;
            for some in events.chunks(batch) {
                appended += append(&replica, some, batch as u64).await;
            }
            appended
        })
    });
    let tellers: Vec<_> = tellers.collect();
    let mut appended = 0;
    for teller in tellers {
        appended += teller.await.expect("told all");
    }
    assert_eq!(appended, 240, "each event was appended by one of those who told it");
    let told: HashSet<EventId> = events.iter().map(|event| event.id).collect();
    assert_eq!(events_in_the_log(&world).await, (told, 240));
    agree(&replicas, &world, 240).await;
}

/// A replica with a runtime and connections of its own, which begins to append and dies when it is told to: its
/// connections are closed, and not a word is sent before.
fn begin_and_die(place: &Place, begun: &mpsc::Sender<()>, die: &mpsc::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let half_done = runtime.block_on(async {
        let database = open(place).await.expect("opens");
        let mut transaction = database.begin("append to the log").await.expect("begins");
        let half = sqlx::query("INSERT INTO hash VALUES (0, sha256('half'))");
        half.execute(&mut *transaction).await.expect("inserts");
        (database, transaction)
    });
    begun.send(()).expect("somebody listens");
    // Where the test has failed meanwhile, no word comes, and it dies all the same.
    let _word = die.recv();
    // Nothing runs the tasks of this runtime any more, so no rollback is sent.
    let within = runtime.enter();
    drop(half_done);
    drop(within);
}

/// How many wait for their turn to write.
async fn waiting(database: &Database) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database \
         WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()",
    )
    .fetch_one(database.readers())
    .await
    .expect("reads")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_dies_while_it_appends_lets_the_other_go_on_at_once_and_leaves_nothing() {
    let world = World::new().await;
    let (place, events) = (place(&world), Teller::new(21).events(9));
    let ((begun, has_begun), (die, to_die)) = (mpsc::channel(), mpsc::channel());
    let dying = thread::spawn({
        let place = place.clone();
        move || begin_and_die(&place, &begun, &to_die)
    });
    has_begun.recv().expect("it begins");

    let other = replica(&place).await;
    let appending = tokio::spawn({
        let (other, events) = (other.clone(), events.clone());
        async move { append(&other, &events, 1).await }
    });
    let store = world.store().await;
    while waiting(&store).await == 0 {
        assert!(!appending.is_finished(), "it waits for its turn");
        yield_now().await;
    }
    die.send(()).expect("it listens");
    // Had the dead one still the turn, appending would fail once the database's patience for a lock has run out.
    assert_eq!(appending.await.expect("no panic"), 9);
    dying.join().expect("it died as it was told to");
    agree(&[other], &world, 9).await;
}
