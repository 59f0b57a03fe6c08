//! The statements of many rows, an array for each column: their text is the same whatever the size of the batch, so they are
//! kept prepared.

use ids::EventId;
use jiff::Timestamp;
use storage::postgres::{Connection, Row};
use storage::{Doing, StoreError};
use uuid::Uuid;

use crate::Envelope;

/// Appends events within the transaction that makes their facts, in their order.
///
/// # Errors
/// As the transaction has.
pub async fn append(connection: &mut Connection, envelopes: &[&Envelope]) -> Result<(), StoreError> {
    if envelopes.is_empty() {
        return Ok(());
    }
    let texts =
        |text: fn(&Envelope) -> &str| envelopes.iter().map(|envelope| text(envelope)).collect::<Vec<&str>>();
    let optional = |text: fn(&Envelope) -> Option<&str>| {
        envelopes.iter().map(|envelope| text(envelope)).collect::<Vec<Option<&str>>>()
    };
    sqlx::query(
        "INSERT INTO outbox (event_id, kind, source, subject, owner, occurred_at, traceparent, tracestate, payload, \
         routing_key, urgent, queue) \
         SELECT event_id, kind, source, subject, owner, occurred_at, traceparent, tracestate, payload, routing_key, \
         urgent, queue \
         FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], \
         $9::bytea[], $10::text[], $11::boolean[], $12::text[]) WITH ORDINALITY AS told (event_id, kind, source, \
         subject, owner, occurred_at, traceparent, tracestate, payload, routing_key, urgent, queue, place) \
         ORDER BY place",
    )
    .bind(envelopes.iter().map(|envelope| envelope.id.as_uuid()).collect::<Vec<Uuid>>())
    .bind(texts(|envelope| &envelope.kind))
    .bind(texts(|envelope| &envelope.source))
    .bind(texts(|envelope| &envelope.subject))
    .bind(texts(|envelope| &envelope.owner))
    .bind(envelopes.iter().map(|envelope| envelope.occurred_at.as_microsecond()).collect::<Vec<i64>>())
    .bind(optional(|envelope| envelope.trace.traceparent.as_deref()))
    .bind(optional(|envelope| envelope.trace.tracestate.as_deref()))
    .bind(envelopes.iter().map(|envelope| envelope.payload.as_ref()).collect::<Vec<&[u8]>>())
    .bind(texts(|envelope| &envelope.route.key))
    .bind(envelopes.iter().map(|envelope| envelope.route.urgent).collect::<Vec<bool>>())
    .bind(optional(|envelope| envelope.route.queue.as_deref()))
    .execute(connection)
    .await
    .doing("append to the outbox")?;
    Ok(())
}

/// Marks events in the inbox, and returns the rows of those that were not there before.
pub(super) async fn mark(
    connection: &mut Connection,
    events: &[EventId],
    now: Timestamp,
) -> Result<Vec<Row>, StoreError> {
    sqlx::query(
        "INSERT INTO inbox (event_id, received_at) SELECT event_id, $2 FROM UNNEST($1::uuid[]) AS heard (event_id) \
         ON CONFLICT DO NOTHING RETURNING event_id",
    )
    .bind(ids(events))
    .bind(now.as_microsecond())
    .fetch_all(connection)
    .await
    .doing("mark the inbox")
}

/// Takes events out of the outbox.
pub(super) async fn remove(
    connection: &mut Connection,
    arrived: &[EventId],
    name: &'static str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM outbox WHERE event_id = ANY($1)")
        .bind(ids(arrived))
        .execute(connection)
        .await
        .doing(name)?;
    Ok(())
}

fn ids(events: &[EventId]) -> Vec<Uuid> {
    events.iter().map(|event| event.as_uuid()).collect()
}
