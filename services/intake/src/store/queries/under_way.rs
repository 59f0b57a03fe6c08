//! What is held and not known to be before the panel: numbers of the whole store, for whoever watches it.

use contracts::notification::v1::Stage;
use sqlx::Row as _;
use storage::{Doing, StoreError};

use super::dialect::Database;
use super::rows::{reference, text, time};
use crate::store::{Oldest, UnderWay};

const COUNTING: &str = "count what is under way";

/// Counts notifications of whose newest revision nobody has said that it is queued. Every finding is queued, whatever it is, so
/// each is one that will be, or one whose way is broken. What is erased is left out: nobody can tell it again.
///
/// What a reader would get wrong: the order of the steps. Keys alone are looked through first, and rows read of what is left;
/// without `MATERIALIZED` PostgreSQL reads the whole table, records and all.
pub(super) async fn under_way(database: &Database) -> Result<UnderWay, StoreError> {
    let row = sqlx::query(
        "WITH unqueued AS MATERIALIZED (SELECT reference, number FROM revision WHERE NOT EXISTS (SELECT 1 FROM step \
             WHERE step.reference = revision.reference AND step.revision = revision.number AND step.stage = $1)), \
           newest AS MATERIALIZED (SELECT reference, number FROM unqueued WHERE NOT EXISTS (SELECT 1 FROM revision later \
             WHERE later.reference = unqueued.reference AND later.number > unqueued.number)) \
         SELECT held.reference, held.received_at, count(*) OVER () AS notifications FROM newest \
         JOIN revision held ON held.reference = newest.reference AND held.number = newest.number \
         WHERE NOT EXISTS (SELECT 1 FROM notification_key \
           WHERE notification_key.reference = newest.reference AND notification_key.erased_at IS NOT NULL) \
         ORDER BY held.received_at, held.reference LIMIT 1",
    )
    .bind(Stage::Queued as i64)
    .fetch_optional(database.readers())
    .await
    .doing(COUNTING)?;
    let Some(row) = row else { return Ok(UnderWay::default()) };
    let notifications: i64 = row.try_get("notifications").doing(COUNTING)?;
    let key = text(&row, "reference")?;
    let since = time(&row, "revision", "received_at", key.clone())?;
    let oldest = Some(Oldest { reference: reference(key)?, since });
    Ok(UnderWay { notifications: notifications.unsigned_abs(), oldest })
}
