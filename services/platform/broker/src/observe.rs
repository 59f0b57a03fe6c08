//! Looks how long the queues are and who reads them, for as long as the process lives; and sees to the topology meanwhile.
//!
//! What a reader would get wrong: that an event which no queue of its own takes comes back. Audit's queue takes every event, so the
//! broker confirms one whose other binding somebody took away. Bindings cannot be read over AMQP; so they are made again from time to
//! time, which makes what is missing and else does nothing: all of them where this process may declare, and else those of the
//! queues that its service keeps. What was told in between is lost to that queue; intake measures what never came to its end.

use std::time::Duration;

use contracts::topology::{QUEUES, Queue};
use lapin::Connection;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lifecycle::{CancellationToken, Lifecycle, pause};

use crate::measures::{CONSUMERS, MESSAGES};
use crate::session::{close, connect, within_patience};
use crate::{BrokerError, Config, topology};

/// How often the broker is asked. It counts what a queue holds every five seconds itself.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Every so many looks the topology is seen to: four times a minute. What is told while a binding is away does not come to its queue.
const SEE_TO: u32 = 3;

/// Observes the queues that a service keeps, by the table of the topology: its own, and those of readers that are not
/// Lapwing's. Over a connection of its own, which is made anew where it breaks; whoever publishes and reads says that it did.
pub fn observe_queues(config: &Config, keeper: &str, lifecycle: &Lifecycle) {
    let kept: Vec<&'static Queue> = QUEUES.iter().filter(|queue| queue.keeper == keeper).collect();
    let (config, stop) = (config.clone(), lifecycle.stopping());
    lifecycle.run(async move {
        while !stop.is_cancelled() {
            match session(&config, &kept, &stop).await {
                Ok(()) => (),
                Err(error @ BrokerError::Topology(_)) => {
                    tracing::warn!(%error, "the broker lacks something; `lapwing topology check` says what, `declare` makes it");
                }
                // That the broker is away is told by whoever publishes and reads.
                Err(error) => {
                    tracing::debug!(%error, "the queues cannot be measured just now; the numbers of before stay");
                }
            }
            pause(LOOK_AGAIN, &stop).await;
        }
    });
}

async fn session(
    config: &Config,
    kept: &[&'static Queue],
    stop: &CancellationToken,
) -> Result<(), BrokerError> {
    let connection = connect(config, "observer").await?;
    let observed = observe(config, &connection, kept, stop).await;
    close(&connection).await;
    observed
}

async fn observe(
    config: &Config,
    connection: &Connection,
    kept: &[&'static Queue],
    stop: &CancellationToken,
) -> Result<(), BrokerError> {
    // Who may declare binds by declaring.
    let mut binds = !config.declare;
    for look_number in 0_u32.. {
        if look_number.is_multiple_of(SEE_TO) {
            within_patience(config, topology::see_to(config, connection)).await?;
            binds = binds && bind(config, connection, kept).await?;
        }
        for queue in kept {
            let (messages, consumers) = within_patience(config, look(connection, queue.name)).await?;
            MESSAGES.count(messages.into(), &[queue.name]);
            CONSUMERS.count(consumers.into(), &[queue.name]);
        }
        if !pause(LOOK_AGAIN, stop).await {
            break;
        }
    }
    Ok(())
}

/// Binds again, and returns whether this user may. Who may not is told what to do, once a session, and goes on: on most days no
/// binding is missing.
async fn bind(
    config: &Config,
    connection: &Connection,
    kept: &[&'static Queue],
) -> Result<bool, BrokerError> {
    match within_patience(config, topology::bind(connection, kept)).await {
        Ok(()) => Ok(true),
        Err(BrokerError::Credentials(reason)) => {
            tracing::warn!(
                reason,
                "this user may not bind its queues again: a binding that somebody takes away stays away, and events with it; import \
                 the definitions that `lapwing topology export` prints"
            );
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Messages that are ready, and readers. On a channel of its own: one that asks for a queue that is not there is closed.
async fn look(connection: &Connection, queue: &str) -> Result<(u32, u32), BrokerError> {
    let channel = connection.create_channel().await?;
    let passive = QueueDeclareOptions { passive: true, ..Default::default() };
    let found = channel.queue_declare(queue.into(), passive, FieldTable::default()).await?;
    channel.close(200, "looked".into()).await?;
    Ok((found.message_count(), found.consumer_count()))
}
