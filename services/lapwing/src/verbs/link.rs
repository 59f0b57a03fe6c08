//! `lapwing link`: a person's decision about two cases.

use contracts::json::to_json;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{DecideLinkRequest, Link, LinkState};

use super::{Context, reference};
use crate::cli::LinkCases;
use crate::connection::{connect, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{line, time};

/// Records that two cases are of the same incident, or that neither is a duplicate of the other.
///
/// # Errors
/// Where either has no case.
pub(crate) async fn link(context: &Context, link: LinkCases) -> Result<Ending, Failure> {
    let (one, other) = (reference(&link.reference)?.to_string(), reference(&link.other)?.to_string());
    let decision = if link.not_a_duplicate { LinkState::NotADuplicate } else { LinkState::SameIncident };
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let mut client = TriageServiceClient::new(channel);
    let request =
        DecideLinkRequest { reference: one.clone(), other_reference: other, decision: decision.into() };
    let answer = client.decide_link(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
    } else {
        line(format!("{one}  {}", told(&answer.link.unwrap_or_default())));
    }
    Ok(Ending::Well)
}

/// What stands between a case and another, on one line.
pub(super) fn told(link: &Link) -> String {
    let state = match link.state() {
        LinkState::Proposed => "may be of the same incident as",
        LinkState::SameIncident => "is of the same incident as",
        LinkState::NotADuplicate => "is no duplicate of",
        LinkState::Unspecified => "stands beside",
    };
    let because: Vec<&str> = link.reasons.iter().map(|reason| reason.text.as_str()).collect();
    let decided = link.decisions.last().map(|decision| {
        format!("; decided by {} at {}", decision.decided_by, time(decision.decided_at.as_ref()))
    });
    format!(
        "{state} {} (authority {}){}{}{}",
        link.reference,
        link.notifying_authority,
        if because.is_empty() { "" } else { ": " },
        because.join(" "),
        decided.unwrap_or_default()
    )
}
