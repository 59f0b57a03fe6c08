//! How the queue stands as a whole: numbers alone, for whoever watches it.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Row as _;
use storage::{Doing, StoreError};

use super::dialect::Connection;
use crate::domain::clock::ClockKind;
use crate::store::{LaneStands, QueueStands, numbers};

const COUNTING: &str = "count the queue";

/// Counts what the panel has not acknowledged, and what is overdue on a day in London.
pub(super) async fn stands(connection: &mut Connection, today: Date) -> Result<QueueStands, StoreError> {
    Ok(QueueStands {
        lanes: lanes(connection).await?,
        overdue: overdue(connection, today).await?,
        late: late(connection).await?,
    })
}

async fn lanes(connection: &mut Connection) -> Result<Vec<LaneStands>, StoreError> {
    let rows = sqlx::query(
        "SELECT lane, count(*) AS cases, min(queued_at) AS oldest FROM panel_case WHERE acknowledged_at IS NULL GROUP BY lane",
    )
    .fetch_all(connection)
    .await
    .doing(COUNTING)?;
    let mut lanes = Vec::with_capacity(rows.len());
    for row in &rows {
        let (lane, cases, oldest): (i64, i64, i64) = (
            row.try_get("lane").doing(COUNTING)?,
            row.try_get("cases").doing(COUNTING)?,
            row.try_get("oldest").doing(COUNTING)?,
        );
        let Some(lane) = numbers::lane(lane) else { continue };
        // The store's numbers are checked where cases are read; here a wrong one is an age of nothing.
        let oldest = Timestamp::from_microsecond(oldest).ok();
        lanes.push(LaneStands { lane, cases: cases.unsigned_abs(), oldest });
    }
    Ok(lanes)
}

async fn overdue(connection: &mut Connection, today: Date) -> Result<Vec<(ClockKind, u64)>, StoreError> {
    let rows = sqlx::query(
        "SELECT clock.kind AS kind, count(*) AS cases FROM panel_case \
         JOIN clock ON clock.reference = panel_case.reference \
         WHERE panel_case.acknowledged_at IS NULL AND clock.due_on < $1 GROUP BY clock.kind",
    )
    .bind(today.to_string())
    .fetch_all(connection)
    .await
    .doing(COUNTING)?;
    let mut overdue = Vec::with_capacity(rows.len());
    for row in &rows {
        let (kind, cases): (i64, i64) =
            (row.try_get("kind").doing(COUNTING)?, row.try_get("cases").doing(COUNTING)?);
        // The notification's own clock has ended with its receipt: what it says is whether that was late.
        let running = numbers::kind(kind).filter(|kind| *kind != ClockKind::Notification);
        overdue.extend(running.map(|kind| (kind, cases.unsigned_abs())));
    }
    Ok(overdue)
}

async fn late(connection: &mut Connection) -> Result<u64, StoreError> {
    let late: i64 = sqlx::query_scalar("SELECT count(*) FROM clock WHERE kind = $1 AND late = $2")
        .bind(numbers::kind_number(ClockKind::Notification))
        .bind(true)
        .fetch_one(connection)
        .await
        .doing(COUNTING)?;
    Ok(late.unsigned_abs())
}
