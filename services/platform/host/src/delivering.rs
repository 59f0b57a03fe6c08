//! Everything that carries events, out of the outbox and in from the queues.

use std::sync::Arc;

use anyhow::Result;
use broker::{Publisher, Reachable};
use contracts::topology::QUEUES;
use delivery::{Keeper, PostRoom, Receiver, Relay, Subscriber};

use crate::process::Host;

/// Relays of one process: while the batch of one waits for the broker's confirms, the other claims the next.
const RELAYS: usize = 2;

/// Asks the broker once, before anything is begun: what retrying does not mend ends the start.
pub(crate) async fn reach(config: &broker::Config) -> Result<()> {
    match broker::probe(config).await? {
        Reachable::Yes => (),
        Reachable::NotNow(reason) => tracing::warn!(
            reason,
            "the broker cannot be reached; this process serves, and its events wait in the outbox until it can"
        ),
    }
    Ok(())
}

/// Starts relays, readers, and collectors of what the broker gives up. The publishers are to be closed at the end.
pub(crate) fn start(
    config: &broker::Config,
    host: &Host,
    service: &str,
    post_room: &PostRoom,
    subscribers: Vec<Arc<dyn Subscriber>>,
) -> Vec<Arc<Publisher>> {
    let keeper: Arc<dyn Keeper> = Arc::new(post_room.clone());
    for subscriber in subscribers {
        broker::consume(config, Receiver { subscriber, keeper: keeper.clone() }, &host.hearing);
    }
    for queue in QUEUES.iter().filter(|queue| queue.keeper == service) {
        broker::collect_parked(config, queue.name, keeper.clone(), &host.hearing);
    }
    broker::observe_queues(config, service, &host.background);
    let publishers: Vec<_> = (0..RELAYS).map(|_| Arc::new(Publisher::new(config.clone()))).collect();
    for publisher in &publishers {
        let relay = Relay::new(post_room.outbox.clone(), publisher.clone());
        host.background.run(relay.run(host.background.stopping()));
    }
    publishers
}
