//! What can happen to a world, and the plans of what happens when.
//!
//! A blow falls once so many notifications have their receipt, so that it falls in the middle of work however fast the machine
//! is. Only how long a bad link or a full disk lasts is a time, for nothing else ends it.

use std::pin::pin;
use std::time::Duration;

use acceptance::{Link, Production, Proxy, Replica, SERVICES, until};
use contracts::topology::EXCHANGE;
use futures::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicConsumeOptions, BasicPublishOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer};
use lifecycle::{CancellationToken, pause};
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

/// How long a bad link lasts, or a disk that is known to be full.
const BAD_FOR: Duration = Duration::from_secs(2);

/// How often it is looked whether every process runs.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Blow {
    /// A process is killed as by `kill -9`, and started again.
    Kill(&'static str),
    /// A process is killed and started again, and ends at this step of its work.
    EndAt(&'static str, &'static str),
    /// A process is stopped softly, and started again.
    Stop(&'static str),
    /// The broker is stopped as an operator does it, and started again.
    BrokerRestart,
    /// The broker is killed as by `kill -9`, and started again.
    BrokerKill,
    /// The database is stopped as an operator does it, and started again.
    DatabaseRestart,
    /// The database goes down as in a crash, and is started again.
    DatabaseCrash,
    /// The database's disk is full, and two seconds after the database has said so, somebody makes room.
    DatabaseFull,
    /// The link to the database, or to the broker, is so for two seconds.
    DatabaseLink(Link),
    /// The same of the broker.
    BrokerLink(Link),
}

/// Every step of outbox and inbox at which a process of a service can end: what it takes in, commits and relays.
pub(crate) const STEPS: [(&str, &str); 31] = [
    ("intake", "committing hold notifications"),
    ("intake", "committed hold notifications"),
    ("intake", "relay claimed"),
    ("intake", "relay carried"),
    ("intake", "relay settled"),
    ("intake", "consumer received"),
    ("intake", "consumer delivered"),
    ("intake", "consumer acknowledged"),
    ("intake", "committing record what became of notifications"),
    ("intake", "committed record what became of notifications"),
    ("eligibility", "consumer received"),
    ("eligibility", "consumer delivered"),
    ("eligibility", "consumer acknowledged"),
    ("eligibility", "committing record findings"),
    ("eligibility", "committed record findings"),
    ("eligibility", "relay claimed"),
    ("eligibility", "relay carried"),
    ("eligibility", "relay settled"),
    ("triage", "consumer received"),
    ("triage", "consumer delivered"),
    ("triage", "consumer acknowledged"),
    ("triage", "committing take up news"),
    ("triage", "committed take up news"),
    ("triage", "relay claimed"),
    ("triage", "relay carried"),
    ("triage", "relay settled"),
    ("audit", "consumer received"),
    ("audit", "consumer delivered"),
    ("audit", "consumer acknowledged"),
    ("audit", "committing append to the log"),
    ("audit", "committed append to the log"),
];

/// A world under blows.
pub(crate) struct Target<'a> {
    /// The processes.
    pub(crate) world: &'a mut Production,
    /// Between them and the database.
    pub(crate) database: Proxy,
    /// Between them and the broker.
    pub(crate) broker: Proxy,
    /// How many there are of each service.
    pub(crate) replicas: usize,
}

impl Target<'_> {
    /// Lets a blow fall, and makes good what it broke: processes and servers run again afterwards.
    pub(crate) async fn take(&mut self, blow: Blow, chance: &mut ChaCha8Rng) {
        match blow {
            Blow::Kill(service) => {
                let replica = self.one_of(service, chance);
                self.kill(replica).await;
                self.world.start_one(replica, "").await;
            }
            Blow::EndAt(service, step) => {
                let replica = self.one_of(service, chance);
                self.kill(replica).await;
                self.world.start_one(replica, &format!("{step}={}", chance.random_range(1..=3))).await;
            }
            Blow::Stop(service) => {
                let replica = self.one_of(service, chance);
                if let Some(running) = self.world.take(replica) {
                    running.terminate().await;
                }
                self.world.start_one(replica, "").await;
            }
            Blow::BrokerRestart => self.world.ground().rabbitmq.restart().await,
            Blow::BrokerKill => {
                self.world.ground().rabbitmq.kill().await;
                self.world.ground().rabbitmq.start_again().await;
            }
            Blow::DatabaseRestart => self.world.ground().postgres.restart().await,
            Blow::DatabaseCrash => {
                self.world.ground().postgres.stop("immediate").await;
                self.world.ground().postgres.start_again().await;
            }
            Blow::DatabaseFull => {
                let postgres = self.world.ground().postgres.clone();
                let before = postgres.disk_was_full();
                postgres.fill_disk().await;
                until("the database to say that its disk is full", async || {
                    (postgres.disk_was_full() > before).then_some(())
                })
                .await;
                pause(BAD_FOR, &CancellationToken::new()).await;
                postgres.make_room().await;
            }
            Blow::DatabaseLink(link) => for_a_while(&self.database, link).await,
            Blow::BrokerLink(link) => for_a_while(&self.broker, link).await,
        }
        // Whatever a blow has ended by the way, such as a process whose database went away while it started, runs again.
        self.world.revive().await;
    }

    /// Waits for something, and meanwhile starts again whatever has ended at a step.
    pub(crate) async fn keep_up(&mut self, something: impl Future<Output = ()>) {
        let never = CancellationToken::new();
        let mut something = pin!(something);
        loop {
            tokio::select! {
                () = &mut something => return,
                _go_on = pause(LOOK_AGAIN, &never) => drop(self.world.revive().await),
            }
        }
    }

    async fn kill(&mut self, replica: Replica) {
        if let Some(running) = self.world.take(replica) {
            running.kill().await;
        }
    }

    fn one_of(&self, service: &'static str, chance: &mut ChaCha8Rng) -> Replica {
        (service, chance.random_range(0..self.replicas))
    }

    /// Waits until everything is delivered, and starts again what ends by itself meanwhile.
    pub(crate) async fn settle(&mut self) {
        for _ in 0..2 {
            until("every event to be delivered", async || {
                self.world.revive().await;
                (self.world.waiting().await == 0).then_some(())
            })
            .await;
        }
    }
}

