//! What stands between cases already: decided, or undecided and on which ground.
//!
//! What a reader would get wrong: an undecided proposal to a withdrawn case still stands, yet nobody needs to look at
//! it, so it takes up no room.

use std::collections::{BTreeSet, HashMap};

use ids::Reference;
use sqlx::{QueryBuilder, Row as _};
use storage::{Doing, ROWS, StoreError};

use super::super::dialect::{Connection, Db, Row, fetch_all};
use super::super::references::push_references;
use super::{DOING, PROPOSED, ground_of, pair_of, push_pairs, reference_of};
use crate::domain::link::{Ground, Pair, Standing};
use crate::store::comparing::Before;
use crate::store::numbers::impossible;

/// What stands between pairs; those between which nothing stands are left out.
pub(super) async fn of(
    connection: &mut Connection,
    pairs: &BTreeSet<Pair>,
) -> Result<HashMap<Pair, Before>, StoreError> {
    let pairs: Vec<Pair> = pairs.iter().copied().collect();
    let mut before = HashMap::new();
    for some in pairs.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT lower, higher, state, ground FROM link WHERE (lower, higher) IN (",
        );
        push_pairs(&mut select, some);
        select.push(")");
        for row in fetch_all(connection, select, DOING).await? {
            let pair = pair_of(&row)?;
            let state: i64 = row.try_get("state").doing(DOING)?;
            let link = if state == PROPOSED {
                Before::Undecided(ground(&row, pair.lower())?)
            } else {
                Before::Decided
            };
            before.insert(pair, link);
        }
    }
    Ok(before)
}

/// The undecided pairs of cases.
pub(super) async fn undecided_of(
    connection: &mut Connection,
    cases: &[Reference],
) -> Result<BTreeSet<Pair>, StoreError> {
    let mut pairs = BTreeSet::new();
    for some in cases.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new("");
        for (union, side) in [("", "lower"), (" UNION ALL ", "higher")] {
            let half = "SELECT lower, higher FROM link WHERE state = 1 AND";
            select.push(format!("{union}{half} "));
            push_references(&mut select, side, some);
        }
        for row in fetch_all(connection, select, DOING).await? {
            pairs.insert(pair_of(&row)?);
        }
    }
    Ok(pairs)
}

/// How many undecided proposals stand on cases; those to a withdrawn case do not count.
pub(super) async fn count(connection: &mut Connection, cases: &[Reference]) -> Result<Standing, StoreError> {
    let mut standing = Standing::default();
    for some in cases.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new("");
        for (union, own, other) in [("", "lower", "higher"), (" UNION ALL ", "higher", "lower")] {
            select.push(format!(
                "{union}SELECT {own} AS reference, ground, count(*) AS number FROM link WHERE state = 1 \
                 AND EXISTS (SELECT 1 FROM linkable WHERE linkable.reference = link.{other}) AND "
            ));
            push_references(&mut select, own, some);
            select.push(format!(" GROUP BY {own}, ground"));
        }
        for row in fetch_all(connection, select, DOING).await? {
            let number: i64 = row.try_get("number").doing(DOING)?;
            let reference = reference_of(&row, "link", "reference")?;
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            standing.add(reference, ground(&row, reference)?, number);
        }
    }
    Ok(standing)
}

/// An undecided proposal has a ground: the table promises it.
fn ground(row: &Row, reference: Reference) -> Result<Ground, StoreError> {
    let number: i64 = row.try_get("ground").doing(DOING)?;
    ground_of(number)
        .ok_or_else(|| impossible("link", "ground", reference)(format!("{number} stands for nothing")))
}
