//! What a batch of news has done, step by step: in which order, as it stands in the end, what is told of it, and counted.
//!
//! What a reader would get wrong: a case that a batch changes twice is told of twice, and only the last telling shows it
//! in its clusters and with its links: that is how it stands when the transaction commits.

use std::collections::{HashMap, HashSet};

use ambient::Ambient;
use delivery::Envelope;
use ids::Reference;
use tracing::Span;

use super::dossier::{Dossier, Step};
use super::{Arrival, TakenUp};
use crate::domain::case::Case;
use crate::domain::cluster::Raised;
use crate::domain::link::Proposed;
use crate::domain::told::Effect;
use crate::tell;

/// The notifications of a batch, each once, in the order of the news.
pub(super) fn each_once(arrivals: &[&Arrival]) -> Vec<Reference> {
    let mut seen = HashSet::new();
    arrivals.iter().map(|arrival| arrival.reference).filter(|reference| seen.insert(*reference)).collect()
}

/// The dossiers of a batch, each once, in the order of the news.
pub(super) fn in_order<'a>(
    dossiers: &'a HashMap<Reference, Dossier>,
    steps: &[(Step, &Span)],
) -> Vec<&'a Dossier> {
    let mut seen = HashSet::new();
    let references = steps.iter().map(|(step, _)| step.reference).filter(|reference| seen.insert(*reference));
    references.filter_map(|reference| dossiers.get(&reference)).collect()
}

/// The cases that the batch has opened or changed, each once, in the order of the news.
pub(super) fn opened_or_changed(steps: &[(Step, &Span)]) -> Vec<Reference> {
    let mut seen = HashSet::new();
    let told = steps.iter().filter(|(step, _)| step.case.is_some());
    told.map(|(step, _)| step.reference).filter(|reference| seen.insert(*reference)).collect()
}

/// The notifications that the batch has erased, each once, in the order of the news.
pub(super) fn erased(steps: &[(Step, &Span)]) -> Vec<Reference> {
    let mut seen = HashSet::new();
    let erased = steps.iter().filter(|(step, _)| step.effect == Effect::Erased);
    erased.map(|(step, _)| step.reference).filter(|reference| seen.insert(*reference)).collect()
}

/// The last step of each case tells of it as it stands when the transaction commits: in its clusters, with its links.
pub(super) fn show_as_they_stand(
    steps: &mut [(Step, &Span)],
    dossiers: &HashMap<Reference, Dossier>,
    linked: &HashMap<Reference, Vec<Reference>>,
) {
    let mut shown = HashSet::new();
    for (step, _) in steps.iter_mut().rev().filter(|(step, _)| step.case.is_some()) {
        let stands = dossiers.get(&step.reference).and_then(|dossier| dossier.open.as_ref());
        if let Some(open) = stands.filter(|_| shown.insert(step.reference)) {
            let mut case: Case = open.case.clone();
            case.entry.linked = linked.get(&step.reference).cloned().unwrap_or_default();
            if let Some(revision) = &mut step.revision {
                revision.priority = case.entry.priority;
            }
            step.case = Some(case);
        }
    }
}

/// What the batch tells, each under the span of the news that caused it.
pub(super) fn seal(
    steps: &[(Step, &Span)],
    proposed: &[Proposed],
    raised: &[Raised],
    ambient: &Ambient,
) -> Vec<Envelope> {
    let mut envelopes = Vec::new();
    for (step, span) in steps {
        let Some(case) = &step.case else { continue };
        span.in_scope(|| {
            envelopes.push(tell::queued(case, ambient));
            envelopes.extend(step.notices.iter().map(|notice| tell::notice(notice, ambient)));
        });
    }
    let span_of = |reference: Reference| {
        let cause = steps.iter().rev().find(|(step, _)| step.reference == reference);
        cause.map_or_else(Span::current, |(_, span)| (*span).clone())
    };
    let links =
        proposed.iter().map(|link| span_of(link.reference).in_scope(|| tell::proposed(link, ambient)));
    envelopes.extend(links);
    let clusters =
        raised.iter().map(|cluster| span_of(cluster.reference).in_scope(|| tell::raised(cluster, ambient)));
    envelopes.extend(clusters);
    envelopes
}

/// What became of the batch.
pub(super) fn counted(steps: &[(Step, &Span)]) -> TakenUp {
    let mut counted = TakenUp::default();
    for (step, _) in steps {
        match step.effect {
            Effect::Opened => counted.opened += 1,
            Effect::Changed => counted.changed += 1,
            Effect::CameLate => counted.came_late += 1,
            Effect::Kept => counted.kept += 1,
            Effect::Erased => counted.erased += 1,
        }
    }
    counted
}
