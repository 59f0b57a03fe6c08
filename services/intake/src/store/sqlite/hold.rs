//! Holding revisions: what is held already is looked up for the whole batch, each candidate is placed by the domain's
//! rules, and what is new is written with its events, all in one transaction.

use std::collections::HashMap;

use contracts::notification::v1::RevisionKind;
use delivery::Envelope;
use ids::Reference;
use sqlx::{QueryBuilder, SqliteConnection};
use storage::{Doing, StoreError};

use super::hand_overs::lapse_open_offer;
use super::{ROWS, SqliteStore};
use crate::domain::standing::{place_first, place_later};
use crate::store::sqlite_rows::{given_receipt, newest, standing};
use crate::store::{Candidate, Content, GivenReceipt, Holding, Standing};

const NAME: &str = "hold notifications";

pub(super) async fn hold(store: &SqliteStore, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError> {
    let mut transaction = store.database.begin(NAME).await?;
    let mut held = Held::before(&mut transaction, candidates).await?;
    let holdings: Vec<Holding> = candidates.iter().map(|candidate| held.place(candidate)).collect();
    let fresh: Vec<(&Candidate, u32)> = candidates
        .iter()
        .zip(&holdings)
        .filter_map(|(candidate, holding)| match holding {
            Holding::New { follows } => Some((candidate, *follows)),
            _ => None,
        })
        .collect();
    insert_notifications(&mut transaction, &fresh).await?;
    insert_revisions(&mut transaction, &fresh).await?;
    let mut events: Vec<Envelope> =
        fresh.iter().map(|(candidate, follows)| candidate.event_following(*follows)).collect();
    // Withdrawals are rare, and one that ends an offer rarer still.
    for (candidate, follows) in &fresh {
        if candidate.kind == RevisionKind::Withdrawn && candidate.receipt.revision > *follows {
            let lapsed =
                lapse_open_offer(store, &mut transaction, candidate.receipt.reference, &candidate.cause);
            events.extend(lapsed.await?);
        }
    }
    let events: Vec<&Envelope> = events.iter().collect();
    delivery::sqlite::append(&mut transaction, &events).await?;
    store.database.commit(transaction, NAME).await?;
    Ok(holdings)
}

/// What tells one submission from another.
type SubmissionKey = (String, String);

/// What is held of the candidates' notifications, and what this batch has added so far.
#[derive(Default)]
struct Held {
    first: HashMap<SubmissionKey, (GivenReceipt, u32)>,
    standings: HashMap<Reference, Standing>,
    later: HashMap<(Reference, u32), GivenReceipt>,
}

impl Held {
    async fn before(connection: &mut SqliteConnection, candidates: &[Candidate]) -> Result<Self, StoreError> {
        let (first, later): (Vec<&Candidate>, Vec<&Candidate>) =
            candidates.iter().partition(|candidate| candidate.kind == RevisionKind::Submitted);
        let mut held = Self::default();
        for some in first.chunks(ROWS) {
            held.look_for_first(connection, some).await?;
        }
        for some in later.chunks(ROWS) {
            held.look_for_standings(connection, some).await?;
            held.look_for_later(connection, some).await?;
        }
        Ok(held)
    }

    async fn look_for_first(
        &mut self,
        connection: &mut SqliteConnection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        let mut select = QueryBuilder::new("WITH sent (authority, sender_reference) AS (");
        select.push_values(candidates, |mut row, candidate| {
            row.push_bind(&candidate.receipt.authority).push_bind(&candidate.receipt.sender_reference);
        });
        // CROSS JOIN keeps the order of the tables (SQLite's query planner, "Manual Control"): what was sent is looked up,
        // and no table is read through. `(…) IN (VALUES …)` does read one through.
        select.push(
            ") SELECT r.*, n.sender_reference, \
               (SELECT max(number) FROM revision WHERE reference = n.reference) AS newest \
             FROM sent CROSS JOIN notification n \
               ON n.first_authority = sent.authority AND n.sender_reference = sent.sender_reference \
             CROSS JOIN revision r ON r.reference = n.reference AND r.number = 1",
        );
        let rows = select.build().persistent(false).fetch_all(connection).await.doing(NAME)?;
        for row in &rows {
            let given = given_receipt(row)?;
            let key = (given.receipt.authority.clone(), given.receipt.sender_reference.clone());
            self.first.insert(key, (given, newest(row)?));
        }
        Ok(())
    }

    async fn look_for_standings(
        &mut self,
        connection: &mut SqliteConnection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        let mut select = QueryBuilder::new(
            "SELECT n.*, (SELECT max(number) FROM revision WHERE reference = n.reference) AS newest \
             FROM notification n WHERE n.reference IN (",
        );
        let mut list = select.separated(", ");
        for candidate in candidates {
            list.push_bind(candidate.receipt.reference.to_string());
        }
        let rows = select.push(")").build().persistent(false).fetch_all(connection).await.doing(NAME)?;
        for row in &rows {
            let (reference, standing) = standing(row)?;
            self.standings.insert(reference, standing);
        }
        Ok(())
    }

    async fn look_for_later(
        &mut self,
        connection: &mut SqliteConnection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        let mut select = QueryBuilder::new("WITH sent (reference, number) AS (");
        select.push_values(candidates, |mut row, candidate| {
            row.push_bind(candidate.receipt.reference.to_string()).push_bind(candidate.receipt.revision);
        });
        select.push(
            ") SELECT r.*, n.sender_reference \
             FROM sent CROSS JOIN revision r ON r.reference = sent.reference AND r.number = sent.number \
             CROSS JOIN notification n ON n.reference = r.reference",
        );
        let rows = select.build().persistent(false).fetch_all(connection).await.doing(NAME)?;
        for row in &rows {
            let given = given_receipt(row)?;
            self.later.insert((given.receipt.reference, given.receipt.revision), given);
        }
        Ok(())
    }

    /// Places a candidate; one that is new counts as held for the rest of the batch.
    fn place(&mut self, candidate: &Candidate) -> Holding {
        let sent = &candidate.receipt;
        let given = || GivenReceipt { receipt: sent.clone(), signed_note: candidate.signed_note.clone() };
        if candidate.kind == RevisionKind::Submitted {
            let key = (sent.authority.clone(), sent.sender_reference.clone());
            let holding = place_first(self.first.get(&key).map(|(given, newest)| (given, *newest)), sent);
            if matches!(holding, Holding::New { .. }) {
                self.first.insert(key, (given(), sent.revision));
            }
            return holding;
        }
        let Some(standing) = self.standings.get_mut(&sent.reference) else { return Holding::NotFound };
        let key = (sent.reference, sent.revision);
        let holding = place_later(standing, self.later.get(&key), sent);
        if matches!(holding, Holding::New { .. }) {
            standing.newest = standing.newest.max(sent.revision);
            self.later.insert(key, given());
        }
        holding
    }
}

async fn insert_notifications(
    connection: &mut SqliteConnection,
    fresh: &[(&Candidate, u32)],
) -> Result<(), StoreError> {
    let first: Vec<&Candidate> = fresh
        .iter()
        .map(|(candidate, _)| *candidate)
        .filter(|candidate| candidate.kind == RevisionKind::Submitted)
        .collect();
    for rows in first.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO notification (reference, first_authority, sender_reference, authority) ",
        );
        insert.push_values(rows, |mut row, candidate| {
            let receipt = &candidate.receipt;
            row.push_bind(receipt.reference.to_string())
                .push_bind(&receipt.authority)
                .push_bind(&receipt.sender_reference)
                .push_bind(&receipt.authority);
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing(NAME)?;
    }
    Ok(())
}

/// Writes revisions, each with the highest one held when it came.
pub(super) async fn insert_revisions(
    connection: &mut SqliteConnection,
    fresh: &[(&Candidate, u32)],
) -> Result<(), StoreError> {
    for rows in fresh.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO revision (reference, number, kind, authority, fingerprint, record, reason, words, \
             signed_note, received_at, follows) ",
        );
        insert.push_values(rows, |mut row, (candidate, follows)| {
            let receipt = &candidate.receipt;
            let (record, reason, words) = match &candidate.content {
                Content::Record(record) => (Some(record), None, None),
                Content::Withdrawal { reason, words } => (None, Some(*reason as i32), Some(words)),
            };
            row.push_bind(receipt.reference.to_string())
                .push_bind(receipt.revision)
                .push_bind(candidate.kind as i32)
                .push_bind(&receipt.authority)
                .push_bind(receipt.fingerprint.0.to_vec())
                .push_bind(record)
                .push_bind(reason)
                .push_bind(words)
                .push_bind(&candidate.signed_note)
                .push_bind(receipt.received_at.as_microsecond())
                .push_bind(*follows);
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing(NAME)?;
    }
    Ok(())
}
