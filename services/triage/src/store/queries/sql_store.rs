//! Triage's store, compiled for each database: its transactions, each one named. The statements are beside it, a table
//! or a few in each file.
//!
//! What a reader would get wrong: what is read in a transaction that writes stays true until its commit, on both
//! databases: `Database::begin` lets one writer in at a time. What is only read takes a `snapshot` where it needs more
//! than one statement.

mod cases;
mod clusters;
mod dossiers;
mod erasures;
mod linking;
mod notices;
#[cfg(test)]
mod opened;
mod queue;
mod references;
mod revisions;
mod rows;
mod taking_up;

use ambient::Ambient;
use async_trait::async_trait;
use delivery::{Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use storage::{Doing, StoreError};

use self::taking_up::{Means, take_up};
use super::dialect::{self, Connection, Database, admit, append, snapshot};
use crate::domain::case::Case;
use crate::domain::lane::Lane;
use crate::domain::link::{Decided, Decision, Pair};
use crate::domain::policy::Policies;
use crate::domain::standing::{Acknowledged, Acknowledgement, Lease, LeaseRefused, Standing};
use crate::store::numbers::impossible;
use crate::store::{Arrival, HeldCase, NoticePage, NoticesOf, Page, PageOf, Queued, Store, TakenUp};

/// Triage's store in one database.
#[derive(Debug, Clone)]
pub struct SqlStore {
    database: Database,
    policies: &'static Policies,
    ambient: Ambient,
}

impl SqlStore {
    /// On an opened database. What news makes of a case depends on what is held of it, so cases are made within the
    /// transaction, by `policies`, and what is told of them is sealed there, with the time and ids of `ambient`.
    pub fn new(database: Database, policies: &'static Policies, ambient: Ambient) -> Self {
        Self { database, policies, ambient }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn take_up(&self, heard: &[Heard<Arrival>], now: Timestamp) -> Result<TakenUp, StoreError> {
        const NAME: &str = "take up news";
        let mut transaction = self.database.begin(NAME).await?;
        let mut fresh = admit(&mut transaction, heard.iter().map(|heard| heard.event), now).await?;
        // Taken out of the set, so that an event that is in one batch twice has its effect once.
        let fresh: Vec<&Heard<Arrival>> = heard.iter().filter(|heard| fresh.remove(&heard.event)).collect();
        let means = Means { policies: self.policies, ambient: &self.ambient, now };
        let taken = take_up(&mut transaction, &fresh, means).await?;
        self.database.commit(transaction, NAME).await?;
        if taken.erased > 0 {
            self.database.after_erasing().await;
        }
        Ok(taken)
    }

    async fn list(&self, page: PageOf, now: Timestamp) -> Result<Page, StoreError> {
        // One snapshot: the token of the next page is the place of the last case, which must be a place where it stood.
        let mut snapshot = snapshot(self.database.readers(), "list a lane").await?;
        let mut listed = queue::page_of(&mut snapshot, page).await?;
        // One more than asked for was read: it says whether there is another page.
        let full = usize::try_from(page.at_most).unwrap_or(usize::MAX);
        let more = listed.len() > full;
        listed.truncate(full);
        cases::complete(&mut snapshot, &mut listed).await?;
        let next = listed.last().filter(|_| more).map(|queued| queued.entry.turn());
        let waiting = queue::waiting(&mut snapshot, page.lane, now).await?;
        Ok(Page { cases: listed, next, waiting })
    }

    async fn find(&self, reference: Reference) -> Result<Option<HeldCase>, StoreError> {
        const DOING: &str = "find a case";
        // One snapshot: what belongs to a case is that of the revision that the case shows.
        let mut snapshot = snapshot(self.database.readers(), DOING).await?;
        let row = sqlx::query("SELECT * FROM panel_case WHERE reference = $1")
            .bind(reference.to_string())
            .fetch_optional(&mut *snapshot)
            .await
            .doing(DOING)?;
        match row {
            Some(row) => held(&mut snapshot, rows::held_case(&row)?).await.map(Some),
            None => Ok(None),
        }
    }

    async fn notices(&self, of: NoticesOf) -> Result<NoticePage, StoreError> {
        let mut connection = self.database.readers().acquire().await.doing("list notices")?;
        notices::page_of(&mut connection, of).await
    }

    async fn take_next(
        &self,
        lane: Lane,
        lease: Lease,
        now: Timestamp,
    ) -> Result<Option<Queued>, StoreError> {
        const NAME: &str = "take the next case";
        let mut transaction = self.database.begin(NAME).await?;
        let Some(mut next) = queue::first_free(&mut transaction, lane, now).await? else {
            return Ok(None);
        };
        let reference = next.entry.reference;
        next.standing =
            next.standing.take(lease, now).map_err(impossible("panel_case", "leased_until", reference))?;
        queue::write_standing(&mut transaction, reference, &next.standing).await?;
        cases::complete(&mut transaction, std::slice::from_mut(&mut next)).await?;
        self.database.commit(transaction, NAME).await?;
        Ok(Some(next))
    }

    async fn acknowledge(
        &self,
        reference: Reference,
        acknowledgement: &Acknowledgement,
        told: &Envelope,
    ) -> Result<Result<Acknowledged, LeaseRefused>, StoreError> {
        const NAME: &str = "acknowledge a case";
        let mut transaction = self.database.begin(NAME).await?;
        let standing = queue::standing(&mut transaction, reference).await?;
        let void = queue::void_of(&mut transaction, reference).await?;
        let Acknowledgement { lease, by, at } = acknowledgement;
        let answer = standing.acknowledge(*lease, by, *at, &void);
        if let Ok(Acknowledged::Now(given)) = &answer {
            queue::write_standing(&mut transaction, reference, &Standing::Acknowledged(given.clone()))
                .await?;
            append(&mut transaction, &[told]).await?;
            self.database.commit(transaction, NAME).await?;
        }
        Ok(answer)
    }

    async fn decide_link(
        &self,
        reference: Reference,
        pair: Pair,
        decision: &Decision,
        told: &Envelope,
    ) -> Result<Decided, StoreError> {
        const NAME: &str = "decide a link";
        let mut transaction = self.database.begin(NAME).await?;
        let decided = linking::decide(&mut transaction, reference, pair, decision).await?;
        if let Decided::Now(_) = decided {
            append(&mut transaction, &[told]).await?;
            self.database.commit(transaction, NAME).await?;
        }
        Ok(decided)
    }
}

/// A case with all that is kept of it.
async fn held(connection: &mut Connection, row: rows::CaseRow) -> Result<HeldCase, StoreError> {
    let reference = row.entry.reference;
    let rows::CaseRow { entry, standing, assessed, trace, policy_hash, .. } = row;
    let mut queued = Queued { entry, standing };
    cases::complete(connection, std::slice::from_mut(&mut queued)).await?;
    Ok(HeldCase {
        case: Case {
            entry: queued.entry,
            reasons: cases::reasons_of(connection, reference).await?,
            indicators: cases::indicators_of(connection, reference).await?,
            policy_hash,
        },
        standing: queued.standing,
        void: queue::void_of(connection, reference).await?,
        told: dossiers::told_of(connection, reference, &assessed).await?,
        assessed,
        trace,
        revisions: revisions::of(connection, reference).await?,
        clusters: clusters::clusters_of(connection, &[reference])
            .await?
            .remove(&reference)
            .unwrap_or_default(),
        links: linking::links_of(connection, reference).await?,
    })
}
