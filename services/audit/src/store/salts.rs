//! Salts, and what goes with one that is destroyed, compiled for each database.

use std::collections::HashMap;

use ids::EventId;
use jiff::Timestamp;
use sqlx::types::Uuid;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError};

use super::dialect::{Connection, DESTROY_SALT, Db, Row, execute, fetch_all, push_among, push_rows};
use super::rows;
use crate::domain::record::Record;
use crate::domain::salting::HeldSalt;

const ERASING: &str = "erase a notification";

/// The salts that are held for notifications, each of which is named once.
pub(super) async fn held(
    connection: &mut Connection,
    references: &[&str],
) -> Result<HashMap<String, HeldSalt>, StoreError> {
    let mut held = HashMap::with_capacity(references.len());
    for some in references.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new("SELECT reference, salt, after_erasure FROM salt WHERE ");
        push_among(&mut select, "reference", &Columns::of(some).text(|reference| *reference));
        let rows = fetch_all(connection, select, "read salts").await?;
        held.extend(rows.iter().map(rows::salt).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(held)
}

/// Keeps salts that were drawn.
pub(super) async fn insert(
    connection: &mut Connection,
    salts: &[(String, HeldSalt)],
) -> Result<(), StoreError> {
    for some in salts.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new("INSERT INTO salt (reference, salt, after_erasure) ");
        let columns = Columns::of(some)
            .text(|(reference, _)| reference)
            .bytes(|(_, held)| held.salt.as_bytes())
            .flag(|(_, held)| held.after_erasure);
        push_rows(&mut insert, &columns);
        execute(connection, insert, "keep salts").await?;
    }
    Ok(())
}

/// Destroys the salts of notifications, and with them their entries. One by one: whoever may do so on PostgreSQL may do it
/// for one notification at a time, and erasures are few.
pub(super) async fn destroy(connection: &mut Connection, references: &[String]) -> Result<(), StoreError> {
    for reference in references {
        sqlx::query(DESTROY_SALT).bind(reference).execute(&mut *connection).await.doing(ERASING)?;
    }
    Ok(())
}

/// An event that was put aside, on its way out of the store.
pub(super) struct Aside {
    event: EventId,
    kind: String,
    source: String,
    reference: String,
    owner: String,
    occurred_at: Timestamp,
    payload: Vec<u8>,
}

impl Aside {
    pub(super) fn record(&self) -> Record<'_> {
        Record {
            event: self.event,
            kind: &self.kind,
            source: &self.source,
            reference: &self.reference,
            owner: &self.owner,
            occurred_at: self.occurred_at,
            payload: &self.payload,
        }
    }
}

/// Takes out of the store what audit had put aside of erased notifications: it would be readable there. The inbox keeps its
/// marks, so that none of it is recorded a second time.
pub(super) async fn take_aside(
    connection: &mut Connection,
    references: &[String],
) -> Result<Vec<Aside>, StoreError> {
    let mut taken = Vec::new();
    for some in references.chunks(ROWS) {
        let mut delete = QueryBuilder::<Db>::new("DELETE FROM parked WHERE ");
        push_among(&mut delete, "subject", &Columns::of(some).text(String::as_str));
        delete.push(" RETURNING event_id, kind, source, subject, owner, occurred_at, payload");
        let rows = fetch_all(connection, delete, ERASING).await?;
        taken.extend(rows.iter().map(aside).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(taken)
}

fn aside(row: &Row) -> Result<Aside, StoreError> {
    let event: Uuid = row.try_get("event_id").doing(ERASING)?;
    let occurred_at: i64 = row.try_get("occurred_at").doing(ERASING)?;
    Ok(Aside {
        event: EventId::from_uuid(event),
        kind: row.try_get("kind").doing(ERASING)?,
        source: row.try_get("source").doing(ERASING)?,
        reference: row.try_get("subject").doing(ERASING)?,
        owner: row.try_get("owner").doing(ERASING)?,
        occurred_at: Timestamp::from_microsecond(occurred_at).map_err(rows::impossible(
            "parked",
            "occurred_at",
            event.to_string(),
        ))?,
        payload: row.try_get("payload").doing(ERASING)?,
    })
}
