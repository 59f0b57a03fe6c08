//! The receiver's side.

use std::collections::HashSet;

use ids::EventId;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row, SqliteConnection};
use storage::sqlite::Database;
use storage::{Doing, StoreError};
use uuid::Uuid;

use crate::Envelope;

/// Rows in one INSERT: two columns each.
const ROWS: usize = 1000;

/// Marks events in the inbox, within the transaction that takes their effects, and returns those that were
/// not there before: the others have had their effect. Take each out of the set with its effect, so that an event
/// that is twice in one batch has its effect once.
///
/// # Errors
/// As the transaction has.
pub async fn admit(
    connection: &mut SqliteConnection,
    events: impl IntoIterator<Item = EventId>,
    now: Timestamp,
) -> Result<HashSet<EventId>, StoreError> {
    let events: Vec<EventId> = events.into_iter().collect();
    let mut fresh = HashSet::with_capacity(events.len());
    for some in events.chunks(ROWS) {
        let mut insert = QueryBuilder::new("INSERT INTO inbox (event_id, received_at) ");
        insert.push_values(some, |mut row, event| {
            row.push_bind(event.as_uuid()).push_bind(now.as_microsecond());
        });
        insert.push(" ON CONFLICT DO NOTHING RETURNING event_id");
        let rows =
            insert.build().persistent(false).fetch_all(&mut *connection).await.doing("mark the inbox")?;
        for row in rows {
            let id: Uuid = row.try_get(0).doing("mark the inbox")?;
            fresh.insert(EventId::from_uuid(id));
        }
    }
    Ok(fresh)
}

/// Puts an event aside with the reason why it cannot be handled, and marks it in the inbox.
///
/// # Errors
/// Where the store cannot be written.
pub async fn park(
    database: &Database,
    queue: &str,
    envelope: &Envelope,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    const NAME: &str = "park an event";
    let mut transaction = database.begin(NAME).await?;
    if admit(&mut transaction, [envelope.id], now).await?.contains(&envelope.id) {
        sqlx::query(
            "INSERT INTO parked (event_id, queue, reason, parked_at, kind, source, subject, owner, occurred_at, \
             traceparent, tracestate, payload) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(envelope.id.as_uuid())
        .bind(queue)
        .bind(reason)
        .bind(now.as_microsecond())
        .bind(&envelope.kind)
        .bind(&envelope.source)
        .bind(&envelope.subject)
        .bind(&envelope.owner)
        .bind(envelope.occurred_at.as_microsecond())
        .bind(&envelope.trace.traceparent)
        .bind(&envelope.trace.tracestate)
        .bind(envelope.payload.as_ref())
        .execute(&mut *transaction)
        .await
        .doing(NAME)?;
    }
    database.commit(transaction, NAME).await
}

/// How many events are parked.
///
/// # Errors
/// Where the store cannot be read.
pub async fn parked(database: &Database) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM parked")
        .fetch_one(database.readers())
        .await
        .doing("count parked events")?;
    Ok(count.unsigned_abs())
}
