//! Writes cases whole, in batches, and reads what belongs to a case besides its own row.
//!
//! What a reader would get wrong: a case is always written whole. Clocks, reasons and indicators of the revision before
//! are taken away and those of the new one put in their place; what was is told by the lineage.

use std::collections::HashMap;

use ids::Reference;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, number, whole};

use super::dialect::{Connection, Db, execute, push_among, push_rows};
use super::references::{of_these, push_references};
use super::{linking, rows};
use crate::domain::case::Case;
use crate::domain::clock::Clock;
use crate::domain::reason::Reason;
use crate::domain::standing::Standing;
use crate::store::dossier::Open;
use crate::store::{Queued, numbers};

/// Writes cases with all that belongs to them, in place of what was there.
pub(super) async fn write(connection: &mut Connection, open: &[&Open]) -> Result<(), StoreError> {
    write_cases(connection, open).await?;
    let before: Vec<&Case> = open.iter().filter(|open| open.stored).map(|open| &open.case).collect();
    for table in ["clock", "reason", "indicator"] {
        remove(connection, table, &before).await?;
    }
    let cases: Vec<&Case> = open.iter().map(|open| &open.case).collect();
    write_clocks(connection, &cases).await?;
    write_reasons(connection, "reason", &cases, |case| &case.reasons).await?;
    write_reasons(connection, "indicator", &cases, |case| &case.indicators).await
}

async fn write_cases(connection: &mut Connection, open: &[&Open]) -> Result<(), StoreError> {
    for some in open.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO panel_case (reference, revision, authority, outcome, provision, children, lane, priority, \
             queued_at, policy_hash, traceparent, tracestate, assessed, withdrawn, taken_up_on, review_due, indicators, \
             clusters) ",
        );
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|open| open.case.entry.reference.to_string())
                .whole(|open| whole(open.case.entry.revision))
                .text(|open| &open.case.entry.authority)
                .whole(|open| numbers::outcome_number(open.case.entry.outcome))
                .text(|open| &open.case.entry.provision)
                .whole(|open| whole(open.case.entry.children))
                .whole(|open| numbers::lane_number(open.case.entry.lane))
                .whole(|open| numbers::priority_number(open.case.entry.priority))
                .whole(|open| open.case.entry.queued_at.as_microsecond())
                .text(|open| &open.case.policy_hash)
                .optional_text(|open| open.trace.traceparent.as_deref())
                .optional_text(|open| open.trace.tracestate.as_deref())
                .bytes(|open| open.assessed.as_ref())
                .flag(|open| open.case.entry.withdrawn)
                .text(|open| open.taken_up.on.to_string())
                .text(|open| numbers::due_text(open.case.entry.turn().review_due_on))
                .whole(|open| whole(open.case.entry.turn().indicators))
                .whole(|open| whole(open.case.entry.clusters)),
        );
        insert.push(
            " ON CONFLICT (reference) DO UPDATE SET revision = excluded.revision, authority = excluded.authority, \
             outcome = excluded.outcome, provision = excluded.provision, children = excluded.children, \
             lane = excluded.lane, priority = excluded.priority, policy_hash = excluded.policy_hash, \
             traceparent = excluded.traceparent, tracestate = excluded.tracestate, assessed = excluded.assessed, \
             withdrawn = excluded.withdrawn, taken_up_on = excluded.taken_up_on, review_due = excluded.review_due, \
             indicators = excluded.indicators, clusters = excluded.clusters",
        );
        execute(connection, insert, "write cases").await?;
    }
    let free = open.iter().filter(|open| open.stored && open.standing == Standing::Waiting);
    set_free(connection, &free.map(|open| open.case.entry.reference).collect::<Vec<_>>()).await
}

/// Puts cases back that wait: no lease and no acknowledgement is left on them.
async fn set_free(connection: &mut Connection, references: &[Reference]) -> Result<(), StoreError> {
    for some in references.chunks(ROWS) {
        let mut update = QueryBuilder::<Db>::new(
            "UPDATE panel_case SET lease_id = NULL, leased_by = NULL, leased_until = NULL, acknowledged_by = NULL, \
             acknowledged_at = NULL WHERE lease_id IS NOT NULL AND ",
        );
        push_references(&mut update, "reference", some);
        execute(connection, update, "put cases back").await?;
    }
    Ok(())
}

async fn remove(connection: &mut Connection, table: &str, cases: &[&Case]) -> Result<(), StoreError> {
    for some in cases.chunks(ROWS) {
        let mut delete = QueryBuilder::<Db>::new(format!("DELETE FROM {table} WHERE "));
        let references = Columns::of(some).text(|case| case.entry.reference.to_string());
        push_among(&mut delete, "reference", &references);
        execute(connection, delete, "make cases anew").await?;
    }
    Ok(())
}

