//! Links in triage's store: cases are taken up in batches, and what may be of one incident is proposed.
//!
//! What a reader would get wrong: how many statements a batch takes depends on its size in hundreds, never on how many
//! cases are stored. Each seek goes along an index and stops at [`SOUGHT_AT_MOST`], so that a day on which very many
//! cases share one place stays as quick as any other.

mod candidates;
mod decisions;
mod linkables;
mod standing;

use std::collections::BTreeSet;

use ids::Reference;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Db, Row, execute, push_rows};
use crate::domain::link::{Ground, LinkRule, Linkable, PROPOSALS_AT_MOST, Pair, Proposal, Proposed, choose};
use crate::store::comparing::{Batch, Before};
use crate::store::numbers::impossible;

pub(super) use decisions::{decide, linked, links_of};

/// As many cases are looked at for each thing that is sought: more than twice as many as may be proposed, and more than
/// share one place on any day that England has seen.
const SOUGHT_AT_MOST: usize = 25;

const DOING: &str = "propose links";

/// Takes up cases: replaces what they are looked up by, stores and returns what is proposed anew, and makes true what
/// stands undecided on these cases: a proposal for which their facts give no reason any more is taken back, and one for
/// which they give others has those from then on. It is returned, to be told again, only on a stronger ground than
/// before. What a person has decided stays as it is. Of one reference twice in the batch, the last counts.
///
/// To be called once the cases are in `panel_case`.
///
/// # Errors
/// As the transaction has.
pub(super) async fn take_up(
    transaction: &mut Connection,
    cases: &[(Linkable, LinkRule)],
    now: Timestamp,
) -> Result<Vec<Proposed>, StoreError> {
    let batch = Batch::of(cases);
    linkables::replace(transaction, &batch.cases()).await?;
    let mut pairs = candidates::of(transaction, &batch.taken).await?;
    pairs.extend(standing::undecided_of(transaction, &batch.references()).await?);
    let others = linkables::read(transaction, &batch.without(&pairs)).await?;
    let before = standing::of(transaction, &pairs).await?;
    let news = batch.compare(&pairs, &others, &before);
    remove(transaction, &news.untrue).await?;
    store(transaction, &news.corrected, now).await?;
    store(transaction, &news.stronger, now).await?;
    // Counted only now: what was just taken back leaves room.
    let fresh = within_bounds(transaction, news.fresh).await?;
    store(transaction, &fresh, now).await?;
    let told = news.stronger.into_iter().chain(fresh);
    Ok(told.map(|proposal| batch.proposed(proposal, &others)).collect())
}

/// Forgets what cases are looked up by: nothing is proposed for them from then on. What was proposed or decided stays.
///
/// # Errors
/// As the transaction has.
pub(super) async fn forget(transaction: &mut Connection, references: &[Reference]) -> Result<(), StoreError> {
    linkables::remove(transaction, references).await
}

/// Takes back what was proposed on these cases by match tokens and nobody has decided: for withdrawn cases that are erased,
/// of which nothing else can be said either.
///
/// # Errors
/// As the transaction has.
pub(super) async fn take_back_tokens(
    transaction: &mut Connection,
    references: &[Reference],
) -> Result<(), StoreError> {
    let undecided = standing::undecided_of(transaction, references).await?;
    let before = standing::of(transaction, &undecided).await?;
    let by_tokens = |before: Before| matches!(before, Before::Undecided(ground) if ground.rests_on_tokens());
    let pairs: Vec<Pair> =
        before.into_iter().filter(|(_, before)| by_tokens(*before)).map(|(pair, _)| pair).collect();
    remove(transaction, &pairs).await
}

/// Leaves out what would be too much for a case, and says so.
async fn within_bounds(
    connection: &mut Connection,
    proposals: Vec<Proposal>,
) -> Result<Vec<Proposal>, StoreError> {
    let cases: BTreeSet<Reference> =
        proposals.iter().flat_map(|proposal| [proposal.pair.lower(), proposal.pair.higher()]).collect();
    let cases: Vec<Reference> = cases.into_iter().collect();
    let standing = standing::count(connection, &cases).await?;
    let all = proposals.len();
    let chosen = choose(proposals, standing);
    if chosen.len() < all {
        tracing::warn!(
            left_out = all - chosen.len(),
            at_most = PROPOSALS_AT_MOST,
            "so many undecided proposals at least as strong stand on a case that more are not proposed; a person may \
             still link them"
        );
    }
    Ok(chosen)
}

