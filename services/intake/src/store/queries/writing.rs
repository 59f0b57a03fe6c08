//! What holding writes, many rows in each statement.

use std::collections::HashSet;

use contracts::notification::v1::WithdrawalReason;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Db, execute, fetch_all, push_rows, with_words};
use crate::store::{Candidate, Content};

/// Writes notifications, each as its first revision has it, and returns the references of those whose keys were free. No key
/// may be there twice.
pub(super) async fn insert_notifications(
    connection: &mut Connection,
    first: &[&Candidate],
    name: &'static str,
) -> Result<HashSet<String>, StoreError> {
    let mut claimed = HashSet::with_capacity(first.len());
    for some in first.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO notification (reference, first_authority, sender_reference, authority) ",
        );
        let columns = Columns::of(some)
            .text(|candidate| candidate.receipt.reference.to_string())
            .text(|candidate| &candidate.receipt.authority)
            .text(|candidate| &candidate.receipt.sender_reference)
            .text(|candidate| &candidate.receipt.authority);
        push_rows(&mut insert, &columns);
        insert.push(" ON CONFLICT (first_authority, sender_reference) DO NOTHING RETURNING reference");
        for row in fetch_all(connection, insert, name).await? {
            claimed.insert(row.try_get("reference").doing(name)?);
        }
    }
    Ok(claimed)
}

/// Writes revisions, each with the highest one held when it came.
pub(super) async fn insert_revisions(
    connection: &mut Connection,
    fresh: &[(&Candidate, u32)],
    name: &'static str,
) -> Result<(), StoreError> {
    for some in fresh.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO revision (reference, number, kind, authority, fingerprint, record, reason, words, \
             signed_note, received_at, follows) ",
        );
        let columns = Columns::of(some)
            .text(|(candidate, _)| candidate.receipt.reference.to_string())
            .whole(|(candidate, _)| whole(candidate.receipt.revision))
            .whole(|(candidate, _)| whole(candidate.kind as i32))
            .text(|(candidate, _)| &candidate.receipt.authority)
            .bytes(|(candidate, _)| candidate.receipt.fingerprint.0.as_slice())
            .optional_bytes(|(candidate, _)| record(&candidate.content))
            .optional_whole(|(candidate, _)| {
                withdrawal(&candidate.content).map(|(why, _)| whole(why as i32))
            });
        let columns =
            with_words(columns, |(candidate, _)| withdrawal(&candidate.content).map(|(_, words)| words))
                .text(|(candidate, _)| &candidate.signed_note)
                .whole(|(candidate, _)| candidate.receipt.received_at.as_microsecond())
                .whole(|(_, follows)| whole(*follows));
        push_rows(&mut insert, &columns);
        execute(connection, insert, name).await?;
    }
    Ok(())
}

fn record(content: &Content) -> Option<&[u8]> {
    match content {
        Content::Record(record) => Some(record),
        Content::Withdrawal { .. } => None,
    }
}

fn withdrawal(content: &Content) -> Option<(WithdrawalReason, &str)> {
    match content {
        Content::Record(_) => None,
        Content::Withdrawal { reason, words } => Some((*reason, words)),
    }
}
