//! Rows of audit's tables, and what they mean. What a table must never hold is an error that names the row.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use storage::{Doing, StoreError};
use tlog_tiles::Hash;

use super::Entry;
use crate::domain::leaf::Salt;
use crate::domain::log::{EdgeBroken, StoredHash, size_of};

const READING: &str = "read the log";

/// A place in the log as a column keeps it. SQLite has signed integers alone; the schema refuses negative places.
pub(super) fn column(position: u64) -> i64 {
    position.cast_signed()
}

/// How many records the log has whose last hash is in this place.
pub(super) fn size(last: Option<i64>) -> Result<u64, StoreError> {
    let stored = last.map_or(0, |last| last.cast_unsigned().saturating_add(1));
    size_of(stored).ok_or_else(|| {
        let last = last.unwrap_or_default();
        impossible("hash", "position", last.to_string())("the log ends within a record")
    })
}

pub(super) fn stored_hash(row: &SqliteRow) -> Result<StoredHash, StoreError> {
    let position: i64 = row.try_get("position").doing(READING)?;
    Ok(StoredHash { position: position.cast_unsigned(), hash: hash(row, position)? })
}

pub(super) fn broken_edge(broken: EdgeBroken) -> StoreError {
    impossible("hash", "position", broken.position.to_string())(broken)
}

pub(super) fn salt(row: &SqliteRow) -> Result<(String, Salt), StoreError> {
    let reference: String = row.try_get("reference").doing(READING)?;
    let salt: &[u8] = row.try_get("salt").doing(READING)?;
    match Salt::from_bytes(salt) {
        Some(salt) => Ok((reference, salt)),
        None => Err(impossible("salt", "salt", reference)("a salt has 32 bytes")),
    }
}

pub(super) fn entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let position: i64 = row.try_get("position").doing(READING)?;
    Ok(Entry {
        position: position.cast_unsigned(),
        kind: row.try_get("kind").doing(READING)?,
        source: row.try_get("source").doing(READING)?,
        occurred_at: time(row, "occurred_at", position)?,
        recorded_at: time(row, "recorded_at", position)?,
        payload: row.try_get("payload").doing(READING)?,
        leaf: hash(row, position)?,
    })
}

fn hash(row: &SqliteRow, position: i64) -> Result<Hash, StoreError> {
    let bytes: &[u8] = row.try_get("hash").doing(READING)?;
    bytes.try_into().map(Hash).map_err(impossible("hash", "hash", position.to_string()))
}

fn time(row: &SqliteRow, column: &'static str, position: i64) -> Result<Timestamp, StoreError> {
    let microseconds: i64 = row.try_get(column).doing(READING)?;
    Timestamp::from_microsecond(microseconds).map_err(impossible("entry", column, position.to_string()))
}

fn impossible<E: ToString>(
    table: &'static str,
    column: &'static str,
    row: String,
) -> impl FnOnce(E) -> StoreError {
    move |error| StoreError::Impossible { table, column, row, reason: error.to_string() }
}
