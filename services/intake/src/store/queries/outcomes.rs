//! What other services did: steps of revisions, and the hand-overs that findings bring about.

use std::collections::HashMap;

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::HandOver;
use contracts::time::london_date;
use delivery::{Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError};

use super::dialect::{Connection, Db, admit, append, fetch_all, push_among};
use super::hand_overs::{keep_open_offer, lapse_open_offer, offer};
use super::rows::{HAND_OVER, hand_over, newest, reference};
use super::sql_store::SqlStore;
use super::steps::{insert_acknowledgements, insert_steps};
use crate::domain::hand_over::{Move, after_finding, duty_elsewhere};
use crate::domain::status::Outcome;
use crate::store::Progress;

const NAME: &str = "record what became of notifications";

pub(super) async fn record(
    store: &SqlStore,
    heard: &[Heard<Progress>],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut transaction = store.database.begin(NAME).await?;
    let mut fresh = admit(&mut transaction, heard.iter().map(|heard| heard.event), now).await?;
    let fresh: Vec<&Progress> =
        heard.iter().filter(|heard| fresh.remove(&heard.event)).map(|heard| &heard.effect).collect();
    // An acknowledgement is of the revision that was queued last, so what was queued is written first.
    let (told, acknowledged): (Vec<&Progress>, Vec<&Progress>) =
        fresh.iter().partition(|progress| progress.outcome.revision().is_some());
    insert_steps(&mut transaction, &told, NAME).await?;
    insert_acknowledgements(&mut transaction, &acknowledged, NAME).await?;
    let events = move_hand_overs(store, &mut transaction, &told, now).await?;
    let events: Vec<&Envelope> = events.iter().collect();
    append(&mut transaction, &events).await?;
    store.database.commit(transaction, NAME).await
}

/// Offers, keeps or lets lapse what the findings call for, and returns what is told of it.
async fn move_hand_overs(
    store: &SqlStore,
    connection: &mut Connection,
    told: &[&Progress],
    now: Timestamp,
) -> Result<Vec<Envelope>, StoreError> {
    let found: Vec<(&Progress, &NotificationAssessed)> = told
        .iter()
        .filter_map(|progress| match &progress.outcome {
            Outcome::Assessed(assessed) => Some((*progress, assessed.as_ref())),
            _ => None,
        })
        .collect();
    let mut events = Vec::new();
    for some in found.chunks(ROWS) {
        let references: Vec<Reference> = some.iter().map(|(progress, _)| progress.reference).collect();
        let newest = newest_of(connection, &references).await?;
        let mut latest = latest_of(connection, &references).await?;
        for (progress, assessed) in some {
            let revision = progress.outcome.revision().unwrap_or(1);
            // What is found of an older revision moves nothing: the newest one counts.
            if newest.get(&progress.reference) != Some(&revision) {
                continue;
            }
            let duty = duty_elsewhere(assessed, london_date(now));
            // Hand-overs are rare: a statement for each is no load.
            let moved = after_finding(latest.get(&progress.reference), revision, duty);
            if moved == Move::Keep {
                keep_open_offer(connection, progress.reference, revision).await?;
            }
            if matches!(moved, Move::Lapse | Move::OfferElsewhere) {
                let lapsed = lapse_open_offer(store, connection, progress.reference, &progress.cause).await?;
                events.extend(lapsed);
            }
            if let (Move::Offer | Move::OfferElsewhere, Some(duty)) = (moved, duty) {
                events.push(offer(store, connection, progress, duty, now).await?);
            }
            if moved != Move::Stay {
                latest.extend(latest_of(connection, &[progress.reference]).await?);
            }
        }
    }
    Ok(events)
}

async fn newest_of(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, u32>, StoreError> {
    let select = "SELECT reference, max(number) AS newest FROM revision WHERE ";
    let mut select = QueryBuilder::<Db>::new(select);
    push_among(&mut select, "reference", &Columns::of(references).text(Reference::to_string));
    select.push(" GROUP BY reference");
    let rows = fetch_all(connection, select, NAME).await?;
    rows.iter().map(|row| Ok((reference(row.try_get("reference").doing(NAME)?)?, newest(row)?))).collect()
}

/// The newest hand-over of each notification that has one.
async fn latest_of(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, HandOver>, StoreError> {
    let mut select = QueryBuilder::<Db>::new(format!("SELECT {HAND_OVER} FROM hand_over WHERE "));
    push_among(&mut select, "reference", &Columns::of(references).text(Reference::to_string));
    // In the order of the offers, so that the newest is collected last.
    select.push(" ORDER BY offer");
    let rows = fetch_all(connection, select, NAME).await?;
    rows.iter().map(|row| Ok((reference(row.try_get("reference").doing(NAME)?)?, hand_over(row)?))).collect()
}
