//! Links in triage's store: cases are taken up in batches, and what may be of one incident is proposed.
//!
//! What a reader would get wrong: how many statements a batch takes depends on its size in hundreds, never on how many
//! cases are stored. Each seek goes along an index and stops at [`SOUGHT_AT_MOST`], so that a day on which very many
//! cases share one place stays as quick as any other.

mod candidates;
mod decisions;
mod linkables;
mod standing;

use std::collections::{BTreeSet, HashMap};

use ids::Reference;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use storage::{Doing, StoreError};

use self::standing::Before;
use super::sqlite_rows::impossible;
use crate::domain::link::{
    Ground, LinkRule, Linkable, PROPOSALS_AT_MOST, Pair, Proposal, Proposed, choose, propose,
};

pub(super) use decisions::{decide, linked, links_of};

/// Rows in one statement: ten columns at most, far below SQLite's limit of 32,766 variables.
const ROWS: usize = 500;
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
    transaction: &mut SqliteConnection,
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
pub(super) async fn forget(
    transaction: &mut SqliteConnection,
    references: &[Reference],
) -> Result<(), StoreError> {
    linkables::remove(transaction, references).await
}

/// The cases of a batch, each once, in the order in which they are taken up.
struct Batch<'a> {
    taken: Vec<&'a (Linkable, LinkRule)>,
    places: HashMap<Reference, usize>,
}

impl<'a> Batch<'a> {
    fn of(cases: &'a [(Linkable, LinkRule)]) -> Self {
        let last: HashMap<Reference, usize> =
            cases.iter().enumerate().map(|(place, (case, _))| (case.reference, place)).collect();
        let counts = |(place, taken): (usize, &'a (Linkable, LinkRule))| {
            (last.get(&taken.0.reference) == Some(&place)).then_some(taken)
        };
        let taken: Vec<_> = cases.iter().enumerate().filter_map(counts).collect();
        let places = taken.iter().enumerate().map(|(place, (case, _))| (case.reference, place)).collect();
        Self { taken, places }
    }

    fn cases(&self) -> Vec<&'a Linkable> {
        self.taken.iter().map(|(case, _)| case).collect()
    }

    fn references(&self) -> Vec<Reference> {
        self.taken.iter().map(|(case, _)| case.reference).collect()
    }

    /// The cases of pairs that are not in the batch.
    fn without(&self, pairs: &BTreeSet<Pair>) -> Vec<Reference> {
        let both = pairs.iter().flat_map(|pair| [pair.lower(), pair.higher()]);
        let others: BTreeSet<Reference> = both.filter(|other| !self.places.contains_key(other)).collect();
        others.into_iter().collect()
    }

    /// Which of two cases is taken up later: one that is in the batch, and the later one where both are.
    fn later(&self, pair: Pair) -> Reference {
        let place = |reference| self.places.get(&reference);
        if place(pair.lower()) > place(pair.higher()) { pair.lower() } else { pair.higher() }
    }

    fn case<'b>(&self, reference: Reference, others: &'b HashMap<Reference, Linkable>) -> Option<&'b Linkable>
    where
        'a: 'b,
    {
        self.places.get(&reference).map(|place| &self.taken[*place].0).or_else(|| others.get(&reference))
    }

    /// What the facts say of pairs, beside what stands between them. A pair with a withdrawn case is left as it is:
    /// nothing can be said of it.
    fn compare(
        &self,
        pairs: &BTreeSet<Pair>,
        others: &HashMap<Reference, Linkable>,
        before: &HashMap<Pair, Before>,
    ) -> News {
        let mut news = News::default();
        for pair in pairs {
            let Some((one, other, rule)) = self.both(*pair, others) else { continue };
            match (before.get(pair), propose(one, other, rule)) {
                (Some(Before::Decided), _) | (None, None) => {}
                (Some(Before::Undecided(_)), None) => news.untrue.push(*pair),
                (Some(Before::Undecided(ground)), Some(proposal)) => {
                    let is_stronger = proposal.strongest().is_some_and(|strongest| strongest < *ground);
                    if is_stronger { news.stronger.push(proposal) } else { news.corrected.push(proposal) }
                }
                (None, Some(proposal)) => news.fresh.push(proposal),
            }
        }
        news
    }

    /// Two cases, and the rule of the one that is taken up later.
    fn both<'b>(
        &'b self,
        pair: Pair,
        others: &'b HashMap<Reference, Linkable>,
    ) -> Option<(&'b Linkable, &'b Linkable, &'b LinkRule)> {
        let place = self.places.get(&self.later(pair))?;
        Some((self.case(pair.lower(), others)?, self.case(pair.higher(), others)?, &self.taken[*place].1))
    }

    fn proposed(&self, proposal: Proposal, others: &HashMap<Reference, Linkable>) -> Proposed {
        let reference = self.later(proposal.pair);
        let authority = self.case(reference, others).map(|case| case.authority.clone()).unwrap_or_default();
        Proposed { reference, authority, proposal }
    }
}

