//! What stands between cases, and what persons decided.
//!
//! What a reader would get wrong: `link.state` only repeats the last row of `link_decision`, for look-ups. Both are
//! written in one transaction.

use std::collections::HashMap;

use ids::Reference;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _};
use storage::{Doing, ROWS, StoreError, whole};

use super::super::dialect::{Connection, Db, Row, fetch_all};
use super::super::references::push_references;
use super::super::rows;
use super::{pair_of, reference_of};
use crate::domain::link::{Decided, Decision, Link, Pair, Verdict};
use crate::domain::reason::Reason;
use crate::store::numbers::impossible;

const READING: &str = "read links";
const DECIDING: &str = "decide a link";

/// What stands between a case and others, by the others' references.
///
/// # Errors
/// Where the store cannot be read.
pub(in super::super) async fn links_of(
    connection: &mut Connection,
    reference: Reference,
) -> Result<Vec<Link>, StoreError> {
    let of_each = "SELECT link.lower, link.higher, panel_case.authority FROM link JOIN panel_case ON \
                   panel_case.reference = CASE link.lower WHEN $1 THEN link.higher ELSE link.lower END \
                   WHERE link.lower = $1 OR link.higher = $1";
    let rows =
        sqlx::query(of_each).bind(reference.to_string()).fetch_all(&mut *connection).await.doing(READING)?;
    let mut reasons = reasons_of(connection, reference).await?;
    let mut decisions = decisions_of(connection, reference).await?;
    let mut links: Vec<Link> = rows
        .iter()
        .map(|row| {
            let pair = pair_of(row)?;
            Ok(Link {
                reference: pair.other_than(reference),
                authority: row.try_get("authority").doing(READING)?,
                reasons: reasons.remove(&pair).unwrap_or_default(),
                decisions: decisions.remove(&pair).unwrap_or_default(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    links.sort_by_key(|link| link.reference);
    Ok(links)
}

/// For each case, those that a person found to be of the same incident: directly, not by way of a third. Cases without
/// any are left out.
///
/// # Errors
/// Where the store cannot be read.
pub(in super::super) async fn linked(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, Vec<Reference>>, StoreError> {
    let mut linked: HashMap<Reference, Vec<Reference>> = HashMap::new();
    for some in references.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new("");
        for (union, own, other) in [("", "lower", "higher"), (" UNION ALL ", "higher", "lower")] {
            let half = format!("{union}SELECT {own} AS own, {other} AS other FROM link WHERE state = 2 AND ");
            push_references(select.push(half), own, some);
        }
        for row in fetch_all(connection, select, READING).await? {
            let other = reference_of(&row, "link", "other")?;
            linked.entry(reference_of(&row, "link", "own")?).or_default().push(other);
        }
    }
    linked.values_mut().for_each(|others| others.sort_unstable());
    Ok(linked)
}

/// Records a decision about two cases, seen from `one`; where the same caller had decided the same last, nothing is
/// added. A pair that nobody proposed is linked all the same. Both cases must be in `panel_case`.
///
/// # Errors
/// As the transaction has.
pub(in super::super) async fn decide(
    transaction: &mut Connection,
    one: Reference,
    pair: Pair,
    decision: &Decision,
) -> Result<Decided, StoreError> {
    let earlier = decisions_of(transaction, one).await?.remove(&pair).unwrap_or_default();
    if earlier.last().is_some_and(|last| decision.repeats(last)) {
        return Ok(Decided::Before(link_between(transaction, one, pair).await?));
    }
    sqlx::query(
        "INSERT INTO link (lower, higher, state) VALUES ($1, $2, $3) \
         ON CONFLICT (lower, higher) DO UPDATE SET state = excluded.state",
    )
    .bind(pair.lower().to_string())
    .bind(pair.higher().to_string())
    .bind(verdict_number(decision.verdict))
    .execute(&mut *transaction)
    .await
    .doing(DECIDING)?;
    insert_decision(transaction, pair, earlier.len() + 1, decision).await?;
    Ok(Decided::Now(link_between(transaction, one, pair).await?))
}

async fn insert_decision(
    transaction: &mut Connection,
    pair: Pair,
    position: usize,
    decision: &Decision,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO link_decision (lower, higher, position, state, decided_by, decided_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(pair.lower().to_string())
    .bind(pair.higher().to_string())
    .bind(whole(position))
    .bind(verdict_number(decision.verdict))
    .bind(&decision.by)
    .bind(decision.at.as_microsecond())
    .execute(&mut *transaction)
    .await
    .doing(DECIDING)?;
    Ok(())
}

async fn link_between(connection: &mut Connection, one: Reference, pair: Pair) -> Result<Link, StoreError> {
    let other = pair.other_than(one);
    let links = links_of(connection, one).await?;
    links
        .into_iter()
        .find(|link| link.reference == other)
        .ok_or_else(|| impossible("link", "lower", pair.lower())("the link was written and is not there"))
}

/// The reasons of a case's links, with the facts of its own notification.
async fn reasons_of(
    connection: &mut Connection,
    reference: Reference,
) -> Result<HashMap<Pair, Vec<Reason>>, StoreError> {
    let of_each = "SELECT lower, higher, code, text, source, \
                   CASE lower WHEN $1 THEN lower_facts ELSE higher_facts END AS facts \
                   FROM link_reason WHERE (lower, higher) IN \
                   (SELECT lower, higher FROM link WHERE lower = $1 OR higher = $1) \
                   ORDER BY lower, higher, position";
    by_pair(connection, of_each, reference, rows::reason).await
}

async fn decisions_of(
    connection: &mut Connection,
    reference: Reference,
) -> Result<HashMap<Pair, Vec<Decision>>, StoreError> {
    let of_each = "SELECT lower, higher, state, decided_by, decided_at \
                   FROM link_decision WHERE (lower, higher) IN \
                   (SELECT lower, higher FROM link WHERE lower = $1 OR higher = $1) \
                   ORDER BY lower, higher, position";
    by_pair(connection, of_each, reference, decision).await
}

async fn by_pair<T>(
    connection: &mut Connection,
    of_each: &'static str,
    reference: Reference,
    read: fn(&Row) -> Result<T, StoreError>,
) -> Result<HashMap<Pair, Vec<T>>, StoreError> {
    let rows =
        sqlx::query(of_each).bind(reference.to_string()).fetch_all(&mut *connection).await.doing(READING)?;
    let mut by_pair: HashMap<Pair, Vec<T>> = HashMap::new();
    for row in &rows {
        by_pair.entry(pair_of(row)?).or_default().push(read(row)?);
    }
    Ok(by_pair)
}

fn decision(row: &Row) -> Result<Decision, StoreError> {
    let pair = pair_of(row)?;
    let state: i64 = row.try_get("state").doing(READING)?;
    let at: i64 = row.try_get("decided_at").doing(READING)?;
    let verdict = verdict_of(state).ok_or_else(|| {
        impossible("link_decision", "state", pair.lower())(format!("{state} stands for nothing"))
    })?;
    Ok(Decision {
        verdict,
        by: row.try_get("decided_by").doing(READING)?,
        at: Timestamp::from_microsecond(at).map_err(impossible(
            "link_decision",
            "decided_at",
            pair.lower(),
        ))?,
    })
}

/// As in lapwing.triage.v1.LinkState.
fn verdict_number(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::SameIncident => 2,
        Verdict::NotADuplicate => 3,
    }
}

fn verdict_of(number: i64) -> Option<Verdict> {
    [Verdict::SameIncident, Verdict::NotADuplicate]
        .into_iter()
        .find(|verdict| verdict_number(*verdict) == number)
}
