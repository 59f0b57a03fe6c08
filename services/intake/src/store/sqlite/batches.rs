//! The statements of the hot path, many rows in each. Their text depends on the size of the batch, so they are not kept
//! prepared.

use sqlx::QueryBuilder;
use storage::{Doing, StoreError, whole};

use super::dialect::{Connection, Db};
use crate::store::{Candidate, Content};

/// Rows in one statement: eleven columns each at most, far below SQLite's limit of 32,766 variables.
const ROWS: usize = 500;

/// Begins a query with the keys of first revisions: the table `sent (authority, sender_reference)`.
pub(super) fn sent_submissions(first: &[&Candidate]) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::<Db>::new("WITH sent (authority, sender_reference) AS (");
    query.push_values(first, |mut row, candidate| {
        row.push_bind(&candidate.receipt.authority).push_bind(&candidate.receipt.sender_reference);
    });
    query.push(") ");
    query
}

/// Begins a query with the keys of later revisions: the table `sent (reference, number)`.
pub(super) fn sent_revisions(later: &[&Candidate]) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::<Db>::new("WITH sent (reference, number) AS (");
    query.push_values(later, |mut row, candidate| {
        row.push_bind(candidate.receipt.reference.to_string()).push_bind(whole(candidate.receipt.revision));
    });
    query.push(") ");
    query
}

/// Writes notifications, each as its first revision has it.
pub(super) async fn insert_notifications(
    connection: &mut Connection,
    first: &[&Candidate],
    name: &'static str,
) -> Result<(), StoreError> {
    for rows in first.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO notification (reference, first_authority, sender_reference, authority) ",
        );
        insert.push_values(rows, |mut row, candidate| {
            let receipt = &candidate.receipt;
            row.push_bind(receipt.reference.to_string())
                .push_bind(&receipt.authority)
                .push_bind(&receipt.sender_reference)
                .push_bind(&receipt.authority);
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing(name)?;
    }
    Ok(())
}

/// Writes revisions, each with the highest one held when it came.
pub(super) async fn insert_revisions(
    connection: &mut Connection,
    fresh: &[(&Candidate, u32)],
    name: &'static str,
) -> Result<(), StoreError> {
    for rows in fresh.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO revision (reference, number, kind, authority, fingerprint, record, reason, words, \
             signed_note, received_at, follows) ",
        );
        insert.push_values(rows, |mut row, (candidate, follows)| {
            let receipt = &candidate.receipt;
            let (record, reason, words) = match &candidate.content {
                Content::Record(record) => (Some(record.as_slice()), None, None),
                Content::Withdrawal { reason, words } => (None, Some(whole(*reason as i32)), Some(&**words)),
            };
            row.push_bind(receipt.reference.to_string())
                .push_bind(whole(receipt.revision))
                .push_bind(whole(candidate.kind as i32))
                .push_bind(&receipt.authority)
                .push_bind(receipt.fingerprint.0.to_vec())
                .push_bind(record)
                .push_bind(reason)
                .push_bind(words)
                .push_bind(&candidate.signed_note)
                .push_bind(receipt.received_at.as_microsecond())
                .push_bind(whole(*follows));
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing(name)?;
    }
    Ok(())
}
