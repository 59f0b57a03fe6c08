//! Hand-overs: offered, kept open, lapsed, listed and answered. Each change is told in the transaction that makes it.

use contracts::events::{HAND_OVER_LAPSED, HAND_OVER_OFFERED};
use contracts::intake::v1::{HandOverChanged, HandOverOffer};
use contracts::notification::v1::{HandOver, HandOverState, Notification, RevisionKind};
use contracts::time::from_wire;
use delivery::{Envelope, Origin};
use futures::TryStreamExt;
use ids::Reference;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};
use storage::{Doing, StoreError, optional_number, whole};
use tracing::Span;

use super::dialect::{Connection, Pool, append, snapshot};
use super::keys::{self, of_words, offer_key};
use super::read;
use super::read::revision_row;
use super::rows::{HAND_OVER, RECEIPT, found, hand_over, hand_over_offer, reference, words};
use super::sql_store::SqlStore;
use super::writing::insert_revisions;
use crate::SERVICE;
use crate::store::{Answered, AnsweredWith, Candidate, Key, Offer, Progress};

const OFFERING: &str = "offer a notification";
const LISTING: &str = "list hand-overs";
const ANSWERING: &str = "answer a hand-over";

/// The most hand-overs in one list.
const LISTED: i64 = 500;

/// The most bytes of findings in one list: gRPC clients take 4 MiB in a message unless told otherwise.
const LISTED_BYTES: usize = 3 << 20;

/// Offers a notification to the authority with the duty, and returns what is told of it.
pub(super) async fn offer(
    store: &SqlStore,
    connection: &mut Connection,
    progress: &Progress,
    to: &str,
    now: Timestamp,
) -> Result<Envelope, StoreError> {
    let insert = format!(
        "INSERT INTO hand_over (reference, revision, from_authority, to_authority, state, offered_at) \
         SELECT reference, $2, authority, $3, 1, $4 FROM notification WHERE reference = $1 RETURNING {HAND_OVER}"
    );
    let row = sqlx::query(AssertSqlSafe(insert))
        .bind(progress.reference.to_string())
        .bind(progress.outcome.revision().map(whole))
        .bind(to)
        .bind(now.as_microsecond())
        .fetch_one(connection)
        .await
        .doing(OFFERING)?;
    Ok(told(store, HAND_OVER_OFFERED, progress.reference, hand_over(&row)?, &progress.cause))
}

/// Puts the open offer on a newer revision's finding, which says the same.
pub(super) async fn keep_open_offer(
    connection: &mut Connection,
    reference: Reference,
    revision: u32,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE hand_over SET revision = $2 WHERE reference = $1 AND state = 1")
        .bind(reference.to_string())
        .bind(whole(revision))
        .execute(connection)
        .await
        .doing(OFFERING)?;
    Ok(())
}

/// Ends the open offer, if there is one, and returns what is told of it.
pub(super) async fn lapse_open_offer(
    store: &SqlStore,
    connection: &mut Connection,
    reference: Reference,
    cause: &Span,
) -> Result<Option<Envelope>, StoreError> {
    let update =
        format!("UPDATE hand_over SET state = 4 WHERE reference = $1 AND state = 1 RETURNING {HAND_OVER}");
    let row = sqlx::query(AssertSqlSafe(update))
        .bind(reference.to_string())
        .fetch_optional(connection)
        .await
        .doing(OFFERING)?;
    let lapsed = row.as_ref().map(hand_over).transpose()?;
    Ok(lapsed.map(|lapsed| told(store, HAND_OVER_LAPSED, reference, lapsed, cause)))
}

/// Until it is accepted the notification is the sender's, and so is what is told of its hand-over.
fn told(
    store: &SqlStore,
    kind: &'static str,
    subject: Reference,
    hand_over: HandOver,
    cause: &Span,
) -> Envelope {
    let owner = hand_over.from_authority.clone();
    let origin = Origin { kind, source: SERVICE, subject, owner: &owner };
    cause.in_scope(|| Envelope::seal(origin, &HandOverChanged { hand_over: Some(hand_over) }, &store.ambient))
}

