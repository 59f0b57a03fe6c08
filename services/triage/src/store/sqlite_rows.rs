//! Rows of triage's tables, and what they mean. What a table must never hold is an error that names the row.

use bytes::Bytes;
use ids::{LeaseId, Reference};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use storage::{Doing, StoreError};
use telemetry::TraceContext;
use uuid::Uuid;

use super::{CaseRevision, Queued};
use crate::domain::case::{Case, Entry};
use crate::domain::clock::{Clock, ClockKind};
use crate::domain::finding::Outcome;
use crate::domain::lane::Lane;
use crate::domain::policy::Anchor;
use crate::domain::priority::Priority;
use crate::domain::reason::Reason;
use crate::domain::recipients::Recipient;
use crate::domain::standing::{Acknowledgement, Lease, Standing, VoidLease};
use crate::domain::told::{DeclineReason, Declined, Withdrawal, WithdrawalReason};

/// The columns that [`queued`] reads: everything of a case but what only its reader needs.
pub(super) const ENTRY_COLUMNS: &str = "reference, revision, authority, lane, priority, outcome, provision, children, \
                                        queued_at, clusters, withdrawn, lease_id, leased_by, leased_until, \
                                        acknowledged_by, acknowledged_at";

const READING: &str = "read a case";

/// As in lapwing.notification.v1.Outcome.
pub(super) fn outcome_number(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::DutyInArea => 1,
        Outcome::DutyOutsideEngland => 2,
        Outcome::DutyOfAnotherAuthority => 3,
        Outcome::LookedAfterDeath => 4,
        Outcome::CareLeaverDeath => 5,
        Outcome::NeedsJudgement => 6,
        Outcome::Outside => 7,
    }
}

fn outcome(number: i64) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|outcome| outcome_number(*outcome) == number)
}

/// As in lapwing.notification.v1.Lane.
pub(super) fn lane_number(lane: Lane) -> i64 {
    match lane {
        Lane::Decision => 1,
        Lane::Information => 2,
    }
}

fn lane(number: i64) -> Option<Lane> {
    [Lane::Decision, Lane::Information].into_iter().find(|lane| lane_number(*lane) == number)
}

/// This store's own numbers: they sort in the order in which cases are worked.
pub(super) fn priority_number(priority: Priority) -> i64 {
    match priority {
        Priority::Urgent => 1,
        Priority::Standard => 2,
    }
}

fn priority(number: i64) -> Option<Priority> {
    [Priority::Urgent, Priority::Standard].into_iter().find(|priority| priority_number(*priority) == number)
}

/// As in lapwing.notification.v1.ClockKind.
pub(super) fn kind_number(kind: ClockKind) -> i64 {
    match kind {
        ClockKind::Notification => 1,
        ClockKind::RapidReview => 2,
        ClockKind::LocalReview => 3,
    }
}

fn kind(number: i64) -> Option<ClockKind> {
    [ClockKind::Notification, ClockKind::RapidReview, ClockKind::LocalReview]
        .into_iter()
        .find(|kind| kind_number(*kind) == number)
}

/// As in lapwing.triage.v1.Recipient.
pub(super) fn recipient_number(recipient: Recipient) -> i64 {
    match recipient {
        Recipient::Panel => 1,
        Recipient::Dfe => 2,
        Recipient::Ofsted => 3,
        Recipient::SafeguardingPartners => 4,
    }
}

/// As in lapwing.notification.v1.WithdrawalReason.
pub(super) fn withdrawal_number(why: WithdrawalReason) -> i64 {
    match why {
        WithdrawalReason::CriteriaNotMet => 1,
        WithdrawalReason::NotifiedTwice => 2,
        WithdrawalReason::SentByMistake => 3,
        WithdrawalReason::Other => 4,
    }
}

fn withdrawal_reason(number: i64) -> Option<WithdrawalReason> {
    let every = [
        WithdrawalReason::CriteriaNotMet,
        WithdrawalReason::NotifiedTwice,
        WithdrawalReason::SentByMistake,
        WithdrawalReason::Other,
    ];
    every.into_iter().find(|why| withdrawal_number(*why) == number)
}

/// As in lapwing.notification.v1.DeclineReason.
pub(super) fn decline_number(why: DeclineReason) -> i64 {
    match why {
        DeclineReason::NotInOurArea => 1,
        DeclineReason::NotifiedByUs => 2,
        DeclineReason::Other => 3,
    }
}

fn decline_reason(number: i64) -> Option<DeclineReason> {
    [DeclineReason::NotInOurArea, DeclineReason::NotifiedByUs, DeclineReason::Other]
        .into_iter()
        .find(|why| decline_number(*why) == number)
}

