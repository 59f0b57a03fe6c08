//! The topology on a broker: declared, checked, exported. Its words are in `contracts::topology`.
//!
//! What a reader would get wrong: bindings cannot be read over AMQP. Who may declares them with every session, which is as good:
//! declaring one that is there does nothing. Who may not ([`Config::declare`]) sees exchanges and queues alone, and binds again the
//! queues that its service keeps.

mod definitions;
mod users;

use contracts::topology::{DELIVERIES_AT_MOST, EXCHANGE, PARKING_EXCHANGE, QUEUES, Queue, RETRY_EXCHANGE};
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ExchangeKind};

use crate::session::{close, connect, open};
use crate::{BrokerError, Config};

pub use definitions::{User, export};
pub use users::{USERS, permissions};

/// Something that the broker has otherwise than is needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {how}")]
pub struct Difference {
    /// The exchange or queue.
    pub what: String,
    /// In the broker's words.
    pub how: String,
}

/// Makes what is missing.
///
/// # Errors
/// [`BrokerError`]; a queue that is there otherwise is left as it is.
pub async fn declare(config: &Config) -> Result<(), BrokerError> {
    let config = Config { declare: true, ..config.clone() };
    let opened = match open(&config, "topology").await {
        // Two that declare one queue for the first time at once: the broker has been seen to break with one of them.
        Err(BrokerError::NotNow(_)) => open(&config, "topology").await,
        opened => opened,
    };
    close(&opened?).await;
    Ok(())
}

/// Says where the broker differs, and changes nothing. A user that may not declare sees what is missing, and not what is
/// otherwise: only declaring compares.
///
/// # Errors
/// Where the broker cannot be asked.
pub async fn check(config: &Config) -> Result<Vec<Difference>, BrokerError> {
    let connection = connect(config, "topology").await?;
    let mut differences = Vec::new();
    for exchange in EXCHANGES {
        let channel = connection.create_channel().await?;
        let passive = ExchangeDeclareOptions { passive: true, durable: true, ..Default::default() };
        let (name, kind) = exchange;
        let there = channel.exchange_declare(name.into(), kind.clone(), passive, FieldTable::default()).await;
        if note(&mut differences, name, there)? && config.declare {
            // Asking does not compare the type; declaring one that is there changes nothing, and does.
            let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
            let same = channel.exchange_declare(name.into(), kind, durable, FieldTable::default()).await;
            note(&mut differences, name, same)?;
        }
    }
    for (name, arguments) in QUEUES.iter().flat_map(queue_and_parked) {
        let channel = connection.create_channel().await?;
        let passive = QueueDeclareOptions { passive: true, durable: true, ..Default::default() };
        let there = channel.queue_declare(name.as_str().into(), passive, FieldTable::default()).await;
        if note(&mut differences, &name, there.map(drop))? && config.declare {
            // Declaring a queue that is there changes nothing, and tells whether its arguments are these.
            let durable = QueueDeclareOptions { durable: true, ..Default::default() };
            let same = channel.queue_declare(name.as_str().into(), durable, arguments).await;
            note(&mut differences, &name, same.map(drop))?;
        }
    }
    close(&connection).await;
    Ok(differences)
}

