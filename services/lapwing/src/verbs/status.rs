//! `lapwing status`: where a notification stands, as its authority sees it.

use contracts::intake::v1::WatchRequest;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{GetRequest, get_request};
use contracts::json::to_json;
use contracts::notification::v1::{Erasure, HandOver, HandOverState, Lane, Stage, Status, Step};

use super::{Context, holder_of, reference};
use crate::cli::StatusOf;
use crate::connection::{connect, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{aside, clock, erasure, grounds, line, priority, time};

/// Shows where a notification stands, and goes on with each step where it is watched.
///
/// # Errors
/// Where the reference is mistaken, or nobody here knows whose it is.
pub(crate) async fn status(context: &Context, of: StatusOf) -> Result<Ending, Failure> {
    let reference = reference(&of.reference)?;
    let authority = holder_of(context, reference, of.authority)?;
    let caller = identity::Caller::authority(authority);
    let channel = connect(&context.folder, context.server.as_deref(), &caller).await?;
    let mut client = IntakeServiceClient::new(channel);
    if of.watch {
        return watch(context, &mut client, reference.to_string()).await;
    }
    let key = Some(get_request::Key::Reference(reference.to_string()));
    let answer = client.get(traced(GetRequest { key })).await?.into_inner();
    Told::default().tell(context, &answer.status.unwrap_or_default());
    Ok(Ending::Well)
}

async fn watch(
    context: &Context,
    client: &mut IntakeServiceClient<tonic::transport::Channel>,
    reference: String,
) -> Result<Ending, Failure> {
    let mut statuses = client.watch(traced(WatchRequest { reference })).await?.into_inner();
    let (mut told, mut ended) = (Told::default(), false);
    while let Some(answer) = statuses.message().await? {
        let status = answer.status.unwrap_or_default();
        told.tell(context, &status);
        ended = matches!(status.stage(), Stage::Acknowledged | Stage::Withdrawn) || status.erasure.is_some();
    }
    if ended {
        return Ok(Ending::Well);
    }
    aside("the server stopped before the panel had acknowledged it; watch again once the server runs");
    Ok(Ending::TryAgain)
}

/// What was told so far. Steps are told once, whichever they come before: a late revision's steps stand before newer
/// ones, and a case may be queued anew.
#[derive(Debug, Default)]
struct Told {
    steps: Vec<Step>,
    hand_over: Option<HandOver>,
    erasure: Option<Erasure>,
}

impl Told {
    /// Tells what was not told before.
    fn tell(&mut self, context: &Context, status: &Status) {
        if context.json {
            return line(to_json(status));
        }
        if self.steps.is_empty() {
            line(format!(
                "{}  from {} as {}",
                status.reference, status.notifying_authority, status.sender_reference
            ));
        }
        for step in &status.steps {
            if !self.steps.contains(step) {
                tell_step(status, step);
                self.steps.push(step.clone());
            }
        }
        if self.erasure != status.erasure {
            status.erasure.iter().for_each(|erased| line(erasure(erased)));
            self.erasure.clone_from(&status.erasure);
        }
        if self.hand_over != status.hand_over {
            status.hand_over.iter().for_each(|hand_over| line(told_hand_over(hand_over)));
            self.hand_over.clone_from(&status.hand_over);
        }
    }
}

fn tell_step(status: &Status, step: &Step) {
    let revision = if status.revision > 1 { format!("revision {}: ", step.revision) } else { String::new() };
    line(format!("  {}  {revision}{}", time(step.at.as_ref()), step.words));
    // What was found for an earlier revision is history: its step says it in a sentence.
    match step.stage() {
        Stage::Assessed if step.revision == status.revision => {
            status.assessment.iter().for_each(|found| line(grounds(found)));
        }
        Stage::Queued if step.revision == status.revision => tell_queue(status),
        _ => (),
    }
}

fn told_hand_over(hand_over: &HandOver) -> String {
    let to = &hand_over.to_authority;
    match hand_over.state() {
        HandOverState::Offered => {
            format!("  hand-over: authority {to} is asked to take it over; it stays held")
        }
        HandOverState::Accepted => format!("  hand-over: authority {to} has taken it over"),
        HandOverState::Declined => {
            format!("  hand-over: authority {to} declined; a person decides, and it stays held")
        }
        HandOverState::Lapsed => format!("  hand-over: no longer offered to authority {to}"),
        HandOverState::Unspecified => String::new(),
    }
}

fn tell_queue(status: &Status) {
    let lane = if status.lane() == Lane::Decision { "decision" } else { "information" };
    line(format!("  lane {lane}, priority {}", priority(status.priority())));
    status.clocks.iter().for_each(|set| line(clock(set)));
}
