//! What an operator does with parked events, compiled for each database.
//!
//! Whoever retries or discards is alone among the writers of the store, and the row that is deleted is the one that is sent:
//! of two operators at once, one finds nothing left to do.

use std::collections::HashMap;

use async_trait::async_trait;
use ids::EventId;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _};
use storage::{Doing, StoreError, number};
use telemetry::TraceContext;
use uuid::Uuid;

use super::dialect::{Connection, Database, Db, Row};
use super::outbox::append;

use crate::parked::{Chosen, Page, Parked, ParkedEvents, Place, State, Tell};
use crate::{Envelope, Route};

/// Ids in one statement.
const IDS: usize = 500;

const READING: &str = "read parked events";

/// All that may be shown of a parked event: not its payload.
const SHOWN: &str = "event_id, queue, reason, parked_at, kind, source, subject, owner, occurred_at, \
                     CAST(length(payload) AS BIGINT) AS size";

/// The parked events in a service's own store.
#[derive(Debug, Clone)]
pub struct SqlParked {
    database: Database,
}

impl SqlParked {
    /// The parked events of a service's store.
    pub fn of(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl ParkedEvents for SqlParked {
    async fn list(&self, page: Page<'_>) -> Result<Vec<Parked>, StoreError> {
        let after = page.after.map_or((i64::MIN, Uuid::nil()), |Place { parked_at, id }| {
            (parked_at.as_microsecond(), id.as_uuid())
        });
        let mut select =
            QueryBuilder::<Db>::new(format!("SELECT {SHOWN} FROM parked WHERE (parked_at, event_id) > ("));
        select.push_bind(after.0).push(", ").push_bind(after.1).push(")");
        if let Some(queue) = page.queue {
            select.push(" AND queue = ").push_bind(queue);
        }
        select.push(" ORDER BY parked_at, event_id LIMIT ").push_bind(i64::from(page.at_most));
        let rows =
            select.build().persistent(false).fetch_all(self.database.readers()).await.doing(READING)?;
        rows.iter().map(parked).collect()
    }

    async fn find(&self, events: &[EventId]) -> Result<Vec<Parked>, StoreError> {
        let mut found = Vec::new();
        for some in events.chunks(IDS) {
            let mut select =
                QueryBuilder::<Db>::new(format!("SELECT {SHOWN} FROM parked WHERE event_id IN ("));
            push_ids(&mut select, some);
            let rows = select.push(")").build().persistent(false);
            let rows = rows.fetch_all(self.database.readers()).await.doing(READING)?;
            found.extend(rows.iter().map(parked).collect::<Result<Vec<_>, _>>()?);
        }
        found.sort_by_key(Parked::place);
        Ok(found)
    }

    async fn count(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let counting =
            sqlx::query("SELECT queue, count(*) AS events FROM parked GROUP BY queue ORDER BY queue");
        let rows = counting.fetch_all(self.database.readers()).await.doing(READING)?;
        rows.iter()
            .map(|row| Ok((row.try_get("queue").doing(READING)?, number(row, "parked", "events")?)))
            .collect()
    }

    async fn state_of(&self, events: &[EventId]) -> Result<HashMap<EventId, State>, StoreError> {
        let mut states: HashMap<EventId, State> =
            events.iter().map(|event| (*event, State::Elsewhere)).collect();
        for some in events.chunks(IDS) {
            // One statement, so that an event is not seen on both sides of somebody else's transaction.
            let mut select = QueryBuilder::<Db>::new(
                "SELECT CAST(0 AS BIGINT) AS stands, event_id FROM outbox WHERE event_id IN (",
            );
            push_ids(&mut select, some);
            select.push(") UNION ALL SELECT 1, event_id FROM inbox WHERE event_id IN (");
            push_ids(&mut select, some);
            select.push(") UNION ALL SELECT 2, event_id FROM parked WHERE event_id IN (");
            push_ids(&mut select, some);
            let query = select.push(") ORDER BY stands").build().persistent(false);
            for row in query.fetch_all(self.database.readers()).await.doing(READING)? {
                let event = EventId::from_uuid(row.try_get("event_id").doing(READING)?);
                // A later one counts: what is parked is in the inbox too, and what is taken may not be settled yet.
                states.insert(event, stands(number(&row, "parked", "stands")?));
            }
        }
        Ok(states)
    }

    async fn retry(&self, chosen: Chosen<'_>, tell: Tell<'_>) -> Result<Vec<Parked>, StoreError> {
        const NAME: &str = "retry parked events";
        let mut transaction = self.database.begin(NAME).await?;
        let taken = take(&mut transaction, chosen, NAME).await?;
        unmark(&mut transaction, &taken, NAME).await?;
        let again: Vec<Envelope> = taken.iter().map(|(_, envelope)| envelope.clone()).collect();
        let taken: Vec<Parked> = taken.into_iter().map(|(parked, _)| parked).collect();
        append(&mut transaction, &again.iter().collect::<Vec<_>>()).await?;
        told(&mut transaction, &taken, tell).await?;
        self.database.commit(transaction, NAME).await?;
        Ok(taken)
    }

    async fn discard(&self, chosen: Chosen<'_>, tell: Tell<'_>) -> Result<Vec<Parked>, StoreError> {
        const NAME: &str = "discard parked events";
        let mut transaction = self.database.begin(NAME).await?;
        let taken = take(&mut transaction, chosen, NAME).await?;
        let taken: Vec<Parked> = taken.into_iter().map(|(parked, _)| parked).collect();
        told(&mut transaction, &taken, tell).await?;
        self.database.commit(transaction, NAME).await?;
        Ok(taken)
    }
}

fn stands(number: u8) -> State {
    match number {
        0 => State::UnderWay,
        1 => State::Taken,
        _ => State::Parked,
    }
}

fn push_ids(statement: &mut QueryBuilder<Db>, events: &[EventId]) {
    let mut list = statement.separated(", ");
    for event in events {
        list.push_bind(event.as_uuid());
    }
}

/// Takes the chosen events out of the parked ones, oldest first. One of which a copy is still in the outbox is left: whoever
/// settles that copy would settle the retry too.
async fn take(
    connection: &mut Connection,
    chosen: Chosen<'_>,
    name: &'static str,
) -> Result<Vec<(Parked, Envelope)>, StoreError> {
    const DELETE: &str = "DELETE FROM parked WHERE NOT EXISTS \
                          (SELECT 1 FROM outbox WHERE outbox.event_id = parked.event_id) AND event_id IN (";
    let mut taken = Vec::new();
    for mut delete in deletions(chosen, DELETE) {
        delete.push(format!(") RETURNING {SHOWN}, traceparent, tracestate, payload"));
        let rows = delete.build().persistent(false).fetch_all(&mut *connection).await.doing(name)?;
        for row in rows {
            let parked = parked(&row)?;
            let envelope = envelope(&row, &parked)?;
            taken.push((parked, envelope));
        }
    }
    taken.sort_by_key(|(parked, _)| parked.place());
    Ok(taken)
}

fn deletions(chosen: Chosen<'_>, delete: &'static str) -> Vec<QueryBuilder<Db>> {
    match chosen {
        Chosen::Ids(events) => events
            .chunks(IDS)
            .map(|some| {
                let mut statement = QueryBuilder::<Db>::new(delete);
                push_ids(&mut statement, some);
                statement
            })
            .collect(),
        Chosen::Oldest { queue, at_most } => {
            let mut statement = QueryBuilder::<Db>::new(delete);
            statement.push("SELECT event_id FROM parked WHERE queue = ").push_bind(queue.to_owned());
            statement.push(" ORDER BY parked_at, event_id LIMIT ").push_bind(i64::from(at_most));
            vec![statement]
        }
    }
}

/// Takes events out of the inbox, so that the next delivery has its effect.
async fn unmark(
    connection: &mut Connection,
    events: &[(Parked, Envelope)],
    name: &'static str,
) -> Result<(), StoreError> {
    let ids: Vec<EventId> = events.iter().map(|(parked, _)| parked.id).collect();
    for some in ids.chunks(IDS) {
        let mut delete = QueryBuilder::<Db>::new("DELETE FROM inbox WHERE event_id IN (");
        push_ids(&mut delete, some);
        delete.push(")").build().persistent(false).execute(&mut *connection).await.doing(name)?;
    }
    Ok(())
}

async fn told(connection: &mut Connection, events: &[Parked], tell: Tell<'_>) -> Result<(), StoreError> {
    let told: Vec<Envelope> = events.iter().map(tell).collect();
    append(connection, &told.iter().collect::<Vec<_>>()).await
}

fn parked(row: &Row) -> Result<Parked, StoreError> {
    let id: Uuid = row.try_get("event_id").doing(READING)?;
    Ok(Parked {
        id: EventId::from_uuid(id),
        queue: row.try_get("queue").doing(READING)?,
        kind: row.try_get("kind").doing(READING)?,
        source: row.try_get("source").doing(READING)?,
        subject: row.try_get("subject").doing(READING)?,
        owner: row.try_get("owner").doing(READING)?,
        occurred_at: time(row, "occurred_at", id)?,
        parked_at: time(row, "parked_at", id)?,
        reason: row.try_get("reason").doing(READING)?,
        size: number(row, "parked", "size")?,
    })
}

/// The event as it came, by the route to the queue on which it was parked.
fn envelope(row: &Row, parked: &Parked) -> Result<Envelope, StoreError> {
    let payload: Vec<u8> = row.try_get("payload").doing(READING)?;
    Ok(Envelope {
        id: parked.id,
        kind: parked.kind.clone(),
        source: parked.source.clone(),
        subject: parked.subject.clone(),
        owner: parked.owner.clone(),
        occurred_at: parked.occurred_at,
        trace: TraceContext {
            traceparent: row.try_get("traceparent").doing(READING)?,
            tracestate: row.try_get("tracestate").doing(READING)?,
        },
        payload: payload.into(),
        route: Route { queue: Some(parked.queue.clone()), ..Route::default() },
    })
}

fn time(row: &Row, column: &'static str, id: Uuid) -> Result<Timestamp, StoreError> {
    let microseconds: i64 = row.try_get(column).doing(READING)?;
    Timestamp::from_microsecond(microseconds).map_err(|error| StoreError::Impossible {
        table: "parked",
        column,
        row: id.to_string(),
        reason: error.to_string(),
    })
}
