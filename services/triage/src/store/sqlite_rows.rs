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

use super::{HeldCase, Queued};
use crate::domain::case::{Case, Entry};
use crate::domain::clock::{Clock, ClockKind};
use crate::domain::finding::Outcome;
use crate::domain::lane::Lane;
use crate::domain::policy::Anchor;
use crate::domain::priority::Priority;
use crate::domain::reason::Reason;
use crate::domain::standing::{Acknowledgement, Lease, Standing};

/// The columns that [`queued`] reads: everything of a case but what only its reader needs.
pub(super) const ENTRY_COLUMNS: &str = "reference, authority, lane, priority, outcome, provision, children, queued_at, \
                                        lease_id, leased_by, leased_until, acknowledged_by, acknowledged_at";

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
    let every = [
        Outcome::DutyInArea,
        Outcome::DutyOutsideEngland,
        Outcome::DutyOfAnotherAuthority,
        Outcome::LookedAfterDeath,
        Outcome::CareLeaverDeath,
        Outcome::NeedsJudgement,
        Outcome::Outside,
    ];
    every.into_iter().find(|outcome| outcome_number(*outcome) == number)
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
    }
}

fn kind(number: i64) -> Option<ClockKind> {
    [ClockKind::Notification, ClockKind::RapidReview].into_iter().find(|kind| kind_number(*kind) == number)
}

/// A case on the queue, without its clocks: they are rows of their own.
pub(super) fn queued(row: &SqliteRow) -> Result<Queued, StoreError> {
    let text: String = row.try_get("reference").doing(READING)?;
    let reference: Reference = text.parse().map_err(impossible("panel_case", "reference", &text))?;
    let entry = Entry {
        reference,
        authority: row.try_get("authority").doing(READING)?,
        lane: known(row, "panel_case", "lane", reference, lane)?,
        priority: known(row, "panel_case", "priority", reference, priority)?,
        outcome: known(row, "panel_case", "outcome", reference, outcome)?,
        provision: row.try_get("provision").doing(READING)?,
        children: row.try_get("children").doing(READING)?,
        clocks: Vec::new(),
        queued_at: known(row, "panel_case", "queued_at", reference, microseconds)?,
    };
    Ok(Queued { entry, standing: standing(row, reference)? })
}

/// A case with all that is kept of it, without its clocks and its reasons: they are rows of their own.
pub(super) fn held_case(row: &SqliteRow) -> Result<HeldCase, StoreError> {
    let Queued { entry, standing } = queued(row)?;
    let assessed: Vec<u8> = row.try_get("assessed").doing(READING)?;
    let case = Case {
        entry,
        revision: row.try_get("revision").doing(READING)?,
        reasons: Vec::new(),
        policy_hash: row.try_get("policy_hash").doing(READING)?,
    };
    let trace = TraceContext {
        traceparent: row.try_get("traceparent").doing(READING)?,
        tracestate: row.try_get("tracestate").doing(READING)?,
    };
    Ok(HeldCase { case, standing, assessed: Bytes::from(assessed), trace })
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
    let text: String = row.try_get("reference").doing(READING)?;
    let reference: Reference = text.parse().map_err(impossible("clock", "reference", &text))?;
    let clock = Clock {
        kind: known(row, "clock", "kind", reference, kind)?,
        working_days: row.try_get("working_days").doing(READING)?,
        anchor: anchor(row, reference)?,
        anchor_on: day(row, "anchor_on", reference)?,
        due_on: day(row, "due_on", reference)?,
        late: row.try_get("late").doing(READING)?,
        explanation: row.try_get("explanation").doing(READING)?,
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
