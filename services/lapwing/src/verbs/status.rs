//! `lapwing status`: where a notification stands, as its authority sees it.

use anyhow::anyhow;
use contracts::intake::v1::WatchRequest;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{GetRequest, get_request};
use contracts::json::to_json;
use contracts::notification::v1::{Lane, Stage, Status};

use super::{Context, reference};
use crate::cli::StatusOf;
use crate::connection::{connect, traced};
use crate::ending::{Ending, Failure};
use crate::kept_receipts;
use crate::printing::{aside, clock, grounds, line, priority, time};

/// Shows where a notification stands, and goes on with each step where it is watched.
///
/// # Errors
/// Where the reference is mistaken, or nobody here knows whose it is.
pub(crate) async fn status(context: &Context, of: StatusOf) -> Result<Ending, Failure> {
    let reference = reference(&of.reference)?;
    let authority = of.authority.or_else(|| kept_receipts::authority_of(&context.folder, reference)).ok_or_else(|| {
        anyhow!("the receipt of {reference} is not kept in {}: name the authority that sent it with --authority, such as --authority 373", context.folder.display())
    })?;
    let caller = identity::Caller::authority(authority);
    let channel = connect(&context.folder, context.server.as_deref(), &caller).await?;
    let mut client = IntakeServiceClient::new(channel);
    if of.watch {
        return watch(context, &mut client, reference.to_string()).await;
    }
    let key = Some(get_request::Key::Reference(reference.to_string()));
    let answer = client.get(traced(GetRequest { key })).await?.into_inner();
    tell(context, &answer.status.unwrap_or_default(), 0);
    Ok(Ending::Well)
}

async fn watch(
    context: &Context,
    client: &mut IntakeServiceClient<tonic::transport::Channel>,
    reference: String,
) -> Result<Ending, Failure> {
    let mut statuses = client.watch(traced(WatchRequest { reference })).await?.into_inner();
    let (mut told, mut stage) = (0, Stage::Received);
    while let Some(answer) = statuses.message().await? {
        let status = answer.status.unwrap_or_default();
        tell(context, &status, told);
        (told, stage) = (status.steps.len(), status.stage());
    }
    if stage == Stage::Acknowledged {
        return Ok(Ending::Well);
    }
    aside("the server stopped before the panel had acknowledged it; watch again once the server runs");
    Ok(Ending::TryAgain)
}

/// Tells the steps that were not told before.
fn tell(context: &Context, status: &Status, told: usize) {
    if context.json {
        return line(to_json(status));
    }
    if told == 0 {
        line(format!(
            "{}  from {} as {}",
            status.reference, status.notifying_authority, status.sender_reference
        ));
    }
    for step in status.steps.iter().skip(told) {
        line(format!("  {}  {}", time(step.at.as_ref()), step.words));
        match step.stage() {
            Stage::Assessed => status.assessment.iter().for_each(|found| line(grounds(found))),
            Stage::Queued => tell_queue(status),
            _ => (),
        }
    }
}

fn tell_queue(status: &Status) {
    let lane = if status.lane() == Lane::Decision { "decision" } else { "information" };
    line(format!("  lane {lane}, priority {}", priority(status.priority())));
    status.clocks.iter().for_each(|set| line(clock(set)));
}