/// What a batch makes of the pairs that are worth comparing.
#[derive(Debug, Default)]
struct News {
    /// Proposed by nothing before.
    fresh: Vec<Proposal>,
    /// Undecided, and on a stronger ground than before: told again.
    stronger: Vec<Proposal>,
    /// Undecided, and on the ground of before or a weaker one; the reasons may be others.
    corrected: Vec<Proposal>,
    /// Undecided, and the facts give no reason any more.
    untrue: Vec<Pair>,
}

/// Leaves out what would be too much for a case, and says so.
async fn within_bounds(
    connection: &mut SqliteConnection,
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
async fn remove(transaction: &mut SqliteConnection, pairs: &[Pair]) -> Result<(), StoreError> {
    for some in pairs.chunks(ROWS) {
        delete_pairs(transaction, "link_reason", some).await?;
        delete_pairs(transaction, "link", some).await?;
    }
    Ok(())
}

async fn delete_pairs(
    transaction: &mut SqliteConnection,
    table: &'static str,
    pairs: &[Pair],
) -> Result<(), StoreError> {
    let mut delete = QueryBuilder::<Sqlite>::new(format!("DELETE FROM {table} WHERE (lower, higher) IN ("));
    push_pairs(&mut delete, pairs);
    delete.push(")").build().persistent(false).execute(&mut *transaction).await.doing(DOING)?;
    Ok(())
}

/// Stores proposals in place of those that stood undecided. When it was proposed changes only with a stronger ground,
/// as that alone is told.
async fn store(
    transaction: &mut SqliteConnection,
    proposals: &[Proposal],
    now: Timestamp,
) -> Result<(), StoreError> {
    for some in proposals.chunks(ROWS) {
        let mut insert =
            QueryBuilder::<Sqlite>::new("INSERT INTO link (lower, higher, state, ground, proposed_at) ");
        insert.push_values(some, |mut row, proposal| {
            row.push_bind(proposal.pair.lower().to_string())
                .push_bind(proposal.pair.higher().to_string())
                .push_bind(PROPOSED)
                .push_bind(proposal.strongest().map(ground_number))
                .push_bind(now.as_microsecond());
        });
        insert.push(
            " ON CONFLICT (lower, higher) DO UPDATE SET ground = excluded.ground, proposed_at = \
             CASE WHEN excluded.ground < link.ground THEN excluded.proposed_at ELSE link.proposed_at END",
        );
        insert.build().persistent(false).execute(&mut *transaction).await.doing(DOING)?;
        let pairs: Vec<Pair> = some.iter().map(|proposal| proposal.pair).collect();
        delete_pairs(transaction, "link_reason", &pairs).await?;
    }
    store_reasons(transaction, proposals).await
}

async fn store_reasons(transaction: &mut SqliteConnection, proposals: &[Proposal]) -> Result<(), StoreError> {
    let reasons: Vec<_> = proposals
        .iter()
        .flat_map(|proposal| {
            (1u32..).zip(&proposal.reasons).map(move |(position, reason)| (proposal.pair, position, reason))
        })
        .collect();
    for some in reasons.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO link_reason (lower, higher, position, code, text, source, lower_facts, higher_facts) ",
        );
        insert.push_values(some, |mut row, (pair, position, because)| {
            row.push_bind(pair.lower().to_string())
                .push_bind(pair.higher().to_string())
                .push_bind(*position)
                .push_bind(&because.reason.code)
                .push_bind(&because.reason.text)
                .push_bind(&because.reason.source)
                .push_bind(because.lower_facts.join("\n"))
                .push_bind(because.higher_facts.join("\n"));
        });
        insert.build().persistent(false).execute(&mut *transaction).await.doing(DOING)?;
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
fn push_pairs(query: &mut QueryBuilder<Sqlite>, pairs: &[Pair]) {
    query.push_values(pairs, |mut row, pair| {
        row.push_bind(pair.lower().to_string()).push_bind(pair.higher().to_string());
    });
}

fn pair_of(row: &sqlx::sqlite::SqliteRow) -> Result<Pair, StoreError> {
    let (lower, higher) = (reference_of(row, "link", "lower")?, reference_of(row, "link", "higher")?);
    Pair::of(lower, higher).map_err(impossible("link", "higher", higher))
}

fn reference_of(
    row: &sqlx::sqlite::SqliteRow,
    table: &'static str,
    column: &'static str,
) -> Result<Reference, StoreError> {
    let text: String = row.try_get(column).doing("read a reference")?;
    text.parse().map_err(impossible(table, column, &text))
}

#[cfg(test)]
mod tests;
