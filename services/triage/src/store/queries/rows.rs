//! Rows of triage's tables, and what they mean. What a table must never hold is an error that names the row.

use bytes::Bytes;
use ids::{LeaseId, Reference};
use jiff::civil::Date;
use sqlx::Row as _;
use storage::{Doing, StoreError, number};
use telemetry::TraceContext;
use uuid::Uuid;

use super::dialect::Row;
use crate::domain::case::{Case, Entry};
use crate::domain::clock::Clock;
use crate::domain::erasure::Erasure;
use crate::domain::policy::Anchor;
use crate::domain::reason::Reason;
use crate::domain::standing::{Acknowledgement, Lease, Standing, VoidLease};
use crate::domain::told::{Declined, Withdrawal};
use crate::store::numbers::{
    decline_reason, erasure_reason, impossible, kind, lane, microseconds, outcome, priority,
    withdrawal_reason,
};
use crate::store::{CaseRevision, Queued};

// Columns are named, never `*`: a newer version may add one while this one runs, and a statement that a connection keeps prepared
// must not change its shape.

/// The columns that [`queued`] reads: everything of a case but what only its reader needs.
pub(super) const ENTRY_COLUMNS: &str = "reference, revision, authority, lane, priority, outcome, provision, children, \
                                        queued_at, clusters, withdrawn, lease_id, leased_by, leased_until, \
                                        acknowledged_by, acknowledged_at";

/// The columns that [`held_case`] reads besides.
pub(super) const FURTHER_COLUMNS: &str = "assessed, traceparent, tracestate, taken_up_on, policy_hash";

/// The columns that [`clock`] reads.
pub(super) const CLOCK_COLUMNS: &str = "reference, kind, working_days, months, anchor, anchor_on, due_on, late, \
                                        late_reason_given, explanation, other_reading, policy_edition";

const READING: &str = "read a case";

