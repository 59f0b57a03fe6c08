//! Everything that carries events, out of the outbox and in from the queues.

use std::sync::Arc;

use ambient::Ambient;
use anyhow::Result;
use async_trait::async_trait;
use broker::{Keeper, Publisher, Reachable};
use delivery::{Envelope, PostRoom, Relay, Subscriber};
use storage::StoreError;

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
    post_room: &PostRoom,
    subscribers: Vec<Arc<dyn Subscriber>>,
    keeps_parked_of: &[&'static str],
) -> Vec<Arc<Publisher>> {
    let heard: Vec<&'static str> = subscribers.iter().map(|subscriber| subscriber.queue()).collect();
    for subscriber in subscribers {
        broker::consume(config, subscriber, &host.hearing);
    }
    for queue in heard.iter().chain(keeps_parked_of) {
        let keeper = InStore { post_room: post_room.clone(), ambient: host.ambient.clone() };
        broker::collect_parked(config, queue, keeper, &host.hearing);
    }
    let publishers: Vec<_> = (0..RELAYS).map(|_| Arc::new(Publisher::new(config.clone()))).collect();
    for publisher in &publishers {
        let relay = Relay::new(post_room.outbox.clone(), publisher.clone());
        host.background.run(relay.run(host.background.stopping()));
    }
    publishers
}

/// Keeps what was put aside in the service's own store.
struct InStore {
    post_room: PostRoom,
    ambient: Ambient,
}

#[async_trait]
impl Keeper for InStore {
    async fn keep(&self, queue: &str, envelope: &Envelope, reason: &str) -> Result<(), StoreError> {
        self.post_room.park(queue, envelope, reason, self.ambient.now()).await
    }
}