/// Takes proposals back, with their reasons. To be called for undecided pairs alone: a decision keeps its link.
async fn remove(transaction: &mut Connection, pairs: &[Pair]) -> Result<(), StoreError> {
    for some in pairs.chunks(ROWS) {
        delete_pairs(transaction, "link_reason", some).await?;
        delete_pairs(transaction, "link", some).await?;
    }
    Ok(())
}

async fn delete_pairs(
    transaction: &mut Connection,
    table: &'static str,
    pairs: &[Pair],
) -> Result<(), StoreError> {
    let mut delete = QueryBuilder::<Db>::new(format!("DELETE FROM {table} WHERE (lower, higher) IN ("));
    push_pairs(&mut delete, pairs);
    delete.push(")");
    execute(transaction, delete, DOING).await
}

/// Stores proposals in place of those that stood undecided. When it was proposed changes only with a stronger ground,
/// as that alone is told.
async fn store(
    transaction: &mut Connection,
    proposals: &[Proposal],
    now: Timestamp,
) -> Result<(), StoreError> {
    for some in proposals.chunks(ROWS) {
        let mut insert =
            QueryBuilder::<Db>::new("INSERT INTO link (lower, higher, state, ground, proposed_at) ");
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|proposal| proposal.pair.lower().to_string())
                .text(|proposal| proposal.pair.higher().to_string())
                .whole(|_| PROPOSED)
                .optional_whole(|proposal| proposal.strongest().map(ground_number))
                .whole(|_| now.as_microsecond()),
        );
        insert.push(
            " ON CONFLICT (lower, higher) DO UPDATE SET ground = excluded.ground, proposed_at = \
             CASE WHEN excluded.ground < link.ground THEN excluded.proposed_at ELSE link.proposed_at END",
        );
        execute(transaction, insert, DOING).await?;
        let pairs: Vec<Pair> = some.iter().map(|proposal| proposal.pair).collect();
        delete_pairs(transaction, "link_reason", &pairs).await?;
    }
    store_reasons(transaction, proposals).await
}

async fn store_reasons(transaction: &mut Connection, proposals: &[Proposal]) -> Result<(), StoreError> {
    let reasons: Vec<_> = proposals
        .iter()
        .flat_map(|proposal| {
            (1u32..).zip(&proposal.reasons).map(move |(position, reason)| (proposal.pair, position, reason))
        })
        .collect();
    for some in reasons.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO link_reason (lower, higher, position, code, text, source, lower_facts, higher_facts) ",
        );
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|(pair, _, _)| pair.lower().to_string())
                .text(|(pair, _, _)| pair.higher().to_string())
                .whole(|(_, position, _)| whole(*position))
                .text(|(_, _, because)| &because.reason.code)
                .text(|(_, _, because)| &because.reason.text)
                .text(|(_, _, because)| &because.reason.source)
                .text(|(_, _, because)| because.lower_facts.join("\n"))
                .text(|(_, _, because)| because.higher_facts.join("\n")),
        );
        execute(transaction, insert, DOING).await?;
    }
    Ok(())
}

/// As in lapwing.triage.v1.LinkState: proposed, and not decided.
const PROPOSED: i64 = 1;

fn ground_number(ground: Ground) -> i64 {
    match ground {
        Ground::SameChild => 1,
        Ground::SameHousehold => 2,
        Ground::VictimAndPerpetrator => 3,
        Ground::TwoAuthorities => 4,
    }
}

fn ground_of(number: i64) -> Option<Ground> {
    Ground::ALL.into_iter().find(|ground| ground_number(*ground) == number)
}

/// The list of `(lower, higher) IN (…)`.
fn push_pairs(query: &mut QueryBuilder<Db>, pairs: &[Pair]) {
    push_rows(
        query,
        &Columns::of(pairs).text(|pair| pair.lower().to_string()).text(|pair| pair.higher().to_string()),
    );
}

fn pair_of(row: &Row) -> Result<Pair, StoreError> {
    let (lower, higher) = (reference_of(row, "link", "lower")?, reference_of(row, "link", "higher")?);
    Pair::of(lower, higher).map_err(impossible("link", "higher", higher))
}

fn reference_of(row: &Row, table: &'static str, column: &'static str) -> Result<Reference, StoreError> {
    let text: String = row.try_get(column).doing("read a reference")?;
    text.parse().map_err(impossible(table, column, &text))
}

#[cfg(test)]
mod tests;
