//! Reads all that is held of notifications, and writes back what has been told of them, for a batch at a time.
//!
//! What a reader would get wrong: what has been told is kept apart from the case that follows from it. A withdrawal and
//! a declined hand-over may be there before any case is.

use std::collections::HashMap;

use contracts::eligibility::v1::NotificationAssessed;
use contracts::triage::v1 as contract;
use ids::Reference;
use prost::Message;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Db, execute, push_rows};
use super::references::of_these;
use super::{cases, erasures, rows};
use crate::domain::case::TakenUp;
use crate::domain::finding::Assessed;
use crate::domain::told::Told;
use crate::store::dossier::{Dossier, Open};
use crate::store::numbers::{self, impossible};
use crate::wire;

const READING: &str = "read what is held of notifications";
const WRITING: &str = "keep what was told of notifications";

/// All that is held of these, each once.
pub(super) async fn read(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, Dossier>, StoreError> {
    let mut dossiers: HashMap<Reference, Dossier> =
        references.iter().map(|reference| (*reference, Dossier::empty(*reference))).collect();
    for some in references.chunks(ROWS) {
        open_cases(connection, some, &mut dossiers).await?;
        told(connection, some, &mut dossiers).await?;
        said(connection, some, &mut dossiers).await?;
    }
    // A case of before the days of notification were kept has its day in its finding alone.
    for dossier in dossiers.values_mut() {
        if let Some(assessed) = dossier.told.assessed.clone() {
            dossier.told.notified(&assessed);
        }
    }
    Ok(dossiers)
}

/// What has been told of one notification besides its finding.
pub(super) async fn told_of(
    connection: &mut Connection,
    reference: Reference,
    assessed: &[u8],
) -> Result<Told, StoreError> {
    let mut dossiers = HashMap::from([(reference, Dossier::empty(reference))]);
    told(connection, &[reference], &mut dossiers).await?;
    let told = dossiers.remove(&reference).map(|dossier| dossier.told).unwrap_or_default();
    Ok(Told { assessed: Some(finding(reference, assessed)?), ..told })
}

async fn open_cases(
    connection: &mut Connection,
    some: &[Reference],
    dossiers: &mut HashMap<Reference, Dossier>,
) -> Result<(), StoreError> {
    let select = format!("SELECT {}, {} FROM panel_case WHERE ", rows::ENTRY_COLUMNS, rows::FURTHER_COLUMNS);
    let found = of_these(connection, &select, some, "").await?;
    for row in &found {
        let held = rows::held_case(row)?;
        let reference = held.entry.reference;
        let Some(dossier) = dossiers.get_mut(&reference) else { continue };
        dossier.told.assessed = Some(finding(reference, &held.assessed)?);
        let taken_up = TakenUp { queued_at: held.entry.queued_at, on: held.taken_up_on };
        dossier.open = Some(Open {
            standing: held.standing.clone(),
            taken_up,
            assessed: held.assessed.clone(),
            trace: held.trace.clone(),
            case: held.into_case(),
            stored: true,
        });
    }
    Ok(())
}

/// The finding as it was heard; what was readable then is readable for ever.
fn finding(reference: Reference, event: &[u8]) -> Result<Assessed, StoreError> {
    let event = NotificationAssessed::decode(event)
        .map_err(|error| impossible("panel_case", "assessed", reference)(error))?;
    wire::heard::assessed(&event).map_err(|error| impossible("panel_case", "assessed", reference)(error))
}

async fn told(
    connection: &mut Connection,
    some: &[Reference],
    dossiers: &mut HashMap<Reference, Dossier>,
) -> Result<(), StoreError> {
    let select = "SELECT reference, revision, reason, received_on FROM withdrawal WHERE ";
    for row in of_these(connection, select, some, "").await? {
        let (reference, withdrawal) = rows::withdrawal(&row)?;
        dossiers.entry(reference).and_modify(|dossier| dossier.told.withdrawal = Some(withdrawal));
    }
    let select = "SELECT reference, revision, authority, reason FROM declined_hand_over WHERE ";
    for row in of_these(connection, select, some, "").await? {
        let (reference, declined) = rows::declined(&row)?;
        dossiers.entry(reference).and_modify(|dossier| dossier.told.declined = Some(declined));
    }
    let select = "SELECT reference, erased_at, reason, erased_by FROM erasure WHERE ";
    for row in of_these(connection, select, some, "").await? {
        let (reference, erasure) = rows::erasure(&row)?;
        dossiers.entry(reference).and_modify(|dossier| dossier.told.erasure = Some(erasure));
    }
    let select = "SELECT reference, authority, received_on FROM notified WHERE ";
    for row in of_these(connection, select, some, "").await? {
        let (reference, notified) = rows::notified(&row)?;
        dossiers.entry(reference).and_modify(|dossier| dossier.told.notified_on.push(notified));
    }
    Ok(())
}

/// What each recipient was told last.
async fn said(
    connection: &mut Connection,
    some: &[Reference],
    dossiers: &mut HashMap<Reference, Dossier>,
) -> Result<(), StoreError> {
    let newest = "SELECT reference, told FROM notice WHERE sequence IN \
                  (SELECT max(sequence) FROM notice WHERE ";
    for row in of_these(connection, newest, some, " GROUP BY reference, recipient)").await? {
        let reference: Reference = rows::reference(&row, "notice")?;
        let told: Vec<u8> = row.try_get("told").doing(READING)?;
        let notice = contract::Notice::decode(told.as_slice())
            .map_err(|error| impossible("notice", "told", reference)(error))?;
        let recipient = wire::notices::recipient_of_notices(notice.recipient());
        let (Some(recipient), Some(said)) = (recipient, wire::notices::said(&notice)) else {
            return Err(impossible("notice", "told", reference)("it is no notice of DfE's or Ofsted's"));
        };
        dossiers.entry(reference).and_modify(|dossier| {
            dossier.said.insert(recipient, said);
        });
    }
    Ok(())
}

/// Writes what has been told besides findings, and the cases that follow.
pub(super) async fn write(connection: &mut Connection, dossiers: &[&Dossier]) -> Result<(), StoreError> {
    let open: Vec<(&Dossier, &Open)> =
        dossiers.iter().filter_map(|dossier| Some((*dossier, dossier.open.as_ref()?))).collect();
    cases::write(connection, &open.iter().map(|(_, open)| *open).collect::<Vec<_>>()).await?;
    write_withdrawals(connection, dossiers).await?;
    write_declined(connection, dossiers).await?;
    write_notified(connection, dossiers).await?;
    erasures::write(connection, dossiers).await?;
    write_void(connection, dossiers).await
}

async fn write_withdrawals(connection: &mut Connection, dossiers: &[&Dossier]) -> Result<(), StoreError> {
    let withdrawn: Vec<_> = dossiers
        .iter()
        .filter_map(|dossier| Some((dossier.reference, dossier.told.withdrawal.as_ref()?)))
        .collect();
    for some in withdrawn.chunks(ROWS) {
        let mut insert =
            QueryBuilder::<Db>::new("INSERT INTO withdrawal (reference, revision, reason, received_on) ");
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|(reference, _)| reference.to_string())
                .whole(|(_, withdrawal)| whole(withdrawal.revision))
                .whole(|(_, withdrawal)| numbers::withdrawal_number(withdrawal.why))
                .text(|(_, withdrawal)| withdrawal.received_on.to_string()),
        );
        insert.push(
            " ON CONFLICT (reference) DO UPDATE SET revision = excluded.revision, reason = excluded.reason, \
             received_on = excluded.received_on",
        );
        execute(connection, insert, WRITING).await?;
    }
    Ok(())
}

