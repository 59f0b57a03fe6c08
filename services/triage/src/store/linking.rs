//! Links in triage's store: cases are taken up in batches, and what may be of one incident is proposed.
//!
//! What a reader would get wrong: how many statements a batch takes depends on its size in hundreds, never on how many
//! cases are stored. Each seek goes along an index and stops at [`SOUGHT_AT_MOST`], so that a day on which very many
//! cases share one place stays as quick as any other.

mod candidates;
mod decisions;
mod linkables;

use std::collections::{BTreeSet, HashMap};

use ids::Reference;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use storage::{Doing, StoreError};

use super::sqlite_rows::impossible;
use crate::domain::link::{
    Ground, LinkRule, Linkable, PROPOSALS_AT_MOST, Pair, Proposal, Proposed, Standing, choose, propose,
};

pub(super) use decisions::{decide, linked, links_of};

/// Rows in one statement: ten columns at most, far below SQLite's limit of 32,766 variables.
const ROWS: usize = 500;
/// As many cases are looked at for each thing that is sought: more than twice as many as may be proposed, and more than
/// share one place on any day that England has seen.
const SOUGHT_AT_MOST: usize = 25;

const DOING: &str = "propose links";

/// Takes up cases: replaces what they are looked up by, and stores and returns what is proposed anew. A pair that a
/// person has decided about is not proposed again; one that nobody has decided about is proposed again only on a
/// stronger ground than before, which then replaces its reasons. Of one reference twice in the batch, the last counts.
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
    let pairs = candidates::of(transaction, &batch.taken).await?;
    let others = linkables::read(transaction, &batch.without(&pairs)).await?;
    let before = standing_of(transaction, &pairs).await?;
    let (renewed, fresh): (Vec<Proposal>, Vec<Proposal>) = pairs
        .iter()
        .filter_map(|pair| batch.propose(*pair, &others))
        .filter(|proposal| before.get(&proposal.pair).is_none_or(|link| link.gives_way_to(proposal)))
        .partition(|proposal| before.contains_key(&proposal.pair));
    let fresh = within_bounds(transaction, fresh).await?;
    let stored: Vec<Proposal> = renewed.into_iter().chain(fresh).collect();
    store(transaction, &stored, now).await?;
    Ok(stored.into_iter().map(|proposal| batch.proposed(proposal, &others)).collect())
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

    /// By the rule of the case that is taken up later.
    fn propose(&self, pair: Pair, others: &HashMap<Reference, Linkable>) -> Option<Proposal> {
        let place = self.places.get(&self.later(pair))?;
        let rule = &self.taken[*place].1;
        propose(self.case(pair.lower(), others)?, self.case(pair.higher(), others)?, rule)
    }

    fn proposed(&self, proposal: Proposal, others: &HashMap<Reference, Linkable>) -> Proposed {
        let reference = self.later(proposal.pair);
        let authority = self.case(reference, others).map(|case| case.authority.clone()).unwrap_or_default();
        Proposed { reference, authority, proposal }
    }
}

/// A link as it stands.
struct Before {
    decided: bool,
    ground: Option<Ground>,
}

impl Before {
    fn gives_way_to(&self, proposal: &Proposal) -> bool {
        // No ground sorts before every ground, so a link that nothing proposed never gives way.
        !self.decided && self.ground > proposal.strongest()
    }
}

async fn standing_of(
    connection: &mut SqliteConnection,
    pairs: &BTreeSet<Pair>,
) -> Result<HashMap<Pair, Before>, StoreError> {
    let pairs: Vec<&Pair> = pairs.iter().collect();
    let mut before = HashMap::new();
    for some in pairs.chunks(ROWS) {
        let mut select = QueryBuilder::<Sqlite>::new(
            "SELECT lower, higher, state, ground FROM link WHERE (lower, higher) IN (",
        );
        push_pairs(&mut select, some);
        select.push(")");
        for row in select.build().persistent(false).fetch_all(&mut *connection).await.doing(DOING)? {
            let state: i64 = row.try_get("state").doing(DOING)?;
            let ground: Option<i64> = row.try_get("ground").doing(DOING)?;
            let link = Before { decided: state != PROPOSED, ground: ground.and_then(ground_of) };
            before.insert(pair_of(&row)?, link);
        }
    }
    Ok(before)
}

/// Leaves out what would be too much for a case, and says so.
async fn within_bounds(
    connection: &mut SqliteConnection,
    proposals: Vec<Proposal>,
) -> Result<Vec<Proposal>, StoreError> {
    let cases: BTreeSet<Reference> =
        proposals.iter().flat_map(|proposal| [proposal.pair.lower(), proposal.pair.higher()]).collect();
    let cases: Vec<Reference> = cases.into_iter().collect();
    let mut standing = Standing::default();
    for some in cases.chunks(ROWS) {
        count_standing(connection, some, &mut standing).await?;
    }
    let all = proposals.len();
    let chosen = choose(proposals, standing);
    if chosen.len() < all {
        tracing::warn!(
            left_out = all - chosen.len(),
            at_most = PROPOSALS_AT_MOST,
            "so many cases may be of one incident that the weakest are not proposed; a person may still link them"
        );
    }
    Ok(chosen)
}

async fn count_standing(
    connection: &mut SqliteConnection,
    cases: &[Reference],
    standing: &mut Standing,
) -> Result<(), StoreError> {
    let mut select = QueryBuilder::<Sqlite>::new("");
    for (side, before) in [("lower", ""), ("higher", " UNION ALL ")] {
        select.push(format!("{before}SELECT {side} AS reference, ground, count(*) AS number FROM link WHERE state = 1 AND {side} IN ("));
        let mut list = select.separated(", ");
        for case in cases {
            list.push_bind(case.to_string());
        }
        select.push(format!(") GROUP BY {side}, ground"));
    }
    for row in select.build().persistent(false).fetch_all(&mut *connection).await.doing(DOING)? {
        let ground: i64 = row.try_get("ground").doing(DOING)?;
        let number: i64 = row.try_get("number").doing(DOING)?;
        let reference = reference_of(&row, "link", "reference")?;
        let ground = ground_of(ground)
            .ok_or_else(|| impossible("link", "ground", reference)(format!("{ground} stands for nothing")))?;
        standing.add(reference, ground, usize::try_from(number).unwrap_or(usize::MAX));
    }
    Ok(())
}

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
            " ON CONFLICT (lower, higher) DO UPDATE SET ground = excluded.ground, proposed_at = excluded.proposed_at",
        );
        insert.build().persistent(false).execute(&mut *transaction).await.doing(DOING)?;
        let pairs: Vec<&Pair> = some.iter().map(|proposal| &proposal.pair).collect();
        let mut delete = QueryBuilder::<Sqlite>::new("DELETE FROM link_reason WHERE (lower, higher) IN (");
        push_pairs(&mut delete, &pairs);
        delete.push(")").build().persistent(false).execute(&mut *transaction).await.doing(DOING)?;
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
    let every =
        [Ground::SameChild, Ground::SameHousehold, Ground::VictimAndPerpetrator, Ground::TwoAuthorities];
    every.into_iter().find(|ground| ground_number(*ground) == number)
}

/// The list of `(lower, higher) IN (…)`.
fn push_pairs(query: &mut QueryBuilder<Sqlite>, pairs: &[&Pair]) {
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
