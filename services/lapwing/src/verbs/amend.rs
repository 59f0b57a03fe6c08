//! `lapwing amend` and `lapwing withdraw`: later revisions of a notification.

use anyhow::anyhow;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{AmendRequest, GetRequest, Receipt, WithdrawRequest, get_request};
use contracts::json::to_json;
use contracts::notification::v1::WithdrawalReason;
use identity::Caller;
use ids::Reference;
use tonic::transport::Channel;

use super::judgement::remarks;
use super::{Context, holder_of, reference};
use crate::cli::{Amend, WithdrawNotification};
use crate::connection::{connect, traced};
use crate::ending::{Ending, Failure};
use crate::kept_receipts;
use crate::notification_files;
use crate::printing::line;

/// Sends the notification of a file as a later revision.
///
/// # Errors
/// Where the file holds not just one notification, or the server refuses.
pub(crate) async fn amend(context: &Context, amend: Amend) -> Result<Ending, Failure> {
    let reference = reference(&amend.reference)?;
    let mut items = notification_files::read(std::slice::from_ref(&amend.file))?;
    let (Some(item), true) = (items.pop(), items.is_empty()) else {
        return Err(anyhow!("{}: give one notification, as it is now, whole", amend.file.display()).into());
    };
    let notification = item.notification.map_err(|error| anyhow!("{}: unreadable: {error}", item.place))?;
    let authority = super::number_of(&notification);
    let mut client = as_authority(context, &authority).await?;
    let revision = next(&mut client, reference, amend.revision).await?;
    let request =
        AmendRequest { reference: reference.to_string(), revision, notification: Some(notification) };
    let answer = client.amend(traced(request)).await?.into_inner();
    let receipt = answer.receipt.clone().unwrap_or_default();
    kept_receipts::keep(&context.folder, std::slice::from_ref(&receipt))?;
    if context.json {
        line(to_json(&answer));
    } else {
        tell("held", &receipt, answer.already_held, answer.newest_revision);
        line(remarks("warning:", &answer.warnings).trim_start_matches('\n'));
    }
    Ok(Ending::Well)
}

/// Withdraws a notification.
///
/// # Errors
/// Where nobody here knows whose it is, or the server refuses.
pub(crate) async fn withdraw(context: &Context, withdraw: WithdrawNotification) -> Result<Ending, Failure> {
    let reference = reference(&withdraw.reference)?;
    let authority = holder_of(context, reference, withdraw.authority)?;
    let mut client = as_authority(context, &authority).await?;
    let revision = next(&mut client, reference, withdraw.revision).await?;
    let request = WithdrawRequest {
        reference: reference.to_string(),
        revision,
        reason: WithdrawalReason::from(withdraw.reason).into(),
        words: withdraw.words,
    };
    let answer = client.withdraw(traced(request)).await?.into_inner();
    let receipt = answer.receipt.clone().unwrap_or_default();
    kept_receipts::keep(&context.folder, std::slice::from_ref(&receipt))?;
    if context.json {
        line(to_json(&answer));
    } else {
        tell("withdrawn", &receipt, answer.already_held, answer.newest_revision);
    }
    Ok(Ending::Well)
}

fn tell(what: &str, receipt: &Receipt, already_held: bool, newest: u32) {
    let before = if already_held { " (held before; the same receipt)" } else { "" };
    line(format!("{}  {what} as revision {}{before}", receipt.reference, receipt.revision));
    if newest > receipt.revision {
        line(format!("  revision {newest} came before it and goes on counting"));
    }
    line(format!("  next: cargo run -- status {}", receipt.reference));
}

async fn as_authority(context: &Context, authority: &str) -> Result<IntakeServiceClient<Channel>, Failure> {
    let caller = Caller::authority(authority);
    Ok(IntakeServiceClient::new(connect(&context.folder, context.server.as_deref(), &caller).await?))
}

/// The number given, or one more than the newest held.
async fn next(
    client: &mut IntakeServiceClient<Channel>,
    reference: Reference,
    given: Option<u32>,
) -> Result<u32, Failure> {
    if let Some(revision) = given {
        return Ok(revision);
    }
    let key = Some(get_request::Key::Reference(reference.to_string()));
    let held = client.get(traced(GetRequest { key })).await?.into_inner();
    Ok(held.status.unwrap_or_default().revision + 1)
}
