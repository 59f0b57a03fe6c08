//! What the relay promises: delivered at least once, effective once, and nobody held up by what cannot be handled.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ambient::Ambient;
use async_trait::async_trait;
use delivery::sqlite::{Outbox, admit, append, migrator, park, parked};
use delivery::{Delivered, Envelope, HandlingError, Origin, Relay, Subscriber};
use ids::Reference;
use lifecycle::{CancellationToken, pause};
use sqlx::Row;
use storage::sqlite::Database;
use tempfile::TempDir;

const KIND: &str = "bird.seen.v1";

async fn store(folder: &TempDir, name: &str) -> Database {
    Database::open(&folder.path().join(name), &[&migrator()]).await.expect("opens")
}

fn envelopes(count: usize) -> Vec<Envelope> {
    let ambient = Ambient::system();
    let origin = Origin { kind: KIND, source: "hide", subject: Reference::mint(&ambient), owner: "373" };
    (0..count).map(|number| Envelope::seal(origin, &format!("event {number}"), &ambient)).collect()
}

async fn tell(database: &Database, envelopes: &[Envelope]) {
    let mut transaction = database.begin("tell").await.expect("begins");
    append(&mut transaction, &envelopes.iter().collect::<Vec<_>>()).await.expect("appends");
    database.commit(transaction, "tell").await.expect("commits");
}

/// What a receiver does with a batch besides keeping it.
type Trouble = Box<dyn Fn(usize, &[Delivered]) -> Result<(), HandlingError> + Send + Sync>;

/// A receiver with a real inbox, whose only effect is the inbox itself.
struct Receiver {
    database: Database,
    calls: AtomicUsize,
    trouble: Trouble,
}

impl Receiver {
    async fn new(folder: &TempDir, name: &str, trouble: Trouble) -> Arc<Self> {
        Arc::new(Self { database: store(folder, name).await, calls: AtomicUsize::new(0), trouble })
    }

    async fn inbox(&self) -> i64 {
        let row = sqlx::query("SELECT count(*) FROM inbox").fetch_one(self.database.readers()).await;
        row.expect("counts").get(0)
    }
}

#[async_trait]
impl Subscriber for Receiver {
    fn queue(&self) -> &'static str {
        "hide.birds"
    }

    fn hears(&self, kind: &str) -> bool {
        kind == KIND
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        (self.trouble)(self.calls.fetch_add(1, Ordering::SeqCst), batch)?;
        let mut transaction = self.database.begin("keep").await?;
        let events = batch.iter().map(|delivered| delivered.envelope.id);
        admit(&mut transaction, events, Ambient::system().now()).await?;
        Ok(self.database.commit(transaction, "keep").await?)
    }

    async fn park(&self, delivered: &Delivered, reason: &str) -> Result<(), HandlingError> {
        let now = Ambient::system().now();
        Ok(park(&self.database, self.queue(), &delivered.envelope, reason, now).await?)
    }
}

/// Relays until the outbox is empty.
async fn relay(sender: &Database, receivers: Vec<Arc<dyn Subscriber>>) {
    let stop = CancellationToken::new();
    let relay = tokio::spawn(Relay::new(Outbox::of(sender.clone()), receivers).run(stop.clone()));
    let outbox = Outbox::of(sender.clone());
    let emptied = async {
        while outbox.waiting().await.expect("counts") > 0 {
            pause(std::time::Duration::from_millis(5), &CancellationToken::new()).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), emptied).await.expect("the outbox empties");
    stop.cancel();
    relay.await.expect("the relay ends");
}

#[tokio::test]
async fn every_event_reaches_every_receiver_that_hears_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let sender = store(&folder, "sender").await;
    tell(&sender, &envelopes(1000)).await;
    let one = Receiver::new(&folder, "one", Box::new(|_, _| Ok(()))).await;
    let other = Receiver::new(&folder, "other", Box::new(|_, _| Ok(()))).await;
    relay(&sender, vec![one.clone(), other.clone()]).await;
    assert_eq!((one.inbox().await, other.inbox().await), (1000, 1000));
}

#[tokio::test]
async fn an_event_told_after_the_relay_has_gone_to_sleep_wakes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let sender = store(&folder, "sender").await;
    let receiver = Receiver::new(&folder, "one", Box::new(|_, _| Ok(()))).await;
    let stop = CancellationToken::new();
    let relayed = Relay::new(Outbox::of(sender.clone()), vec![receiver.clone()]).run(stop.clone());
    let relayed = tokio::spawn(relayed);
    for told in 1..=20 {
        tell(&sender, &envelopes(1)).await;
        while receiver.inbox().await < told {
            tokio::task::yield_now().await;
        }
    }
    stop.cancel();
    relayed.await.expect("the relay ends");
}

