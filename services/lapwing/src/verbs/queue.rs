//! `lapwing queue`: the cases that wait for the panel, in working order.

use contracts::json::to_json;
use contracts::notification::v1::{ClockKind, Lane};
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{ListQueueRequest, QueueEntry, QueueState};
use tonic::transport::Channel;

use super::Context;
use crate::cli::Queue;
use crate::connection::{connect, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{line, outcome, priority, time};

/// Entries asked for at a time.
const PAGE: u32 = 200;

/// Lists the lanes asked for, as the panel's secretariat, which is shown every case.
///
/// # Errors
/// Where the server cannot be reached.
pub(crate) async fn queue(context: &Context, queue: Queue) -> Result<Ending, Failure> {
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let mut client = TriageServiceClient::new(channel);
    let lanes = match queue.lane {
        Some(lane) => vec![Lane::from(lane)],
        None => vec![Lane::Decision, Lane::Information],
    };
    for lane in lanes {
        let (entries, waiting) = list(&mut client, lane, &queue).await?;
        tell(context, lane, &entries, waiting);
    }
    Ok(Ending::Well)
}

async fn list(
    client: &mut TriageServiceClient<Channel>,
    lane: Lane,
    queue: &Queue,
) -> Result<(Vec<QueueEntry>, u64), Failure> {
    let mut entries = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListQueueRequest {
            lane: lane.into(),
            page_size: PAGE,
            page_token,
            include_acknowledged: queue.all,
        };
        let page = client.list_queue(traced(request)).await?.into_inner();
        entries.extend(page.entries);
        page_token = page.next_page_token;
        if page_token.is_empty() || entries.len() >= queue.most {
            entries.truncate(queue.most);
            return Ok((entries, page.waiting));
        }
    }
}

fn tell(context: &Context, lane: Lane, entries: &[QueueEntry], waiting: u64) {
    if context.json {
        return entries.iter().for_each(|entry| line(to_json(entry)));
    }
    let name = if lane == Lane::Decision { "panel.decisions" } else { "panel.information" };
    line(format!("{name}: {waiting} waiting"));
    for entry in entries {
        line(format!(
            "  {}  {:8}  {}  {}{}{}{}",
            entry.reference,
            priority(entry.priority()),
            entry.notifying_authority,
            outcome(entry.outcome()),
            due(entry),
            marks(entry),
            state(entry),
        ));
    }
    if (entries.len() as u64) < waiting {
        line(format!("  … and {} more (--most {waiting} shows all)", waiting - entries.len() as u64));
    }
    if let Some(first) = entries.first() {
        line(format!("  next: cargo run -- case {}", first.reference));
    }
}

fn due(entry: &QueueEntry) -> String {
    let clock =
        entry.clocks.iter().find(|clock| clock.kind() == ClockKind::RapidReview && !clock.due_on.is_empty());
    clock.map(|clock| format!("; rapid review due {}", clock.due_on)).unwrap_or_default()
}

/// What besides lane and clock has a say in the order, or changes what the case is.
fn marks(entry: &QueueEntry) -> String {
    let indicators = match entry.indicators.len() {
        0 => String::new(),
        1 => "; 1 indicator".to_owned(),
        several => format!("; {several} indicators"),
    };
    let cluster = if entry.clusters > 0 { "; in a cluster" } else { "" };
    let linked = if entry.linked.is_empty() { "" } else { "; linked" };
    let withdrawn = if entry.withdrawn { "; withdrawn" } else { "" };
    let revision = if entry.revision > 1 { format!("; revision {}", entry.revision) } else { String::new() };
    format!("{indicators}{cluster}{linked}{revision}{withdrawn}")
}

fn state(entry: &QueueEntry) -> String {
    match entry.state() {
        QueueState::Leased => "; leased".to_owned(),
        QueueState::Acknowledged => "; acknowledged".to_owned(),
        QueueState::Waiting | QueueState::Unspecified => {
            format!("; since {}", time(entry.queued_at.as_ref()))
        }
    }
}
