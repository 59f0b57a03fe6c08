//! What triage answers, in the contract's words.
//!
//! What a reader would get wrong: facts and finding are answered as they were heard, byte for byte, but for the match tokens
//! of what is erased. Nothing of them is taken from triage's own columns.

use std::collections::BTreeSet;

use contracts::eligibility::v1::NotificationAssessed;
use contracts::triage::v1::{GetCaseResponse, ListNoticesResponse, Notice};
use ids::Reference;
use prost::Message;
use storage::StoreError;
use tonic::Status;

use super::{page_token, unanswered};
use crate::domain::cluster::Cluster;
use crate::domain::recipients::Recipient;
use crate::read_case::CaseRead;
use crate::store::NoticePage;
use crate::wire;

/// A case with its reasons, its place in the order, the finding, the coded facts, and who is told of it.
pub(super) fn case(read: &CaseRead) -> Result<GetCaseResponse, Status> {
    let CaseRead { held, deliveries, now } = read;
    let entry = &held.case.entry;
    let heard = NotificationAssessed::decode(held.assessed.clone())
        .map_err(|error| unreadable("panel_case", "assessed", entry.reference.to_string(), &error))?;
    let indicators = wire::reasons(&held.case.indicators);
    Ok(GetCaseResponse {
        entry: Some(wire::queue_entry(entry, wire::state(&held.standing, *now))),
        reasons: wire::reasons(&held.case.reasons),
        assessment: heard.assessment,
        notification: heard.notification,
        order: wire::reasons(&entry.turn().explain()),
        indicators: indicators.into_iter().map(wire::notices::indicator).collect(),
        clusters: held
            .clusters
            .iter()
            .map(|cluster| cluster_but(cluster, entry.reference, &held.kept_from_viewer))
            .collect(),
        links: held.links.iter().map(wire::linking::link).collect(),
        recipients: deliveries.iter().map(wire::notices::delivery).collect(),
        revisions: held.revisions.iter().map(wire::case_revision).collect(),
        erasure: held.told.erasure.as_ref().map(wire::erasure),
    })
}

/// A cluster without its cases from which the viewer stood aside: they count, and are not named.
fn cluster_but(
    cluster: &Cluster,
    seen_from: Reference,
    kept: &BTreeSet<Reference>,
) -> contracts::triage::v1::Cluster {
    let mut told = wire::linking::cluster(cluster, seen_from);
    told.members.retain(|member| !kept.iter().any(|reference| reference.to_string() == member.reference));
    told
}

/// A page of what a recipient was told.
pub(super) fn notices(recipient: Recipient, page: &NoticePage) -> Result<ListNoticesResponse, Status> {
    let decoded = page.notices.iter().map(|told| {
        Notice::decode(told.clone()).map_err(|error| unreadable("notice", "told", "a notice".into(), &error))
    });
    Ok(ListNoticesResponse {
        notices: decoded.collect::<Result<_, _>>()?,
        next_page_token: page
            .next
            .map_or_else(String::new, |sequence| page_token::write_notices(recipient, sequence)),
    })
}

fn unreadable(table: &'static str, column: &'static str, row: String, error: &prost::DecodeError) -> Status {
    unanswered(&StoreError::Impossible { table, column, row, reason: error.to_string() })
}
