//! Events, and a reader with an inbox that tells when it has what a test waits for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use broker::topology::{USERS, User, export};
use broker::{Config, Publisher};
use delivery::{Carrier, Delivered, Envelope, HandlingError, Keeper, Receiver, Route, Subscriber};
use ids::EventId;
use lapin::{Channel, Connection, ConnectionProperties};
use lifecycle::{BackOff, CancellationToken};
use secrecy::ExposeSecret;
use telemetry::TraceContext;
use testbed::rabbitmq::Server;
use tokio::sync::watch;
use uuid::Uuid;

/// A broker is up again within seconds; a test that waits longer has found something.
const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// A virtual host of the broker that all tests share.
pub(crate) async fn fresh() -> (Arc<Server>, Config) {
    let server = Server::shared().await;
    let url = server.vhost().await;
    (server, Config::at(url))
}

/// The password of every user that definitions make here.
pub(crate) const PASSWORD: &str = "for-this-test-only";

/// Imports the definitions of a virtual host, with users or without, as an operator does.
pub(crate) async fn import(server: &Server, vhost: &str, with_users: bool) {
    let password = PASSWORD.into();
    let users = USERS.iter().map(|name| User { name, password: &password, salt: [1, 2, 3, 4] });
    let users: Vec<User<'_>> = if with_users { users.collect() } else { Vec::new() };
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), export(vhost, &users).to_string()).expect("written");
    server.ctl(&["import_definitions", &file.path().display().to_string()]).await;
}

/// The event of a number: always the same.
pub(crate) fn event(number: u128, kind: &str) -> Envelope {
    Envelope {
        id: EventId::from_uuid(Uuid::from_u128(number)),
        kind: kind.to_owned(),
        source: "intake".to_owned(),
        subject: "LW-7K4-MXP-2R9".to_owned(),
        owner: "373".to_owned(),
        occurred_at: "2026-03-14T10:00:00.123456Z".parse().expect("a time"),
        trace: TraceContext {
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
            tracestate: Some("panel=1".to_owned()),
        },
        payload: number.to_be_bytes().to_vec().into(),
        route: Route::default(),
    }
}

/// The same event as it is heard: whatever is in `tracestate` is not taken in.
pub(crate) fn heard(mut event: Envelope) -> Envelope {
    event.trace.tracestate = None;
    event
}

/// The same event, for one queue alone.
pub(crate) fn to_queue(event: Envelope, queue: &str) -> Envelope {
    event.routed(Route { queue: Some(queue.to_owned()), ..Route::default() })
}

/// Publishes as a relay does: what has not arrived is published again.
pub(crate) async fn publish_all(publisher: &Publisher, mut batch: Vec<Envelope>) {
    let stop = CancellationToken::new();
    let mut back_off = BackOff::default();
    while !batch.is_empty() {
        let arrived = publisher.carry(&batch, &stop).await;
        batch.retain(|envelope| !arrived.contains(&envelope.id));
        if !batch.is_empty() {
            back_off.wait(&stop).await;
        }
    }
}

/// A channel beside those of the crate, for what the crate never does.
pub(crate) async fn channel(config: &Config) -> (Connection, Channel) {
    let connection = Connection::connect(config.url.expose_secret(), ConnectionProperties::default())
        .await
        .expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    (connection, channel)
}

/// What a reader has taken.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Each event once, as a receiver's inbox has it.
    pub(crate) effects: HashMap<EventId, Envelope>,
    /// Deliveries, those that came again included.
    pub(crate) deliveries: usize,
    /// What was put aside, and why.
    pub(crate) parked: Vec<(Envelope, String)>,
}

/// Reads a queue, and remembers.
pub(crate) struct Reader {
    queue: &'static str,
    in_order: bool,
    taken: watch::Sender<Taken>,
}

impl Reader {
    /// One whose store works.
    pub(crate) fn of(queue: &'static str) -> Arc<Self> {
        Arc::new(Self { queue, in_order: true, taken: watch::Sender::default() })
    }

    /// One whose store cannot be reached.
    pub(crate) fn out_of_order(queue: &'static str) -> Arc<Self> {
        Arc::new(Self { queue, in_order: false, taken: watch::Sender::default() })
    }

    /// Waits until it has what is asked for.
    pub(crate) async fn until(&self, what: &str, has: impl FnMut(&Taken) -> bool) {
        let mut taken = self.taken.subscribe();
        let waited = tokio::time::timeout(LONGEST_WAIT, taken.wait_for(has)).await;
        assert!(waited.is_ok(), "waited in vain for {what}");
    }

    /// Looks at what it has.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&Taken) -> T) -> T {
        at(&self.taken.borrow())
    }

    /// It takes effects, and keeps what it cannot handle.
    pub(crate) fn receiving(self: &Arc<Self>) -> Receiver {
        Receiver { subscriber: self.clone(), keeper: self.clone() }
    }
}

#[async_trait]
impl Subscriber for Reader {
    fn queue(&self) -> &'static str {
        self.queue
    }

    fn hears(&self, _kind: &str) -> bool {
        true
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        self.taken.send_modify(|taken| {
            taken.deliveries += batch.len();
            if self.in_order {
                let effects =
                    batch.iter().map(|delivered| (delivered.envelope.id, delivered.envelope.clone()));
                taken.effects.extend(effects);
            }
        });
        if self.in_order { Ok(()) } else { Err(HandlingError::Unavailable("the store is away".into())) }
    }
}

#[async_trait]
impl Keeper for Reader {
    async fn park(&self, queue: &str, envelope: &Envelope, reason: &str) -> Result<(), storage::StoreError> {
        assert_eq!(queue, self.queue);
        let parked = (envelope.clone(), reason.to_owned());
        self.taken.send_modify(|taken| taken.parked.push(parked));
        Ok(())
    }
}

/// Messages of a queue that are ready or under way.
async fn depth(server: &Server, config: &Config, queue: &str) -> usize {
    server.depths(config.url.expose_secret()).await.get(queue).copied().unwrap_or_default()
}

/// Asks until the broker has so many messages on a queue: it counts them a moment late.
pub(crate) async fn until_depth(server: &Server, config: &Config, queue: &str, wanted: usize) {
    let never = CancellationToken::new();
    let asking = async {
        while depth(server, config, queue).await != wanted {
            lifecycle::pause(Duration::from_millis(100), &never).await;
        }
    };
    let asked = tokio::time::timeout(LONGEST_WAIT, asking).await;
    assert!(asked.is_ok(), "{queue} never had {wanted} messages");
}
