//! The key of each notification: drawn with its first revision, unwrapped to seal what comes later, gone once it is erased.
//!
//! What a reader would get wrong: a notification without a row here was held by a version that did not seal. Such ones are
//! sealed when the store is opened; afterwards a missing row is an error, and never a reason to believe what is in clear.

use std::collections::HashMap;

use ids::Reference;
use sealing::{DataKey, Place, Unwrapped};
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError};

use super::dialect::Row;
use super::dialect::{BYTES, Connection, Database, Db, compact, execute, fetch_all, push_among, push_rows};
use super::rows::{impossible, reference, text};
use super::sql_store::SqlStore;
use crate::store::Lacking;

/// Keys by the notifications whose they are.
pub(super) type Keys = HashMap<Reference, DataKey>;

const SEALING: &str = "seal what is held in clear";

/// The most notifications that are sealed in one transaction.
const SEALED_AT_ONCE: i64 = 200;

/// The place of a revision's column.
pub(super) fn of_revision<'a>(row: &'a str, column: &'static str) -> Place<'a> {
    Place { table: "revision", row, column }
}

/// The row of a revision, as its sealed columns name it.
pub(super) fn revision_key(reference: &str, number: i64) -> String {
    format!("{reference} {number}")
}

/// The place of a refusal's words, in the offer's row.
pub(super) fn of_words(row: &str) -> Place<'_> {
    Place { table: "hand_over", row, column: "words" }
}

/// The row of an offer, as its sealed column names it.
pub(super) fn offer_key(reference: &str, offer: i64) -> String {
    format!("{reference} {offer}")
}

/// Draws a key for each notification, and keeps them wrapped.
pub(super) async fn draw(
    store: &SqlStore,
    connection: &mut Connection,
    references: &[Reference],
    name: &'static str,
) -> Result<Keys, StoreError> {
    let mut keys = Keys::with_capacity(references.len());
    for some in references.chunks(ROWS) {
        let drawn: Vec<(String, Vec<u8>)> = some
            .iter()
            .map(|reference| {
                let (key, row) = (DataKey::draw(&store.ambient), reference.to_string());
                let wrapped = store.wrapping.wrap(&row, &key, &store.ambient);
                keys.insert(*reference, key);
                (row, wrapped)
            })
            .collect();
        let mut insert =
            QueryBuilder::<Db>::new("INSERT INTO notification_key (reference, wrapped, wrapped_under) ");
        let columns = Columns::of(&drawn)
            .text(|(reference, _)| reference)
            .bytes(|(_, wrapped)| wrapped)
            .text(|_| store.wrapping.current());
        push_rows(&mut insert, &columns);
        execute(connection, insert, name).await?;
    }
    Ok(keys)
}

/// The keys of notifications that are held and not erased.
pub(super) async fn kept(
    store: &SqlStore,
    connection: &mut Connection,
    references: &[Reference],
    name: &'static str,
) -> Result<Keys, StoreError> {
    let mut keys = Keys::with_capacity(references.len());
    for some in references.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT reference, wrapped FROM notification_key WHERE wrapped IS NOT NULL AND ",
        );
        push_among(&mut select, "reference", &Columns::of(some).text(Reference::to_string));
        for row in &fetch_all(connection, select, name).await? {
            let key = text(row, "reference")?;
            let wrapped: Vec<u8> = row.try_get("wrapped").doing(name)?;
            keys.insert(reference(key.clone())?, unwrapped(store, &key, &wrapped)?);
        }
    }
    Ok(keys)
}

/// The key in a row that has `wrapped` and `erased_at` of a notification; none where it is erased.
pub(super) fn key_of(store: &SqlStore, row: &Row, reference: &str) -> Result<Option<DataKey>, StoreError> {
    let wrapped: Option<Vec<u8>> = row.try_get("wrapped").doing("read a key")?;
    let erased: Option<i64> = row.try_get("erased_at").doing("read a key")?;
    match (wrapped, erased) {
        (Some(wrapped), _) => unwrapped(store, reference, &wrapped).map(Some),
        (None, Some(_)) => Ok(None),
        (None, None) => {
            let missing = "the notification has no key: it was held in clear, or its key was taken away";
            Err(impossible("notification_key", "wrapped", reference.to_owned())(missing))
        }
    }
}

fn unwrapped(store: &SqlStore, reference: &str, wrapped: &[u8]) -> Result<DataKey, StoreError> {
    let refused = impossible("notification_key", "wrapped", reference.to_owned());
    match store.wrapping.unwrap(reference, wrapped) {
        Unwrapped::Key(key) => Ok(key),
        Unwrapped::Missing(id) => {
            Err(refused(format!("it is wrapped under {id}, which is not among the wrapping keys")))
        }
        Unwrapped::Changed => Err(refused("it was changed, or is another notification's".to_owned())),
    }
}

