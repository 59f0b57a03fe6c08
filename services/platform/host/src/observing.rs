//! Looks again and again how things stand, and tells it as measures.
//!
//! What a reader would get wrong: a gauge keeps its last value. Where a store cannot be read its numbers are those of before;
//! that it cannot is told by the log, and by the calls and deliveries that fail.

use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use async_trait::async_trait;
use delivery::PostRoom;
use lifecycle::{CancellationToken, pause};
use telemetry::measures::{NotObserved, Observed};

use crate::measures::{CERTIFICATE_LEFT, CONNECTIONS, CONNECTIONS_AT_MOST, OUTBOX, OUTBOX_AGE, PARKED};
use crate::trusted::Trusted;

/// How often it is looked: often enough for a page that a person watches, seldom enough to cost nothing.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Observes until told to stop; at once, and then every few seconds.
pub async fn observe(all: Vec<Arc<dyn Observed>>, stop: CancellationToken) {
    let mut failing = false;
    loop {
        let mut failed = false;
        for observed in &all {
            if let Err(error) = observed.observe().await {
                failed = true;
                // Once, until it is over: whoever needs the store tells the rest.
                if !failing {
                    tracing::warn!(%error, "how things stand cannot be measured; the numbers of before stay");
                }
            }
        }
        failing = failed;
        if !pause(LOOK_AGAIN, &stop).await {
            return;
        }
    }
}

/// Outbox, parked events and connections of one service.
pub struct ObservedPostRoom {
    service: &'static str,
    post_room: PostRoom,
    ambient: Ambient,
}

impl ObservedPostRoom {
    /// Of a service, by its name.
    pub fn new(service: &'static str, post_room: PostRoom, ambient: Ambient) -> Self {
        Self { service, post_room, ambient }
    }
}

#[async_trait]
impl Observed for ObservedPostRoom {
    async fn observe(&self) -> Result<(), NotObserved> {
        let connections = self.post_room.store().connections();
        CONNECTIONS.count(connections.used.into(), &[self.service, "used"]);
        CONNECTIONS.count(connections.idle.into(), &[self.service, "idle"]);
        CONNECTIONS_AT_MOST.count(connections.at_most.into(), &[self.service]);
        let oldest = self.post_room.outbox.oldest().await?;
        let age = oldest.map_or(0.0, |at| self.ambient.now().duration_since(at).as_secs_f64());
        // An event of the future is a clock that was put back.
        OUTBOX_AGE.set(age.max(0.0), &[self.service]);
        OUTBOX.count(self.post_room.outbox.waiting().await?, &[self.service]);
        PARKED.count(self.post_room.parked().await?, &[self.service]);
        Ok(())
    }
}

/// The certificate that a process serves with.
pub struct ObservedCertificate {
    trusted: Trusted,
    ambient: Ambient,
}

impl ObservedCertificate {
    /// Of what is trusted at present.
    pub fn new(trusted: Trusted, ambient: Ambient) -> Self {
        Self { trusted, ambient }
    }
}

#[async_trait]
impl Observed for ObservedCertificate {
    async fn observe(&self) -> Result<(), NotObserved> {
        let until = self.trusted.present().trust.until();
        CERTIFICATE_LEFT.set(until.duration_since(self.ambient.now()).as_secs_f64(), &[]);
        Ok(())
    }
}
