//! The sender's side, compiled for each database.

use async_trait::async_trait;
use ids::EventId;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError};
use telemetry::TraceContext;
use uuid::Uuid;

use super::dialect::{Connection, Database, Db, Hold, Row, claim, execute, push_among, push_rows, settling};
use crate::{Claim, Envelope, Outbox, Route, Settle};

const READING: &str = "read the outbox";

/// What [`envelope`] reads. Named, never `*`: a newer version may add a column while this one runs, and a statement that a
/// connection keeps prepared must not change its shape.
const COLUMNS: &str = "event_id, kind, source, subject, owner, occurred_at, traceparent, tracestate, payload, \
                       routing_key, urgent, queue";

/// Appends events within the transaction that makes their facts, in their order.
///
/// # Errors
/// As the transaction has.
pub async fn append(connection: &mut Connection, envelopes: &[&Envelope]) -> Result<(), StoreError> {
    for some in envelopes.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO outbox (event_id, kind, source, subject, owner, occurred_at, traceparent, tracestate, payload, \
             routing_key, urgent, queue) ",
        );
        let rows = Columns::of(some)
            .id(|envelope| envelope.id.as_uuid())
            .text(|envelope| &envelope.kind)
            .text(|envelope| &envelope.source)
            .text(|envelope| &envelope.subject)
            .text(|envelope| &envelope.owner)
            .whole(|envelope| envelope.occurred_at.as_microsecond())
            .optional_text(|envelope| envelope.trace.traceparent.as_deref())
            .optional_text(|envelope| envelope.trace.tracestate.as_deref())
            .bytes(|envelope| envelope.payload.as_ref())
            .text(|envelope| &envelope.route.key)
            .flag(|envelope| envelope.route.urgent)
            .optional_text(|envelope| envelope.route.queue.as_deref());
        push_rows(&mut insert, &rows);
        execute(connection, insert, "append to the outbox").await?;
    }
    Ok(())
}

/// Takes events out of the outbox.
async fn remove(
    connection: &mut Connection,
    arrived: &[EventId],
    name: &'static str,
) -> Result<(), StoreError> {
    for some in arrived.chunks(ROWS) {
        let mut delete = QueryBuilder::<Db>::new("DELETE FROM outbox WHERE ");
        push_among(&mut delete, "event_id", &Columns::of(some).id(|event| event.as_uuid()));
        execute(connection, delete, name).await?;
    }
    Ok(())
}

/// A sender's outbox in its own store.
#[derive(Debug, Clone)]
pub struct SqlOutbox {
    database: Database,
}

impl SqlOutbox {
    /// The outbox of a service's store.
    pub fn of(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Outbox for SqlOutbox {
    async fn claim(&self, at_most: u32) -> Result<Claim, StoreError> {
        let (rows, hold) = claim(&self.database, COLUMNS, at_most, READING).await?;
        let envelopes = rows.iter().map(envelope).collect::<Result<_, _>>()?;
        Ok(Claim::new(envelopes, Claimed { hold }))
    }

    async fn waiting(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox")
            .fetch_one(self.database.readers())
            .await
            .doing("count the outbox")?;
        Ok(count.unsigned_abs())
    }

    async fn oldest(&self) -> Result<Option<Timestamp>, StoreError> {
        let oldest: Option<i64> =
            sqlx::query_scalar("SELECT occurred_at FROM outbox ORDER BY sequence LIMIT 1")
                .fetch_optional(self.database.readers())
                .await
                .doing(READING)?;
        oldest.map(|at| time(at, || "the oldest".to_owned())).transpose()
    }

    async fn committed(&self) {
        self.database.committed().await;
    }
}

/// Events claimed in one store.
struct Claimed {
    hold: Hold,
}

#[async_trait]
impl Settle for Claimed {
    async fn settle(self: Box<Self>, arrived: &[EventId]) -> Result<(), StoreError> {
        const NAME: &str = "take delivered events from the outbox";
        let mut transaction = settling(self.hold, NAME).await?;
        remove(&mut transaction, arrived, NAME).await?;
        transaction.commit().await.doing(NAME)
    }
}

fn envelope(row: &Row) -> Result<Envelope, StoreError> {
    let id: Uuid = row.try_get("event_id").doing(READING)?;
    let occurred_at: i64 = row.try_get("occurred_at").doing(READING)?;
    let payload: Vec<u8> = row.try_get("payload").doing(READING)?;
    Ok(Envelope {
        id: EventId::from_uuid(id),
        kind: row.try_get("kind").doing(READING)?,
        source: row.try_get("source").doing(READING)?,
        subject: row.try_get("subject").doing(READING)?,
        owner: row.try_get("owner").doing(READING)?,
        occurred_at: time(occurred_at, || id.to_string())?,
        trace: TraceContext {
            traceparent: row.try_get("traceparent").doing(READING)?,
            tracestate: row.try_get("tracestate").doing(READING)?,
        },
        payload: payload.into(),
        route: Route {
            key: row.try_get("routing_key").doing(READING)?,
            urgent: row.try_get("urgent").doing(READING)?,
            queue: row.try_get("queue").doing(READING)?,
        },
    })
}

fn time(microseconds: i64, row: impl FnOnce() -> String) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|error| StoreError::Impossible {
        table: "outbox",
        column: "occurred_at",
        row: row(),
        reason: error.to_string(),
    })
}
