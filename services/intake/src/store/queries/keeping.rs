//! Reading identities on the record, erasing, and holding against erasure. Each is told in the transaction that does it.
//!
//! What a reader would get wrong: a reading is written before anything is read. Where the answer is lost on its way, somebody is
//! on record who saw nothing, and never the other way round.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{Event, HOLD_PLACED, HOLD_RELEASED, IDENTITIES_READ, NOTIFICATION_ERASED};
use contracts::intake::v1::{IdentitiesRead, LegalHold, LegalHoldChanged, NotificationErased, Reading};
use contracts::notification::v1::Erasure;
use contracts::time::to_wire;
use delivery::{Envelope, Origin};
use ids::Reference;
use jiff::Timestamp;
use prost::Message;
use sqlx::{AssertSqlSafe, Row as _};
use storage::{Doing, StoreError, number, optional_number, whole};
use tracing::Span;

use super::asides::stood_aside;
use super::dialect::{Connection, Row, append, snapshot};
use super::hand_overs::lapse_open_offer;
use super::read::{SEES, find_in};
use super::rows::{impossible, text, time, without_tokens};
use super::sql_store::SqlStore;
use crate::SERVICE;
use crate::store::{Erased, Erasing, Hold, HoldPlaced, Kept, Key, Read, ReadingOf};

const READING: &str = "read identities";
const LISTING: &str = "tell who has read identities";
const ERASING: &str = "erase a notification";
const HOLDING: &str = "hold a notification against erasure";

/// The most readings that are told of one notification.
const TOLD: i64 = 1000;

/// A notification as it stands: whose it is, and what became of it.
struct Subject {
    authority: String,
    erasure: Option<Erasure>,
    hold: Option<LegalHold>,
}

pub(super) async fn read_identities(store: &SqlStore, reading: &ReadingOf) -> Result<Read, StoreError> {
    let mut transaction = store.database.begin(READING).await?;
    let Some(subject) = subject(&mut transaction, reading.reference, READING).await? else {
        return Ok(Read::NotFound);
    };
    if let Some(erasure) = subject.erasure {
        return Ok(Read::Erased(erasure));
    }
    if stood_aside(&mut transaction, reading.reference, &reading.reader, READING).await? {
        return Ok(Read::StoodAside);
    }
    // What the notifier sees is what is read.
    let key = Key::Reference(reading.reference);
    let found = find_in(store, &mut transaction, &subject.authority, &key).await?;
    let Some((record, revision)) =
        found.and_then(|held| Some((held.notification?, held.receipt.receipt.revision)))
    else {
        return Ok(Read::NotFound);
    };
    let told = Reading {
        reader: reading.reader.clone(),
        purpose: reading.purpose.into(),
        read_at: Some(to_wire(reading.at)),
        revision,
    };
    insert_reading(&mut transaction, reading, revision).await?;
    let event = IdentitiesRead {
        reference: reading.reference.to_string(),
        revision,
        reader: told.reader.clone(),
        purpose: told.purpose,
        read_at: told.read_at,
    };
    let event = sealed(store, IDENTITIES_READ, reading.reference, &subject.authority, &event);
    append(&mut transaction, &[&event]).await?;
    store.database.commit(transaction, READING).await?;
    Ok(Read::Told { notification: Box::new(record), reading: told })
}