/// A rapid review's due day as it sorts: a case without one comes after those that have one.
pub(super) fn due_text(due_on: Option<Date>) -> String {
    due_on.map_or_else(|| "none".to_owned(), |day| day.to_string())
}

/// A case on the queue, without its clocks, indicators and linked cases: they are rows of their own.
pub(super) fn queued(row: &SqliteRow) -> Result<Queued, StoreError> {
    let reference = reference(row, "panel_case")?;
    let entry = Entry {
        reference,
        revision: row.try_get("revision").doing(READING)?,
        authority: row.try_get("authority").doing(READING)?,
        lane: known(row, "panel_case", "lane", reference, lane)?,
        priority: known(row, "panel_case", "priority", reference, priority)?,
        outcome: known(row, "panel_case", "outcome", reference, outcome)?,
        provision: row.try_get("provision").doing(READING)?,
        children: row.try_get("children").doing(READING)?,
        clocks: Vec::new(),
        queued_at: known(row, "panel_case", "queued_at", reference, microseconds)?,
        indicators: Vec::new(),
        clusters: row.try_get("clusters").doing(READING)?,
        linked: Vec::new(),
        withdrawn: row.try_get("withdrawn").doing(READING)?,
    };
    Ok(Queued { entry, standing: standing(row, reference)? })
}

/// The row of a case, without what is kept in rows of their own.
pub(super) struct CaseRow {
    pub(super) entry: Entry,
    pub(super) standing: Standing,
    pub(super) taken_up_on: Date,
    pub(super) assessed: Bytes,
    pub(super) trace: TraceContext,
    pub(super) policy_hash: String,
}

impl CaseRow {
    /// The case as its row shows it; whoever changes it makes it anew.
    pub(super) fn into_case(self) -> Case {
        Case { entry: self.entry, reasons: Vec::new(), indicators: Vec::new(), policy_hash: self.policy_hash }
    }
}

/// The row of a case.
pub(super) fn held_case(row: &SqliteRow) -> Result<CaseRow, StoreError> {
    let Queued { entry, standing } = queued(row)?;
    let assessed: Vec<u8> = row.try_get("assessed").doing(READING)?;
    let trace = TraceContext {
        traceparent: row.try_get("traceparent").doing(READING)?,
        tracestate: row.try_get("tracestate").doing(READING)?,
    };
    Ok(CaseRow {
        taken_up_on: a_day(row, "panel_case", "taken_up_on", entry.reference)?,
        entry,
        standing,
        assessed: Bytes::from(assessed),
        trace,
        policy_hash: row.try_get("policy_hash").doing(READING)?,
    })
}

/// A withdrawal with the notification it is about.
pub(super) fn withdrawal(row: &SqliteRow) -> Result<(Reference, Withdrawal), StoreError> {
    let reference = reference(row, "withdrawal")?;
    let withdrawal = Withdrawal {
        revision: row.try_get("revision").doing(READING)?,
        why: known(row, "withdrawal", "reason", reference, withdrawal_reason)?,
        received_on: a_day(row, "withdrawal", "received_on", reference)?,
    };
    Ok((reference, withdrawal))
}

/// A declined hand-over with the notification it is about.
pub(super) fn declined(row: &SqliteRow) -> Result<(Reference, Declined), StoreError> {
    let reference = reference(row, "declined_hand_over")?;
    let declined = Declined {
        revision: row.try_get("revision").doing(READING)?,
        by: row.try_get("authority").doing(READING)?,
        why: known(row, "declined_hand_over", "reason", reference, decline_reason)?,
    };
    Ok((reference, declined))
}

/// When an authority notified, with the notification.
pub(super) fn notified(row: &SqliteRow) -> Result<(Reference, (String, Date)), StoreError> {
    let reference = reference(row, "notified")?;
    let authority = row.try_get("authority").doing(READING)?;
    Ok((reference, (authority, a_day(row, "notified", "received_on", reference)?)))
}

/// A lease that was made void.
pub(super) fn void_lease(row: &SqliteRow, reference: Reference) -> Result<VoidLease, StoreError> {
    let lease: Uuid = row.try_get("lease_id").doing(READING)?;
    Ok(VoidLease {
        id: LeaseId::from_uuid(lease),
        revision: row.try_get("revision").doing(READING)?,
        at: known(row, "void_lease", "voided_at", reference, microseconds)?,
    })
}

