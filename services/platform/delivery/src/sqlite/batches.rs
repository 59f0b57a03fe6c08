//! The statements of many rows, a list of values each.
//!
//! Their text depends on the size of the batch, so they are not kept prepared (`persistent(false)`): a connection would
//! otherwise hold on to a hundred of them, some megabytes.

use ids::EventId;
use jiff::Timestamp;
use sqlx::QueryBuilder;
use storage::sqlite::{Connection, Db, Row};
use storage::{Doing, StoreError};

use crate::Envelope;

/// Rows in one statement: twelve columns each at most, far below SQLite's limit of 32,766 variables.
const ROWS: usize = 500;

/// Appends events within the transaction that makes their facts.
///
/// # Errors
/// As the transaction has.
pub async fn append(connection: &mut Connection, envelopes: &[&Envelope]) -> Result<(), StoreError> {
    for rows in envelopes.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO outbox (event_id, kind, source, subject, owner, occurred_at, traceparent, tracestate, payload, \
             routing_key, urgent, queue) ",
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
                .push_bind(envelope.payload.as_ref())
                .push_bind(&envelope.route.key)
                .push_bind(envelope.route.urgent)
                .push_bind(&envelope.route.queue);
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing("append to the outbox")?;
    }
    Ok(())
}

/// Marks events in the inbox, and returns the rows of those that were not there before.
pub(super) async fn mark(
    connection: &mut Connection,
    events: &[EventId],
    now: Timestamp,
) -> Result<Vec<Row>, StoreError> {
    let mut fresh = Vec::with_capacity(events.len());
    for some in events.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new("INSERT INTO inbox (event_id, received_at) ");
        insert.push_values(some, |mut row, event| {
            row.push_bind(event.as_uuid()).push_bind(now.as_microsecond());
        });
        insert.push(" ON CONFLICT DO NOTHING RETURNING event_id");
        let rows = insert.build().persistent(false).fetch_all(&mut *connection).await;
        fresh.extend(rows.doing("mark the inbox")?);
    }
    Ok(fresh)
}

/// Takes events out of the outbox.
pub(super) async fn remove(
    connection: &mut Connection,
    arrived: &[EventId],
    name: &'static str,
) -> Result<(), StoreError> {
    for some in arrived.chunks(ROWS) {
        let mut delete = QueryBuilder::<Db>::new("DELETE FROM outbox WHERE event_id IN (");
        let mut list = delete.separated(", ");
        for id in some {
            list.push_bind(id.as_uuid());
        }
        delete.push(")").build().persistent(false).execute(&mut *connection).await.doing(name)?;
    }
    Ok(())
}
