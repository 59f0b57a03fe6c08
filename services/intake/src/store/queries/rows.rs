//! Rows of intake's tables, and what they mean. What a table must never hold is an error that names the row.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::intake::v1::HandOverOffer;
use contracts::notification::v1::{HandOver, Notification, Revision, Stage, WithdrawalReason};
use contracts::time::to_wire;
use contracts::triage::v1::{CaseAcknowledged, CaseQueued};
use ids::Reference;
use jiff::Timestamp;
use prost::Message;
use sqlx::Row as _;
use storage::{Doing, StoreError, number, optional_number};

use super::dialect::Row;
use super::keys::{key_of, of_revision, of_words, offer_key, revision_key};
use super::sql_store::SqlStore;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::receipt::Receipt;
use crate::domain::status::{Outcome, Taken};
use crate::store::{GivenReceipt, HeldNotification, Standing};

const READING: &str = "read a notification";

// Columns are named, never `*`: a newer version may add one while this one runs, and a statement that a connection keeps prepared
// must not change its shape.

/// What [`given_receipt`] reads, of `revision r` and `notification n`.
pub(super) const RECEIPT: &str =
    "r.reference, r.number, r.authority, r.fingerprint, r.received_at, r.signed_note, n.sender_reference";

/// What [`standing`] reads, of `notification n` and its `notification_key k`.
pub(super) const STANDING: &str = "n.reference, n.first_authority, n.sender_reference, n.authority, k.erased_at, \
     (SELECT max(number) FROM revision WHERE reference = n.reference) AS newest";

/// What [`hand_over`], [`words`] and whoever answers an offer read of `hand_over`.
pub(super) const HAND_OVER: &str = "offer, reference, revision, from_authority, to_authority, state, offered_at, \
     answered_at, declined_because, words, accepted_as";

/// A revision's row with its record as `content`, the number of the revision that has it as `content_number`, and the
/// notification's key.
pub(super) fn found(store: &SqlStore, row: &Row) -> Result<HeldNotification, StoreError> {
    let receipt = given_receipt(row)?;
    let reference = receipt.receipt.reference.to_string();
    let Some(key) = key_of(store, row, &reference)? else {
        return Ok(HeldNotification { notification: None, receipt });
    };
    let sealed: Vec<u8> = row.try_get("content").doing(READING)?;
    let place = revision_key(&reference, number(row, "revision", "content_number")?);
    let record = key.open(of_revision(&place, "record"), &sealed);
    let record = record.map_err(impossible("revision", "record", place.clone()))?;
    let notification =
        Notification::decode(record.as_slice()).map_err(impossible("revision", "record", place))?;
    Ok(HeldNotification { notification: Some(notification), receipt })
}

pub(super) fn given_receipt(row: &Row) -> Result<GivenReceipt, StoreError> {
    let key: String = row.try_get("reference").doing(READING)?;
    let receipt = Receipt {
        reference: reference(key.clone())?,
        revision: number(row, "revision", "number")?,
        authority: text(row, "authority")?,
        sender_reference: text(row, "sender_reference")?,
        fingerprint: fingerprint(row, &key)?,
        received_at: time(row, "revision", "received_at", key)?,
    };
    Ok(GivenReceipt { receipt, signed_note: row.try_get("signed_note").doing(READING)? })
}

fn fingerprint(row: &Row, key: &str) -> Result<Fingerprint, StoreError> {
    let bytes: Vec<u8> = row.try_get("fingerprint").doing(READING)?;
    <[u8; 32]>::try_from(bytes.as_slice()).map(Fingerprint).map_err(impossible(
        "revision",
        "fingerprint",
        key.to_owned(),
    ))
}

/// A row of `notification` with the `newest` of its revisions, and when it was erased.
pub(super) fn standing(row: &Row) -> Result<(Reference, Standing), StoreError> {
    let standing = Standing {
        first_authority: text(row, "first_authority")?,
        sender_reference: text(row, "sender_reference")?,
        authority: text(row, "authority")?,
        newest: newest(row)?,
        erased: row.try_get::<Option<i64>, _>("erased_at").doing(READING)?.is_some(),
    };
    Ok((reference(text(row, "reference")?)?, standing))
}

pub(super) fn newest(row: &Row) -> Result<u32, StoreError> {
    number(row, "revision", "newest")
}

/// The words of a refusal, in an offer's row with the notification's key; none where it is erased.
pub(super) fn words(store: &SqlStore, row: &Row) -> Result<String, StoreError> {
    let reference = text(row, "reference")?;
    let sealed: Option<Vec<u8>> = row.try_get("words").doing(READING)?;
    let (Some(sealed), Some(key)) = (sealed, key_of(store, row, &reference)?) else {
        return Ok(String::new());
    };
    let place = offer_key(&reference, row.try_get("offer").doing(READING)?);
    let opened = key.open(of_words(&place), &sealed);
    let opened = opened.map_err(impossible("hand_over", "words", place.clone()))?;
    String::from_utf8(opened.to_vec())
        .map_err(|error| impossible("hand_over", "words", place)(error.utf8_error()))
}

