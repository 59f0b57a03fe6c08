//! The transaction that takes up news: hears it in order, writes what has come of it, and tells of it.
//!
//! What a reader would get wrong: the order of the steps. Cases are written before links and clusters, which point at
//! them; clusters change priorities, so that cases are told of last, as they stand when the transaction commits.
//!
//! ```text
//!   read dossiers ─▶ hear the news ─▶ write cases ─▶ clusters, links ─▶ rank anew ─▶ lineage, notices ─▶ tell
//! ```

use std::collections::{BTreeSet, HashMap};

use ambient::Ambient;
use delivery::Heard;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;
use tracing::Span;

use super::dialect::{Connection, append};
use super::{cases, clusters, dossiers, erasures, linking, notices, revisions};
use crate::domain::cluster::Raised;
use crate::domain::link::Proposed;
use crate::domain::policy::Policies;
use crate::store::dossier::{Dossier, Step};
use crate::store::steps::{
    counted, each_once, erased, in_order, opened_or_changed, seal, show_as_they_stand,
};
use crate::store::{Arrival, FindingHeard, TakenUp};

/// What the transaction needs besides the store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) policies: &'a Policies,
    pub(super) ambient: &'a Ambient,
    pub(super) now: Timestamp,
}

/// Takes up news that has not been taken up before.
pub(super) async fn take_up(
    transaction: &mut Connection,
    fresh: &[&Heard<Arrival>],
    means: Means<'_>,
) -> Result<TakenUp, StoreError> {
    let arrivals: Vec<&Arrival> = fresh.iter().map(|heard| &heard.effect).collect();
    let mut dossiers = dossiers::read(transaction, &each_once(&arrivals)).await?;
    let mut steps: Vec<(Step, &Span)> = Vec::with_capacity(arrivals.len());
    for arrival in arrivals {
        let dossier = dossiers.entry(arrival.reference).or_insert_with(|| Dossier::empty(arrival.reference));
        steps.push((dossier.hear(arrival, means.policies, means.now), &arrival.span));
    }
    dossiers::write(transaction, &in_order(&dossiers, &steps)).await?;
    dossiers.values_mut().for_each(Dossier::written);
    erasures::strip_parked(transaction, &erased(&steps)).await?;
    let (proposed, raised) = bring_together(transaction, &mut dossiers, &steps, means).await?;
    let linked = linking::linked(transaction, &opened_or_changed(&steps)).await?;
    show_as_they_stand(&mut steps, &dossiers, &linked);
    record(transaction, &steps).await?;
    let envelopes = seal(&steps, &proposed, &raised, means.ambient);
    append(transaction, &envelopes.iter().collect::<Vec<_>>()).await?;
    Ok(counted(&steps))
}

/// Proposes links and finds clusters for what has changed, and ranks anew the cases whose clusters are others now. What is
/// erased is compared anew, without its tokens: what nobody has decided and only they bore out is taken back.
async fn bring_together(
    transaction: &mut Connection,
    dossiers: &mut HashMap<Reference, Dossier>,
    steps: &[(Step, &Span)],
    means: Means<'_>,
) -> Result<(Vec<Proposed>, Vec<Raised>), StoreError> {
    let (changed, erased) = (opened_or_changed(steps), erased(steps));
    let withdrawn = |reference: &&Reference| dossiers.get(reference).is_some_and(Dossier::is_withdrawn);
    let findings = |references: &[Reference]| -> Vec<FindingHeard> {
        let stands = references.iter().filter(|reference| !withdrawn(reference));
        stands.filter_map(|reference| dossiers.get(reference)?.finding.clone()).collect()
    };
    let gone: Vec<Reference> = changed.iter().filter(withdrawn).copied().collect();
    let erased_and_gone: Vec<Reference> = erased.iter().filter(withdrawn).copied().collect();
    let (taken, without_tokens) = (findings(&changed), findings(&erased));
    let mentions: Vec<_> = taken.iter().map(|finding| finding.mentions.clone()).collect();
    let linkables: Vec<_> = taken.into_iter().chain(without_tokens).map(|finding| finding.linkable).collect();
    linking::forget(transaction, &gone).await?;
    linking::take_back_tokens(transaction, &erased_and_gone).await?;
    let mut affected = clusters::forget(transaction, &gone).await?;
    let proposed = linking::take_up(transaction, &linkables, means.now).await?;
    let taken = clusters::take_up(transaction, &mentions).await?;
    affected.extend(taken.affected);
    rank_anew(transaction, dossiers, affected, means).await?;
    Ok((proposed, taken.raised))
}

/// Sets how many clusters the affected cases are in, and writes those for which that makes a difference.
async fn rank_anew(
    transaction: &mut Connection,
    dossiers: &mut HashMap<Reference, Dossier>,
    affected: BTreeSet<Reference>,
    means: Means<'_>,
) -> Result<(), StoreError> {
    if affected.is_empty() {
        return Ok(());
    }
    let affected: Vec<Reference> = affected.into_iter().collect();
    let clusters = clusters::clusters_of(transaction, &affected).await?;
    let number_of = |reference: &Reference| {
        let number = clusters.get(reference).map_or(0, Vec::len);
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    // A large cluster grows by a case at a time, which alters nothing for the others: they are not read for it.
    let shown = cases::numbers_of_clusters(transaction, &affected).await?;
    let moved =
        |reference: &Reference| shown.get(reference).is_some_and(|shown| *shown != number_of(reference));
    let unread: Vec<Reference> = affected
        .iter()
        .copied()
        .filter(|reference| !dossiers.contains_key(reference) && moved(reference))
        .collect();
    dossiers.extend(dossiers::read(transaction, &unread).await?);
    let mut changed = Vec::new();
    for reference in affected {
        let number = number_of(&reference);
        let differs =
            dossiers.get_mut(&reference).is_some_and(|dossier| dossier.set_clusters(number, means.policies));
        if differs {
            changed.push(reference);
        }
    }
    let ranked: Vec<&Dossier> = changed.iter().filter_map(|reference| dossiers.get(reference)).collect();
    dossiers::write(transaction, &ranked).await
}

async fn record(transaction: &mut Connection, steps: &[(Step, &Span)]) -> Result<(), StoreError> {
    let lines: Vec<_> =
        steps.iter().filter_map(|(step, _)| Some((step.reference, step.revision.clone()?))).collect();
    revisions::write(transaction, &lines).await?;
    notices::write(transaction, &steps.iter().flat_map(|(step, _)| &step.notices).collect::<Vec<_>>()).await
}
