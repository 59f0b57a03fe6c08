//! What DfE and Ofsted were told: added to, and read newest first.
//!
//! What a reader would get wrong: a notice is kept as it was told. Nothing that happens later changes it; it is followed
//! by another.

use bytes::Bytes;
use prost::Message;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Db, execute, push_rows};
use super::standing_aside::push_but_stood_aside;
use crate::domain::recipients::Notice;
use crate::domain::stand_aside::Viewer;
use crate::store::{NoticePage, NoticesOf, numbers};
use crate::wire;

/// Adds notices, in the order of telling.
pub(super) async fn write(connection: &mut Connection, notices: &[&Notice]) -> Result<(), StoreError> {
    for some in notices.chunks(ROWS) {
        let mut insert =
            QueryBuilder::<Db>::new("INSERT INTO notice (recipient, reference, revision, told) ");
        push_rows(
            &mut insert,
            &Columns::of(some)
                .whole(|notice| numbers::recipient_number(notice.recipient))
                .text(|notice| notice.reference.to_string())
                .whole(|notice| whole(notice.revision))
                .bytes(|notice| wire::notices::notice(notice).encode_to_vec()),
        );
        execute(connection, insert, "issue notices").await?;
    }
    Ok(())
}

/// A page of what a recipient was told, as a viewer may see it.
pub(super) async fn page_of(
    connection: &mut Connection,
    of: NoticesOf,
    viewer: &Viewer,
) -> Result<NoticePage, StoreError> {
    const DOING: &str = "list notices";
    let before = of.before.map_or(i64::MAX, whole);
    let mut select = QueryBuilder::<Db>::new("SELECT sequence, told FROM notice WHERE recipient = ");
    select.push_bind(numbers::recipient_number(of.recipient));
    select.push(" AND sequence < ").push_bind(before);
    if let Some(member) = viewer.member() {
        push_but_stood_aside(&mut select, "notice", member);
    }
    select.push(" ORDER BY sequence DESC LIMIT ").push_bind(i64::from(of.at_most) + 1);
    let found = select.build().fetch_all(connection).await.doing(DOING)?;
    let full = usize::try_from(of.at_most).unwrap_or(usize::MAX);
    let mut notices = Vec::with_capacity(found.len().min(full));
    let mut last = None;
    for row in found.iter().take(full) {
        let told: Vec<u8> = row.try_get("told").doing(DOING)?;
        notices.push(Bytes::from(told));
        last = Some(row.try_get::<i64, _>("sequence").doing(DOING)?.unsigned_abs());
    }
    Ok(NoticePage { notices, next: last.filter(|_| found.len() > full) })
}
