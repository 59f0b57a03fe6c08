//! `lapwing amend` and `lapwing withdraw`: later revisions of a notification.

use anyhow::anyhow;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{AmendRequest, GetRequest, Receipt, WithdrawRequest, get_request};
use contracts::json::to_json;
use contracts::notification::v1::{Notification, Status, WithdrawalReason};
use identity::Caller;
use ids::Reference;
use intake::domain::fingerprint::Fingerprint;
use secrecy::ExposeSecret;
use tonic::transport::Channel;

use super::judgement::remarks;
use super::{Context, holder_of, reference};
use crate::cli::{Amend, WithdrawNotification};
use crate::connection::{connect, traced};
use crate::ending::{Ending, Failure};
use crate::kept_receipts;
use crate::notification_files;
use crate::printing::{aside, line};

/// Sends the notification of a file as a later revision.
///
/// # Errors
/// Where the file holds not just one notification, or the server refuses.
pub(crate) async fn amend(context: &Context, amend: Amend) -> Result<Ending, Failure> {
    let reference = reference(&amend.reference)?;
    let notification = match one(&amend)? {
        Ok(notification) => notification,
        Err(unreadable) => {
            aside(unreadable);
            return Ok(Ending::Refused);
        }
    };
    // A file that names nobody is sent as its holder's, so that the server says all that is wrong with it.
    let authority = match super::number_of(&notification) {
        nobody if nobody == super::NOBODY => holder_of(context, reference, None)?,
        number => number,
    };
    let mut client = as_authority(context, &authority).await?;
    let sent = Fingerprint::of(&notification).to_string();
    let revision = match amend.revision {
        Some(revision) => revision,
        None => next(&mut client, reference, |_| sent.clone()).await?,
    };
    let request =
        AmendRequest { reference: reference.to_string(), revision, notification: Some(notification) };
    let answer = client.amend(traced(request)).await?.into_inner();
    let receipt = answer.receipt.clone().unwrap_or_default();
    kept_receipts::keep_new(&context.folder, &receipt)?;
    if context.json {
        line(to_json(&answer));
    } else {
        let warnings = remarks("warning:", &answer.warnings);
        tell("held", &receipt, answer.already_held, answer.newest_revision, &warnings);
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
    let reason = WithdrawalReason::from(withdraw.reason).into();
    let words = withdraw.words.expose_secret().to_owned();
    let revision = match withdraw.revision {
        Some(revision) => revision,
        None => {
            let same = |newest| Fingerprint::of_withdrawal(reference, newest, reason, &words).to_string();
            next(&mut client, reference, same).await?
        }
    };
    let request = WithdrawRequest { reference: reference.to_string(), revision, reason, words };
    let answer = client.withdraw(traced(request)).await?.into_inner();
    let receipt = answer.receipt.clone().unwrap_or_default();
    kept_receipts::keep_new(&context.folder, &receipt)?;
    if context.json {
        line(to_json(&answer));
    } else {
        tell("withdrawn", &receipt, answer.already_held, answer.newest_revision, "");
    }
    Ok(Ending::Well)
}

/// The one notification of the file, or why it cannot be read.
fn one(amend: &Amend) -> anyhow::Result<Result<Notification, String>> {
    let mut items = notification_files::read(std::slice::from_ref(&amend.file))?;
    let (Some(item), true) = (items.pop(), items.is_empty()) else {
        return Err(anyhow!("{}: give one notification, as it is now, whole", amend.file.display()));
    };
    Ok(item.notification.map_err(|error| format!("{}: unreadable: {error}", item.place)))
}

fn tell(what: &str, receipt: &Receipt, already_held: bool, newest: u32, warnings: &str) {
    let before = if already_held { " (held before; the same receipt)" } else { "" };
    line(format!("{}  {what} as revision {}{before}{warnings}", receipt.reference, receipt.revision));
    if newest > receipt.revision {
        line(format!("  revision {newest} is newer and goes on counting"));
    }
    line(format!("  next: cargo run -- status {}", receipt.reference));
}

async fn as_authority(context: &Context, authority: &str) -> Result<IntakeServiceClient<Channel>, Failure> {
    let caller = Caller::authority(authority);
    Ok(IntakeServiceClient::new(connect(&context.folder, context.server.as_deref(), &caller).await?))
}

/// One more than the newest held; or the newest, where it is this very one: sent again after an answer was lost, it is
/// no further revision. `same` is the fingerprint that this one would have under the newest's number.
async fn next(
    client: &mut IntakeServiceClient<Channel>,
    reference: Reference,
    same: impl Fn(u32) -> String,
) -> Result<u32, Failure> {
    let key = Some(get_request::Key::Reference(reference.to_string()));
    let held = client.get(traced(GetRequest { key })).await?.into_inner();
    Ok(number(&held.status.unwrap_or_default(), same))
}

fn number(status: &Status, same: impl Fn(u32) -> String) -> u32 {
    let newest = status.revisions.iter().max_by_key(|revision| revision.number);
    match newest {
        Some(newest) if newest.number > 1 && newest.fingerprint == same(newest.number) => newest.number,
        _ => status.revision + 1,
    }
}

#[cfg(test)]
mod tests {
    use contracts::notification::v1::Revision;

    use super::*;

    #[test]
    fn what_is_sent_again_after_a_lost_answer_is_no_further_revision() {
        let revision = |number, fingerprint: &str| Revision {
            number,
            fingerprint: fingerprint.into(),
            ..Revision::default()
        };
        let status = |revisions: Vec<Revision>| Status {
            revision: revisions.iter().map(|revision| revision.number).max().unwrap_or_default(),
            revisions,
            ..Status::default()
        };
        let held = status(vec![revision(1, "a"), revision(2, "b")]);
        assert_eq!(number(&held, |_| "b".into()), 2);
        assert_eq!(number(&held, |_| "c".into()), 3);
        assert_eq!(number(&held, |_| "a".into()), 3, "back to an older content is a revision of its own");
        let first = status(vec![revision(1, "a")]);
        assert_eq!(number(&first, |_| "a".into()), 2, "the first one has a call of its own");
    }
}
