//! The statements of the hot path, a column of many rows in one array each: the text is the same whatever the size of the
//! batch, and nothing faster is left but COPY, which can answer nothing.

use sqlx::QueryBuilder;
use storage::{Doing, StoreError, whole};

use super::dialect::{Connection, Db};
use crate::store::{Candidate, Content};

/// Begins a query with the keys of first revisions: the table `sent (authority, sender_reference)`.
pub(super) fn sent_submissions(first: &[&Candidate]) -> QueryBuilder<Db> {
    let receipts = || first.iter().map(|candidate| &candidate.receipt);
    let mut query =
        QueryBuilder::<Db>::new("WITH sent (authority, sender_reference) AS (SELECT * FROM UNNEST(");
    query.push_bind(receipts().map(|receipt| receipt.authority.as_str()).collect::<Vec<&str>>());
    query.push("::text[], ");
    query.push_bind(receipts().map(|receipt| receipt.sender_reference.as_str()).collect::<Vec<&str>>());
    query.push("::text[])) ");
    query
}

/// Begins a query with the keys of later revisions: the table `sent (reference, number)`.
pub(super) fn sent_revisions(later: &[&Candidate]) -> QueryBuilder<Db> {
    let receipts = || later.iter().map(|candidate| &candidate.receipt);
    let mut query = QueryBuilder::<Db>::new("WITH sent (reference, number) AS (SELECT * FROM UNNEST(");
    query.push_bind(receipts().map(|receipt| receipt.reference.to_string()).collect::<Vec<String>>());
    query.push("::text[], ");
    query.push_bind(receipts().map(|receipt| whole(receipt.revision)).collect::<Vec<i64>>());
    query.push("::bigint[])) ");
    query
}

/// Writes notifications, each as its first revision has it.
pub(super) async fn insert_notifications(
    connection: &mut Connection,
    first: &[&Candidate],
    name: &'static str,
) -> Result<(), StoreError> {
    if first.is_empty() {
        return Ok(());
    }
    let receipts = || first.iter().map(|candidate| &candidate.receipt);
    sqlx::query(
        "INSERT INTO notification (reference, first_authority, sender_reference, authority) \
         SELECT reference, authority, sender_reference, authority \
         FROM UNNEST($1::text[], $2::text[], $3::text[]) AS sent (reference, authority, sender_reference)",
    )
    .bind(receipts().map(|receipt| receipt.reference.to_string()).collect::<Vec<String>>())
    .bind(receipts().map(|receipt| receipt.authority.as_str()).collect::<Vec<&str>>())
    .bind(receipts().map(|receipt| receipt.sender_reference.as_str()).collect::<Vec<&str>>())
    .execute(connection)
    .await
    .doing(name)?;
    Ok(())
}

/// Writes revisions, each with the highest one held when it came.
pub(super) async fn insert_revisions(
    connection: &mut Connection,
    fresh: &[(&Candidate, u32)],
    name: &'static str,
) -> Result<(), StoreError> {
    if fresh.is_empty() {
        return Ok(());
    }
    let mut columns = Columns::default();
    for (candidate, follows) in fresh {
        columns.push(candidate, *follows);
    }
    sqlx::query(
        "INSERT INTO revision (reference, number, kind, authority, fingerprint, record, reason, words, \
         signed_note, received_at, follows) \
         SELECT * FROM UNNEST($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::bytea[], \
         $7::bigint[], $8::bytea[], $9::text[], $10::bigint[], $11::bigint[])",
    )
    .bind(columns.reference)
    .bind(columns.number)
    .bind(columns.kind)
    .bind(columns.authority)
    .bind(columns.fingerprint)
    .bind(columns.record)
    .bind(columns.reason)
    .bind(columns.words)
    .bind(columns.signed_note)
    .bind(columns.received_at)
    .bind(columns.follows)
    .execute(connection)
    .await
    .doing(name)?;
    Ok(())
}

/// Revisions by column, all of one length.
#[derive(Default)]
struct Columns<'a> {
    reference: Vec<String>,
    number: Vec<i64>,
    kind: Vec<i64>,
    authority: Vec<&'a str>,
    fingerprint: Vec<&'a [u8]>,
    record: Vec<Option<&'a [u8]>>,
    reason: Vec<Option<i64>>,
    words: Vec<Option<&'a [u8]>>,
    signed_note: Vec<&'a str>,
    received_at: Vec<i64>,
    follows: Vec<i64>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, candidate: &'a Candidate, follows: u32) {
        let receipt = &candidate.receipt;
        let (record, reason, words) = match &candidate.content {
            Content::Record(record) => (Some(record.as_slice()), None, None),
            Content::Withdrawal { reason, words } => {
                (None, Some(whole(*reason as i32)), Some(words.as_bytes()))
            }
        };
        self.reference.push(receipt.reference.to_string());
        self.number.push(whole(receipt.revision));
        self.kind.push(whole(candidate.kind as i32));
        self.authority.push(&receipt.authority);
        self.fingerprint.push(&receipt.fingerprint.0);
        self.record.push(record);
        self.reason.push(reason);
        self.words.push(words);
        self.signed_note.push(&candidate.signed_note);
        self.received_at.push(receipt.received_at.as_microsecond());
        self.follows.push(whole(follows));
    }
}
