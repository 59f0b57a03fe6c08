//! Clusters in triage's store: what cases mention is kept, and clusters follow from it whenever they are asked for.
//!
//! What a reader would get wrong: no cluster is stored, so none can be out of date. A revision that names another
//! setting, a hand-over and a withdrawal replace a case's mentions, and with them every cluster they had a part in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::num::NonZeroU16;

use ids::Reference;
use jiff::civil::Date;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, number, whole};

use super::dialect::{Connection, Db, Row, execute, fetch_all, newest_mentions, push_rows};
use super::references::push_references;
use crate::domain::cluster::{
    Cluster, ClusterKind, ClusterRule, Member, Mention, Mentions, Raised, Subject, clusters,
};
use crate::store::numbers::impossible;

/// As many mentions of one setting or provider are looked at: those of the newest days. The largest cluster on record
/// had 108 children. Older ones are in no cluster then, and a warning counts the settings and providers concerned.
const MENTIONS_AT_MOST: usize = 500;

const DOING: &str = "see which cases are clustered";

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// The clusters that are new, or have grown by a case or an authority, to be told.
    pub(super) raised: Vec<Raised>,
    /// Every case whose clusters are others than before: those that joined, those that were joined, and those that
    /// were left.
    pub(super) affected: BTreeSet<Reference>,
}

/// Takes up what cases mention in place of what they mentioned before. Of one reference twice in the batch, the last
/// counts.
///
/// To be called once the cases are in `panel_case`.
///
/// # Errors
/// As the transaction has.
pub(super) async fn take_up(transaction: &mut Connection, cases: &[Mentions]) -> Result<Taken, StoreError> {
    let last: BTreeMap<Reference, &Mentions> = cases.iter().map(|case| (case.reference, case)).collect();
    let references: Vec<Reference> = last.keys().copied().collect();
    let mentions: Vec<&Mention> = last.values().flat_map(|case| &case.of).collect();
    let mut subjects = subjects_of(transaction, &references).await?;
    subjects.extend(mentions.iter().map(|mention| mention.subject.clone()));
    let before = clusters(&mentions_of(transaction, &subjects).await?);
    remove(transaction, &references).await?;
    insert(transaction, &mentions).await?;
    let mentioned = mentions_of(transaction, &subjects).await?;
    warn_of_bound(&mentioned);
    let after = clusters(&mentioned);
    // In the order of the batch, so that a cluster is told by the case that raised it last.
    let order: Vec<Reference> = cases.iter().map(|case| case.reference).collect();
    let grown = after.iter().filter(|cluster| cluster.is_new_or_grown(&before));
    let raised = grown.filter_map(|cluster| Raised::by_the_last_of(&order, cluster.clone())).collect();
    Ok(Taken { raised, affected: affected(&before, &after) })
}

/// Forgets what cases mention, as when a notification is withdrawn; answers with every case whose clusters are others
/// than before.
///
/// # Errors
/// As the transaction has.
pub(super) async fn forget(
    transaction: &mut Connection,
    references: &[Reference],
) -> Result<BTreeSet<Reference>, StoreError> {
    let subjects = subjects_of(transaction, references).await?;
    let before = clusters(&mentions_of(transaction, &subjects).await?);
    remove(transaction, references).await?;
    let after = clusters(&mentions_of(transaction, &subjects).await?);
    Ok(affected(&before, &after))
}

