//! `lapwing notify`: sends notifications, each with the certificate of its own authority, or checks them.

mod check;
mod report;
mod send;

use std::collections::BTreeMap;

use anyhow::anyhow;
use contracts::notification::v1::Notification;
use futures::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};

use super::Context;
use crate::cli::Notify;
use crate::ending::{Ending, Failure};
use crate::notification_files::{self, Item};
use report::Report;

/// Authorities that send at the same time.
const AUTHORITIES_AT_ONCE: usize = 16;

/// From so many notifications on, progress is shown.
const MANY: usize = 50;

/// One notification that could be read.
#[derive(Debug, Clone)]
struct Readable {
    place: String,
    notification: Notification,
}

/// Sends or checks every notification of the files named. One that cannot be read fails no other.
///
/// # Errors
/// Where a file cannot be read at all, or the server cannot be reached.
pub(crate) async fn notify(context: &Context, notify: Notify) -> Result<Ending, Failure> {
    let items = notification_files::read(&notify.files)?;
    let mut report = Report::new(context.json, items.len());
    let (readable, ending) = sort_out(items, &mut report);
    let progress = progress(readable.len());
    let by_authority = by_authority(readable);
    let mut ending = ending;
    let mut failure = None;
    let mut answers = stream::iter(by_authority)
        .map(|(authority, notifications)| {
            let (context, progress) = (context.clone(), progress.clone());
            async move {
                if notify.check {
                    check::check(&context, &authority, notifications, &progress).await
                } else {
                    send::send(&context, &authority, notifications, &progress).await
                }
            }
        })
        .buffer_unordered(AUTHORITIES_AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(answers) => ending = report.tell(&context.folder, &answers, &progress)?.and(ending),
            // The others' notifications are sent all the same.
            Err(failed) => failure = failure.or(Some(failed)),
        }
    }
    progress.finish_and_clear();
    report.sum_up(notify.check);
    failure.map_or(Ok(ending), Err)
}

fn sort_out(items: Vec<Item>, report: &mut Report) -> (Vec<Readable>, Ending) {
    let mut ending = Ending::Well;
    let mut readable = Vec::with_capacity(items.len());
    for item in items {
        match item.notification {
            Ok(notification) => readable.push(Readable { place: item.place, notification }),
            Err(error) => {
                report.unreadable(&item.place, &error);
                ending = Ending::Refused;
            }
        }
    }
    (readable, ending)
}

/// In development the command takes, or makes, the certificate of each notification's authority by itself.
fn by_authority(readable: Vec<Readable>) -> BTreeMap<String, Vec<Readable>> {
    let mut by_authority: BTreeMap<String, Vec<Readable>> = BTreeMap::new();
    for item in readable {
        by_authority.entry(super::number_of(&item.notification)).or_default().push(item);
    }
    by_authority
}

fn progress(count: usize) -> ProgressBar {
    if count < MANY {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len}, {per_sec}, {eta} left");
    ProgressBar::new(count as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The answers to an authority's notifications, each with the place where the notification stands.
#[derive(Debug)]
enum Answers {
    Sent(Vec<(String, contracts::intake::v1::SubmitManyResponse)>),
    Checked(Vec<(String, contracts::intake::v1::CheckResponse)>),
}

fn caller(authority: &str) -> identity::Caller {
    identity::Caller::authority(authority)
}

fn unanswered(places: &[String], reason: &str) -> Failure {
    let some = places.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if places.len() > 5 { format!(" and {} more", places.len() - 5) } else { String::new() };
    Failure::Failed(anyhow!(
        "{some}{more}: no answer came ({reason}). To do: send them again; what is held keeps its receipt"
    ))
}
