//! The queue's own statements: pages, the first free case, and where a case stands.
//!
//! What a reader would get wrong: a lease that has run out is not written back. It is simply no longer held, and the
//! next taker writes its own over it.

use ids::Reference;
use jiff::Timestamp;
use sqlx::QueryBuilder;
use storage::{Doing, StoreError};

use super::dialect::{Connection, Db};
use super::rows::{self as rows, ENTRY_COLUMNS};
use super::standing_aside::push_but_stood_aside;
use crate::domain::lane::Lane;
use crate::domain::stand_aside::Viewer;
use crate::domain::standing::{Standing, VoidLease};
use crate::domain::turn::Turn;
use crate::store::{PageOf, Queued, numbers};

/// As the indexes have it, and as [`Turn`] compares.
const ORDER: &str = "priority, review_due, -indicators, queued_at, reference";

/// The cases of a page, as a viewer may see it, without what belongs to them; and one more where there are more.
pub(super) async fn page_of(
    connection: &mut Connection,
    page: PageOf,
    viewer: &Viewer,
) -> Result<Vec<Queued>, StoreError> {
    let mut select = QueryBuilder::<Db>::new(format!("SELECT {ENTRY_COLUMNS} FROM panel_case WHERE lane = "));
    select.push_bind(numbers::lane_number(page.lane));
    if !page.include_acknowledged {
        select.push(" AND acknowledged_at IS NULL");
    }
    if let Some(member) = viewer.member() {
        push_but_stood_aside(&mut select, "panel_case", member);
    }
    if let Some(Turn { priority, review_due_on, indicators, queued_at, reference }) = page.after {
        let mut place = select.push(format!(" AND ({ORDER}) > (")).separated(", ");
        place.push_bind(numbers::priority_number(priority));
        place.push_bind(numbers::due_text(review_due_on));
        place.push_bind(-i64::from(indicators));
        place.push_bind(queued_at.as_microsecond());
        place.push_bind(reference.to_string());
        select.push(")");
    }
    select.push(format!(" ORDER BY {ORDER} LIMIT ")).push_bind(i64::from(page.at_most) + 1);
    let read = select.build().fetch_all(connection).await.doing("list a lane")?;
    read.iter().map(rows::queued).collect()
}

/// How many cases of a lane are free.
pub(super) async fn waiting(
    connection: &mut Connection,
    lane: Lane,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM panel_case \
         WHERE lane = $1 AND acknowledged_at IS NULL AND (leased_until IS NULL OR leased_until <= $2)",
    )
    .bind(numbers::lane_number(lane))
    .bind(now.as_microsecond())
    .fetch_one(connection)
    .await
    .doing("count waiting cases")?;
    Ok(count.unsigned_abs())
}

/// The first case in working order that is free and from which `by` did not stand aside, without what belongs to it.
pub(super) async fn first_free(
    connection: &mut Connection,
    lane: Lane,
    by: &str,
    now: Timestamp,
) -> Result<Option<Queued>, StoreError> {
    let mut select = QueryBuilder::<Db>::new(format!("SELECT {ENTRY_COLUMNS} FROM panel_case WHERE lane = "));
    select.push_bind(numbers::lane_number(lane));
    select
        .push(" AND acknowledged_at IS NULL AND (leased_until IS NULL OR leased_until <= ")
        .push_bind(now.as_microsecond());
    push_but_stood_aside(select.push(")"), "panel_case", by);
    select.push(format!(" ORDER BY {ORDER} LIMIT 1"));
    let row = select.build().fetch_optional(connection).await.doing("take the next case")?;
    row.as_ref().map(rows::queued).transpose()
}

/// Where a case stands.
pub(super) async fn standing(
    connection: &mut Connection,
    reference: Reference,
) -> Result<Standing, StoreError> {
    let row = sqlx::query(
        "SELECT reference, lease_id, leased_by, leased_until, acknowledged_by, acknowledged_at \
         FROM panel_case WHERE reference = $1",
    )
    .bind(reference.to_string())
    .fetch_one(connection)
    .await
    .doing("see where a case stands")?;
    rows::standing(&row, reference)
}

/// The leases of a case that changes have made void.
pub(super) async fn void_of(
    connection: &mut Connection,
    reference: Reference,
) -> Result<Vec<VoidLease>, StoreError> {
    let found = sqlx::query("SELECT lease_id, revision, voided_at FROM void_lease WHERE reference = $1")
        .bind(reference.to_string())
        .fetch_all(connection)
        .await
        .doing("read void leases")?;
    found.iter().map(|row| rows::void_lease(row, reference)).collect()
}

/// Moves a case along the queue.
pub(super) async fn write_standing(
    connection: &mut Connection,
    reference: Reference,
    standing: &Standing,
) -> Result<(), StoreError> {
    let query = match standing {
        // A case is put back only together with what changed it: see `cases`.
        Standing::Waiting => return Ok(()),
        Standing::Leased(lease) => {
            sqlx::query("UPDATE panel_case SET lease_id = $1, leased_by = $2, leased_until = $3 WHERE reference = $4")
                .bind(lease.id.as_uuid())
                .bind(&lease.by)
                .bind(lease.until.as_microsecond())
        }
        Standing::Acknowledged(given) => {
            sqlx::query("UPDATE panel_case SET lease_id = $1, acknowledged_by = $2, acknowledged_at = $3 WHERE reference = $4")
                .bind(given.lease.as_uuid())
                .bind(&given.by)
                .bind(given.at.as_microsecond())
        }
    };
    query.bind(reference.to_string()).execute(connection).await.doing("move a case along the queue")?;
    Ok(())
}