/// A case on the queue, without its clocks, indicators and linked cases: they are rows of their own.
pub(super) fn queued(row: &Row) -> Result<Queued, StoreError> {
    let reference = reference(row, "panel_case")?;
    let entry = Entry {
        reference,
        revision: number(row, "panel_case", "revision")?,
        authority: row.try_get("authority").doing(READING)?,
        lane: known(row, "panel_case", "lane", reference, lane)?,
        priority: known(row, "panel_case", "priority", reference, priority)?,
        outcome: known(row, "panel_case", "outcome", reference, outcome)?,
        provision: row.try_get("provision").doing(READING)?,
        children: number(row, "panel_case", "children")?,
        clocks: Vec::new(),
        queued_at: known(row, "panel_case", "queued_at", reference, microseconds)?,
        indicators: Vec::new(),
        clusters: number(row, "panel_case", "clusters")?,
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
pub(super) fn held_case(row: &Row) -> Result<CaseRow, StoreError> {
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
pub(super) fn withdrawal(row: &Row) -> Result<(Reference, Withdrawal), StoreError> {
    let reference = reference(row, "withdrawal")?;
    let withdrawal = Withdrawal {
        revision: number(row, "withdrawal", "revision")?,
        why: known(row, "withdrawal", "reason", reference, withdrawal_reason)?,
        received_on: a_day(row, "withdrawal", "received_on", reference)?,
    };
    Ok((reference, withdrawal))
}

/// A declined hand-over with the notification it is about.
pub(super) fn declined(row: &Row) -> Result<(Reference, Declined), StoreError> {
    let reference = reference(row, "declined_hand_over")?;
    let declined = Declined {
        revision: number(row, "declined_hand_over", "revision")?,
        by: row.try_get("authority").doing(READING)?,
        why: known(row, "declined_hand_over", "reason", reference, decline_reason)?,
    };
    Ok((reference, declined))
}

/// An erasure with the notification it is of.
pub(super) fn erasure(row: &Row) -> Result<(Reference, Erasure), StoreError> {
    let reference = reference(row, "erasure")?;
    let erasure = Erasure {
        at: known(row, "erasure", "erased_at", reference, microseconds)?,
        why: known(row, "erasure", "reason", reference, erasure_reason)?,
        by: row.try_get("erased_by").doing(READING)?,
    };
    Ok((reference, erasure))
}

/// When an authority notified, with the notification.
pub(super) fn notified(row: &Row) -> Result<(Reference, (String, Date)), StoreError> {
    let reference = reference(row, "notified")?;
    let authority = row.try_get("authority").doing(READING)?;
    Ok((reference, (authority, a_day(row, "notified", "received_on", reference)?)))
}

/// A lease that was made void.
pub(super) fn void_lease(row: &Row, reference: Reference) -> Result<VoidLease, StoreError> {
    let lease: Uuid = row.try_get("lease_id").doing(READING)?;
    Ok(VoidLease {
        id: LeaseId::from_uuid(lease),
        revision: number(row, "void_lease", "revision")?,
        at: known(row, "void_lease", "voided_at", reference, microseconds)?,
    })
}

/// A line of the lineage.
pub(super) fn case_revision(row: &Row, reference: Reference) -> Result<CaseRevision, StoreError> {
    const TABLE: &str = "case_revision";
    let found: Option<i64> = row.try_get("outcome").doing(READING)?;
    let unknown = || impossible(TABLE, "outcome", reference)("it stands for nothing");
    Ok(CaseRevision {
        revision: number(row, TABLE, "revision")?,
        outcome: found.map(|number| outcome(number).ok_or_else(unknown)).transpose()?,
        lane: known(row, TABLE, "lane", reference, lane)?,
        priority: known(row, TABLE, "priority", reference, priority)?,
        at: known(row, TABLE, "at", reference, microseconds)?,
        came_late: row.try_get("came_late").doing(READING)?,
        withdraws: row.try_get("withdraws").doing(READING)?,
    })
}

/// The reference of a row.
pub(super) fn reference(row: &Row, table: &'static str) -> Result<Reference, StoreError> {
    let text: String = row.try_get("reference").doing(READING)?;
    text.parse().map_err(impossible(table, "reference", &text))
}

fn a_day(
    row: &Row,
    table: &'static str,
    column: &'static str,
    reference: Reference,
) -> Result<Date, StoreError> {
    let text: String = row.try_get(column).doing(READING)?;
    text.parse().map_err(|error: jiff::Error| impossible(table, column, reference)(error))
}

/// Where a case stands. That a lease and an acknowledgement are whole is a rule of the table.
pub(super) fn standing(row: &Row, reference: Reference) -> Result<Standing, StoreError> {
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
pub(super) fn clock(row: &Row) -> Result<(Reference, Clock), StoreError> {
    let reference = reference(row, "clock")?;
    let clock = Clock {
        kind: known(row, "clock", "kind", reference, kind)?,
        working_days: number(row, "clock", "working_days")?,
        months: number(row, "clock", "months")?,
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

fn anchor(row: &Row, reference: Reference) -> Result<Anchor, StoreError> {
    let text: String = row.try_get("anchor").doing(READING)?;
    let found = Anchor::ALL.into_iter().find(|anchor| anchor.to_string() == text);
    found.ok_or_else(|| impossible("clock", "anchor", reference)("no such anchor"))
}

fn day(row: &Row, column: &'static str, reference: Reference) -> Result<Option<Date>, StoreError> {
    let text: Option<String> = row.try_get(column).doing(READING)?;
    text.map(|text| text.parse())
        .transpose()
        .map_err(|error: jiff::Error| impossible("clock", column, reference)(error))
}

/// A reason.
pub(super) fn reason(row: &Row) -> Result<Reason, StoreError> {
    let facts: String = row.try_get("facts").doing(READING)?;
    Ok(Reason {
        code: row.try_get("code").doing(READING)?,
        text: row.try_get("text").doing(READING)?,
        source: row.try_get("source").doing(READING)?,
        facts: facts.lines().map(str::to_owned).collect(),
    })
}

/// A number that stands for something.
fn known<T>(
    row: &Row,
    table: &'static str,
    column: &'static str,
    reference: Reference,
    meaning: impl FnOnce(i64) -> Option<T>,
) -> Result<T, StoreError> {
    let number: i64 = row.try_get(column).doing(READING)?;
    meaning(number)
        .ok_or_else(|| impossible(table, column, reference)(format!("{number} stands for nothing")))
}