async fn write_clocks(connection: &mut Connection, cases: &[&Case]) -> Result<(), StoreError> {
    let clocks: Vec<(Reference, &Clock)> = cases
        .iter()
        .flat_map(|case| case.entry.clocks.iter().map(|clock| (case.entry.reference, clock)))
        .collect();
    for some in clocks.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO clock (reference, kind, working_days, months, anchor, anchor_on, due_on, late, \
             late_reason_given, explanation, other_reading, policy_edition) ",
        );
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|(reference, _)| reference.to_string())
                .whole(|(_, clock)| numbers::kind_number(clock.kind))
                .whole(|(_, clock)| whole(clock.working_days))
                .whole(|(_, clock)| whole(clock.months))
                .text(|(_, clock)| clock.anchor.to_string())
                .optional_text(|(_, clock)| clock.anchor_on.map(|day| day.to_string()))
                .optional_text(|(_, clock)| clock.due_on.map(|day| day.to_string()))
                .flag(|(_, clock)| clock.late)
                .flag(|(_, clock)| clock.late_reason_given)
                .text(|(_, clock)| &clock.explanation)
                .text(|(_, clock)| &clock.other_reading)
                .text(|(_, clock)| &clock.policy_edition),
        );
        execute(connection, insert, "set clocks").await?;
    }
    Ok(())
}

/// Reasons of the case, or its indicators, which are reasons in a table of their own.
async fn write_reasons(
    connection: &mut Connection,
    table: &'static str,
    cases: &[&Case],
    of: impl Fn(&Case) -> &Vec<Reason>,
) -> Result<(), StoreError> {
    let reasons: Vec<(Reference, u32, &Reason)> = cases
        .iter()
        .flat_map(|case| {
            (1..).zip(of(case)).map(|(position, reason)| (case.entry.reference, position, reason))
        })
        .collect();
    for some in reasons.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(format!(
            "INSERT INTO {table} (reference, position, code, text, source, facts) "
        ));
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|(reference, _, _)| reference.to_string())
                .whole(|(_, position, _)| whole(*position))
                .text(|(_, _, reason)| &reason.code)
                .text(|(_, _, reason)| &reason.text)
                .text(|(_, _, reason)| &reason.source)
                .text(|(_, _, reason)| reason.facts.join("\n")),
        );
        execute(connection, insert, "give reasons").await?;
    }
    Ok(())
}

/// Puts to cases that were read without them their clocks, indicators and linked cases.
pub(super) async fn complete(connection: &mut Connection, cases: &mut [Queued]) -> Result<(), StoreError> {
    let references: Vec<Reference> = cases.iter().map(|queued| queued.entry.reference).collect();
    let mut clocks = clocks_of(connection, &references).await?;
    let mut indicators = indicator_codes_of(connection, &references).await?;
    let mut linked = linking::linked(connection, &references).await?;
    for Queued { entry, .. } in cases {
        entry.clocks = clocks.remove(&entry.reference).unwrap_or_default();
        entry.indicators = indicators.remove(&entry.reference).unwrap_or_default();
        entry.linked = linked.remove(&entry.reference).unwrap_or_default();
    }
    Ok(())
}

async fn clocks_of(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, Vec<Clock>>, StoreError> {
    let mut clocks: HashMap<Reference, Vec<Clock>> = HashMap::new();
    for some in references.chunks(ROWS) {
        let select = format!("SELECT {} FROM clock WHERE ", rows::CLOCK_COLUMNS);
        for row in of_these(connection, &select, some, " ORDER BY reference, kind").await? {
            let (reference, clock) = rows::clock(&row)?;
            clocks.entry(reference).or_default().push(clock);
        }
    }
    Ok(clocks)
}

async fn indicator_codes_of(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, Vec<String>>, StoreError> {
    let mut codes: HashMap<Reference, Vec<String>> = HashMap::new();
    for some in references.chunks(ROWS) {
        let select = "SELECT reference, code FROM indicator WHERE ";
        for row in of_these(connection, select, some, " ORDER BY reference, position").await? {
            let code = row.try_get("code").doing("read indicators")?;
            codes.entry(rows::reference(&row, "indicator")?).or_default().push(code);
        }
    }
    Ok(codes)
}

/// In how many clusters the cases are shown to be; those without a case are left out.
pub(super) async fn numbers_of_clusters(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, u32>, StoreError> {
    let mut numbers = HashMap::new();
    for some in references.chunks(ROWS) {
        let select = "SELECT reference, clusters FROM panel_case WHERE ";
        for row in of_these(connection, select, some, "").await? {
            numbers.insert(rows::reference(&row, "panel_case")?, number(&row, "panel_case", "clusters")?);
        }
    }
    Ok(numbers)
}

/// The reasons of a case.
pub(super) async fn reasons_of(
    connection: &mut Connection,
    reference: Reference,
) -> Result<Vec<Reason>, StoreError> {
    const SELECT: &str =
        "SELECT code, text, source, facts FROM reason WHERE reference = $1 ORDER BY position";
    let found = sqlx::query(SELECT).bind(reference.to_string()).fetch_all(connection).await;
    found.doing("read reasons")?.iter().map(rows::reason).collect()
}

/// The indicators of a case.
pub(super) async fn indicators_of(
    connection: &mut Connection,
    reference: Reference,
) -> Result<Vec<Reason>, StoreError> {
    const SELECT: &str =
        "SELECT code, text, source, facts FROM indicator WHERE reference = $1 ORDER BY position";
    let found = sqlx::query(SELECT).bind(reference.to_string()).fetch_all(connection).await;
    found.doing("read indicators")?.iter().map(rows::reason).collect()
}
