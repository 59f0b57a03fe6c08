//! Sends one authority's notifications over one stream.

use std::collections::BTreeMap;

use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::submit_many_response::Answer;
use contracts::intake::v1::{SubmitManyRequest, SubmitManyResponse, TryAgain};
use futures::stream;
use indicatif::ProgressBar;

use super::{Answers, Readable, caller, unanswered};
use crate::connection::{connect, traced};
use crate::ending::Failure;
use crate::verbs::Context;

/// Places of the items that have no answer yet, by their position in the stream.
type Waiting = BTreeMap<u64, String>;

pub(super) async fn send(
    context: &Context,
    authority: &str,
    items: Vec<Readable>,
    progress: &ProgressBar,
) -> Result<Answers, Failure> {
    let channel = connect(&context.folder, context.server.as_deref(), &caller(authority)).await?;
    let mut client = IntakeServiceClient::new(channel);
    let (places, requests): (Vec<String>, Vec<SubmitManyRequest>) = items
        .into_iter()
        .map(|item| (item.place, SubmitManyRequest { notification: Some(item.notification) }))
        .unzip();
    let mut answers = client.submit_many(traced(stream::iter(requests))).await?.into_inner();
    let mut waiting: Waiting = (1..).zip(places).collect();
    let mut answered = Vec::with_capacity(waiting.len());
    let broken = loop {
        match answers.message().await {
            Ok(Some(answer)) => {
                progress.inc(1);
                answered.extend(waiting.remove(&answer.position).map(|place| (place, answer)));
            }
            Ok(None) => break "the stream ended".to_owned(),
            Err(status) => break status.message().to_owned(),
        }
    };
    if answered.is_empty() && !waiting.is_empty() {
        return Err(unanswered(&waiting.into_values().collect::<Vec<_>>(), &broken));
    }
    // Receipts that came before the stream broke are receipts.
    answered.extend(waiting.into_iter().map(|(position, place)| (place, lost(position, &broken))));
    Ok(Answers::Sent(answered))
}

fn lost(position: u64, reason: &str) -> SubmitManyResponse {
    let what =
        format!("no answer came ({reason}); send it again: if it is held, the same receipt comes back");
    SubmitManyResponse {
        position,
        sender_reference: String::new(),
        answer: Some(Answer::TryAgain(TryAgain { what })),
    }
}