async fn for_a_while(proxy: &Proxy, link: Link) {
    proxy.set(link);
    pause(BAD_FOR, &CancellationToken::new()).await;
    proxy.set(Link::Open);
}

/// A service drawn by lot.
pub(crate) fn any_service(chance: &mut ChaCha8Rng) -> &'static str {
    SERVICES.choose(chance).expect("there are four")
}

/// Takes a copy of every event, and sends it once more, later and in another order, until it is ended. Receivers must be
/// able to bear what a broker is allowed to do.
pub(crate) struct Echo {
    stop: CancellationToken,
    echoing: tokio::task::JoinHandle<usize>,
}

/// Events that are kept until some of them are sent once more.
const KEPT: usize = 64;

impl Echo {
    /// Starts echoing on a virtual host. When it returns, every later event is heard.
    pub(crate) async fn start(broker: &str, mut chance: ChaCha8Rng) -> Self {
        let stop = CancellationToken::new();
        let (broker, stopping) = (broker.to_owned(), stop.clone());
        let mut ear = Ear::open(&broker).await.expect("the broker is there");
        let echoing = tokio::spawn(async move {
            let mut echoed = 0;
            // The broker's own end is one of the blows: what was kept then is not echoed, and a new ear is opened.
            while ear.echo(&mut chance, &stopping, &mut echoed).await.is_err() {
                ear = loop {
                    match Ear::open(&broker).await {
                        Ok(ear) => break ear,
                        Err(_) if pause(LOOK_AGAIN, &stopping).await => (),
                        Err(_) => return echoed,
                    }
                };
            }
            echoed
        });
        Self { stop, echoing }
    }

    /// Ends it, and returns how many events were sent once more.
    pub(crate) async fn end(self) -> usize {
        self.stop.cancel();
        self.echoing.await.expect("it echoed")
    }
}

/// One connection that hears every event.
struct Ear {
    _connection: Connection,
    channel: Channel,
    consumer: Consumer,
}

impl Ear {
    async fn open(broker: &str) -> lapin::Result<Self> {
        const QUEUE: &str = "tests.echo";
        let connection = Connection::connect(broker, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        let declared = QueueDeclareOptions { exclusive: true, ..Default::default() };
        channel.queue_declare(QUEUE.into(), declared, FieldTable::default()).await?;
        let options = QueueBindOptions::default();
        channel.queue_bind(QUEUE.into(), EXCHANGE.into(), "#".into(), options, FieldTable::default()).await?;
        let options = BasicConsumeOptions { no_ack: true, ..Default::default() };
        let consumer =
            channel.basic_consume(QUEUE.into(), "echo".into(), options, FieldTable::default()).await?;
        Ok(Self { _connection: connection, channel, consumer })
    }

    /// Echoes until told to stop.
    async fn echo(
        &mut self,
        chance: &mut ChaCha8Rng,
        stop: &CancellationToken,
        echoed: &mut usize,
    ) -> lapin::Result<()> {
        let mut kept = Vec::new();
        loop {
            let delivery = tokio::select! {
                delivery = self.consumer.next() => delivery,
                () = stop.cancelled() => return Ok(()),
            };
            let Some(delivery) = delivery else { return Err(lapin::ErrorKind::MissingHeartbeatError.into()) };
            let delivery = delivery?;
            // What was echoed comes round again, and is not echoed for ever.
            if delivery.properties.app_id().as_ref().is_some_and(|id| id.as_str() == "echo") {
                continue;
            }
            kept.push(delivery);
            if kept.len() == KEPT {
                kept.shuffle(chance);
                for delivery in kept.drain(KEPT / 2..) {
                    self.send_again(&delivery).await?;
                    *echoed += 1;
                }
            }
        }
    }

    async fn send_again(&self, delivery: &Delivery) -> lapin::Result<()> {
        let properties: BasicProperties = delivery.properties.clone().with_app_id("echo".into());
        let (key, options) = (delivery.routing_key.clone(), BasicPublishOptions::default());
        self.channel.basic_publish(EXCHANGE.into(), key, options, &delivery.data, properties).await.map(drop)
    }
}