pub(super) fn text(row: &Row, column: &'static str) -> Result<String, StoreError> {
    row.try_get(column).doing(READING)
}

/// A revision in the lineage, and where it withdraws, why.
pub(super) fn revision(row: &Row) -> Result<(Revision, Option<WithdrawalReason>), StoreError> {
    let key = text(row, "reference")?;
    let reason: Option<i32> = optional_number(row, "revision", "reason")?;
    let received_at = time(row, "revision", "received_at", key.clone())?;
    let revision = Revision {
        number: number(row, "revision", "number")?,
        kind: number(row, "revision", "kind")?,
        authority: text(row, "authority")?,
        received_at: Some(to_wire(received_at)),
        fingerprint: fingerprint(row, &key)?.to_string(),
        follows: number(row, "revision", "follows")?,
    };
    // A reason that a later version wrote is one that this version has no words for.
    Ok((revision, reason.map(|reason| WithdrawalReason::try_from(reason).unwrap_or(WithdrawalReason::Other))))
}

/// A row of `hand_over`, as events tell it.
pub(super) fn hand_over(row: &Row) -> Result<HandOver, StoreError> {
    let key = text(row, "reference")?;
    let answered: Option<i64> = row.try_get("answered_at").doing(READING)?;
    let answered_at = answered.map(|at| {
        Timestamp::from_microsecond(at).map_err(impossible("hand_over", "answered_at", key.clone()))
    });
    Ok(HandOver {
        revision: number(row, "hand_over", "revision")?,
        from_authority: text(row, "from_authority")?,
        to_authority: text(row, "to_authority")?,
        state: number(row, "hand_over", "state")?,
        offered_at: Some(to_wire(time(row, "hand_over", "offered_at", key.clone())?)),
        answered_at: answered_at.transpose()?.map(to_wire),
        declined_because: optional_number(row, "hand_over", "declined_because")?.unwrap_or_default(),
        reference: key,
    })
}

/// A row of `hand_over` with the `detail` of the finding that it stands on.
pub(super) fn hand_over_offer(row: &Row) -> Result<HandOverOffer, StoreError> {
    let hand_over = hand_over(row)?;
    let detail: Option<Vec<u8>> = row.try_get("detail").doing(READING)?;
    let broken = impossible("step", "detail", hand_over.reference.clone());
    let found = NotificationAssessed::decode(detail.unwrap_or_default().as_slice()).map_err(broken)?;
    // What an earlier version kept may still have them.
    let found = without_tokens(found);
    Ok(HandOverOffer {
        hand_over: Some(hand_over),
        notification: found.notification,
        assessment: found.assessment,
    })
}

/// A finding without match tokens: they are for triage alone. Nobody who is told where a notification stands needs them.
pub(super) fn without_tokens(mut found: NotificationAssessed) -> NotificationAssessed {
    for child in found.notification.iter_mut().flat_map(|coded| &mut coded.children) {
        child.child_token.clear();
        child.household_token.clear();
    }
    found
}

/// A step's event as its row keeps it.
pub(super) fn detail(outcome: &Outcome) -> Vec<u8> {
    match outcome {
        Outcome::Assessed(event) => without_tokens((**event).clone()).encode_to_vec(),
        Outcome::Queued(event) => event.encode_to_vec(),
        Outcome::Acknowledged(event) => event.encode_to_vec(),
    }
}

pub(super) fn taken(reference: Reference, row: &Row) -> Result<Taken, StoreError> {
    let stage: i32 = number(row, "step", "stage")?;
    let detail: Vec<u8> = row.try_get("detail").doing(READING)?;
    let detail = detail.as_slice();
    let broken = |error| impossible("step", "detail", format!("{reference}, stage {stage}"))(error);
    let outcome = match Stage::try_from(stage) {
        Ok(Stage::Assessed) => {
            Outcome::Assessed(Box::new(NotificationAssessed::decode(detail).map_err(broken)?))
        }
        Ok(Stage::Queued) => Outcome::Queued(Box::new(CaseQueued::decode(detail).map_err(broken)?)),
        Ok(Stage::Acknowledged) => Outcome::Acknowledged(CaseAcknowledged::decode(detail).map_err(broken)?),
        _ => {
            return Err(impossible("step", "stage", reference.to_string())("no such stage"));
        }
    };
    let revision = number(row, "step", "revision")?;
    Ok(Taken { revision, at: time(row, "step", "at", reference.to_string())?, outcome })
}

pub(super) fn reference(text: String) -> Result<Reference, StoreError> {
    text.parse().map_err(impossible("notification", "reference", text))
}

pub(super) fn time(
    row: &Row,
    table: &'static str,
    column: &'static str,
    key: String,
) -> Result<Timestamp, StoreError> {
    let microseconds: i64 = row.try_get(column).doing(READING)?;
    Timestamp::from_microsecond(microseconds).map_err(impossible(table, column, key))
}

pub(super) fn impossible<E: ToString>(
    table: &'static str,
    column: &'static str,
    row: String,
) -> impl FnOnce(E) -> StoreError {
    move |error| StoreError::Impossible { table, column, row, reason: error.to_string() }
}