/// A line of the lineage.
pub(super) fn case_revision(row: &SqliteRow, reference: Reference) -> Result<CaseRevision, StoreError> {
    const TABLE: &str = "case_revision";
    let found: Option<i64> = row.try_get("outcome").doing(READING)?;
    let unknown = || impossible(TABLE, "outcome", reference)("it stands for nothing");
    Ok(CaseRevision {
        revision: row.try_get("revision").doing(READING)?,
        outcome: found.map(|number| outcome(number).ok_or_else(unknown)).transpose()?,
        lane: known(row, TABLE, "lane", reference, lane)?,
        priority: known(row, TABLE, "priority", reference, priority)?,
        at: known(row, TABLE, "at", reference, microseconds)?,
        came_late: row.try_get("came_late").doing(READING)?,
        withdraws: row.try_get("withdraws").doing(READING)?,
    })
}

/// The reference of a row.
pub(super) fn reference(row: &SqliteRow, table: &'static str) -> Result<Reference, StoreError> {
    let text: String = row.try_get("reference").doing(READING)?;
    text.parse().map_err(impossible(table, "reference", &text))
}

fn a_day(
    row: &SqliteRow,
    table: &'static str,
    column: &'static str,
    reference: Reference,
) -> Result<Date, StoreError> {
    let text: String = row.try_get(column).doing(READING)?;
    text.parse().map_err(|error: jiff::Error| impossible(table, column, reference)(error))
}

/// Where a case stands. That a lease and an acknowledgement are whole is a rule of the table.
pub(super) fn standing(row: &SqliteRow, reference: Reference) -> Result<Standing, StoreError> {
    let lease: Option<Uuid> = row.try_get("lease_id").doing(READING)?;
    let acknowledged_by: Option<String> = row.try_get("acknowledged_by").doing(READING)?;
    let Some(lease) = lease.map(LeaseId::from_uuid) else {
        return Ok(Standing::Waiting);
    };
    if let Some(by) = acknowledged_by {
        let at = known(row, "panel_case", "acknowledged_at", reference, microseconds)?;
        return Ok(Standing::Acknowledged(Acknowledgement { lease, by, at }));
    }
    let by = row.try_get("leased_by").doing(READING)?;
    let until = known(row, "panel_case", "leased_until", reference, microseconds)?;
    Ok(Standing::Leased(Lease { id: lease, by, until }))
}

/// A clock with the case it belongs to.
pub(super) fn clock(row: &SqliteRow) -> Result<(Reference, Clock), StoreError> {
    let reference = reference(row, "clock")?;
    let clock = Clock {
        kind: known(row, "clock", "kind", reference, kind)?,
        working_days: row.try_get("working_days").doing(READING)?,
        months: row.try_get("months").doing(READING)?,
        anchor: anchor(row, reference)?,
        anchor_on: day(row, "anchor_on", reference)?,
        due_on: day(row, "due_on", reference)?,
        late: row.try_get("late").doing(READING)?,
        late_reason_given: row.try_get("late_reason_given").doing(READING)?,
        explanation: row.try_get("explanation").doing(READING)?,
        other_reading: row.try_get("other_reading").doing(READING)?,
        policy_edition: row.try_get("policy_edition").doing(READING)?,
    };
    Ok((reference, clock))
}

fn anchor(row: &SqliteRow, reference: Reference) -> Result<Anchor, StoreError> {
    let text: String = row.try_get("anchor").doing(READING)?;
    let found = Anchor::ALL.into_iter().find(|anchor| anchor.to_string() == text);
    found.ok_or_else(|| impossible("clock", "anchor", reference)("no such anchor"))
}

fn day(row: &SqliteRow, column: &'static str, reference: Reference) -> Result<Option<Date>, StoreError> {
    let text: Option<String> = row.try_get(column).doing(READING)?;
    text.map(|text| text.parse())
        .transpose()
        .map_err(|error: jiff::Error| impossible("clock", column, reference)(error))
}

/// A reason.
pub(super) fn reason(row: &SqliteRow) -> Result<Reason, StoreError> {
    let facts: String = row.try_get("facts").doing(READING)?;
    Ok(Reason {
        code: row.try_get("code").doing(READING)?,
        text: row.try_get("text").doing(READING)?,
        source: row.try_get("source").doing(READING)?,
        facts: facts.lines().map(str::to_owned).collect(),
    })
}

fn microseconds(number: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(number).ok()
}

/// A number that stands for something.
fn known<T>(
    row: &SqliteRow,
    table: &'static str,
    column: &'static str,
    reference: Reference,
    meaning: impl FnOnce(i64) -> Option<T>,
) -> Result<T, StoreError> {
    let number: i64 = row.try_get(column).doing(READING)?;
    meaning(number)
        .ok_or_else(|| impossible(table, column, reference)(format!("{number} stands for nothing")))
}

/// Says that a row holds what it must never hold.
pub(super) fn impossible<E: ToString>(
    table: &'static str,
    column: &'static str,
    row: impl ToString,
) -> impl FnOnce(E) -> StoreError {
    move |error| StoreError::Impossible { table, column, row: row.to_string(), reason: error.to_string() }
}
