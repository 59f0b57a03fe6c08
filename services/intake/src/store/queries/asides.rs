//! Who stood aside from a case, as triage tells it: identities are not for them.

use delivery::Heard;
use ids::Reference;
use jiff::Timestamp;
use storage::{Doing, StoreError};

use super::dialect::{Connection, admit};
use super::sql_store::SqlStore;
use crate::store::Aside;

const NAME: &str = "record who stood aside";

/// They are few: a statement for each is no load.
pub(super) async fn record(
    store: &SqlStore,
    heard: &[Heard<Aside>],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut transaction = store.database.begin(NAME).await?;
    let mut fresh = admit(&mut transaction, heard.iter().map(|heard| heard.event), now).await?;
    for heard in heard.iter().filter(|heard| fresh.remove(&heard.event)) {
        write(&mut transaction, &heard.effect).await?;
    }
    store.database.commit(transaction, NAME).await
}

async fn write(connection: &mut Connection, aside: &Aside) -> Result<(), StoreError> {
    // Of each kind the last counts, in whatever order they are heard.
    let insert = if aside.lifted {
        "INSERT INTO stood_aside (reference, member, lifted_at) VALUES ($1, $2, $3) \
         ON CONFLICT (reference, member) DO UPDATE SET lifted_at = excluded.lifted_at \
         WHERE stood_aside.lifted_at IS NULL OR stood_aside.lifted_at < excluded.lifted_at"
    } else {
        "INSERT INTO stood_aside (reference, member, stood_aside_at) VALUES ($1, $2, $3) \
         ON CONFLICT (reference, member) DO UPDATE SET stood_aside_at = excluded.stood_aside_at \
         WHERE stood_aside.stood_aside_at IS NULL OR stood_aside.stood_aside_at < excluded.stood_aside_at"
    };
    sqlx::query(insert)
        .bind(aside.reference.to_string())
        .bind(&aside.member)
        .bind(aside.at.as_microsecond())
        .execute(connection)
        .await
        .doing(NAME)?;
    Ok(())
}

/// Whether somebody is kept out of a case. Of two events of one moment standing aside counts.
pub(super) async fn stood_aside(
    connection: &mut Connection,
    reference: Reference,
    member: &str,
    name: &'static str,
) -> Result<bool, StoreError> {
    let stands = sqlx::query(
        "SELECT 1 FROM stood_aside WHERE reference = $1 AND member = $2 AND stood_aside_at IS NOT NULL \
           AND (lifted_at IS NULL OR lifted_at < stood_aside_at)",
    )
    .bind(reference.to_string())
    .bind(member)
    .fetch_optional(connection)
    .await
    .doing(name)?;
    Ok(stands.is_some())
}
