//! A database that hangs: nobody waits for ever, nothing piles up, and all goes on where it answers again.

use std::sync::Arc;
use std::time::Duration;

use ambient::{Ambient, SeededChance, SystemClock};
use futures::future::join_all;
use intake::back_pressure::BackPressure;
use intake::hold_together::{HoldTogether, Limits, NotHeld};
use intake::store::postgres::{PostgresStore, open};
use intake::store::{Holding, Key, Store};
use lifecycle::{Ending, Lifecycle};
use secrecy::ExposeSecret;
use storage::postgres::Place;
use storage::{Location, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};

use crate::room::{NEW, On, Room, notification, wrapping};

/// A line to the database that can be cut off without either end being told: bytes then stay where they are.
struct Line {
    passes: watch::Sender<bool>,
    place: Place,
}

impl Line {
    async fn to(place: &Place) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (before, after) =
            place.url.expose_secret().split_once("@127.0.0.1:").expect("a URL of this machine");
        let (database_port, path) = after.split_once('/').expect("a URL with a database");
        let database_port: u16 = database_port.parse().expect("a port");
        let (passes, passing) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", database_port)).await.expect("connects");
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(carry(near_in, far_out, passing.clone()));
                tokio::spawn(carry(far_in, near_out, passing.clone()));
            }
        });
        let url = format!("{before}@127.0.0.1:{port}/{path}");
        Self { passes, place: Place { url: url.into(), ..place.clone() } }
    }
}

async fn carry(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut passing: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if passing.wait_for(|passes| *passes).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

/// How long a call, and a sender, waits here.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// A store at the end of a line.
async fn far_store(room: &Room) -> (Line, Arc<dyn Store>) {
    let Location::Postgres(place) = &room.location else { panic!("a room on PostgreSQL") };
    let line = Line::to(place).await;
    let ambient = Ambient::new(SystemClock, SeededChance::new(9));
    let database = open(&line.place).await.expect("opens");
    let store = PostgresStore::open(database, ambient, wrapping())
        .await
        .expect("opens")
        .answering_within(LONGEST_WAIT);
    (line, Arc::new(store))
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_to_a_database_that_hangs_are_told_in_time_and_those_after_it_are_held() {
    let room = On::Postgres.room().await;
    let (line, store) = far_store(&room).await;
    let limits = Limits { largest_commit: 16, largest_backlog: 1 << 20, longest_wait: LONGEST_WAIT };
    let (lifecycle, changes) = (Lifecycle::new(), broadcast::Sender::new(16));
    let together = HoldTogether::start(store, changes, limits, BackPressure::default(), &lifecycle);
    let before = room.candidate(&notification("373", "A-before", ""));
    assert_eq!(together.hold(before).await, Ok(NEW));

    line.passes.send_replace(false);
    // More than wait in the queue: those beyond it are told as well.
    let sent = (0..1_500).map(|number| room.candidate(&notification("373", &format!("A-{number}"), "")));
    let sent: Vec<_> = sent.collect();
    let told = join_all(sent.iter().cloned().map(|candidate| together.hold(candidate))).await;
    let unconfirmed = [Err(NotHeld::NotInTime), Err(NotHeld::StoreUnavailable)];
    let otherwise = told.iter().find(|told| !unconfirmed.contains(told));
    assert!(otherwise.is_none(), "{otherwise:?}");

    line.passes.send_replace(true);
    // Sent again as they are: whatever became of the first time, each has one receipt and one event.
    for candidate in sent.iter().take(3) {
        let held = loop {
            match together.hold(candidate.clone()).await {
                Ok(held) => break held,
                Err(NotHeld::NotInTime | NotHeld::StoreUnavailable) => (),
                Err(other) => panic!("{other}"),
            }
        };
        assert!(matches!(held, NEW | Holding::Before { .. }), "{held:?}");
    }
    let held = room.waiting().await;
    assert!(held < 50, "{held}: those who waited no more were not worked through");
    assert_eq!(lifecycle.wind_down(Duration::from_secs(30)).await, Ending::Drained);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_from_a_database_that_hangs_is_told_in_time_and_reads_after_it() {
    let room = On::Postgres.room().await;
    let reference = room.held().await;
    let (line, store) = far_store(&room).await;
    let key = Key::Reference(reference);
    assert!(store.find("373", &key).await.expect("reads").is_some());
    line.passes.send_replace(false);
    // More than there are connections.
    let told = join_all((0..20).map(|_| store.status("373", reference))).await;
    let unavailable = |told: &Result<_, StoreError>| matches!(told, Err(StoreError::Unavailable { .. }));
    assert!(told.iter().all(unavailable), "{:?}", told.iter().find(|told| told.is_ok()));
    line.passes.send_replace(true);
    while store.find("373", &key).await.is_err() {
        tokio::task::yield_now().await;
    }
}
