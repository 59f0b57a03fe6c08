//! What triage asks of its store, in the domain's words. Load comes in batches, so opening takes batches.
//!
//! What a reader would get wrong: times are arguments here too. Whether a lease still holds is judged by the `now`
//! that is handed in, never by the database's clock.

mod comparing;
mod dossier;
mod numbers;
#[cfg(test)]
mod plan;
pub mod postgres;
pub mod sqlite;
mod steps;

use std::collections::BTreeSet;

use async_trait::async_trait;
use bytes::Bytes;
use contracts::notification::v1::CodedNotification;
use contracts::time::from_wire;
use delivery::{Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use jiff::civil::Date;
use storage::StoreError;
use telemetry::TraceContext;
use tracing::Span;

use crate::domain::case::{Case, Entry};
use crate::domain::clock::ClockKind;
use crate::domain::cluster::{Cluster, Mentions};
use crate::domain::finding::Outcome;
use crate::domain::lane::Lane;
use crate::domain::link::{Decided, Decision, Link, LinkRule, Linkable, Pair};
use crate::domain::policy::Policy;
use crate::domain::priority::Priority;
use crate::domain::recipients::Recipient;
use crate::domain::stand_aside::{Aside, StoodAside, Viewer};
use crate::domain::standing::{Acknowledged, Acknowledgement, Lease, LeaseRefused, Standing, VoidLease};
use crate::domain::told::{News, Told};
use crate::domain::turn::Turn;
use crate::wire::tokens;

/// News about a notification, as it is to be taken up.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The notification.
    pub reference: Reference,
    /// The news.
    pub news: News,
    /// What comes with a finding; none with other news.
    pub finding: Option<FindingHeard>,
    /// The day, in London, on which it is taken up.
    pub taken_up_on: Date,
    /// The trace context under which it is taken up, so that what is told later joins the notification's trace.
    pub trace: TraceContext,
    /// The span of that: what is told at once is told within it.
    pub span: Span,
}

/// A finding as it was heard, and what linking and clusters need of it.
#[derive(Debug, Clone)]
pub struct FindingHeard {
    /// `notification.assessed.v1` as it was heard: facts and finding, kept for whoever reads the case. Without match tokens
    /// where the notification is erased.
    pub event: Bytes,
    /// What linking needs, and the rule of the case's edition.
    pub linkable: (Linkable, LinkRule),
    /// The settings and providers that it mentions.
    pub mentions: Mentions,
    /// When intake received the revision that it is about, where the event says so.
    pub received_at: Option<Timestamp>,
}

impl FindingHeard {
    /// Of a notification that was judged, and the event that told so.
    pub(crate) fn of(
        reference: Reference,
        notification: &CodedNotification,
        event: Bytes,
        policy: &Policy,
    ) -> Self {
        Self {
            event,
            linkable: (Linkable::of(reference, notification), *policy.links()),
            mentions: Mentions::of(reference, notification, *policy.clusters()),
            received_at: from_wire(notification.received_at.as_ref()),
        }
    }

    /// The same without match tokens.
    #[must_use]
    pub(crate) fn without_tokens(mut self) -> Self {
        self.event = tokens::without_tokens(&self.event);
        self.linkable.0.forget_tokens();
        self
    }
}

/// What became of a batch of news.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenUp {
    /// Cases that were opened.
    pub opened: usize,
    /// Times that a case was made anew.
    pub changed: usize,
    /// Revisions that came late, and are on record.
    pub came_late: usize,
    /// News that waits for the finding it is about, or says nothing new.
    pub kept: usize,
    /// Notifications that are erased.
    pub erased: usize,
}

/// A case as it shows on the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// What it shows.
    pub entry: Entry,
    /// Where it stands.
    pub standing: Standing,
}

/// A revision as the case knew it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRevision {
    /// Its number, from 1.
    pub revision: u32,
    /// What was found for the incident; none for a withdrawal that came before any finding.
    pub outcome: Option<Outcome>,
    /// The lane it led to; for one that came late, the lane it would have led to by itself.
    pub lane: Lane,
    /// The priority, likewise.
    pub priority: Priority,
    /// When it was taken up.
    pub at: Timestamp,
    /// Whether a newer one had been taken up before: it is on record and changed nothing.
    pub came_late: bool,
    /// Whether it withdraws the notification.
    pub withdraws: bool,
}

/// A case with all that is kept of it.
#[derive(Debug, Clone)]
pub struct HeldCase {
    /// The case as it was made last.
    pub case: Case,
    /// Where it stands.
    pub standing: Standing,
    /// Its leases that changes have made void.
    pub void: Vec<VoidLease>,
    /// `notification.assessed.v1` as it was heard, of the revision whose finding counts; without match tokens where the
    /// notification is erased.
    pub assessed: Bytes,
    /// The trace context under which it was taken up last.
    pub trace: TraceContext,
    /// All that has been told of the notification.
    pub told: Told,
    /// Every revision that was taken up, by number.
    pub revisions: Vec<CaseRevision>,
    /// The clusters that it is in.
    pub clusters: Vec<Cluster>,
    /// Other cases that may be, are, or are not of the same incident; without those from which the viewer stood aside.
    pub links: Vec<Link>,
    /// The cases from which the viewer stood aside: nothing of them is shown with this one.
    pub kept_from_viewer: BTreeSet<Reference>,
}