#[tokio::test]
async fn a_receiver_that_is_out_of_order_gets_the_batch_again_and_the_others_no_second_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let sender = store(&folder, "sender").await;
    tell(&sender, &envelopes(10)).await;
    let steady = Receiver::new(&folder, "steady", Box::new(|_, _| Ok(()))).await;
    let trouble: Trouble =
        Box::new(|call, _| if call < 3 { Err(HandlingError::Unavailable("asleep".into())) } else { Ok(()) });
    let shaky = Receiver::new(&folder, "shaky", trouble).await;
    relay(&sender, vec![steady.clone(), shaky.clone()]).await;
    assert_eq!((steady.inbox().await, shaky.inbox().await), (10, 10));
    assert_eq!(steady.calls.load(Ordering::SeqCst), 1);
    assert_eq!(parked(&shaky.database).await.expect("counts"), 0);
}

#[tokio::test]
async fn an_event_that_cannot_be_handled_is_parked_with_its_reason_and_the_others_are_held() {
    let folder = tempfile::tempdir().expect("a folder");
    let sender = store(&folder, "sender").await;
    let events = envelopes(10);
    let spoilt = events[4].id;
    tell(&sender, &events).await;
    let trouble: Trouble = Box::new(move |_, batch| {
        let spoilt = batch.iter().any(|delivered| delivered.envelope.id == spoilt);
        if spoilt { Err(HandlingError::Refused("spoilt".into())) } else { Ok(()) }
    });
    let receiver = Receiver::new(&folder, "one", trouble).await;
    relay(&sender, vec![receiver.clone()]).await;
    assert_eq!(receiver.inbox().await, 10, "the parked one counts as received");
    let row =
        sqlx::query("SELECT reason, source, owner FROM parked").fetch_one(receiver.database.readers()).await;
    let row = row.expect("one is parked");
    assert_eq!(
        (row.get::<&str, _>(0), row.get::<&str, _>(1), row.get::<&str, _>(2)),
        ("spoilt", "hide", "373")
    );
}

#[tokio::test]
async fn a_handler_that_panics_takes_no_other_event_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let sender = store(&folder, "sender").await;
    let events = envelopes(3);
    let spoilt = events[0].id;
    tell(&sender, &events).await;
    let trouble: Trouble = Box::new(move |_, batch| {
        assert!(batch.iter().all(|delivered| delivered.envelope.id != spoilt), "the handler meets its end");
        Ok(())
    });
    let receiver = Receiver::new(&folder, "one", trouble).await;
    relay(&sender, vec![receiver.clone()]).await;
    assert_eq!(receiver.inbox().await, 3);
    assert_eq!(parked(&receiver.database).await.expect("counts"), 1);
}

#[tokio::test]
async fn a_relay_that_is_stopped_leaves_what_is_not_delivered_in_the_outbox() {
    let folder = tempfile::tempdir().expect("a folder");
    let sender = store(&folder, "sender").await;
    tell(&sender, &envelopes(10)).await;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let trouble: Trouble = Box::new(move |_, _| {
        stopping.cancel();
        Err(HandlingError::Unavailable("asleep".into()))
    });
    let receiver = Receiver::new(&folder, "one", trouble).await;
    Relay::new(Outbox::of(sender.clone()), vec![receiver]).run(stop).await;
    assert_eq!(Outbox::of(sender).waiting().await.expect("counts"), 10);
}

#[tokio::test]
async fn an_event_that_comes_twice_is_fresh_once_also_within_one_batch() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = store(&folder, "one").await;
    let event = envelopes(1)[0].id;
    let now = Ambient::system().now();
    let mut transaction = database.begin("keep").await.expect("begins");
    assert_eq!(admit(&mut transaction, [event, event], now).await.expect("admits").len(), 1);
    assert_eq!(admit(&mut transaction, [event], now).await.expect("admits").len(), 0);
    database.commit(transaction, "keep").await.expect("commits");
}

#[tokio::test]
async fn an_envelope_comes_out_of_the_outbox_as_it_went_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let sender = store(&folder, "sender").await;
    let events = envelopes(600);
    tell(&sender, &events).await;
    let told = Outbox::of(sender).oldest(1000).await.expect("reads");
    assert_eq!(told, events);
}