/// The clusters that cases are in, by subject and then by day. Cases that are in none are left out.
///
/// # Errors
/// Where the store cannot be read.
pub(super) async fn clusters_of(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, Vec<Cluster>>, StoreError> {
    let subjects = subjects_of(connection, references).await?;
    let wanted: HashSet<Reference> = references.iter().copied().collect();
    let mut of_each: HashMap<Reference, Vec<Cluster>> = HashMap::new();
    for cluster in clusters(&mentions_of(connection, &subjects).await?) {
        for reference in cluster.references().into_iter().filter(|reference| wanted.contains(reference)) {
            of_each.entry(reference).or_default().push(cluster.clone());
        }
    }
    Ok(of_each)
}

/// The cases of clusters that are only on one side.
fn affected(before: &[Cluster], after: &[Cluster]) -> BTreeSet<Reference> {
    let gone = before.iter().filter(|cluster| !after.contains(cluster));
    let come = after.iter().filter(|cluster| !before.contains(cluster));
    gone.chain(come).flat_map(Cluster::references).collect()
}

async fn subjects_of(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<BTreeSet<Subject>, StoreError> {
    let mut subjects = BTreeSet::new();
    for some in references.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new("SELECT reference, kind, code FROM cluster_mention WHERE ");
        push_references(&mut select, "reference", some);
        for row in fetch_all(connection, select, DOING).await? {
            subjects.insert(subject(&row)?);
        }
    }
    Ok(subjects)
}

/// Says that the oldest cases may be left out of a cluster; of which setting or provider is for nobody's log.
fn warn_of_bound(mentions: &[Mention]) {
    let bounded = at_the_bound(mentions);
    if bounded > 0 {
        tracing::warn!(
            settings_and_providers = bounded,
            newest = MENTIONS_AT_MOST,
            "so many cases name one setting or provider that only the newest are looked at; older ones are not \
             clustered with them"
        );
    }
}

/// How many subjects have as many mentions as are looked at: they may have more.
fn at_the_bound(mentions: &[Mention]) -> usize {
    let mut counts: HashMap<&Subject, usize> = HashMap::new();
    for mention in mentions {
        *counts.entry(&mention.subject).or_default() += 1;
    }
    counts.values().filter(|count| **count >= MENTIONS_AT_MOST).count()
}

/// The newest mentions of each subject.
async fn mentions_of(
    connection: &mut Connection,
    subjects: &BTreeSet<Subject>,
) -> Result<Vec<Mention>, StoreError> {
    let subjects: Vec<&Subject> = subjects.iter().collect();
    let mut mentions = Vec::new();
    for some in subjects.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new("WITH sought (kind, code) AS (");
        push_rows(
            &mut select,
            &Columns::of(some).whole(|subject| kind_number(subject.kind)).text(|subject| &subject.code),
        );
        select.push(newest_mentions(MENTIONS_AT_MOST));
        for row in fetch_all(connection, select, DOING).await? {
            mentions.push(mention(&row)?);
        }
    }
    Ok(mentions)
}

async fn insert(transaction: &mut Connection, mentions: &[&Mention]) -> Result<(), StoreError> {
    for some in mentions.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO cluster_mention (reference, kind, code, authority, dated_on, facts, window_months, authorities) ",
        );
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|mention| mention.member.reference.to_string())
                .whole(|mention| kind_number(mention.subject.kind))
                .text(|mention| &mention.subject.code)
                .text(|mention| &mention.member.authority)
                .text(|mention| mention.member.dated_on.to_string())
                .text(|mention| mention.member.facts.join("\n"))
                .whole(|mention| whole(mention.member.rule.window_months.get()))
                .whole(|mention| whole(mention.member.rule.authorities.get())),
        );
        execute(transaction, insert, DOING).await?;
    }
    Ok(())
}

async fn remove(transaction: &mut Connection, references: &[Reference]) -> Result<(), StoreError> {
    for some in references.chunks(ROWS) {
        let mut delete = QueryBuilder::<Db>::new("DELETE FROM cluster_mention WHERE ");
        push_references(&mut delete, "reference", some);
        execute(transaction, delete, DOING).await?;
    }
    Ok(())
}

fn mention(row: &Row) -> Result<Mention, StoreError> {
    let reference = reference(row)?;
    let dated_on: String = row.try_get("dated_on").doing(DOING)?;
    let facts: String = row.try_get("facts").doing(DOING)?;
    let member = Member {
        reference,
        authority: row.try_get("authority").doing(DOING)?,
        dated_on: dated_on.parse::<Date>().map_err(impossible("cluster_mention", "dated_on", reference))?,
        facts: facts.lines().map(str::to_owned).collect(),
        rule: ClusterRule {
            window_months: from_one(row, "window_months", reference)?,
            authorities: from_one(row, "authorities", reference)?,
        },
    };
    Ok(Mention { subject: subject(row)?, member })
}

fn subject(row: &Row) -> Result<Subject, StoreError> {
    let number: i64 = row.try_get("kind").doing(DOING)?;
    let kind = match number {
        1 => ClusterKind::Setting,
        2 => ClusterKind::Provider,
        other => {
            let stands_for_nothing = format!("{other} stands for nothing");
            return Err(impossible("cluster_mention", "kind", reference(row)?)(stands_for_nothing));
        }
    };
    Ok(Subject { kind, code: row.try_get("code").doing(DOING)? })
}

/// As in lapwing.triage.v1.ClusterKind.
fn kind_number(kind: ClusterKind) -> i64 {
    match kind {
        ClusterKind::Setting => 1,
        ClusterKind::Provider => 2,
    }
}

fn reference(row: &Row) -> Result<Reference, StoreError> {
    let text: String = row.try_get("reference").doing(DOING)?;
    text.parse().map_err(impossible("cluster_mention", "reference", &text))
}

fn from_one(row: &Row, column: &'static str, reference: Reference) -> Result<NonZeroU16, StoreError> {
    let number = number(row, "cluster_mention", column)?;
    NonZeroU16::new(number).ok_or_else(|| impossible("cluster_mention", column, reference)("it is 0"))
}

#[cfg(test)]
mod tests;
