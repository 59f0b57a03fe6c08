//! `lapwing case`: one case with its finding, clocks and reasons.

use contracts::json::to_json;
use contracts::notification::v1::Lane;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{GetCaseRequest, GetCaseResponse};

use super::{Context, reference};
use crate::cli::OfReference;
use crate::connection::{connect, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{assessment, clock, line, priority, time};

/// Shows a case, as the panel's secretariat sees it: no name, no birth date, no place, no narrative.
///
/// # Errors
/// Where there is no such case.
pub(crate) async fn case(context: &Context, of: OfReference) -> Result<Ending, Failure> {
    let reference = reference(&of.reference)?.to_string();
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let mut client = TriageServiceClient::new(channel);
    let case = client.get_case(traced(GetCaseRequest { reference })).await?.into_inner();
    if context.json {
        line(to_json(&case));
    } else {
        tell(&case);
    }
    Ok(Ending::Well)
}

fn tell(case: &GetCaseResponse) {
    let entry = case.entry.clone().unwrap_or_default();
    let lane = if entry.lane() == Lane::Decision { "decision" } else { "information" };
    line(format!(
        "{}  from {}, {} {}; for {lane}, {}; queued {}",
        entry.reference,
        entry.notifying_authority,
        entry.children,
        if entry.children == 1 { "child" } else { "children" },
        priority(entry.priority()),
        time(entry.queued_at.as_ref()),
    ));
    case.assessment.iter().for_each(|found| line(assessment(found)));
    for reason in &case.reasons {
        line(format!("  in this lane because {} ({})", reason.text, reason.source));
    }
    entry.clocks.iter().for_each(|set| line(clock(set)));
    line(format!("  next: cargo run -- timeline {}", entry.reference));
}
