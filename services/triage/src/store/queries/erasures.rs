//! That notifications are erased, and what goes with that besides their cases: match tokens in events that were put aside.
//!
//! What a reader would get wrong: a case's own tokens go where the case is written, as its finding and what it is linked by
//! (`store/dossier.rs`).

use contracts::events::NOTIFICATION_ASSESSED;
use ids::Reference;
use sqlx::types::Uuid;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError};

use super::dialect::{Connection, Db, execute, fetch_all, push_rows};
use super::references::push_references;
use crate::store::dossier::Dossier;
use crate::store::numbers;
use crate::wire::tokens::without_tokens;

const WRITING: &str = "keep that notifications are erased";
const STRIPPING: &str = "take match tokens from what was put aside";

/// Writes which notifications are erased.
pub(super) async fn write(connection: &mut Connection, dossiers: &[&Dossier]) -> Result<(), StoreError> {
    let erased: Vec<_> = dossiers
        .iter()
        .filter_map(|dossier| Some((dossier.reference, dossier.told.erasure.as_ref()?)))
        .collect();
    for some in erased.chunks(ROWS) {
        let mut insert =
            QueryBuilder::<Db>::new("INSERT INTO erasure (reference, erased_at, reason, erased_by) ");
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|(reference, _)| reference.to_string())
                .whole(|(_, erasure)| erasure.at.as_microsecond())
                .whole(|(_, erasure)| numbers::erasure_number(erasure.why))
                .text(|(_, erasure)| &erasure.by),
        );
        insert.push(
            " ON CONFLICT (reference) DO UPDATE SET erased_at = excluded.erased_at, reason = excluded.reason, \
             erased_by = excluded.erased_by",
        );
        execute(connection, insert, WRITING).await?;
    }
    Ok(())
}

/// Takes match tokens from findings of these notifications that were put aside. They stay there, to be retried or given up
/// by a person; one that this build cannot read stays without its content.
pub(super) async fn strip_parked(
    connection: &mut Connection,
    erased: &[Reference],
) -> Result<(), StoreError> {
    for some in erased.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new("SELECT event_id, payload FROM parked WHERE kind = ");
        select.push_bind(NOTIFICATION_ASSESSED).push(" AND ");
        push_references(&mut select, "subject", some);
        for row in fetch_all(connection, select, STRIPPING).await? {
            let event: Uuid = row.try_get("event_id").doing(STRIPPING)?;
            let payload: Vec<u8> = row.try_get("payload").doing(STRIPPING)?;
            sqlx::query("UPDATE parked SET payload = $1 WHERE event_id = $2")
                .bind(without_tokens(&payload).as_ref())
                .bind(event)
                .execute(&mut *connection)
                .await
                .doing(STRIPPING)?;
        }
    }
    Ok(())
}
