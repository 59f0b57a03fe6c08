//! The sender's side.

use ids::EventId;
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, SqliteConnection};
use storage::sqlite::Database;
use storage::{Doing, StoreError};
use telemetry::TraceContext;
use uuid::Uuid;

use crate::Envelope;

/// Rows in one INSERT: nine columns each, far below SQLite's limit of 32,766 variables.
const ROWS: usize = 500;

/// Appends events within the transaction that makes their facts.
///
/// # Errors
/// As the transaction has.
pub async fn append(connection: &mut SqliteConnection, envelopes: &[&Envelope]) -> Result<(), StoreError> {
    for rows in envelopes.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO outbox (event_id, kind, source, subject, owner, occurred_at, traceparent, tracestate, payload) ",
        );
        insert.push_values(rows, |mut row, envelope| {
            row.push_bind(envelope.id.as_uuid())
                .push_bind(&envelope.kind)
                .push_bind(&envelope.source)
                .push_bind(&envelope.subject)
                .push_bind(&envelope.owner)
                .push_bind(envelope.occurred_at.as_microsecond())
                .push_bind(&envelope.trace.traceparent)
                .push_bind(&envelope.trace.tracestate)
                .push_bind(envelope.payload.as_ref());
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing("append to the outbox")?;
    }
    Ok(())
}

/// A sender's outbox, as the relay sees it.
#[derive(Debug, Clone)]
pub struct Outbox {
    database: Database,
}

impl Outbox {
    /// The outbox of a service's store.
    pub fn of(database: Database) -> Self {
        Self { database }
    }

    /// The oldest events, in the order of their commits.
    ///
    /// # Errors
    /// Where the store cannot be read, or holds an event that makes no sense.
    pub async fn oldest(&self, at_most: u32) -> Result<Vec<Envelope>, StoreError> {
        let rows = sqlx::query("SELECT * FROM outbox ORDER BY sequence LIMIT $1")
            .bind(at_most)
            .fetch_all(self.database.readers())
            .await
            .doing("read the outbox")?;
        rows.iter().map(envelope).collect()
    }

    /// How many events wait.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn waiting(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox")
            .fetch_one(self.database.readers())
            .await
            .doing("count the outbox")?;
        Ok(count.unsigned_abs())
    }

    /// Takes out events that every receiver holds.
    ///
    /// # Errors
    /// Where the store cannot be written: they are then delivered again, without effect.
    pub async fn remove(&self, ids: &[EventId]) -> Result<(), StoreError> {
        const NAME: &str = "take delivered events from the outbox";
        let mut transaction = self.database.begin(NAME).await?;
        for some in ids.chunks(ROWS) {
            let mut delete = QueryBuilder::new("DELETE FROM outbox WHERE event_id IN (");
            let mut list = delete.separated(", ");
            for id in some {
                list.push_bind(id.as_uuid());
            }
            delete.push(")").build().persistent(false).execute(&mut *transaction).await.doing(NAME)?;
        }
        transaction.commit().await.doing(NAME)
    }

    /// Resolves once the store has committed something new.
    pub async fn committed(&self) {
        self.database.committed().await;
    }
}

fn envelope(row: &SqliteRow) -> Result<Envelope, StoreError> {
    let id: Uuid = row.try_get("event_id").doing("read the outbox")?;
    let occurred_at: i64 = row.try_get("occurred_at").doing("read the outbox")?;
    let impossible = |error: jiff::Error| StoreError::Impossible {
        table: "outbox",
        column: "occurred_at",
        row: id.to_string(),
        reason: error.to_string(),
    };
    let payload: Vec<u8> = row.try_get("payload").doing("read the outbox")?;
    Ok(Envelope {
        id: EventId::from_uuid(id),
        kind: row.try_get("kind").doing("read the outbox")?,
        source: row.try_get("source").doing("read the outbox")?,
        subject: row.try_get("subject").doing("read the outbox")?,
        owner: row.try_get("owner").doing("read the outbox")?,
        occurred_at: Timestamp::from_microsecond(occurred_at).map_err(impossible)?,
        trace: TraceContext {
            traceparent: row.try_get("traceparent").doing("read the outbox")?,
            tracestate: row.try_get("tracestate").doing("read the outbox")?,
        },
        payload: payload.into(),
    })
}
