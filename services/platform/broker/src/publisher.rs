//! Publishes batches with confirms, and says which events the broker holds.
//!
//! What a reader would get wrong: a confirm alone proves nothing. The broker confirms a message that it could not route, having
//! sent it back before (`mandatory`), and the client puts what came back to whichever confirm comes next. So all confirms of a
//! batch are awaited, what came back is known by its id, and the rest has arrived.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use delivery::{Carrier, Envelope};
use ids::EventId;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, Connection, PublisherConfirm};
use lifecycle::CancellationToken;

use contracts::topology::{EXCHANGE, RETRY_EXCHANGE};
use tracing::{Instrument, Span, info_span};

use crate::message::properties;
use crate::session::{close_with, open, patience, within_patience};
use crate::{BrokerError, Config, topology};

/// Publishes over a connection of its own, made when it is first needed and made anew after an error.
pub struct Publisher {
    config: Config,
    session: Mutex<Option<Session>>,
}

struct Session {
    connection: Connection,
    channel: Channel,
}

impl Publisher {
    /// Nothing is connected yet.
    pub fn new(config: Config) -> Self {
        Self { config, session: Mutex::new(None) }
    }

    /// Closes the connection, if there is one.
    pub async fn close(&self) {
        if let Some(session) = self.take() {
            close_with(&session.channel, &session.connection).await;
        }
    }

    /// Taken out while it is used, so that no lock is held meanwhile; put back where it did well.
    fn take(&self) -> Option<Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put_back(&self, session: Session) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }

    async fn open(&self) -> Result<Session, BrokerError> {
        if let Some(session) = self.take().filter(|session| session.channel.status().connected()) {
            return Ok(session);
        }
        let connection = open(&self.config, "publisher").await?;
        let beginning = async {
            let channel = connection.create_channel().await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            Ok(channel)
        };
        let channel = within_patience(&self.config, beginning).await?;
        Ok(Session { connection, channel })
    }

    async fn publish(&self, batch: &[Envelope]) -> Result<Vec<EventId>, BrokerError> {
        let session = self.open().await?;
        let publishing = publish(&session.channel, batch).instrument(span(batch));
        match tokio::time::timeout(patience(&self.config), publishing).await {
            Ok(Ok(arrived)) => {
                // What no queue took may lack a binding that somebody took away: who may makes it again before the next try.
                let whole = arrived.len() == batch.len();
                if whole || topology::see_to(&self.config, &session.connection).await.is_ok() {
                    self.put_back(session);
                }
                Ok(arrived)
            }
            Ok(Err(error)) => Err(BrokerError::ended(&error)),
            Err(_) => Err(BrokerError::NotNow(format!(
                "no confirmation within {} seconds; the broker may be out of memory or disk, and block publishers",
                self.config.patience_seconds
            ))),
        }
    }
}

#[async_trait]
impl Carrier for Publisher {
    async fn carry(&self, batch: &[Envelope], stop: &CancellationToken) -> Vec<EventId> {
        let published = tokio::select! {
            published = self.publish(batch) => published,
            // Whatever of it has arrived is published again at the next start, and has no effect a second time.
            () = stop.cancelled() => return Vec::new(),
        };
        published.unwrap_or_else(|error| {
            tracing::warn!(%error, events = batch.len(), "events wait in the outbox and will be published again");
            Vec::new()
        })
    }
}

/// Publishes all, awaits every confirm, and returns what the broker holds.
async fn publish(channel: &Channel, batch: &[Envelope]) -> lapin::Result<Vec<EventId>> {
    let mut confirms = Vec::with_capacity(batch.len());
    for envelope in batch {
        confirms.push(publish_one(channel, envelope).await?);
    }
    let (mut confirmed, mut returned) = (Vec::with_capacity(batch.len()), HashSet::new());
    for (envelope, confirm) in batch.iter().zip(confirms) {
        let confirmation = confirm.await?;
        if confirmation.is_ack() {
            confirmed.push(envelope.id);
        } else {
            tracing::warn!(event = %envelope.id, "the broker refused an event, its queue may be full; it will be published again");
        }
        returned.extend(id_of_returned(confirmation));
    }
    for id in &returned {
        tracing::error!(
            event = %id,
            "no queue takes this event; `lapwing topology check` says what the broker lacks. It will be published again"
        );
    }
    confirmed.retain(|id| !returned.contains(&id.as_uuid().to_string()));
    Ok(confirmed)
}

/// The span of a batch that is sent, with a link to whatever created each of its events.
fn span(batch: &[Envelope]) -> Span {
    let span = info_span!(
        target: "lapwing",
        parent: None,
        "send",
        otel.name = format!("send {EXCHANGE}"),
        otel.kind = "client",
        messaging.system = "rabbitmq",
        messaging.operation.name = "send",
        messaging.operation.type = "send",
        messaging.destination.name = EXCHANGE,
        messaging.batch.message_count = batch.len(),
    );
    batch.iter().for_each(|envelope| envelope.trace.link(&span));
    span
}

async fn publish_one(channel: &Channel, envelope: &Envelope) -> lapin::Result<PublisherConfirm> {
    // A retry goes to its one queue. Not by the default exchange: whoever may publish there reaches every queue.
    let (exchange, key) = match &envelope.route.queue {
        Some(queue) => (RETRY_EXCHANGE, queue.as_str()),
        None => (EXCHANGE, envelope.routing_key()),
    };
    let mandatory = BasicPublishOptions { mandatory: true, ..Default::default() };
    channel
        .basic_publish(exchange.into(), key.into(), mandatory, &envelope.payload, properties(envelope))
        .await
}

fn id_of_returned(confirmation: Confirmation) -> Option<String> {
    let returned = confirmation.take_message()?;
    returned.delivery.properties.message_id().as_ref().map(ToString::to_string)
}