async fn write_declined(connection: &mut Connection, dossiers: &[&Dossier]) -> Result<(), StoreError> {
    let declined: Vec<_> = dossiers
        .iter()
        .filter_map(|dossier| Some((dossier.reference, dossier.told.declined.as_ref()?)))
        .collect();
    for some in declined.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO declined_hand_over (reference, revision, authority, reason) ",
        );
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|(reference, _)| reference.to_string())
                .whole(|(_, declined)| whole(declined.revision))
                .text(|(_, declined)| &declined.by)
                .whole(|(_, declined)| numbers::decline_number(declined.why)),
        );
        insert.push(
            " ON CONFLICT (reference) DO UPDATE SET revision = excluded.revision, authority = excluded.authority, \
             reason = excluded.reason",
        );
        execute(connection, insert, WRITING).await?;
    }
    Ok(())
}

async fn write_notified(connection: &mut Connection, dossiers: &[&Dossier]) -> Result<(), StoreError> {
    let notified: Vec<_> = dossiers
        .iter()
        .flat_map(|dossier| dossier.told.notified_on.iter().map(|notified| (dossier.reference, notified)))
        .collect();
    for some in notified.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new("INSERT INTO notified (reference, authority, received_on) ");
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|(reference, (_, _))| reference.to_string())
                .text(|(_, (authority, _))| authority)
                .text(|(_, (_, day))| day.to_string()),
        );
        insert.push(" ON CONFLICT (reference, authority) DO UPDATE SET received_on = excluded.received_on");
        execute(connection, insert, WRITING).await?;
    }
    Ok(())
}

async fn write_void(connection: &mut Connection, dossiers: &[&Dossier]) -> Result<(), StoreError> {
    let void: Vec<_> = dossiers
        .iter()
        .flat_map(|dossier| dossier.void.iter().map(|lease| (dossier.reference, lease)))
        .collect();
    for some in void.chunks(ROWS) {
        let mut insert =
            QueryBuilder::<Db>::new("INSERT INTO void_lease (lease_id, reference, revision, voided_at) ");
        push_rows(
            &mut insert,
            &Columns::of(some)
                .id(|(_, lease)| lease.id.as_uuid())
                .text(|(reference, _)| reference.to_string())
                .whole(|(_, lease)| whole(lease.revision))
                .whole(|(_, lease)| lease.at.as_microsecond()),
        );
        insert.push(" ON CONFLICT DO NOTHING");
        execute(connection, insert, "make leases void").await?;
    }
    Ok(())
}