async fn insert_reading(
    connection: &mut Connection,
    reading: &ReadingOf,
    revision: u32,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO reading (reference, revision, reader, purpose, read_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(reading.reference.to_string())
    .bind(whole(revision))
    .bind(&reading.reader)
    .bind(whole(reading.purpose as i32))
    .bind(reading.at.as_microsecond())
    .execute(connection)
    .await
    .doing(READING)?;
    Ok(())
}

pub(super) async fn kept(
    store: &SqlStore,
    reference: Reference,
    of: Option<&str>,
) -> Result<Option<Kept>, StoreError> {
    let mut snapshot = snapshot(store.database.readers(), LISTING).await?;
    if let Some(authority) = of {
        let select = format!("SELECT 1 FROM notification n WHERE n.reference = $2 AND {SEES}");
        let seen = sqlx::query(AssertSqlSafe(select)).bind(authority).bind(reference.to_string());
        if seen.fetch_optional(&mut *snapshot).await.doing(LISTING)?.is_none() {
            return Ok(None);
        }
    }
    let Some(subject) = subject(&mut snapshot, reference, LISTING).await? else { return Ok(None) };
    let rows = sqlx::query(
        "SELECT reference, reader, purpose, read_at, revision FROM reading WHERE reference = $1 ORDER BY reading DESC LIMIT $2",
    )
        .bind(reference.to_string())
        .bind(TOLD)
        .fetch_all(&mut *snapshot)
        .await
        .doing(LISTING)?;
    let readings = rows.iter().map(reading).collect::<Result<_, _>>()?;
    Ok(Some(Kept { readings, hold: subject.hold, erasure: subject.erasure }))
}

pub(super) async fn erase(store: &SqlStore, erasing: &Erasing) -> Result<Erased, StoreError> {
    let mut transaction = store.database.begin(ERASING).await?;
    let Some(subject) = subject(&mut transaction, erasing.reference, ERASING).await? else {
        return Ok(Erased::NotFound);
    };
    if let Some(erasure) = subject.erasure {
        return Ok(Erased::Before(erasure));
    }
    if let Some(hold) = subject.hold {
        return Ok(Erased::OnHold(hold));
    }
    let mut events: Vec<Envelope> =
        lapse_open_offer(store, &mut transaction, erasing.reference, &Span::current())
            .await?
            .into_iter()
            .collect();
    destroy(&mut transaction, erasing).await?;
    strip_tokens(&mut transaction, erasing.reference).await?;
    let erasure = Erasure {
        erased_at: Some(to_wire(erasing.at)),
        reason: erasing.reason.into(),
        erased_by: erasing.by.clone(),
    };
    let event =
        NotificationErased { reference: erasing.reference.to_string(), erasure: Some(erasure.clone()) };
    events.push(sealed(store, NOTIFICATION_ERASED, erasing.reference, &subject.authority, &event));
    append(&mut transaction, &events.iter().collect::<Vec<_>>()).await?;
    store.database.commit(transaction, ERASING).await?;
    store.database.after_erasing().await;
    Ok(Erased::Now(erasure))
}

/// Destroys the key, and what it sealed: without the key that says nothing, and there is no reason to keep it.
async fn destroy(connection: &mut Connection, erasing: &Erasing) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE notification_key SET wrapped = NULL, wrapped_under = NULL, erased_at = $2, erased_because = $3, \
           erased_by = $4 WHERE reference = $1",
    )
    .bind(erasing.reference.to_string())
    .bind(erasing.at.as_microsecond())
    .bind(whole(erasing.reason as i32))
    .bind(&erasing.by)
    .execute(&mut *connection)
    .await
    .doing(ERASING)?;
    let nothing: &[u8] = &[];
    for update in [
        "UPDATE revision SET record = $2 WHERE reference = $1 AND record IS NOT NULL",
        "UPDATE revision SET words = $2 WHERE reference = $1 AND words IS NOT NULL",
        "UPDATE hand_over SET words = $2 WHERE reference = $1 AND words IS NOT NULL",
    ] {
        sqlx::query(update)
            .bind(erasing.reference.to_string())
            .bind(nothing)
            .execute(&mut *connection)
            .await
            .doing(ERASING)?;
    }
    Ok(())
}

/// Takes match tokens out of findings that a version before kept with them.
async fn strip_tokens(connection: &mut Connection, key: Reference) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT revision, detail FROM step WHERE reference = $1 AND stage = 2")
        .bind(key.to_string())
        .fetch_all(&mut *connection)
        .await
        .doing(ERASING)?;
    for row in rows {
        let revision: i64 = row.try_get("revision").doing(ERASING)?;
        let detail: Vec<u8> = row.try_get("detail").doing(ERASING)?;
        let found = NotificationAssessed::decode(detail.as_slice()).map_err(impossible(
            "step",
            "detail",
            format!("{key}, revision {revision}"),
        ))?;
        sqlx::query("UPDATE step SET detail = $3 WHERE reference = $1 AND revision = $2 AND stage = 2")
            .bind(key.to_string())
            .bind(revision)
            .bind(without_tokens(found).encode_to_vec())
            .execute(&mut *connection)
            .await
            .doing(ERASING)?;
    }
    Ok(())
}

