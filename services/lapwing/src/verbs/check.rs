//! `lapwing check`: judges notifications in this process, by the very functions that the services use.
//!
//! What a reader would get wrong: nothing is asked of anybody. It needs no server, no certificate and no network, so
//! that an authority can judge its whole backlog before it sends the first one.

use std::sync::Arc;

use ambient::{Ambient, SeededChance, SetClock};
use anyhow::anyhow;
use async_trait::async_trait;
use contracts::notification::v1::{Assessment, CodedNotification};
use eligibility::domain::policy;
use intake::assessor::Assessor;
use intake::check_notification::CheckNotification;
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use serde_json::json;
use tonic::Status;

use super::Context;
use super::judgement::Verdicts;
use crate::cli::Check;
use crate::ending::{Ending, Failure};
use crate::notification_files;
use crate::printing::line;

/// Judges every notification of the files named. One that cannot be read fails no other.
///
/// # Errors
/// Where a file cannot be read at all.
pub(crate) async fn check(context: &Context, check: Check) -> Result<Ending, Failure> {
    let judge = CheckNotification::new(Arc::new(InThisProcess), received(check.on)?);
    let mut verdicts = Verdicts::default();
    let mut ending = Ending::Well;
    for item in notification_files::read(&check.files)? {
        let told = match item.notification {
            Ok(notification) => {
                let checked = judge.check(&notification).await?;
                verdicts.tell(context.json, &item.place, &checked.into())
            }
            Err(error) => {
                verdicts.refused += 1;
                unreadable(context.json, &item.place, &error.to_string())
            }
        };
        ending = told.and(ending);
    }
    if !context.json {
        verdicts.sum_up();
    }
    Ok(ending)
}

fn unreadable(json: bool, place: &str, error: &str) -> Ending {
    if json {
        line(json!({ "place": place, "unreadable": error }).to_string());
    } else {
        line(format!("{place}\n  unreadable: {error}"));
    }
    Ending::Refused
}

/// What is late, and which codes are in force, depends on the day of receipt: today's, or midday of a given one.
fn received(on: Option<Date>) -> Result<Ambient, Failure> {
    let Some(day) = on else { return Ok(Ambient::system()) };
    let london = TimeZone::get("Europe/London").map_err(anyhow::Error::from)?;
    let midday = day.to_datetime(time(12, 0, 0, 0)).to_zoned(london);
    let midday = midday.map_err(|error| anyhow!("--on {day}: {error}"))?;
    Ok(Ambient::new(SetClock::at(midday.timestamp()), SeededChance::new(0)))
}

/// Eligibility's own function, without the call in between.
struct InThisProcess;

#[async_trait]
impl Assessor for InThisProcess {
    async fn assess(&self, notification: CodedNotification) -> Result<Assessment, Status> {
        Ok(eligibility::assess::assess_coded(&notification, policy::compiled_in()))
    }
}
