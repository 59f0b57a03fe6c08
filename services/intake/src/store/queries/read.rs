//! Reading what an authority may see.
//!
//! What a reader would get wrong: after a hand-over the first authority sees the revisions that it sent, and where the
//! notification stands; the records that came later are the other authority's.

use contracts::notification::v1::Status;
use ids::Reference;
use sqlx::AssertSqlSafe;
use storage::{Doing, StoreError, whole};

use super::dialect::{Connection, Pool, Row, snapshot};
use super::keeping::erasure;
use super::rows::{
    HAND_OVER, RECEIPT, STANDING, found, given_receipt, hand_over, revision, standing as standing_of, taken,
    text,
};
use super::sql_store::SqlStore;
use crate::domain::status::{Lineage, Taken, tell};
use crate::store::{GivenReceipt, HeldNotification, Key, Standing};

const FINDING: &str = "find a notification";
const TELLING: &str = "tell where a notification stands";

/// Rows of `notification n` that authority $1 may see.
pub(super) const SEES: &str = "(n.first_authority = $1 OR n.authority = $1 \
                    OR EXISTS (SELECT 1 FROM revision s WHERE s.reference = n.reference AND s.authority = $1))";

/// The condition for a key, whose text is $2.
fn by(key: &Key) -> (&'static str, String) {
    match key {
        Key::Reference(reference) => ("n.reference = $2", reference.to_string()),
        Key::SenderReference(text) => ("n.first_authority = $1 AND n.sender_reference = $2", text.clone()),
    }
}

/// Whether nothing can be held under a key: PostgreSQL refuses to look for a text with a NUL character.
fn holds_nothing(authority: &str, key: &Key) -> bool {
    let sent = match key {
        Key::Reference(_) => "",
        Key::SenderReference(text) => text,
    };
    authority.contains('\0') || sent.contains('\0')
}

pub(super) async fn find(
    store: &SqlStore,
    authority: &str,
    key: &Key,
) -> Result<Option<HeldNotification>, StoreError> {
    if holds_nothing(authority, key) {
        return Ok(None);
    }
    let mut connection = store.database.readers().acquire().await.doing(FINDING)?;
    find_in(store, &mut connection, authority, key).await
}

pub(super) async fn find_in(
    store: &SqlStore,
    connection: &mut Connection,
    authority: &str,
    key: &Key,
) -> Result<Option<HeldNotification>, StoreError> {
    let (condition, key) = by(key);
    // The newest record up to the revision, for a withdrawal has none of its own.
    let newest_record = |column: &str| {
        format!(
            "(SELECT c.{column} FROM revision c WHERE c.reference = r.reference AND c.record IS NOT NULL \
                AND c.number <= r.number AND (n.authority = $1 OR c.authority = $1) \
                ORDER BY c.number DESC LIMIT 1)"
        )
    };
    let (content, content_number) = (newest_record("record"), newest_record("number"));
    let select = format!(
        "SELECT {RECEIPT}, {content} AS content, {content_number} AS content_number, \
           k.wrapped, k.erased_at \
         FROM notification n JOIN revision r ON r.reference = n.reference \
         LEFT JOIN notification_key k ON k.reference = n.reference \
         WHERE {condition} AND (n.authority = $1 OR r.authority = $1) ORDER BY r.number DESC LIMIT 1"
    );
    let row = sqlx::query(AssertSqlSafe(select)).bind(authority).bind(key).fetch_optional(connection).await;
    row.doing(FINDING)?.as_ref().map(|row| found(store, row)).transpose()
}

pub(super) async fn standing(
    readers: &Pool,
    authority: &str,
    key: &Key,
    number: u32,
) -> Result<Option<(Standing, Option<GivenReceipt>)>, StoreError> {
    if holds_nothing(authority, key) {
        return Ok(None);
    }
    let mut snapshot = snapshot(readers, FINDING).await?;
    let Some((reference, standing)) = standing_in(&mut snapshot, authority, key).await? else {
        return Ok(None);
    };
    let given = revision_row(&mut snapshot, reference, number).await?;
    Ok(Some((standing, given.as_ref().map(given_receipt).transpose()?)))
}

pub(super) async fn standing_in(
    connection: &mut Connection,
    authority: &str,
    key: &Key,
) -> Result<Option<(Reference, Standing)>, StoreError> {
    let (condition, key) = by(key);
    let select = format!(
        "SELECT {STANDING} FROM notification n LEFT JOIN notification_key k ON k.reference = n.reference \
         WHERE {condition} AND {SEES}"
    );
    let row = sqlx::query(AssertSqlSafe(select)).bind(authority).bind(key).fetch_optional(connection).await;
    row.doing(FINDING)?.as_ref().map(standing_of).transpose()
}

/// One revision with what a receipt says of it, its record as `content`, and the notification's key.
pub(super) async fn revision_row(
    connection: &mut Connection,
    reference: Reference,
    number: u32,
) -> Result<Option<Row>, StoreError> {
    let select = format!(
        "SELECT {RECEIPT}, r.record AS content, r.number AS content_number, k.wrapped, k.erased_at \
         FROM revision r JOIN notification n ON n.reference = r.reference \
         LEFT JOIN notification_key k ON k.reference = r.reference WHERE r.reference = $1 AND r.number = $2"
    );
    let row = sqlx::query(AssertSqlSafe(select)).bind(reference.to_string()).bind(whole(number));
    row.fetch_optional(connection).await.doing(FINDING)
}

pub(super) async fn status(
    readers: &Pool,
    authority: &str,
    reference: Reference,
) -> Result<Option<Status>, StoreError> {
    // One snapshot, so that no step is told without its revision.
    let mut snapshot = snapshot(readers, TELLING).await?;
    let select = format!(
        "SELECT n.reference, n.sender_reference, n.authority, k.erased_at, k.erased_because, k.erased_by FROM notification n \
         LEFT JOIN notification_key k ON k.reference = n.reference WHERE n.reference = $2 AND {SEES}"
    );
    let row = sqlx::query(AssertSqlSafe(select))
        .bind(authority)
        .bind(reference.to_string())
        .fetch_optional(&mut *snapshot)
        .await
        .doing(TELLING)?;
    let Some(row) = row else { return Ok(None) };
    let (sender_reference, notifier) = (text(&row, "sender_reference")?, text(&row, "authority")?);
    let all = |select: &'static str| sqlx::query(select).bind(reference.to_string());
    let revisions = all(
        "SELECT number, kind, authority, fingerprint, received_at, follows, reason, reference FROM revision \
         WHERE reference = $1 ORDER BY number",
    );
    let revisions = revisions.fetch_all(&mut *snapshot).await.doing(TELLING)?;
    let steps = all("SELECT revision, stage, at, detail FROM step WHERE reference = $1");
    let steps = steps.fetch_all(&mut *snapshot).await.doing(TELLING)?;
    let latest =
        format!("SELECT {HAND_OVER} FROM hand_over WHERE reference = $1 ORDER BY offer DESC LIMIT 1");
    let latest = sqlx::query(AssertSqlSafe(latest)).bind(reference.to_string());
    let latest = latest.fetch_optional(&mut *snapshot).await.doing(TELLING)?;
    let steps: Result<Vec<Taken>, StoreError> = steps.iter().map(|row| taken(reference, row)).collect();
    let lineage = Lineage {
        reference: reference.to_string(),
        sender_reference,
        authority: notifier,
        revisions: revisions.iter().map(revision).collect::<Result<_, _>>()?,
        hand_over: latest.as_ref().map(hand_over).transpose()?,
        erasure: erasure(&row)?,
    };
    Ok(Some(tell(lineage, steps?)))
}