pub(super) async fn place_hold(store: &SqlStore, hold: &Hold) -> Result<HoldPlaced, StoreError> {
    let mut transaction = store.database.begin(HOLDING).await?;
    let Some(subject) = subject(&mut transaction, hold.reference, HOLDING).await? else {
        return Ok(HoldPlaced::NotFound);
    };
    if let Some(erasure) = subject.erasure {
        return Ok(HoldPlaced::Erased(erasure));
    }
    // Repeated, it stands as it was placed, and is told once.
    if let Some(before) = subject.hold.filter(|before| before.reason() == hold.reason) {
        return Ok(HoldPlaced::On(before));
    }
    sqlx::query(
        "INSERT INTO legal_hold (reference, reason, placed_by, placed_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (reference) DO UPDATE SET reason = excluded.reason, placed_by = excluded.placed_by, \
           placed_at = excluded.placed_at",
    )
    .bind(hold.reference.to_string())
    .bind(whole(hold.reason as i32))
    .bind(&hold.by)
    .bind(hold.at.as_microsecond())
    .execute(&mut *transaction)
    .await
    .doing(HOLDING)?;
    let placed = LegalHold {
        reason: hold.reason.into(),
        placed_by: hold.by.clone(),
        placed_at: Some(to_wire(hold.at)),
    };
    let event = changed(hold.reference, placed.reason, &hold.by, hold.at);
    let event = sealed(store, HOLD_PLACED, hold.reference, &subject.authority, &event);
    append(&mut transaction, &[&event]).await?;
    store.database.commit(transaction, HOLDING).await?;
    Ok(HoldPlaced::On(placed))
}

pub(super) async fn release_hold(
    store: &SqlStore,
    reference: Reference,
    by: &str,
    at: Timestamp,
) -> Result<Option<Option<LegalHold>>, StoreError> {
    let mut transaction = store.database.begin(HOLDING).await?;
    let Some(subject) = subject(&mut transaction, reference, HOLDING).await? else { return Ok(None) };
    let Some(hold) = subject.hold else { return Ok(Some(None)) };
    sqlx::query("DELETE FROM legal_hold WHERE reference = $1")
        .bind(reference.to_string())
        .execute(&mut *transaction)
        .await
        .doing(HOLDING)?;
    let event = changed(reference, hold.reason, by, at);
    let event = sealed(store, HOLD_RELEASED, reference, &subject.authority, &event);
    append(&mut transaction, &[&event]).await?;
    store.database.commit(transaction, HOLDING).await?;
    Ok(Some(Some(hold)))
}

fn changed(reference: Reference, reason: i32, by: &str, at: Timestamp) -> LegalHoldChanged {
    LegalHoldChanged {
        reference: reference.to_string(),
        reason,
        changed_by: by.to_owned(),
        changed_at: Some(to_wire(at)),
    }
}

fn sealed(
    store: &SqlStore,
    kind: &'static str,
    subject: Reference,
    owner: &str,
    event: &impl Event,
) -> Envelope {
    Envelope::seal(Origin { kind, source: SERVICE, subject, owner }, event, &store.ambient)
}

async fn subject(
    connection: &mut Connection,
    reference: Reference,
    name: &'static str,
) -> Result<Option<Subject>, StoreError> {
    let row = sqlx::query(
        "SELECT n.reference, n.authority, k.erased_at, k.erased_because, k.erased_by, h.reason, h.placed_by, h.placed_at \
         FROM notification n LEFT JOIN notification_key k ON k.reference = n.reference \
         LEFT JOIN legal_hold h ON h.reference = n.reference WHERE n.reference = $1",
    )
    .bind(reference.to_string())
    .fetch_optional(connection)
    .await
    .doing(name)?;
    row.map(|row| {
        Ok(Subject { authority: text(&row, "authority")?, erasure: erasure(&row)?, hold: hold(&row)? })
    })
    .transpose()
}

/// When, why and by whom a notification was erased, in a row that has these columns of its key.
pub(super) fn erasure(row: &Row) -> Result<Option<Erasure>, StoreError> {
    let erased: Option<i64> = row.try_get("erased_at").doing(ERASING)?;
    if erased.is_none() {
        return Ok(None);
    }
    let key = text(row, "reference")?;
    Ok(Some(Erasure {
        erased_at: Some(to_wire(time(row, "notification_key", "erased_at", key)?)),
        reason: number(row, "notification_key", "erased_because")?,
        erased_by: text(row, "erased_by")?,
    }))
}

fn hold(row: &Row) -> Result<Option<LegalHold>, StoreError> {
    let Some(reason) = optional_number(row, "legal_hold", "reason")? else { return Ok(None) };
    let placed_at = time(row, "legal_hold", "placed_at", text(row, "reference")?)?;
    Ok(Some(LegalHold { reason, placed_by: text(row, "placed_by")?, placed_at: Some(to_wire(placed_at)) }))
}

fn reading(row: &Row) -> Result<Reading, StoreError> {
    let key = text(row, "reference")?;
    Ok(Reading {
        reader: text(row, "reader")?,
        purpose: number(row, "reading", "purpose")?,
        read_at: Some(to_wire(time(row, "reading", "read_at", key)?)),
        revision: number(row, "reading", "revision")?,
    })
}