/// What a viewer finds under a reference.
#[derive(Debug, Clone)]
pub enum Found {
    /// The case.
    Case(Box<HeldCase>),
    /// A case from which the viewer stood aside: nothing of it.
    StoodAside,
    /// No case.
    Nothing,
}

impl Found {
    /// The case, where it is there and the viewer sees it.
    pub fn case(self) -> Option<HeldCase> {
        match self {
            Self::Case(held) => Some(*held),
            Self::StoodAside | Self::Nothing => None,
        }
    }
}

/// How the queue stands as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueStands {
    /// The lanes that have cases which the panel has not acknowledged.
    pub lanes: Vec<LaneStands>,
    /// How many of these cases have a running clock that has run out.
    pub overdue: Vec<(ClockKind, u64)>,
    /// How many cases have come late, acknowledged ones included.
    pub late: u64,
}

/// How a lane stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneStands {
    /// The lane.
    pub lane: Lane,
    /// Cases that the panel has not acknowledged.
    pub cases: u64,
    /// When the oldest of them was queued.
    pub oldest: Option<Timestamp>,
}

/// Which part of a lane is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageOf {
    /// The lane.
    pub lane: Lane,
    /// Begin after this place; from the front where there is none.
    pub after: Option<Turn>,
    /// At most so many.
    pub at_most: u32,
    /// Also those that the panel has acknowledged.
    pub include_acknowledged: bool,
}

/// A part of a lane, in working order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The cases, without those from which the viewer stood aside.
    pub cases: Vec<Queued>,
    /// Where the next page begins after; none on the last page.
    pub next: Option<Turn>,
    /// How many cases of the lane wait, on this page or not, shown or not: neither leased nor acknowledged.
    pub waiting: u64,
    /// How many cases of the list are left out, on this page or another: the viewer stood aside from them.
    pub left_out: u64,
}

/// Which part of what a recipient was told is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticesOf {
    /// Who was told.
    pub recipient: Recipient,
    /// Begin before this one; with the newest where there is none.
    pub before: Option<u64>,
    /// At most so many.
    pub at_most: u32,
}

/// A part of what a recipient was told, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePage {
    /// The notices as they were told (`lapwing.triage.v1.Notice`).
    pub notices: Vec<Bytes>,
    /// Where the next page begins before; none on the last page.
    pub next: Option<u64>,
}

/// Triage's store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Takes up news in one transaction with the inbox: opens cases, makes them anew, keeps what came late or too early,
    /// proposes links, raises clusters, and tells of all of it. Of an erased notification it keeps no match token, also of
    /// what comes later. What an earlier delivery of the same event has done is
    /// left as it is.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    async fn take_up(&self, heard: &[Heard<Arrival>], now: Timestamp) -> Result<TakenUp, StoreError>;

    /// A part of a lane, as a viewer may see it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn list(&self, page: PageOf, viewer: &Viewer, now: Timestamp) -> Result<Page, StoreError>;

    /// How the queue stands as a whole, on a day in London.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn stands(&self, today: Date) -> Result<QueueStands, StoreError>;

    /// A case with all that is kept of it, as a viewer may see it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn find(&self, reference: Reference, viewer: &Viewer) -> Result<Found, StoreError>;

    /// A part of what a recipient was told, newest first, without notices of cases from which the viewer stood aside.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn notices(&self, of: NoticesOf, viewer: &Viewer) -> Result<NoticePage, StoreError>;

    /// Leases the first case of a lane that is free and from which whoever takes it did not stand aside, in one
    /// transaction: no two callers are given the same.
    ///
    /// # Errors
    /// Where the store cannot be written; nothing is leased then.
    async fn take_next(&self, lane: Lane, lease: Lease, now: Timestamp)
    -> Result<Option<Queued>, StoreError>;

    /// Acknowledges a case and tells of it, in one transaction. What was acknowledged before under the same lease is
    /// answered the same, and not told again.
    ///
    /// # Errors
    /// The outer where the store cannot be written, and nothing is changed or told then; the inner where the lease
    /// does not count.
    async fn acknowledge(
        &self,
        reference: Reference,
        acknowledgement: &Acknowledgement,
        told: &Envelope,
    ) -> Result<Result<Acknowledged, LeaseRefused>, StoreError>;

    /// Records a person's decision about two cases and tells of it, in one transaction; answers with what stands between
    /// them, seen from `reference`. What the same caller had decided last is answered the same, and not told again.
    ///
    /// # Errors
    /// Where the store cannot be written, or has no case of either reference; nothing is recorded or told then.
    async fn decide_link(
        &self,
        reference: Reference,
        pair: Pair,
        decision: &Decision,
        told: &Envelope,
    ) -> Result<Decided, StoreError>;

    /// Keeps that a member stood aside from a case and tells of it, in one transaction; a lease that the member holds of
    /// it ends. What was kept before is answered as it was, and not told again.
    ///
    /// # Errors
    /// Where the store cannot be written, or has no such case; nothing is kept or told then.
    async fn stand_aside(&self, stood: &StoodAside, told: &Envelope) -> Result<Aside, StoreError>;

    /// Lets a member see a case again and tells of it, in one transaction; whether there was anything to lift.
    ///
    /// # Errors
    /// Where the store cannot be written; nothing is lifted or told then.
    async fn lift_stand_aside(
        &self,
        reference: Reference,
        member: &str,
        told: &Envelope,
    ) -> Result<bool, StoreError>;
}
