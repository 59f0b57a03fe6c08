//! The whole log, read in batches, compiled for each database.

use async_trait::async_trait;
use ids::EventId;
use sqlx::Row as _;
use sqlx::types::Uuid;
use storage::{Doing, StoreError, number, whole};

use super::dialect::Row;
use super::queries::SqlStore;
use super::rows;
use crate::domain::log::StoredHash;
use crate::store::WholeLog;
use crate::verify_log::Salted;

const DOING: &str = "read the whole log";

#[async_trait]
impl WholeLog for SqlStore {
    async fn stored(&self) -> Result<u64, StoreError> {
        let last: Option<i64> = sqlx::query_scalar("SELECT max(position) FROM hash")
            .fetch_one(self.readers())
            .await
            .doing(DOING)?;
        Ok(last.map_or(0, |last| last.cast_unsigned().saturating_add(1)))
    }

    async fn hashes(&self, from: u64, at_most: u32) -> Result<Vec<StoredHash>, StoreError> {
        let rows =
            sqlx::query("SELECT position, hash FROM hash WHERE position >= $1 ORDER BY position LIMIT $2")
                .bind(whole(from))
                .bind(i64::from(at_most))
                .fetch_all(self.readers())
                .await
                .doing(DOING)?;
        rows.iter().map(rows::stored_hash).collect()
    }

    async fn entries(&self, from: u64, at_most: u32) -> Result<Vec<Salted>, StoreError> {
        let rows = sqlx::query(
            "SELECT entry.position, entry.leaf, hash.hash, salt.salt, event_id, kind, source, entry.reference, owner, \
             occurred_at, payload FROM entry JOIN salt ON salt.reference = entry.reference \
             JOIN hash ON hash.position = entry.leaf WHERE entry.position >= $1 ORDER BY entry.position LIMIT $2",
        )
        .bind(whole(from))
        .bind(i64::from(at_most))
        .fetch_all(self.readers())
        .await
        .doing(DOING)?;
        rows.iter().map(salted).collect()
    }
}

fn salted(row: &Row) -> Result<Salted, StoreError> {
    let position = number(row, "entry", "position")?;
    let event: Uuid = row.try_get("event_id").doing(DOING)?;
    Ok(Salted {
        position,
        leaf_at: number(row, "entry", "leaf")?,
        leaf: rows::hash(row, position)?,
        salt: rows::only_salt(row, position)?,
        event: EventId::from_uuid(event),
        kind: row.try_get("kind").doing(DOING)?,
        source: row.try_get("source").doing(DOING)?,
        reference: row.try_get("reference").doing(DOING)?,
        owner: row.try_get("owner").doing(DOING)?,
        occurred_at: rows::time(row, "occurred_at", position)?,
        payload: row.try_get("payload").doing(DOING)?,
    })
}
