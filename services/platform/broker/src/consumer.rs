//! Reads a queue, for as long as the process lives: a session until its first error, a pause, the next session.
//!
//! What a reader would get wrong: an acknowledgement is not what makes an effect count; the receiver's commit is. A message
//! whose acknowledgement is lost comes again and finds its id in the inbox.

use std::time::Duration;

use async_trait::async_trait;
use delivery::{Delivery as Delivered, Envelope, Receiver, deliver};
use futures::{FutureExt, StreamExt};
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions,
};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, Consumer};
use lifecycle::{BackOff, CancellationToken, Lifecycle, pause};
use tracing::{Instrument, Span, info_span};

use crate::measures::{REDELIVERED, SESSIONS_ENDED};
use crate::message::{envelope, trace_of, under_its_name};
use crate::session::{self, TO_CLOSE, close_with, within_patience};
use crate::{BrokerError, Config};

/// Messages of one batch: enough to share a commit among many.
const BATCH: usize = 256;

/// How often a reader that hears nothing looks whether its connection is there.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What is done with a batch of messages.
#[async_trait]
pub(crate) trait Handler: Send + Sync {
    /// Handles a batch, and returns whether it is to be acknowledged: whatever must outlive it is committed then. False
    /// where the word to stop came first.
    async fn handle(&self, batch: &[Delivery], stop: &CancellationToken) -> Result<bool, BrokerError>;

    /// The queue that the messages are about, which may be another than they lie in.
    fn queue(&self) -> &'static str;

    /// How long messages may gather after a batch that was not full.
    fn gathers(&self) -> Duration;
}

/// Reads the queue of a receiver until the lifecycle stops.
pub fn consume(config: &Config, receiver: Receiver, lifecycle: &Lifecycle) {
    let queue = receiver.subscriber.queue().to_owned();
    let handler = Hearing { receiver };
    lifecycle.run(supervise(config.clone(), queue, handler, lifecycle.stopping()));
}

/// One session after the other.
pub(crate) async fn supervise(config: Config, queue: String, handler: impl Handler, stop: CancellationToken) {
    let mut back_off = BackOff::default();
    loop {
        let Err((error, heard)) = read(&config, &queue, &handler, &stop).await else { return };
        if heard {
            back_off = BackOff::default();
        }
        SESSIONS_ENDED.add(1, &[handler.queue()]);
        tracing::warn!(queue, %error, "the session with the broker ended and will be made anew; messages wait in the queue");
        if !back_off.wait(&stop).await {
            return;
        }
    }
}

/// One session. Its error comes with whether anything was heard in it.
async fn read(
    config: &Config,
    queue: &str,
    handler: &impl Handler,
    stop: &CancellationToken,
) -> Result<(), (BrokerError, bool)> {
    let opened = tokio::select! {
        opened = open(config, queue) => opened,
        () = stop.cancelled() => return Ok(()),
    };
    let (connection, channel, mut consumer) = opened.map_err(|error| (error, false))?;
    tracing::info!(queue, "reading");
    let mut heard = false;
    let read = loop {
        match next_batch(&connection, &mut consumer, stop).await {
            Ok(batch) if batch.is_empty() => break Ok(()),
            Ok(batch) => match handle(config, handler, &batch, stop).await {
                Ok(true) => {
                    heard = true;
                    if batch.len() < BATCH {
                        pause(handler.gathers(), stop).await;
                    }
                }
                Ok(false) => break Ok(()),
                Err(error) => break Err((error, heard)),
            },
            Err(error) => break Err((error, heard)),
        }
    };
    if read.is_ok() {
        // Whatever was sent ahead goes back to the queue when the channel closes.
        let cancelling = channel.basic_cancel(consumer.tag(), BasicCancelOptions::default());
        let _cancelled = tokio::time::timeout(TO_CLOSE, cancelling).await;
        close_with(&channel, &connection).await;
    }
    read
}

async fn open(config: &Config, queue: &str) -> Result<(Connection, Channel, Consumer), BrokerError> {
    let connection = session::open(config, queue).await?;
    let (channel, consumer) = within_patience(config, begin(config, &connection, queue)).await?;
    Ok((connection, channel, consumer))
}

async fn begin(
    config: &Config,
    connection: &Connection,
    queue: &str,
) -> Result<(Channel, Consumer), BrokerError> {
    let channel = connection.create_channel().await?;
    // Without it the broker sends the whole queue at once.
    channel.basic_qos(config.prefetch, BasicQosOptions::default()).await?;
    let consumer = channel
        .basic_consume(queue.into(), "".into(), BasicConsumeOptions::default(), FieldTable::default())
        .await?;
    Ok((channel, consumer))
}

