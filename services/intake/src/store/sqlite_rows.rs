//! Rows of intake's tables, and what they mean. What a table must never hold is an error that names the row.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{Notification, Stage};
use contracts::triage::v1::{CaseAcknowledged, CaseQueued};
use ids::Reference;
use jiff::Timestamp;
use prost::Message;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use storage::{Doing, StoreError};

use super::{GivenReceipt, HeldNotification};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::receipt::Receipt;
use crate::domain::status::{Beginning, Outcome};

const READING: &str = "read a notification";

pub(super) fn found(row: &SqliteRow) -> Result<HeldNotification, StoreError> {
    let receipt = given_receipt(row)?;
    let record: Vec<u8> = row.try_get("record").doing(READING)?;
    let key = receipt.receipt.reference.to_string();
    let notification =
        Notification::decode(record.as_slice()).map_err(impossible("notification", "record", key))?;
    Ok(HeldNotification { notification, receipt })
}

pub(super) fn given_receipt(row: &SqliteRow) -> Result<GivenReceipt, StoreError> {
    let key: String = row.try_get("reference").doing(READING)?;
    let fingerprint: Vec<u8> = row.try_get("fingerprint").doing(READING)?;
    let fingerprint = <[u8; 32]>::try_from(fingerprint.as_slice()).map_err(impossible(
        "notification",
        "fingerprint",
        key.clone(),
    ))?;
    let receipt = Receipt {
        reference: reference(&key)?,
        revision: row.try_get("revision").doing(READING)?,
        authority: row.try_get("authority").doing(READING)?,
        sender_reference: row.try_get("sender_reference").doing(READING)?,
        fingerprint: Fingerprint(fingerprint),
        received_at: time(row, "notification", "received_at", key)?,
    };
    Ok(GivenReceipt { receipt, signed_note: row.try_get("signed_note").doing(READING)? })
}

pub(super) fn standing(row: &SqliteRow) -> Result<Beginning, StoreError> {
    let reference: String = row.try_get("reference").doing(READING)?;
    Ok(Beginning {
        sender_reference: row.try_get("sender_reference").doing(READING)?,
        authority: row.try_get("authority").doing(READING)?,
        revision: row.try_get("revision").doing(READING)?,
        received_at: time(row, "notification", "received_at", reference.clone())?,
        reference,
    })
}

/// A step's event as its row keeps it.
pub(super) fn detail(outcome: &Outcome) -> Vec<u8> {
    match outcome {
        Outcome::Assessed(event) => event.encode_to_vec(),
        Outcome::Queued(event) => event.encode_to_vec(),
        Outcome::Acknowledged(event) => event.encode_to_vec(),
    }
}

pub(super) fn outcome(reference: Reference, row: &SqliteRow) -> Result<(Timestamp, Outcome), StoreError> {
    let stage: i32 = row.try_get("stage").doing(READING)?;
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
    Ok((time(row, "step", "at", reference.to_string())?, outcome))
}

fn reference(text: &str) -> Result<Reference, StoreError> {
    text.parse().map_err(impossible("notification", "reference", text.to_owned()))
}

fn time(
    row: &SqliteRow,
    table: &'static str,
    column: &'static str,
    key: String,
) -> Result<Timestamp, StoreError> {
    let microseconds: i64 = row.try_get(column).doing(READING)?;
    Timestamp::from_microsecond(microseconds).map_err(impossible(table, column, key))
}

fn impossible<E: ToString>(
    table: &'static str,
    column: &'static str,
    row: String,
) -> impl FnOnce(E) -> StoreError {
    move |error| StoreError::Impossible { table, column, row, reason: error.to_string() }
}
