//! What holding writes, many rows in each statement.

use std::collections::HashSet;

use contracts::notification::v1::WithdrawalReason;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Db, execute, fetch_all, push_rows};
use super::keys::{Keys, of_revision, revision_key};
use super::rows::impossible;
use super::sql_store::SqlStore;
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

/// A revision as its row keeps it: record or words are sealed.
struct Sealed<'a> {
    candidate: &'a Candidate,
    follows: u32,
    record: Option<Vec<u8>>,
    reason: Option<WithdrawalReason>,
    words: Option<Vec<u8>>,
}

/// Writes revisions, each with the highest one held when it came, and sealed under its notification's key.
pub(super) async fn insert_revisions(
    store: &SqlStore,
    connection: &mut Connection,
    fresh: &[(&Candidate, u32)],
    keys: &Keys,
    name: &'static str,
) -> Result<(), StoreError> {
    for some in fresh.chunks(ROWS) {
        let some = some
            .iter()
            .map(|(candidate, follows)| seal(store, candidate, *follows, keys))
            .collect::<Result<Vec<_>, _>>()?;
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO revision (reference, number, kind, authority, fingerprint, record, reason, words, \
             signed_note, received_at, follows) ",
        );
        let columns = Columns::of(&some)
            .text(|sealed| sealed.candidate.receipt.reference.to_string())
            .whole(|sealed| whole(sealed.candidate.receipt.revision))
            .whole(|sealed| whole(sealed.candidate.kind as i32))
            .text(|sealed| &sealed.candidate.receipt.authority)
            .bytes(|sealed| sealed.candidate.receipt.fingerprint.0.as_slice())
            .optional_bytes(|sealed| sealed.record.as_deref())
            .optional_whole(|sealed| sealed.reason.map(|reason| whole(reason as i32)))
            .optional_bytes(|sealed| sealed.words.as_deref())
            .text(|sealed| &sealed.candidate.signed_note)
            .whole(|sealed| sealed.candidate.receipt.received_at.as_microsecond())
            .whole(|sealed| whole(sealed.follows));
        push_rows(&mut insert, &columns);
        execute(connection, insert, name).await?;
    }
    Ok(())
}

fn seal<'a>(
    store: &SqlStore,
    candidate: &'a Candidate,
    follows: u32,
    keys: &Keys,
) -> Result<Sealed<'a>, StoreError> {
    let reference = candidate.receipt.reference;
    let place = revision_key(&reference.to_string(), whole(candidate.receipt.revision));
    let key = keys.get(&reference).ok_or_else(|| {
        impossible("notification_key", "wrapped", reference.to_string())("a revision came without a key")
    })?;
    let sealed = |column: &'static str, clear: &[u8]| {
        Some(key.seal(of_revision(&place, column), clear, &store.ambient))
    };
    let (record, reason, words) = match &candidate.content {
        Content::Record(record) => (sealed("record", record), None, None),
        Content::Withdrawal { reason, words } => (None, Some(*reason), sealed("words", words.as_bytes())),
    };
    Ok(Sealed { candidate, follows, record, reason, words })
}
