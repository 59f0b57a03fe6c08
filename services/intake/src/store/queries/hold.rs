//! Holding revisions: what is held already is looked up for the whole batch, each candidate is placed by the domain's
//! rules, and what is new is written with its events, all in one transaction.
//!
//! What a reader would get wrong: a first revision is not looked for before its notification is written. The table has one
//! notification for each key, so writing it says whether the key is free, also where another replica writes it just now:
//! then the database waits to see what becomes of that.

use std::collections::{BTreeMap, HashMap};

use contracts::notification::v1::RevisionKind;
use delivery::Envelope;
use ids::Reference;
use sqlx::QueryBuilder;
use storage::{Columns, ROWS, StoreError, whole};

use super::dialect::{Connection, Db, LOOKED_UP_IN, append, fetch_all, push_among, push_rows, snapshot};
use super::hand_overs::lapse_open_offer;
use super::keys::{self, Keys};
use super::rows::{RECEIPT, STANDING, given_receipt, newest, standing};
use super::sql_store::SqlStore;
use super::writing::{insert_notifications, insert_revisions};
use crate::domain::standing::{place_first, place_later};
use crate::store::{Candidate, GivenReceipt, Holding, Standing};

const NAME: &str = "hold notifications";

pub(super) async fn hold(store: &SqlStore, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError> {
    let (first, later): (Vec<&Candidate>, Vec<&Candidate>) =
        candidates.iter().partition(|candidate| candidate.kind == RevisionKind::Submitted);
    // A first revision hangs on its own key alone, which its row locks: such batches are held side by side. A later one
    // hangs on what is held by then, so it takes its turn.
    let mut transaction = if later.is_empty() {
        store.database.begin_beside(NAME).await?
    } else {
        store.database.begin(NAME).await?
    };
    let mut held = Held::default();
    held.claim_first(&mut transaction, &first).await?;
    held.look_for_all_later(&mut transaction, &later).await?;
    let holdings: Vec<Holding> = candidates.iter().map(|candidate| held.place_and_count(candidate)).collect();
    let fresh: Vec<(&Candidate, u32)> = candidates
        .iter()
        .zip(&holdings)
        .filter_map(|(candidate, holding)| match holding {
            Holding::New { follows } => Some((candidate, *follows)),
            _ => None,
        })
        .collect();
    let keys = keys_for(store, &mut transaction, &fresh).await?;
    insert_revisions(store, &mut transaction, &fresh, &keys, NAME).await?;
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

/// A newly drawn key for each first revision, and for each later one that of its notification.
async fn keys_for(
    store: &SqlStore,
    connection: &mut Connection,
    fresh: &[(&Candidate, u32)],
) -> Result<Keys, StoreError> {
    let (first, mut later): (Vec<_>, Vec<_>) = fresh
        .iter()
        .map(|(candidate, _)| *candidate)
        .partition(|candidate| candidate.kind == RevisionKind::Submitted);
    let references = |candidates: &[&Candidate]| -> Vec<Reference> {
        candidates.iter().map(|candidate| candidate.receipt.reference).collect()
    };
    let mut keys = keys::draw(store, connection, &references(&first), NAME).await?;
    later.retain(|candidate| !keys.contains_key(&candidate.receipt.reference));
    keys.extend(keys::kept(store, connection, &references(&later), NAME).await?);
    Ok(keys)
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
        held.look_for_all_first(connection, &first).await?;
        held.look_for_all_later(connection, &later).await?;
        Ok(held)
    }

    /// Writes the notifications of first revisions whose keys nobody has, and looks up what is held under the others. Of
    /// several under one key the first counts.
    async fn claim_first(
        &mut self,
        connection: &mut Connection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        let mut by_key: BTreeMap<SubmissionKey, &Candidate> = BTreeMap::new();
        for candidate in candidates {
            by_key.entry(submission_key(candidate)).or_insert(candidate);
        }
        // In the order of the keys, so that no two batches wait for each other.
        let mut sent: Vec<&Candidate> = by_key.into_values().collect();
        let claimed = insert_notifications(connection, &sent, NAME).await?;
        sent.retain(|candidate| !claimed.contains(&candidate.receipt.reference.to_string()));
        self.look_for_all_first(connection, &sent).await
    }

    async fn look_for_all_first(
        &mut self,
        connection: &mut Connection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        for some in candidates.chunks(ROWS) {
            self.look_for_first(connection, some).await?;
        }
        Ok(())
    }

    async fn look_for_all_later(
        &mut self,
        connection: &mut Connection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        for some in candidates.chunks(ROWS) {
            self.look_for_standings(connection, some).await?;
            self.look_for_later(connection, some).await?;
        }
        Ok(())
    }

    async fn look_for_first(
        &mut self,
        connection: &mut Connection,
        candidates: &[&Candidate],
    ) -> Result<(), StoreError> {
        let mut select = QueryBuilder::<Db>::new("WITH sent (authority, sender_reference) AS (");
        let columns = Columns::of(candidates)
            .text(|candidate| &candidate.receipt.authority)
            .text(|candidate| &candidate.receipt.sender_reference);
        push_rows(&mut select, &columns);
        // `(…) IN (VALUES …)` would read a table through on SQLite.
        select.push(format_args!(
            ") SELECT {RECEIPT}, \
               (SELECT max(number) FROM revision WHERE reference = n.reference) AS newest \
             FROM sent {LOOKED_UP_IN} notification n \
               ON n.first_authority = sent.authority AND n.sender_reference = sent.sender_reference \
             {LOOKED_UP_IN} revision r ON r.reference = n.reference AND r.number = 1",
        ));
        for row in &fetch_all(connection, select, NAME).await? {
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
        let mut select = QueryBuilder::<Db>::new(format!(
            "SELECT {STANDING} FROM notification n LEFT JOIN notification_key k ON k.reference = n.reference WHERE "
        ));
        let columns = Columns::of(candidates).text(|candidate| candidate.receipt.reference.to_string());
        push_among(&mut select, "n.reference", &columns);
        for row in &fetch_all(connection, select, NAME).await? {
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
        let mut select = QueryBuilder::<Db>::new("WITH sent (reference, number) AS (");
        let columns = Columns::of(candidates)
            .text(|candidate| candidate.receipt.reference.to_string())
            .whole(|candidate| whole(candidate.receipt.revision));
        push_rows(&mut select, &columns);
        select.push(format_args!(
            ") SELECT {RECEIPT} \
             FROM sent {LOOKED_UP_IN} revision r ON r.reference = sent.reference AND r.number = sent.number \
             {LOOKED_UP_IN} notification n ON n.reference = r.reference",
        ));
        for row in &fetch_all(connection, select, NAME).await? {
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
