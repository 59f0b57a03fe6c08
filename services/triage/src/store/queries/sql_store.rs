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
mod standing_aside;
mod stands;
mod taking_up;

use std::collections::BTreeSet;

use ambient::Ambient;
use async_trait::async_trait;
use delivery::{Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;
use storage::{Doing, StoreError};

use self::taking_up::{Means, take_up};
use super::dialect::{self, Connection, Database, admit, append, snapshot};
use crate::domain::case::Case;
use crate::domain::lane::Lane;
use crate::domain::link::{Decided, Decision, Pair};
use crate::domain::policy::Policies;
use crate::domain::stand_aside::{Aside, StoodAside, Viewer};
use crate::domain::standing::{Acknowledged, Acknowledgement, Lease, LeaseRefused, Standing};
use crate::store::numbers::impossible;
use crate::store::{
    Arrival, Found, HeldCase, NoticePage, NoticesOf, Page, PageOf, QueueStands, Queued, Store, TakenUp,
};

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

    async fn list(&self, page: PageOf, viewer: &Viewer, now: Timestamp) -> Result<Page, StoreError> {
        // One snapshot: the token of the next page is the place of the last case, which must be a place where it stood.
        let mut snapshot = snapshot(self.database.readers(), "list a lane").await?;
        let mut listed = queue::page_of(&mut snapshot, page, viewer).await?;
        // One more than asked for was read: it says whether there is another page.
        let full = usize::try_from(page.at_most).unwrap_or(usize::MAX);
        let more = listed.len() > full;
        listed.truncate(full);
        cases::complete(&mut snapshot, &mut listed).await?;
        let kept = standing_aside::kept_from(&mut snapshot, viewer).await?;
        listed.iter_mut().for_each(|queued| queued.entry.linked.retain(|other| !kept.contains(other)));
        let next = listed.last().filter(|_| more).map(|queued| queued.entry.turn());
        let waiting = queue::waiting(&mut snapshot, page.lane, now).await?;
        let left_out =
            standing_aside::left_out(&mut snapshot, page.lane, page.include_acknowledged, viewer).await?;
        Ok(Page { cases: listed, next, waiting, left_out })
    }

    async fn stands(&self, today: Date) -> Result<QueueStands, StoreError> {
        let mut snapshot = snapshot(self.database.readers(), "count the queue").await?;
        stands::stands(&mut snapshot, today).await
    }

    async fn find(&self, reference: Reference, viewer: &Viewer) -> Result<Found, StoreError> {
        const DOING: &str = "find a case";
        // One snapshot: what belongs to a case is that of the revision that the case shows.
        let mut snapshot = snapshot(self.database.readers(), DOING).await?;
        let (entry, further) = (rows::ENTRY_COLUMNS, rows::FURTHER_COLUMNS);
        let select = format!("SELECT {entry}, {further} FROM panel_case WHERE reference = $1");
        let row = sqlx::query(AssertSqlSafe(select))
            .bind(reference.to_string())
            .fetch_optional(&mut *snapshot)
            .await
            .doing(DOING)?;
        let Some(row) = row else { return Ok(Found::Nothing) };
        if standing_aside::is_kept_from(&mut snapshot, viewer, reference).await? {
            return Ok(Found::StoodAside);
        }
        let kept = standing_aside::kept_from(&mut snapshot, viewer).await?;
        let mut held = held(&mut snapshot, rows::held_case(&row)?).await?;
        held.links.retain(|link| !kept.contains(&link.reference));
        held.case.entry.linked.retain(|other| !kept.contains(other));
        held.kept_from_viewer = kept;
        Ok(Found::Case(Box::new(held)))
    }

    async fn notices(&self, of: NoticesOf, viewer: &Viewer) -> Result<NoticePage, StoreError> {
        let mut connection = self.database.readers().acquire().await.doing("list notices")?;
        notices::page_of(&mut connection, of, viewer).await
    }

    async fn take_next(
        &self,
        lane: Lane,
        lease: Lease,
        now: Timestamp,
    ) -> Result<Option<Queued>, StoreError> {
        const NAME: &str = "take the next case";
        let mut transaction = self.database.begin(NAME).await?;
        let Some(mut next) = queue::first_free(&mut transaction, lane, &lease.by, now).await? else {
            return Ok(None);
        };
        let (reference, by) = (next.entry.reference, lease.by.clone());
        next.standing =
            next.standing.take(lease, now).map_err(impossible("panel_case", "leased_until", reference))?;
        queue::write_standing(&mut transaction, reference, &next.standing).await?;
        let taker = Viewer::Member(by);
        cases::complete(&mut transaction, std::slice::from_mut(&mut next)).await?;
        let kept = standing_aside::kept_from(&mut transaction, &taker).await?;
        next.entry.linked.retain(|other| !kept.contains(other));
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

    async fn stand_aside(&self, stood: &StoodAside, told: &Envelope) -> Result<Aside, StoreError> {
        const NAME: &str = "stand aside";
        let mut transaction = self.database.begin(NAME).await?;
        let aside = standing_aside::stand(&mut transaction, stood).await?;
        if let Aside::Now(_) = aside {
            append(&mut transaction, &[told]).await?;
            self.database.commit(transaction, NAME).await?;
        }
        Ok(aside)
    }

    async fn lift_stand_aside(
        &self,
        reference: Reference,
        member: &str,
        told: &Envelope,
    ) -> Result<bool, StoreError> {
        const NAME: &str = "lift a stand aside";
        let mut transaction = self.database.begin(NAME).await?;
        let lifted = standing_aside::lift(&mut transaction, reference, member).await?;
        if lifted {
            append(&mut transaction, &[told]).await?;
            self.database.commit(transaction, NAME).await?;
        }
        Ok(lifted)
    }
}

/// A case with all that is kept of it, as who sees all sees it.
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
        kept_from_viewer: BTreeSet::new(),
    })
}
