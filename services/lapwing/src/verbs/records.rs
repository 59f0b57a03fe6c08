//! `lapwing identities`, `readings`, `erase`, `hold`, `release`, `retention` and `rotate-keys`: keeping records as the law asks.
//!
//! What a reader would get wrong: `identities` is the one verb that prints who somebody is. Each call of it is on record before
//! anything is shown.

use contracts::intake::v1::client::records_service_client::RecordsServiceClient;
use contracts::intake::v1::{
    ApplyRetentionRequest, EraseRequest, LegalHold, ListReadingsRequest, PlaceHoldRequest,
    ReadIdentitiesRequest, Reading, ReleaseHoldRequest, RotateKeysRequest,
};
use contracts::json::to_json;
use contracts::notification::v1::{ErasureReason, HoldReason, ReadingPurpose};
use identity::Caller;
use tonic::transport::Channel;

use super::{Context, holder_of, reference};
use crate::cli::{Erase, HoldRecords, Identities, OfReference, Readings, Retention, RotateKeys};
use crate::connection::{connect, member, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{aside, erasure, line, time};

async fn client(context: &Context, caller: &Caller) -> Result<RecordsServiceClient<Channel>, Failure> {
    let channel = connect(&context.folder, context.server.as_deref(), caller).await?;
    Ok(RecordsServiceClient::new(channel))
}

/// Prints a record with identities, as JSON alone: it is for a file or a program, and for nobody's shoulder.
///
/// # Errors
/// Where there is none, it is erased, or the caller has stood aside.
pub(crate) async fn identities(context: &Context, asked: Identities) -> Result<Ending, Failure> {
    let reference = reference(&asked.reference)?.to_string();
    let caller = asked.member.as_deref().map_or_else(|| Ok(secretariat()), member)?;
    let purpose = ReadingPurpose::from(asked.purpose).into();
    let request = ReadIdentitiesRequest { reference: reference.clone(), purpose };
    let answer = client(context, &caller).await?.read_identities(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
    } else {
        aside(format!(
            "{reference}, revision {}: this reading by {caller} is on record; the authority can see it",
            answer.revision
        ));
        answer.notification.iter().for_each(|notification| line(to_json(notification)));
    }
    Ok(Ending::Well)
}

/// Lists who has read a notification's identities.
///
/// # Errors
/// Where the caller sees no such notification.
pub(crate) async fn readings(context: &Context, asked: Readings) -> Result<Ending, Failure> {
    let reference = reference(&asked.reference)?;
    let caller = if asked.secretariat {
        secretariat()
    } else {
        Caller::authority(holder_of(context, reference, asked.authority)?)
    };
    let request = ListReadingsRequest { reference: reference.to_string() };
    let answer = client(context, &caller).await?.list_readings(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
        return Ok(Ending::Well);
    }
    let times = answer.readings.len();
    line(format!("{reference}  identities were read {times} {}", if times == 1 { "time" } else { "times" }));
    answer.readings.iter().for_each(|reading| line(told_reading(reading)));
    answer.hold.iter().for_each(|hold| line(format!("  legal hold: {}", told_hold(hold))));
    answer.erasure.iter().for_each(|erased| line(erasure(erased)));
    Ok(Ending::Well)
}

/// Erases a notification's identities and narrative.
///
/// # Errors
/// Where there is none, or a legal hold is on it.
pub(crate) async fn erase(context: &Context, asked: Erase) -> Result<Ending, Failure> {
    let reference = reference(&asked.reference)?.to_string();
    let reason = ErasureReason::from(asked.reason).into();
    let request = EraseRequest { reference: reference.clone(), reason };
    let answer = client(context, &secretariat()).await?.erase(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
        return Ok(Ending::Well);
    }
    let before = if answer.already_erased { " (before this call)" } else { "" };
    line(format!("{reference}  identities and narrative are gone{before}"));
    answer.erasure.iter().for_each(|erased| line(erasure(erased)));
    line(
        "  receipts stay true and the log still verifies; older backups hold it until they are gone (deploy/README.md)",
    );
    Ok(Ending::Well)
}

/// Holds a notification against erasure.
///
/// # Errors
/// Where there is none, or it is erased.
pub(crate) async fn hold(context: &Context, asked: HoldRecords) -> Result<Ending, Failure> {
    let reference = reference(&asked.reference)?.to_string();
    let reason = HoldReason::from(asked.reason).into();
    let request = PlaceHoldRequest { reference: reference.clone(), reason };
    let answer = client(context, &secretariat()).await?.place_hold(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
    } else {
        line(format!(
            "{reference}  is held against erasure: {}",
            told_hold(&answer.hold.unwrap_or_default())
        ));
    }
    Ok(Ending::Well)
}

/// Releases a legal hold.
///
/// # Errors
/// Where there is no such notification.
pub(crate) async fn release(context: &Context, of: OfReference) -> Result<Ending, Failure> {
    let reference = reference(&of.reference)?.to_string();
    let request = ReleaseHoldRequest { reference: reference.clone() };
    let answer = client(context, &secretariat()).await?.release_hold(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
        return Ok(Ending::Well);
    }
    line(match &answer.released {
        Some(hold) => format!("{reference}  is held no more; it was: {}", told_hold(hold)),
        None => format!("{reference}  no legal hold was on it"),
    });
    Ok(Ending::Well)
}

/// Lists what is over its time, or erases it.
///
/// # Errors
/// Where the server cannot be reached.
pub(crate) async fn retention(context: &Context, asked: Retention) -> Result<Ending, Failure> {
    let request = ApplyRetentionRequest { dry_run: !asked.apply, at_most: asked.most };
    let answer = client(context, &secretariat()).await?.apply_retention(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
        return Ok(Ending::Well);
    }
    let what = if asked.apply { "erased" } else { "over their time; nothing is erased without --apply" };
    line(format!("{}: {} notifications are {what}", answer.policy_edition, answer.due.len()));
    for due in &answer.due {
        line(format!("  {}  since {}: {}", due.reference, due.due_on, due.rule));
    }
    if answer.held > 0 {
        line(format!("  {} more stay, because a legal hold is on them", answer.held));
    }
    if answer.more {
        line("  there are more: run it again, or with a larger --most");
    }
    Ok(Ending::Well)
}

/// Wraps every notification's key under the wrapping key in use, and tells how far it has come.
///
/// # Errors
/// Where the server cannot be reached, or lacks the key under which one is wrapped.
pub(crate) async fn rotate_keys(context: &Context, asked: RotateKeys) -> Result<Ending, Failure> {
    let mut client = client(context, &asked.operator).await?;
    let mut pages = client.rotate_keys(traced(RotateKeysRequest {})).await?.into_inner();
    let mut left = 0;
    while let Some(page) = pages.message().await? {
        left = page.left;
        if context.json {
            line(to_json(&page));
        } else {
            line(format!(
                "under {}: {} keys wrapped anew, {} are under another still",
                page.wrapped_under, page.done, page.left
            ));
        }
    }
    if left == 0 {
        return Ok(Ending::Well);
    }
    aside("the server stopped before all were wrapped anew; run it again, and it goes on where it was");
    Ok(Ending::TryAgain)
}

fn told_reading(reading: &Reading) -> String {
    let purpose = match reading.purpose() {
        ReadingPurpose::Decision => "to decide on the case, or to prepare that",
        ReadingPurpose::Contact => "to ask the authority about it",
        ReadingPurpose::Review => "to supervise a review of it",
        ReadingPurpose::SubjectAccess => "to answer a request for the data held on somebody",
        ReadingPurpose::SameChild => "to see whether two cases are of the same child",
        ReadingPurpose::Unspecified => "for a purpose that this version does not know",
    };
    let at = time(reading.read_at.as_ref());
    format!("  {at}  {}, revision {}, {purpose}", reading.reader, reading.revision)
}

fn told_hold(hold: &LegalHold) -> String {
    let reason = match hold.reason() {
        HoldReason::Inquiry => "a statutory inquiry has asked that records be kept",
        HoldReason::Proceedings => "proceedings before a court or a coroner",
        HoldReason::Review => "a review of the case is under way",
        HoldReason::SubjectAccess => "somebody has asked for the data held on them",
        HoldReason::Unspecified => "for a reason that this version does not know",
    };
    format!("{reason} (placed by {} at {})", hold.placed_by, time(hold.placed_at.as_ref()))
}
