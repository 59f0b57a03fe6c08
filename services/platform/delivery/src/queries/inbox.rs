//! The receiver's side, compiled for each database.

use std::collections::HashSet;

use ids::EventId;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError};
use uuid::Uuid;

use super::dialect::{Connection, Database, Db, fetch_all, push_rows};
use crate::Envelope;

const MARKING: &str = "mark the inbox";

/// Marks events in the inbox, within the transaction that takes their effects, and returns those that were
/// not there before: the others have had their effect. Take each out of the set with its effect, so that an event
/// that is twice in one batch has its effect once.
///
/// # Errors
/// As the transaction has.
pub async fn admit(
    connection: &mut Connection,
    events: impl IntoIterator<Item = EventId>,
    now: Timestamp,
) -> Result<HashSet<EventId>, StoreError> {
    let events: Vec<EventId> = events.into_iter().collect();
    let mut fresh = HashSet::with_capacity(events.len());
    for some in events.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new("INSERT INTO inbox (event_id, received_at) ");
        push_rows(
            &mut insert,
            &Columns::of(some).id(|event| event.as_uuid()).whole(|_| now.as_microsecond()),
        );
        insert.push(" ON CONFLICT DO NOTHING RETURNING event_id");
        for row in fetch_all(connection, insert, MARKING).await? {
            let id: Uuid = row.try_get(0).doing(MARKING)?;
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
        // PostgreSQL keeps no NUL in a text, and a reason may quote what came.
        .bind(reason.replace('\0', "\u{fffd}"))
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