/// Waits for a message, and takes what else has come with it. Nothing where the word to stop came first.
async fn next_batch(
    connection: &Connection,
    consumer: &mut Consumer,
    stop: &CancellationToken,
) -> Result<Vec<Delivery>, BrokerError> {
    let ended = || BrokerError::NotNow("the broker ended the consumer".to_owned());
    let taken = |next: Option<lapin::Result<Delivery>>| {
        next.ok_or_else(ended)?.map_err(|error| BrokerError::ended(&error))
    };
    let first = loop {
        let looking = tokio::time::timeout(LOOK_AGAIN, consumer.next());
        let next = tokio::select! {
            next = looking => next,
            () = stop.cancelled() => return Ok(Vec::new()),
        };
        match next {
            Ok(next) => break taken(next)?,
            // A connection may be gone without its stream having ended.
            Err(_) if connection.status().connected() => (),
            Err(_) => return Err(ended()),
        }
    };
    let mut batch = vec![first];
    while batch.len() < BATCH {
        match consumer.next().now_or_never() {
            Some(next) => batch.push(taken(next)?),
            None => break,
        }
    }
    Ok(batch)
}

/// Handles a batch and acknowledges it. False where the word to stop came first.
async fn handle(
    config: &Config,
    handler: &impl Handler,
    batch: &[Delivery],
    stop: &CancellationToken,
) -> Result<bool, BrokerError> {
    faults::pass("consumer", "received");
    let again = batch.iter().filter(|delivery| delivery.redelivered).count();
    if again > 0 {
        REDELIVERED.add(again as u64, &[handler.queue()]);
    }
    if !handler.handle(batch, stop).await? {
        return Ok(false);
    }
    faults::pass("consumer", "delivered");
    // What was rejected is settled already; the others are, with the last of them.
    if let Some(last) = batch.iter().rev().find(|delivery| delivery.usable()) {
        let acknowledging = async {
            let acknowledging = last.ack(BasicAckOptions { multiple: true });
            let acknowledged = acknowledging.instrument(span(handler.queue(), batch)).await;
            acknowledged.map_err(|error| BrokerError::ended(&error))
        };
        if !within_patience(config, acknowledging).await? {
            return Err(BrokerError::NotNow("the channel ended before the acknowledgement".to_owned()));
        }
    }
    faults::pass("consumer", "acknowledged");
    Ok(true)
}

/// The span of an acknowledgement, with a link to whatever created each of the events.
fn span(queue: &'static str, batch: &[Delivery]) -> Span {
    let span = info_span!(
        target: "lapwing",
        parent: None,
        "settle",
        otel.name = format!("ack {queue}"),
        otel.kind = "client",
        messaging.system = "rabbitmq",
        messaging.operation.name = "ack",
        messaging.operation.type = "settle",
        messaging.destination.name = queue,
        messaging.batch.message_count = batch.len(),
    );
    batch.iter().for_each(|delivery| trace_of(&delivery.properties).link(&span));
    span
}

/// Hands events to a receiver.
struct Hearing {
    receiver: Receiver,
}

#[async_trait]
impl Handler for Hearing {
    async fn handle(&self, batch: &[Delivery], stop: &CancellationToken) -> Result<bool, BrokerError> {
        let (mut envelopes, queue) = (Vec::with_capacity(batch.len()), self.queue());
        for delivery in batch {
            let (exchange, key) = (delivery.exchange.as_str(), delivery.routing_key.as_str());
            let read = envelope(&delivery.properties, &delivery.data);
            match read.and_then(|event| under_its_name(event, exchange, key, queue)) {
                Ok(event) => envelopes.push(event),
                Err(error) => {
                    tracing::error!(queue, %error, "rejected a message; it will be parked");
                    let rejected = delivery.reject(BasicRejectOptions { requeue: false }).await;
                    rejected.map_err(|error| BrokerError::ended(&error))?;
                }
            }
        }
        let events: Vec<&Envelope> = envelopes.iter().collect();
        if events.is_empty() {
            return Ok(true);
        }
        Ok(deliver(&self.receiver, &events, stop).await == Delivered::Held)
    }

    fn queue(&self) -> &'static str {
        self.receiver.subscriber.queue()
    }

    fn gathers(&self) -> Duration {
        self.receiver.subscriber.gathers()
    }
}
