//! Rows of audit's tables and what they mean, compiled for each database. What a table must never hold is an error that
//! names the row.

use jiff::Timestamp;
use sqlx::Row as _;
use storage::{Doing, StoreError, number};
use tlog_tiles::Hash;

use super::dialect::Row;
use crate::domain::leaf::Salt;
use crate::domain::log::{EdgeBroken, StoredHash, size_of};
use crate::domain::salting::HeldSalt;
use crate::store::Entry;

const READING: &str = "read the log";

/// How many records the log has whose last hash is in this place.
pub(super) fn size(last: Option<i64>) -> Result<u64, StoreError> {
    let stored = last.map_or(0, |last| last.cast_unsigned().saturating_add(1));
    size_of(stored).ok_or_else(|| {
        let last = last.unwrap_or_default();
        impossible("hash", "position", last.to_string())("the log ends within a record")
    })
}

pub(super) fn stored_hash(row: &Row) -> Result<StoredHash, StoreError> {
    let position = number(row, "hash", "position")?;
    Ok(StoredHash { position, hash: hash(row, position)? })
}

pub(super) fn broken_edge(broken: EdgeBroken) -> StoreError {
    impossible("hash", "position", broken.position.to_string())(broken)
}

pub(super) fn salt(row: &Row) -> Result<(String, HeldSalt), StoreError> {
    let reference: String = row.try_get("reference").doing(READING)?;
    let salt: &[u8] = row.try_get("salt").doing(READING)?;
    let after_erasure = row.try_get("after_erasure").doing(READING)?;
    match Salt::from_bytes(salt) {
        Some(salt) => Ok((reference, HeldSalt { salt, after_erasure })),
        None => Err(impossible("salt", "salt", reference)("a salt has 32 bytes")),
    }
}

/// The salt in a row of an entry, which stands for its notification in what goes wrong.
pub(super) fn only_salt(row: &Row, position: u64) -> Result<Salt, StoreError> {
    let salt: &[u8] = row.try_get("salt").doing(READING)?;
    Salt::from_bytes(salt)
        .ok_or_else(|| impossible("salt", "salt", format!("entry {position}"))("a salt has 32 bytes"))
}

pub(super) fn entry(row: &Row) -> Result<Entry, StoreError> {
    let position = number(row, "entry", "position")?;
    Ok(Entry {
        position,
        kind: row.try_get("kind").doing(READING)?,
        source: row.try_get("source").doing(READING)?,
        occurred_at: time(row, "occurred_at", position)?,
        recorded_at: time(row, "recorded_at", position)?,
        payload: row.try_get("payload").doing(READING)?,
        leaf: hash(row, position)?,
    })
}

pub(super) fn hash(row: &Row, position: u64) -> Result<Hash, StoreError> {
    let bytes: &[u8] = row.try_get("hash").doing(READING)?;
    bytes.try_into().map(Hash).map_err(impossible("hash", "hash", position.to_string()))
}

pub(super) fn time(row: &Row, column: &'static str, position: u64) -> Result<Timestamp, StoreError> {
    let microseconds: i64 = row.try_get(column).doing(READING)?;
    Timestamp::from_microsecond(microseconds).map_err(impossible("entry", column, position.to_string()))
}

pub(super) fn impossible<E: ToString>(
    table: &'static str,
    column: &'static str,
    row: String,
) -> impl FnOnce(E) -> StoreError {
    move |error| StoreError::Impossible { table, column, row, reason: error.to_string() }
}