/// The ids of wrapping keys under which something is wrapped.
pub(super) async fn in_use(database: &Database) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar("SELECT DISTINCT wrapped_under FROM notification_key WHERE wrapped IS NOT NULL")
        .fetch_all(database.readers())
        .await
        .doing("look for the wrapping keys in use")
}

/// What keeps notifications' keys from being unwrapped, by the wrapping keys that are in use. Of each, one row is tried.
pub(super) async fn lacking(store: &SqlStore) -> Result<Vec<Lacking>, StoreError> {
    const DOING: &str = "try the wrapping keys in use";
    let mut lacking = Vec::new();
    for id in in_use(&store.database).await? {
        if !store.wrapping.has(&id) {
            lacking.push(Lacking::Missing(id));
            continue;
        }
        let row =
            sqlx::query("SELECT reference, wrapped FROM notification_key WHERE wrapped_under = $1 LIMIT 1")
                .bind(&id)
                .fetch_optional(store.database.readers())
                .await
                .doing(DOING)?;
        let Some(row) = row else { continue };
        let wrapped: Vec<u8> = row.try_get("wrapped").doing(DOING)?;
        if !matches!(store.wrapping.unwrap(&text(&row, "reference")?, &wrapped), Unwrapped::Key(_)) {
            lacking.push(Lacking::Another(id));
        }
    }
    Ok(lacking)
}

/// Seals what a version before held in clear, and returns how many notifications that were. It may be ended at any moment, and
/// goes on where it was.
pub(super) async fn seal_what_is_clear(store: &SqlStore) -> Result<usize, StoreError> {
    let mut sealed = 0;
    loop {
        let now = seal_some(store).await?;
        if now == 0 {
            break;
        }
        sealed += now;
        tracing::info!(sealed, "sealed notifications that were held in clear");
    }
    if sealed > 0 {
        compact(&store.database).await?;
    }
    Ok(sealed)
}

async fn seal_some(store: &SqlStore) -> Result<usize, StoreError> {
    let mut transaction = store.database.begin(SEALING).await?;
    let clear: Vec<String> = sqlx::query_scalar(
        "SELECT reference FROM notification n WHERE NOT EXISTS \
           (SELECT 1 FROM notification_key k WHERE k.reference = n.reference) ORDER BY reference LIMIT $1",
    )
    .bind(SEALED_AT_ONCE)
    .fetch_all(&mut *transaction)
    .await
    .doing(SEALING)?;
    let references = clear.into_iter().map(reference).collect::<Result<Vec<_>, _>>()?;
    let keys = draw(store, &mut transaction, &references, SEALING).await?;
    for (reference, key) in &keys {
        seal_revisions(store, &mut transaction, *reference, key).await?;
        seal_refusals(store, &mut transaction, *reference, key).await?;
    }
    store.database.commit(transaction, SEALING).await?;
    Ok(references.len())
}

async fn seal_revisions(
    store: &SqlStore,
    connection: &mut Connection,
    reference: Reference,
    key: &DataKey,
) -> Result<(), StoreError> {
    let select =
        format!("SELECT number, record, CAST(words AS {BYTES}) AS words FROM revision WHERE reference = $1");
    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(reference.to_string());
    for row in select.fetch_all(&mut *connection).await.doing(SEALING)? {
        let number: i64 = row.try_get("number").doing(SEALING)?;
        let place = revision_key(&reference.to_string(), number);
        let sealed = |column: &'static str| -> Result<Option<Vec<u8>>, StoreError> {
            let clear: Option<Vec<u8>> = row.try_get(column).doing(SEALING)?;
            Ok(clear.map(|clear| key.seal(of_revision(&place, column), &clear, &store.ambient)))
        };
        sqlx::query("UPDATE revision SET record = $3, words = $4 WHERE reference = $1 AND number = $2")
            .bind(reference.to_string())
            .bind(number)
            .bind(sealed("record")?)
            .bind(sealed("words")?)
            .execute(&mut *connection)
            .await
            .doing(SEALING)?;
    }
    Ok(())
}

async fn seal_refusals(
    store: &SqlStore,
    connection: &mut Connection,
    reference: Reference,
    key: &DataKey,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT offer, CAST(words AS {BYTES}) AS words FROM hand_over WHERE reference = $1 AND words IS NOT NULL"
    );
    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(reference.to_string());
    for row in select.fetch_all(&mut *connection).await.doing(SEALING)? {
        let offer: i64 = row.try_get("offer").doing(SEALING)?;
        let clear: Vec<u8> = row.try_get("words").doing(SEALING)?;
        let place = offer_key(&reference.to_string(), offer);
        sqlx::query("UPDATE hand_over SET words = $2 WHERE offer = $1")
            .bind(offer)
            .bind(key.seal(of_words(&place), &clear, &store.ambient))
            .execute(&mut *connection)
            .await
            .doing(SEALING)?;
    }
    Ok(())
}
