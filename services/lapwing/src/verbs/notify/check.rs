//! Checks one authority's notifications, several at a time.

use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{CheckRequest, CheckResponse};
use contracts::notification::v1::Remark;
use futures::{StreamExt, stream};
use indicatif::ProgressBar;
use tonic::Status;
use tonic_types::StatusExt;

use super::{Answers, Readable, caller};
use crate::connection::{connect, traced};
use crate::ending::Failure;
use crate::verbs::Context;

const AT_ONCE: usize = 8;

pub(super) async fn check(
    context: &Context,
    authority: &str,
    items: Vec<Readable>,
    progress: &ProgressBar,
) -> Result<Answers, Failure> {
    let channel = connect(&context.folder, context.server.as_deref(), &caller(authority)).await?;
    let client = IntakeServiceClient::new(channel);
    let checked = stream::iter(items)
        .map(|item| {
            let mut client = client.clone();
            async move {
                let answer =
                    client.check(traced(CheckRequest { notification: Some(item.notification) })).await;
                progress.inc(1);
                (item.place, answer.map_or_else(|status| unjudged(&status), tonic::Response::into_inner))
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    Ok(Answers::Checked(checked))
}

/// A call that was refused whole says why in the item's own place: the others have their answers.
fn unjudged(status: &Status) -> CheckResponse {
    let details = status.get_error_details();
    let refused = Remark {
        field: String::new(),
        rule: details.error_info().map(|info| info.reason.clone()).unwrap_or_default(),
        what: status.message().to_owned(),
        why: "the server did not judge this notification".to_owned(),
        remedy: "see what happened; the other notifications have their own answers".to_owned(),
    };
    CheckResponse { violations: vec![refused], ..CheckResponse::default() }
}
