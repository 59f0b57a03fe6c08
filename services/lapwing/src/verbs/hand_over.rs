//! `lapwing hand-overs`, `accept` and `decline`: notifications whose duty was found to be another authority's.

use contracts::intake::v1::answer_hand_over_request::Answer;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{
    Acceptance, AnswerHandOverRequest, AnswerHandOverResponse, Declination, HandOverOffer,
    ListHandOversRequest,
};
use contracts::json::to_json;
use contracts::notification::v1::{DeclineReason, HandOver, HandOverState};
use identity::Caller;
use secrecy::ExposeSecret;

use super::{Context, reference};
use crate::cli::{AcceptHandOver, DeclineHandOver, HandOvers};
use crate::connection::{connect, traced};
use crate::ending::{Ending, Failure};
use crate::kept_receipts;
use crate::printing::{assessment, line, time};

/// The largest list of hand-overs, in bytes: the server stops at about 3 MiB, but for a single larger one.
const LARGEST_LIST: usize = 32 * 1024 * 1024;

/// Lists what an authority is asked to take over, and what it has asked others to.
///
/// # Errors
/// Where the server cannot be reached.
pub(crate) async fn hand_overs(context: &Context, asked: HandOvers) -> Result<Ending, Failure> {
    let caller = Caller::authority(&asked.authority);
    let channel = connect(&context.folder, context.server.as_deref(), &caller).await?;
    let mut client = IntakeServiceClient::new(channel).max_decoding_message_size(LARGEST_LIST);
    let request = ListHandOversRequest { include_answered: asked.all };
    let offers = client.list_hand_overs(traced(request)).await?.into_inner().hand_overs;
    for offer in &offers {
        if context.json { line(to_json(offer)) } else { tell(offer, &asked.authority) }
    }
    if offers.is_empty() && !context.json {
        line(format!("no hand-over of authority {} waits for an answer", asked.authority));
    }
    Ok(Ending::Well)
}

fn tell(offer: &HandOverOffer, authority: &str) {
    let hand_over = offer.hand_over.clone().unwrap_or_default();
    line(format!(
        "{}  from {} to {}, {}; offered {}",
        hand_over.reference,
        hand_over.from_authority,
        hand_over.to_authority,
        state(&hand_over),
        time(hand_over.offered_at.as_ref()),
    ));
    offer.assessment.iter().for_each(|found| line(assessment(found)));
    if hand_over.state() == HandOverState::Offered && hand_over.to_authority == authority {
        let reference = &hand_over.reference;
        line(format!("  next: cargo run -- accept {reference} --authority {authority}"));
        line(format!(
            "     or: cargo run -- decline {reference} --authority {authority} --reason not-in-our-area"
        ));
    }
}

fn state(hand_over: &HandOver) -> &'static str {
    match hand_over.state() {
        HandOverState::Offered => "waiting for an answer",
        HandOverState::Accepted => "accepted",
        HandOverState::Declined => "declined",
        HandOverState::Lapsed => "lapsed: a newer revision is found otherwise, or withdraws it",
        HandOverState::Unspecified => "in a state that this version does not know",
    }
}

/// Takes a notification over.
///
/// # Errors
/// Where nothing is offered to the authority, or it was answered otherwise.
pub(crate) async fn accept(context: &Context, accept: AcceptHandOver) -> Result<Ending, Failure> {
    let became_aware_on = accept.aware_on.map_or_else(String::new, |day| day.to_string());
    let answer = Answer::Accept(Acceptance { became_aware_on });
    let given = send(context, &accept.reference, &accept.authority, answer).await?;
    if let Some(receipt) = &given.receipt {
        kept_receipts::keep_new(&context.folder, receipt)?;
    }
    tell_answer(context, &given, "is yours now; it is judged anew");
    Ok(Ending::Well)
}

/// Says that the duty is not the authority's own.
///
/// # Errors
/// As [`accept`].
pub(crate) async fn decline(context: &Context, decline: DeclineHandOver) -> Result<Ending, Failure> {
    let reason = DeclineReason::from(decline.reason).into();
    let answer = Answer::Decline(Declination { reason, words: decline.words.expose_secret().to_owned() });
    let given = send(context, &decline.reference, &decline.authority, answer).await?;
    tell_answer(context, &given, "is declined; a person decides, and it stays held");
    Ok(Ending::Well)
}

async fn send(
    context: &Context,
    text: &str,
    authority: &str,
    answer: Answer,
) -> Result<AnswerHandOverResponse, Failure> {
    let reference = reference(text)?.to_string();
    let caller = Caller::authority(authority);
    let channel = connect(&context.folder, context.server.as_deref(), &caller).await?;
    let mut client = IntakeServiceClient::new(channel);
    let request = AnswerHandOverRequest { reference, answer: Some(answer) };
    Ok(client.answer_hand_over(traced(request)).await?.into_inner())
}

fn tell_answer(context: &Context, given: &AnswerHandOverResponse, words: &str) {
    if context.json {
        return line(to_json(given));
    }
    let reference = given.hand_over.clone().unwrap_or_default().reference;
    line(format!("{reference}  {words}"));
    line(format!("  next: cargo run -- timeline {reference}"));
}