/// Notes a difference, if it is one, and returns whether all is well.
fn note(
    differences: &mut Vec<Difference>,
    what: &str,
    declared: lapin::Result<()>,
) -> Result<bool, BrokerError> {
    match declared.map_err(BrokerError::from) {
        Ok(()) => Ok(true),
        Err(BrokerError::Topology(how)) => {
            differences.push(Difference { what: what.to_owned(), how });
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

const EXCHANGES: [(&str, ExchangeKind); 3] = [
    (EXCHANGE, ExchangeKind::Topic),
    (PARKING_EXCHANGE, ExchangeKind::Direct),
    (RETRY_EXCHANGE, ExchangeKind::Topic),
];

/// Makes what is missing, or only looks whether it is there, on a connection that is there.
pub(crate) async fn see_to(config: &Config, connection: &Connection) -> Result<(), BrokerError> {
    if config.declare { declare_on(connection).await } else { expect_on(connection).await }
}

/// Binds again the queues that a service keeps, which its own user may; what they are bound to already stays as it is. Not what
/// is given up: without its binding the broker keeps that in its queue, and loses nothing.
pub(crate) async fn bind(connection: &Connection, kept: &[&Queue]) -> Result<(), BrokerError> {
    let channel = connection.create_channel().await?;
    for queue in kept {
        for key in queue.bindings {
            let options = QueueBindOptions::default();
            channel
                .queue_bind(queue.name.into(), EXCHANGE.into(), (*key).into(), options, FieldTable::default())
                .await?;
        }
    }
    Ok(channel.close(200, "bound".into()).await?)
}

/// Asks for every exchange and queue, which any user may.
async fn expect_on(connection: &Connection) -> Result<(), BrokerError> {
    let channel = connection.create_channel().await?;
    for (name, kind) in EXCHANGES {
        let passive = ExchangeDeclareOptions { passive: true, durable: true, ..Default::default() };
        channel.exchange_declare(name.into(), kind, passive, FieldTable::default()).await?;
    }
    for (name, _) in QUEUES.iter().flat_map(queue_and_parked) {
        let passive = QueueDeclareOptions { passive: true, durable: true, ..Default::default() };
        channel.queue_declare(name.as_str().into(), passive, FieldTable::default()).await?;
    }
    Ok(channel.close(200, "seen".into()).await?)
}

async fn declare_on(connection: &Connection) -> Result<(), BrokerError> {
    let channel = connection.create_channel().await?;
    for (name, kind) in EXCHANGES {
        let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
        channel.exchange_declare(name.into(), kind, durable, FieldTable::default()).await?;
    }
    for queue in &QUEUES {
        for (name, arguments) in queue_and_parked(queue) {
            declare_queue(&channel, &name, arguments).await?;
        }
        for (exchange, key, name) in bindings(queue) {
            let options = QueueBindOptions::default();
            channel
                .queue_bind(name.into(), exchange.into(), key.into(), options, FieldTable::default())
                .await?;
        }
    }
    Ok(channel.close(200, "declared".into()).await?)
}

async fn declare_queue(channel: &Channel, name: &str, arguments: FieldTable) -> lapin::Result<()> {
    let durable = QueueDeclareOptions { durable: true, ..Default::default() };
    channel.queue_declare(name.into(), durable, arguments).await.map(drop)
}

/// A queue and the one for what it gives up, each with its arguments.
fn queue_and_parked(queue: &Queue) -> [(String, FieldTable); 2] {
    let mut arguments = FieldTable::default();
    let text = |text: &str| AMQPValue::LongString(text.into());
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments.insert("x-overflow".into(), text("reject-publish"));
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(DELIVERIES_AT_MOST.cast_signed()));
    arguments.insert("x-dead-letter-exchange".into(), text(PARKING_EXCHANGE));
    arguments.insert("x-dead-letter-routing-key".into(), text(&queue.parked()));
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
    let mut parked = FieldTable::default();
    parked.insert("x-queue-type".into(), text("quorum"));
    [(queue.name.to_owned(), arguments), (queue.parked(), parked)]
}

/// Exchange, routing key and queue of each binding.
fn bindings(queue: &Queue) -> Vec<(&'static str, String, String)> {
    let mut bindings: Vec<_> =
        queue.bindings.iter().map(|key| (EXCHANGE, (*key).to_owned(), queue.name.to_owned())).collect();
    bindings.push((PARKING_EXCHANGE, queue.parked(), queue.parked()));
    bindings.push((RETRY_EXCHANGE, queue.name.to_owned(), queue.name.to_owned()));
    bindings
}
