//! `lapwing case`: one case with its finding, clocks and reasons.

use contracts::json::to_json;
use contracts::notification::v1::Lane;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{Cluster, Delivery, GetCaseRequest, GetCaseResponse, QueueEntry, Recipient};

use super::{Context, link, reference};
use crate::cli::OfReference;
use crate::connection::{connect, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{assessment, clock, erasure, line, priority, time};

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
    line(head(&entry));
    case.erasure.iter().for_each(|erased| line(erasure(erased)));
    case.assessment.iter().for_each(|found| line(assessment(found)));
    for reason in &case.reasons {
        line(format!("  in its lane and priority because {} ({})", reason.text, reason.source));
    }
    entry.clocks.iter().for_each(|set| line(clock(set)));
    for rule in &case.order {
        line(format!("  order: {}", rule.text));
    }
    for reason in case.indicators.iter().filter_map(|indicator| indicator.reason.as_ref()) {
        line(format!("  indicator {}: {} ({})", reason.code, reason.text, reason.source));
    }
    case.clusters.iter().for_each(|cluster| line(told_cluster(cluster)));
    for other in &case.links {
        line(format!("  {}", link::told(other)));
    }
    case.recipients.iter().for_each(|delivery| line(told_delivery(delivery)));
    line(format!("  next: cargo run -- timeline {}", entry.reference));
}

fn head(entry: &QueueEntry) -> String {
    let lane = if entry.lane() == Lane::Decision { "decision" } else { "information" };
    format!(
        "{}  from {}, revision {}{}, {} {}; for {lane}, {}; queued {}",
        entry.reference,
        entry.notifying_authority,
        entry.revision,
        if entry.withdrawn { " (withdrawn)" } else { "" },
        entry.children,
        if entry.children == 1 { "child" } else { "children" },
        priority(entry.priority()),
        time(entry.queued_at.as_ref()),
    )
}

fn told_cluster(cluster: &Cluster) -> String {
    let members: Vec<&str> = cluster.members.iter().map(|member| member.reference.as_str()).collect();
    let why = cluster.reason.as_ref().map_or("", |reason| reason.text.as_str());
    format!("  cluster {}: {why} Cases: {}", cluster.code, members.join(", "))
}

fn told_delivery(delivery: &Delivery) -> String {
    let who = match delivery.recipient() {
        Recipient::Panel => "the panel",
        Recipient::Dfe => "DfE",
        Recipient::Ofsted => "Ofsted",
        Recipient::SafeguardingPartners => "the safeguarding partners",
        Recipient::Unspecified => "somebody",
    };
    let told = if delivery.due { "told" } else { "not told" };
    let because: Vec<&str> = delivery.reasons.iter().map(|reason| reason.text.as_str()).collect();
    format!("  {who}: {told}: {}", because.join(" "))
}
