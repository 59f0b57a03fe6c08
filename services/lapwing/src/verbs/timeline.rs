//! `lapwing timeline` and `lapwing checkpoint`: what the audit log has.

use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use contracts::audit::v1::{CheckpointRequest, TimelineRequest};
use contracts::json::to_json;

use super::{Context, reference};
use crate::cli::OfReference;
use crate::connection::{connect, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{line, time};

/// Shows everything that happened to a notification.
///
/// # Errors
/// Where nothing is recorded under the reference.
pub(crate) async fn timeline(context: &Context, of: OfReference) -> Result<Ending, Failure> {
    let reference = reference(&of.reference)?.to_string();
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let mut client = AuditServiceClient::new(channel);
    let answer =
        client.timeline(traced(TimelineRequest { reference: reference.clone() })).await?.into_inner();
    if context.json {
        answer.entries.iter().for_each(|entry| line(to_json(entry)));
        return Ok(Ending::Well);
    }
    line(reference);
    for entry in &answer.entries {
        line(format!("  {}  {:11}  {}", time(entry.occurred_at.as_ref()), entry.source, entry.words));
        line(format!(
            "      {} is entry {} of the log, leaf {}",
            entry.event_type, entry.position, entry.leaf_hash
        ));
    }
    Ok(Ending::Well)
}

/// Shows the newest signed statement of the log's size and root.
///
/// # Errors
/// Where the server cannot be reached.
pub(crate) async fn checkpoint(context: &Context) -> Result<Ending, Failure> {
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let mut client = AuditServiceClient::new(channel);
    let answer = client.checkpoint(traced(CheckpointRequest {})).await?.into_inner();
    line(if context.json { to_json(&answer) } else { answer.signed_note.trim_end().to_owned() });
    Ok(Ending::Well)
}