pub(super) async fn list(
    readers: &Pool,
    authority: &str,
    also_ended: bool,
) -> Result<Vec<HandOverOffer>, StoreError> {
    let select = format!(
        "SELECT {HAND_OVER}, detail FROM hand_over h \
         LEFT JOIN (SELECT reference AS found, revision AS found_revision, detail FROM step WHERE stage = 2) s \
           ON s.found = h.reference AND s.found_revision = h.revision \
         WHERE (h.to_authority = $1 OR h.from_authority = $1) AND (h.state = 1 OR $2) \
         ORDER BY h.state <> 1, h.offer LIMIT $3"
    );
    let mut rows =
        sqlx::query(AssertSqlSafe(select)).bind(authority).bind(also_ended).bind(LISTED).fetch(readers);
    let (mut listed, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await.doing(LISTING)? {
        bytes += row.try_get::<Option<&[u8]>, _>("detail").doing(LISTING)?.map_or(0, <[u8]>::len);
        // The first is listed whatever its size: else nobody could ever answer it.
        if bytes > LISTED_BYTES && !listed.is_empty() {
            break;
        }
        listed.push(hand_over_offer(&row)?);
    }
    Ok(listed)
}

pub(super) async fn offer_to(
    store: &SqlStore,
    authority: &str,
    reference: Reference,
) -> Result<Option<Offer>, StoreError> {
    let mut snapshot = snapshot(store.database.readers(), ANSWERING).await?;
    let select = format!(
        "SELECT {HAND_OVER}, wrapped, erased_at FROM hand_over h \
         LEFT JOIN (SELECT reference AS kept, wrapped, erased_at FROM notification_key) k ON k.kept = h.reference \
         WHERE h.reference = $1 AND h.to_authority = $2 ORDER BY h.offer DESC LIMIT 1"
    );
    let row = sqlx::query(AssertSqlSafe(select)).bind(reference.to_string()).bind(authority);
    let row = row.fetch_optional(&mut *snapshot).await.doing(ANSWERING)?;
    let Some(row) = row else { return Ok(None) };
    let accepted_as: Option<u32> = optional_number(&row, "hand_over", "accepted_as")?;
    let accepted = match accepted_as {
        Some(number) => {
            let row = revision_row(&mut snapshot, reference, number).await?;
            row.as_ref().map(|row| found(store, row)).transpose()?
        }
        None => None,
    };
    let hand_over = hand_over(&row)?;
    // What the notifier sees is what is taken over.
    let notifier: String = sqlx::query_scalar("SELECT authority FROM notification WHERE reference = $1")
        .bind(reference.to_string())
        .fetch_one(&mut *snapshot)
        .await
        .doing(ANSWERING)?;
    let own = own_record(store, &mut snapshot, authority, reference, accepted_as).await?;
    let key = Key::Reference(reference);
    let standing = read::standing_in(&mut snapshot, &notifier, &key).await?;
    let newest = read::find_in(store, &mut snapshot, &notifier, &key).await?;
    let (Some((_, standing)), Some(newest)) = (standing, newest) else { return Ok(None) };
    Ok(Some(Offer {
        number: row.try_get("offer").doing(ANSWERING)?,
        hand_over,
        words: words(store, &row)?,
        accepted,
        own,
        standing,
        newest: newest.notification,
    }))
}

/// The newest record that an authority sent itself, before it accepted as a revision, if it did: it has had the
/// notification before.
async fn own_record(
    store: &SqlStore,
    connection: &mut Connection,
    authority: &str,
    reference: Reference,
    accepted_as: Option<u32>,
) -> Result<Option<Notification>, StoreError> {
    let select = format!(
        "SELECT {RECEIPT}, r.record AS content, r.number AS content_number, k.wrapped, k.erased_at \
         FROM revision r JOIN notification n ON n.reference = r.reference \
         LEFT JOIN notification_key k ON k.reference = r.reference \
         WHERE r.reference = $1 AND r.authority = $2 AND r.record IS NOT NULL AND \
           (CAST($3 AS BIGINT) IS NULL OR r.number < $3) \
         ORDER BY r.number DESC LIMIT 1"
    );
    let row = sqlx::query(AssertSqlSafe(select))
        .bind(reference.to_string())
        .bind(authority)
        .bind(accepted_as.map(whole))
        .fetch_optional(connection)
        .await
        .doing(ANSWERING)?;
    Ok(row.as_ref().map(|row| found(store, row)).transpose()?.and_then(|held| held.notification))
}

pub(super) async fn answer(store: &SqlStore, answered: &Answered) -> Result<bool, StoreError> {
    let mut transaction = store.database.begin(ANSWERING).await?;
    // Where another answer, a lapse or a newer revision came first, dropping the transaction undoes all of it.
    if !close_offer(store, &mut transaction, answered).await? {
        return Ok(false);
    }
    let mut events = Vec::new();
    if let AnsweredWith::Revision(candidate) = &answered.with {
        let judged = answered.hand_over.revision;
        let Some(follows) = take_over(store, &mut transaction, judged, candidate).await? else {
            return Ok(false);
        };
        events.push(candidate.event_following(follows));
    }
    events.push(answered.event.clone());
    let events: Vec<&Envelope> = events.iter().collect();
    append(&mut transaction, &events).await?;
    store.database.commit(transaction, ANSWERING).await?;
    Ok(true)
}

/// Whether the offer was still open as the answer takes it to be, and is closed now.
async fn close_offer(
    store: &SqlStore,
    connection: &mut Connection,
    answered: &Answered,
) -> Result<bool, StoreError> {
    let HandOver { revision, state, answered_at, declined_because, .. } = &answered.hand_over;
    let declined = *state == i32::from(HandOverState::Declined);
    let (accepted_as, words) = match &answered.with {
        AnsweredWith::Revision(candidate) => (Some(whole(candidate.receipt.revision)), None),
        AnsweredWith::Words(words) => (None, sealed_words(store, connection, answered, words).await?),
    };
    // Erased meanwhile: the offer lapsed with it.
    if accepted_as.is_none() && words.is_none() {
        return Ok(false);
    }
    let closed = sqlx::query(
        "UPDATE hand_over SET state = $3, answered_at = $4, accepted_as = $5, declined_because = $6, words = $7 \
         WHERE offer = $1 AND revision = $2 AND state = 1",
    )
    .bind(answered.number)
    .bind(whole(*revision))
    .bind(whole(*state))
    .bind(from_wire(answered_at.as_ref()).map(Timestamp::as_microsecond))
    .bind(accepted_as)
    .bind(declined.then_some(whole(*declined_because)))
    .bind(words)
    .execute(connection)
    .await
    .doing(ANSWERING)?;
    Ok(closed.rows_affected() == 1)
}

/// The words of a refusal as their row keeps them; none where the notification is erased.
async fn sealed_words(
    store: &SqlStore,
    connection: &mut Connection,
    answered: &Answered,
    words: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let reference = reference(answered.hand_over.reference.clone())?;
    let keys = keys::kept(store, connection, &[reference], ANSWERING).await?;
    let place = offer_key(&reference.to_string(), answered.number);
    Ok(keys.get(&reference).map(|key| key.seal(of_words(&place), words.as_bytes(), &store.ambient)))
}

/// Holds the revision that makes the notification the other authority's, if the offer stands on the newest one, and
/// returns the revision that it follows. A newer one that is not found upon was shown to nobody: the authority that is
/// asked must not get what its sender may have sent for another's duty.
async fn take_over(
    store: &SqlStore,
    connection: &mut Connection,
    judged: u32,
    candidate: &Candidate,
) -> Result<Option<u32>, StoreError> {
    debug_assert_eq!(candidate.kind, RevisionKind::HandedOver);
    let receipt = &candidate.receipt;
    let newest: i64 = sqlx::query_scalar("SELECT max(number) FROM revision WHERE reference = $1")
        .bind(receipt.reference.to_string())
        .fetch_one(&mut *connection)
        .await
        .doing(ANSWERING)?;
    if newest != whole(judged) || judged.checked_add(1) != Some(receipt.revision) {
        return Ok(None);
    }
    let keys = keys::kept(store, connection, &[receipt.reference], ANSWERING).await?;
    if keys.is_empty() {
        return Ok(None);
    }
    insert_revisions(store, connection, &[(candidate, judged)], &keys, ANSWERING).await?;
    sqlx::query("UPDATE notification SET authority = $2 WHERE reference = $1")
        .bind(receipt.reference.to_string())
        .bind(&receipt.authority)
        .execute(connection)
        .await
        .doing(ANSWERING)?;
    Ok(Some(judged))
}
