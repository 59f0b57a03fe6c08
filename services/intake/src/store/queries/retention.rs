//! What is over its time; and wrapping keys anew, a page at a time.

use ids::Reference;
use sqlx::QueryBuilder;
use storage::{Columns, Doing, StoreError};

use super::dialect::{Connection, Db, fetch_all, push_rows};
use super::keys;
use super::rows::{reference, text, time};
use super::sql_store::SqlStore;
use crate::store::{Bound, OverTime, Overdue, WrappedAnew};

const LOOKING: &str = "look for what is over its time";
const WRAPPING: &str = "wrap keys anew";

/// Keys that are wrapped anew in one transaction: few enough that nobody who sends waits for it.
const PAGE: i64 = 200;

/// Notifications that are not erased, with their newest revision `r`, within a bound: $1 whether withdrawn, $2 before when.
const WITHIN: &str = "FROM notification n \
     JOIN notification_key k ON k.reference = n.reference AND k.wrapped IS NOT NULL \
     JOIN revision r ON r.reference = n.reference \
       AND r.number = (SELECT max(number) FROM revision WHERE reference = n.reference) \
     WHERE (r.kind = 3) = $1 AND r.received_at < $2";

pub(super) async fn over_time(store: &SqlStore, bound: Bound, at_most: u32) -> Result<OverTime, StoreError> {
    let readers = store.database.readers();
    let held = "EXISTS (SELECT 1 FROM legal_hold h WHERE h.reference = n.reference)";
    let select = format!(
        "SELECT n.reference, r.received_at {WITHIN} AND NOT {held} ORDER BY r.received_at, n.reference LIMIT $3"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(select))
        .bind(bound.withdrawn)
        .bind(bound.before.as_microsecond())
        .bind(i64::from(at_most))
        .fetch_all(readers)
        .await
        .doing(LOOKING)?;
    let overdue = rows.iter().map(|row| {
        let key = text(row, "reference")?;
        let last_received_at = time(row, "revision", "received_at", key.clone())?;
        Ok(Overdue { reference: reference(key)?, last_received_at })
    });
    let overdue = overdue.collect::<Result<_, StoreError>>()?;
    let count = format!("SELECT count(*) {WITHIN} AND {held}");
    let held: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
        .bind(bound.withdrawn)
        .bind(bound.before.as_microsecond())
        .fetch_one(readers)
        .await
        .doing(LOOKING)?;
    Ok(OverTime { overdue, held: held.unsigned_abs() })
}

pub(super) async fn wrap_anew(store: &SqlStore) -> Result<WrappedAnew, StoreError> {
    let mut transaction = store.database.begin(WRAPPING).await?;
    let page: Vec<String> = sqlx::query_scalar(
        "SELECT reference FROM notification_key WHERE wrapped IS NOT NULL AND wrapped_under <> $1 \
         ORDER BY reference LIMIT $2",
    )
    .bind(store.wrapping.current())
    .bind(PAGE)
    .fetch_all(&mut *transaction)
    .await
    .doing(WRAPPING)?;
    let page = page.into_iter().map(reference).collect::<Result<Vec<_>, _>>()?;
    if !page.is_empty() {
        rewrite(store, &mut transaction, &page).await?;
    }
    let left: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM notification_key WHERE wrapped IS NOT NULL AND wrapped_under <> $1",
    )
    .bind(store.wrapping.current())
    .fetch_one(&mut *transaction)
    .await
    .doing(WRAPPING)?;
    store.database.commit(transaction, WRAPPING).await?;
    Ok(WrappedAnew { done: page.len() as u64, left: left.unsigned_abs() })
}

async fn rewrite(
    store: &SqlStore,
    connection: &mut Connection,
    page: &[Reference],
) -> Result<(), StoreError> {
    let keys = keys::kept(store, connection, page, WRAPPING).await?;
    let wrapped: Vec<(String, Vec<u8>)> = keys
        .iter()
        .map(|(reference, key)| {
            let row = reference.to_string();
            let wrapped = store.wrapping.wrap(&row, key, &store.ambient);
            (row, wrapped)
        })
        .collect();
    let mut update = QueryBuilder::<Db>::new("WITH anew (reference, wrapped) AS (");
    let columns = Columns::of(&wrapped).text(|(reference, _)| reference).bytes(|(_, wrapped)| wrapped);
    push_rows(&mut update, &columns);
    update.push(
        ") UPDATE notification_key SET wrapped = (SELECT a.wrapped FROM anew a \
           WHERE a.reference = notification_key.reference), wrapped_under = ",
    );
    update.push_bind(store.wrapping.current().to_owned());
    update.push(" WHERE reference IN (SELECT reference FROM anew) RETURNING reference");
    let rewritten = fetch_all(connection, update, WRAPPING).await?;
    debug_assert_eq!(rewritten.len(), wrapped.len(), "a page is rewritten whole");
    Ok(())
}
