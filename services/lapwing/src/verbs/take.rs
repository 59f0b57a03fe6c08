//! `lapwing take`: leases the next waiting case, as the panel's consumer does.

use contracts::json::to_json;
use contracts::notification::v1::Lane;
use contracts::triage::v1::TakeNextRequest;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;

use super::Context;
use crate::cli::Take;
use crate::connection::{connect, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{line, time};

/// Leases the next waiting case of a lane.
///
/// # Errors
/// Where the server cannot be reached.
pub(crate) async fn take(context: &Context, take: Take) -> Result<Ending, Failure> {
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let mut client = TriageServiceClient::new(channel);
    let lease = prost_types::Duration { seconds: i64::from(take.lease), nanos: 0 };
    let request = TakeNextRequest { lane: Lane::from(take.lane).into(), lease: Some(lease) };
    let taken = client.take_next(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&taken));
        return Ok(Ending::Well);
    }
    match &taken.entry {
        None => line("nothing waits in this lane"),
        Some(entry) => {
            line(format!("{}  is yours until {}", entry.reference, time(taken.lease_expires_at.as_ref())));
            line(format!("next: cargo run -- acknowledge {} {}", entry.reference, taken.lease_id));
        }
    }
    Ok(Ending::Well)
}
