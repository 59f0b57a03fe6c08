//! `lapwing acknowledge`: says that a leased case has been taken over.

use contracts::json::to_json;
use contracts::triage::v1::AcknowledgeRequest;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;

use super::{Context, reference};
use crate::cli::Acknowledge;
use crate::connection::{connect, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{line, time};

/// Acknowledges a leased case. Repeating it answers the same.
///
/// # Errors
/// Where the lease is not, or no longer, the caller's.
pub(crate) async fn acknowledge(context: &Context, acknowledge: Acknowledge) -> Result<Ending, Failure> {
    let reference = reference(&acknowledge.reference)?.to_string();
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let mut client = TriageServiceClient::new(channel);
    let request = AcknowledgeRequest { reference: reference.clone(), lease_id: acknowledge.lease };
    let answer = client.acknowledge(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
    } else {
        line(format!("{reference}  acknowledged at {}", time(answer.acknowledged_at.as_ref())));
    }
    Ok(Ending::Well)
}
