//! Collects what the broker gave up, from `<queue>.parked`, into the store of whoever keeps it: everything that was put aside
//! is then in one place, with its reason, and is retried in one way.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contracts::topology::DELIVERIES_AT_MOST;
use delivery::{Envelope, Keeper};
use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::AMQPValue;
use lifecycle::{BackOff, CancellationToken, Lifecycle};

use crate::consumer::{Handler, supervise};
use crate::message::{envelope, stand_in};
use crate::{BrokerError, Config};

/// Collects what the broker has given up of a queue, until the lifecycle stops.
pub fn collect_parked(config: &Config, queue: &'static str, keeper: Arc<dyn Keeper>, lifecycle: &Lifecycle) {
    let collecting = Collecting { queue, keeper };
    lifecycle.run(supervise(config.clone(), format!("{queue}.parked"), collecting, lifecycle.stopping()));
}

const REJECTED: &str = "its reader rejected it";

const MISNAMED: &str = "its reader rejected it, for it was published under another name than its own: whoever sent it may not be \
                        who it says. Find out who that was before it is retried";

struct Collecting {
    queue: &'static str,
    keeper: Arc<dyn Keeper>,
}

#[async_trait]
impl Handler for Collecting {
    async fn handle(&self, batch: &[Delivery], stop: &CancellationToken) -> Result<bool, BrokerError> {
        for delivery in batch {
            let given_up = why(&delivery.properties);
            let (event, reason) = match envelope(&delivery.properties, &delivery.data) {
                // What is an event is rejected for one thing alone.
                Ok(event) if given_up == REJECTED => (event, MISNAMED.to_owned()),
                Ok(event) => (event, given_up),
                Err(error) => (stand_in(&delivery.data), format!("{error}; {given_up}")),
            };
            tracing::error!(queue = self.queue, event = %event.id, reason, "parked a message that the broker gave up");
            if !self.keep(&event, &reason, stop).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn queue(&self) -> &'static str {
        self.queue
    }

    fn gathers(&self) -> Duration {
        Duration::ZERO
    }
}

impl Collecting {
    async fn keep(&self, event: &Envelope, reason: &str, stop: &CancellationToken) -> bool {
        let mut back_off = BackOff::default();
        while let Err(error) = self.keeper.park(self.queue, event, reason).await {
            tracing::warn!(queue = self.queue, %error, "a message could not be parked and will be tried again");
            if !back_off.wait(stop).await {
                return false;
            }
        }
        true
    }
}

/// Why the broker gave a message up, from the header that it adds.
fn why(properties: &BasicProperties) -> String {
    let death = properties.headers().as_ref().and_then(|headers| headers.inner().get("x-first-death-reason"));
    let reason = match death {
        Some(AMQPValue::LongString(reason)) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        _ => String::new(),
    };
    match reason.as_str() {
        "rejected" => REJECTED.to_owned(),
        "delivery_limit" => format!(
            "the broker gave it up after {DELIVERIES_AT_MOST} deliveries: its reader ended each time before it had handled it"
        ),
        "expired" => "it waited longer than the queue keeps messages".to_owned(),
        _ => "the broker gave it up and does not say why".to_owned(),
    }
}
