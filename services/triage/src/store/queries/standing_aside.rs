//! Who stood aside from which case.

use std::collections::BTreeSet;

use ids::Reference;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _};
use storage::{Doing, StoreError};

use super::dialect::{Connection, Db};
use super::rows;
use crate::domain::lane::Lane;
use crate::domain::stand_aside::{Aside, StoodAside, Viewer};
use crate::store::numbers::{self, impossible};

const STANDING_ASIDE: &str = "stand aside";

/// Whether a viewer stood aside from a case.
pub(super) async fn is_kept_from(
    connection: &mut Connection,
    viewer: &Viewer,
    reference: Reference,
) -> Result<bool, StoreError> {
    let Some(member) = viewer.member() else { return Ok(false) };
    let found = sqlx::query("SELECT reason FROM stood_aside WHERE member = $1 AND reference = $2")
        .bind(member)
        .bind(reference.to_string())
        .fetch_optional(connection)
        .await
        .doing("see who stood aside")?;
    Ok(found.is_some())
}

/// The cases from which a viewer stood aside: a handful at most.
pub(super) async fn kept_from(
    connection: &mut Connection,
    viewer: &Viewer,
) -> Result<BTreeSet<Reference>, StoreError> {
    let Some(member) = viewer.member() else { return Ok(BTreeSet::new()) };
    let found = sqlx::query("SELECT reference FROM stood_aside WHERE member = $1")
        .bind(member)
        .fetch_all(connection)
        .await
        .doing("see who stood aside")?;
    found.iter().map(|row| rows::reference(row, "stood_aside")).collect()
}

/// Adds to a statement over `table` that it leaves out the cases from which a member stood aside.
pub(super) fn push_but_stood_aside(select: &mut QueryBuilder<Db>, table: &str, member: &str) {
    select
        .push(format!(
            " AND NOT EXISTS (SELECT 1 FROM stood_aside WHERE stood_aside.reference = {table}.reference \
             AND stood_aside.member = "
        ))
        .push_bind(member.to_owned());
    select.push(")");
}

/// How many cases of a lane a viewer is not shown.
pub(super) async fn left_out(
    connection: &mut Connection,
    lane: Lane,
    include_acknowledged: bool,
    viewer: &Viewer,
) -> Result<u64, StoreError> {
    let Some(member) = viewer.member() else { return Ok(0) };
    let mut select = QueryBuilder::<Db>::new(
        "SELECT count(*) FROM stood_aside JOIN panel_case ON panel_case.reference = stood_aside.reference \
         WHERE stood_aside.member = ",
    );
    select.push_bind(member.to_owned());
    select.push(" AND panel_case.lane = ").push_bind(numbers::lane_number(lane));
    if !include_acknowledged {
        select.push(" AND panel_case.acknowledged_at IS NULL");
    }
    let count: i64 = select.build_query_scalar().fetch_one(connection).await.doing("count cases left out")?;
    Ok(count.unsigned_abs())
}

/// Keeps that a member stood aside, and ends the lease of the case that the member holds.
pub(super) async fn stand(connection: &mut Connection, stood: &StoodAside) -> Result<Aside, StoreError> {
    let written = sqlx::query(
        "INSERT INTO stood_aside (member, reference, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(&stood.member)
    .bind(stood.reference.to_string())
    .bind(numbers::interest_number(stood.interest))
    .bind(stood.at.as_microsecond())
    .execute(&mut *connection)
    .await
    .doing(STANDING_ASIDE)?;
    if written.rows_affected() == 0 {
        return before(connection, stood).await.map(Aside::Before);
    }
    sqlx::query(
        "UPDATE panel_case SET leased_until = $1 \
         WHERE reference = $2 AND leased_by = $3 AND acknowledged_at IS NULL AND leased_until > $1",
    )
    .bind(stood.at.as_microsecond())
    .bind(stood.reference.to_string())
    .bind(&stood.member)
    .execute(connection)
    .await
    .doing(STANDING_ASIDE)?;
    Ok(Aside::Now(stood.clone()))
}

async fn before(connection: &mut Connection, stood: &StoodAside) -> Result<StoodAside, StoreError> {
    let row = sqlx::query("SELECT reason, at FROM stood_aside WHERE member = $1 AND reference = $2")
        .bind(&stood.member)
        .bind(stood.reference.to_string())
        .fetch_one(connection)
        .await
        .doing(STANDING_ASIDE)?;
    let (reason, at): (i64, i64) =
        (row.try_get("reason").doing(STANDING_ASIDE)?, row.try_get("at").doing(STANDING_ASIDE)?);
    let interest = numbers::interest(reason).ok_or_else(|| {
        impossible("stood_aside", "reason", stood.reference)(format!("{reason} stands for nothing"))
    })?;
    let at = Timestamp::from_microsecond(at).map_err(impossible("stood_aside", "at", stood.reference))?;
    Ok(StoodAside { interest, at, ..stood.clone() })
}

/// Lets a member see a case again; whether that member had stood aside from it.
pub(super) async fn lift(
    connection: &mut Connection,
    reference: Reference,
    member: &str,
) -> Result<bool, StoreError> {
    let lifted = sqlx::query("DELETE FROM stood_aside WHERE member = $1 AND reference = $2")
        .bind(member)
        .bind(reference.to_string())
        .execute(connection)
        .await
        .doing("lift a stand aside")?;
    Ok(lifted.rows_affected() > 0)
}
