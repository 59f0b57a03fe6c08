//! Senders and receivers with stores of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ambient::Ambient;
use async_trait::async_trait;
use delivery::{
    Delivered, Envelope, HandlingError, InProcess, Keeper, Origin, Outbox as _, Relay, Subscriber,
};
use ids::Reference;
use lifecycle::{CancellationToken, pause};
use storage::StoreError;

use super::dialect::{Database, Outbox, admit, append, park};

pub(crate) const KIND: &str = "bird.seen.v1";
pub(crate) const QUEUE: &str = "hide.birds";

pub(crate) fn envelopes(count: usize) -> Vec<Envelope> {
    let ambient = Ambient::system();
    let origin = Origin { kind: KIND, source: "hide", subject: Reference::mint(&ambient), owner: "373" };
    (0..count).map(|number| Envelope::seal(origin, &format!("event {number}"), &ambient)).collect()
}

pub(crate) async fn tell(database: &Database, envelopes: &[Envelope]) {
    let mut transaction = database.begin("tell").await.expect("begins");
    append(&mut transaction, &envelopes.iter().collect::<Vec<_>>()).await.expect("appends");
    database.commit(transaction, "tell").await.expect("commits");
}

/// What a receiver does with a batch besides keeping it.
pub(crate) type Trouble = Box<dyn Fn(usize, &[Delivered]) -> Result<(), HandlingError> + Send + Sync>;

/// A receiver with a real inbox, whose only effect is to count what is fresh.
pub(crate) struct Receiver {
    pub(crate) database: Database,
    pub(crate) calls: AtomicUsize,
    pub(crate) effects: AtomicUsize,
    trouble: Trouble,
}

impl Receiver {
    pub(crate) fn on(database: &Database, trouble: Trouble) -> Arc<Self> {
        let (calls, effects) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Self { database: database.clone(), calls, effects, trouble })
    }

    /// A receiver that takes whatever comes.
    pub(crate) fn steady(database: &Database) -> Arc<Self> {
        Self::on(database, Box::new(|_, _| Ok(())))
    }

    /// A receiver that can do nothing with any event.
    pub(crate) fn refusing(database: &Database, reason: &'static str) -> Arc<Self> {
        Self::on(database, Box::new(move |_, _| Err(HandlingError::Refused(reason.into()))))
    }

    pub(crate) fn effects(&self) -> usize {
        self.effects.load(Ordering::SeqCst)
    }

    pub(crate) async fn inbox(&self) -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM inbox").fetch_one(self.database.readers()).await;
        count.expect("counts")
    }
}

#[async_trait]
impl Subscriber for Receiver {
    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn hears(&self, kind: &str) -> bool {
        kind == KIND
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        (self.trouble)(self.calls.fetch_add(1, Ordering::SeqCst), batch)?;
        let mut transaction = self.database.begin("keep").await?;
        let events = batch.iter().map(|delivered| delivered.envelope.id);
        let fresh = admit(&mut transaction, events, Ambient::system().now()).await?;
        self.database.commit(transaction, "keep").await?;
        self.effects.fetch_add(fresh.len(), Ordering::SeqCst);
        Ok(())
    }
}

#[async_trait]
impl Keeper for Receiver {
    async fn park(&self, queue: &str, envelope: &Envelope, reason: &str) -> Result<(), StoreError> {
        park(&self.database, queue, envelope, reason, Ambient::system().now()).await
    }
}

/// What hears and keeps on a store of its own.
pub(crate) trait Hearing: Subscriber + Keeper + 'static {}

impl<T: Subscriber + Keeper + 'static> Hearing for T {}

pub(crate) fn relay_of(sender: &Database, receivers: Vec<Arc<dyn Hearing>>) -> Relay {
    let receivers = receivers
        .into_iter()
        .map(|receiver| delivery::Receiver { subscriber: receiver.clone(), keeper: receiver });
    Relay::new(Arc::new(Outbox::of(sender.clone())), Arc::new(InProcess::new(receivers.collect())))
}

/// Relays until the outbox is empty.
pub(crate) async fn relay(sender: &Database, receivers: Vec<Arc<dyn Hearing>>) {
    let stop = CancellationToken::new();
    let relay = tokio::spawn(relay_of(sender, receivers).run(stop.clone()));
    let outbox = Outbox::of(sender.clone());
    let emptied = async {
        while outbox.waiting().await.expect("counts") > 0 {
            pause(Duration::from_millis(5), &CancellationToken::new()).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), emptied).await.expect("the outbox empties");
    stop.cancel();
    relay.await.expect("the relay ends");
}
