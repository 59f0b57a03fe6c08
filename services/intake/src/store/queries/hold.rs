//! Holding revisions: what is held already is looked up for the whole batch, each candidate is placed by the domain's
//! rules, and what is new is written with its events, all in one transaction.

use std::collections::HashMap;

use contracts::notification::v1::RevisionKind;
use delivery::Envelope;
use ids::Reference;
use sqlx::QueryBuilder;
use storage::{Doing, StoreError};

use super::batches::{insert_notifications, insert_revisions, sent_revisions, sent_submissions};
use super::dialect::{Connection, Db, LOOKED_UP_IN, append, snapshot};
use super::hand_overs::lapse_open_offer;
use super::rows::{given_receipt, newest, standing};
use super::sql_store::{ROWS, SqlStore};
use crate::domain::standing::{place_first, place_later};
use crate::store::{Candidate, GivenReceipt, Holding, Standing};

const NAME: &str = "hold notifications";

pub(super) async fn hold(store: &SqlStore, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError> {
    let mut transaction = store.database.begin(NAME).await?;
    let mut held = Held::before(&mut transaction, candidates).await?;
    let holdings: Vec<Holding> = candidates.iter().map(|candidate| held.place_and_count(candidate)).collect();
    let fresh: Vec<(&Candidate, u32)> = candidates
        .iter()
        .zip(&holdings)
        .filter_map(|(candidate, holding)| match holding {
            Holding::New { follows } => Some((candidate, *follows)),
            _ => None,
        })
        .collect();
    let first = fresh.iter().map(|(candidate, _)| *candidate);
    let first: Vec<&Candidate> =
        first.filter(|candidate| candidate.kind == RevisionKind::Submitted).collect();
    insert_notifications(&mut transaction, &first, NAME).await?;
    insert_revisions(&mut transaction, &fresh, NAME).await?;
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
    append(&mut transaction, &events).await?;
    store.database.commit(transaction, NAME).await?;
    Ok(holdings)
}

/// Answers each candidate as holding it would, and holds nothing. One that is new counts for none of the others.
pub(super) async fn look_up(store: &SqlStore, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError> {
    let mut snapshot = snapshot(store.database.readers(), NAME).await?;
    let held = Held::before(&mut snapshot, candidates).await?;
    Ok(candidates.iter().map(|candidate| held.place(candidate)).collect())
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
    async fn before(connection: &mut Connection, candidates: &[Candidate]) -> Result<Self, StoreError> {
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
        connection: &mut Connection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        let mut select = sent_submissions(candidates);
        // `(…) IN (VALUES …)` would read a table through on SQLite.
        select.push(format_args!(
            "SELECT r.*, n.sender_reference, \
               (SELECT max(number) FROM revision WHERE reference = n.reference) AS newest \
             FROM sent {LOOKED_UP_IN} notification n \
               ON n.first_authority = sent.authority AND n.sender_reference = sent.sender_reference \
             {LOOKED_UP_IN} revision r ON r.reference = n.reference AND r.number = 1",
        ));
        // Planned anew each time: a plan that is kept from when a table was small would read it through when it is not.
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
        connection: &mut Connection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        let mut select = QueryBuilder::<Db>::new(
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
        connection: &mut Connection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        let mut select = sent_revisions(candidates);
        select.push(format_args!(
            "SELECT r.*, n.sender_reference \
             FROM sent {LOOKED_UP_IN} revision r ON r.reference = sent.reference AND r.number = sent.number \
             {LOOKED_UP_IN} notification n ON n.reference = r.reference",
        ));
        let rows = select.build().persistent(false).fetch_all(connection).await.doing(NAME)?;
        for row in &rows {
            let given = given_receipt(row)?;
            self.later.insert((given.receipt.reference, given.receipt.revision), given);
        }
        Ok(())
    }

    fn place(&self, candidate: &Candidate) -> Holding {
        let sent = &candidate.receipt;
        if candidate.kind == RevisionKind::Submitted {
            return place_first(
                self.first.get(&submission_key(candidate)).map(|(given, newest)| (given, *newest)),
                sent,
            );
        }
        let Some(standing) = self.standings.get(&sent.reference) else { return Holding::NotFound };
        place_later(standing, self.later.get(&(sent.reference, sent.revision)), sent)
    }

    /// Places a candidate; one that is new counts as held for the rest of the batch.
    fn place_and_count(&mut self, candidate: &Candidate) -> Holding {
        let holding = self.place(candidate);
        if !matches!(holding, Holding::New { .. }) {
            return holding;
        }
        let sent = &candidate.receipt;
        let given = GivenReceipt { receipt: sent.clone(), signed_note: candidate.signed_note.clone() };
        if candidate.kind == RevisionKind::Submitted {
            self.first.insert(submission_key(candidate), (given, sent.revision));
        } else {
            self.later.insert((sent.reference, sent.revision), given);
            if let Some(standing) = self.standings.get_mut(&sent.reference) {
                standing.newest = standing.newest.max(sent.revision);
            }
        }
        holding
    }
}

fn submission_key(candidate: &Candidate) -> SubmissionKey {
    (candidate.receipt.authority.clone(), candidate.receipt.sender_reference.clone())
}
