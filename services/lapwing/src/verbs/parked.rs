//! `lapwing parked`: the events that services have put aside, as an operator sees them: state, and never content.

mod progress;
mod retry;

use std::collections::BTreeMap;

use contracts::json::to_json;
use contracts::operations::v1::client::parked_service_client::ParkedServiceClient;
use contracts::operations::v1::{
    DiscardRequest, EventState, ListRequest, ParkedEvent, ParkedState, QueueCount, ShowRequest,
};
use tonic::Status;
use tonic::transport::Channel;

use super::Context;
use crate::cli::{DiscardParked, ListParked, Parked, ParkedCommand, ShowParked};
use crate::connection::{connect, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{line, time};

/// Ids in one call, and events in one step of a retry.
const AT_ONCE: usize = 100;

/// Entries asked for at a time.
const PAGE: u32 = 200;

type Client = ParkedServiceClient<Channel>;

/// Does what is asked, as the operator.
///
/// # Errors
/// Where the server cannot be reached, or nothing asked for is parked.
pub(crate) async fn parked(context: &Context, parked: Parked) -> Result<Ending, Failure> {
    let channel = connect(&context.folder, context.server.as_deref(), &parked.operator).await?;
    let mut client = ParkedServiceClient::new(channel);
    match parked.command {
        ParkedCommand::List(asked) => list(context, &mut client, asked).await,
        ParkedCommand::Show(asked) => show(context, &mut client, asked).await,
        ParkedCommand::Retry(asked) => retry::retry(context, &mut client, asked).await,
        ParkedCommand::Discard(asked) => discard(context, &mut client, asked).await,
    }
}

async fn list(context: &Context, client: &mut Client, asked: ListParked) -> Result<Ending, Failure> {
    let queue = asked.queue.unwrap_or_default();
    let (events, mut counts) = listed(client, queue.clone(), asked.most).await?;
    counts.retain(|count| queue.is_empty() || count.queue == queue);
    if context.json {
        events.iter().for_each(|event| line(to_json(event)));
        return Ok(Ending::Well);
    }
    if counts.is_empty() {
        line("nothing is parked");
        return Ok(Ending::Well);
    }
    for count in &counts {
        line(format!("{}: {} parked at {}", count.queue, count.events, count.service));
    }
    events.iter().for_each(|event| line(told(event)));
    if let Some(first) = events.first() {
        line(format!(
            "  next: mend the cause, then `lapwing parked retry {} --reason WORDS`, or a whole queue with `lapwing parked retry \
             --queue {} --all --canary --reason WORDS`",
            first.event_id, first.queue
        ));
    }
    Ok(Ending::Well)
}

/// The oldest parked events, of a queue or of all, and how many there are.
async fn listed(
    client: &mut Client,
    queue: String,
    most: usize,
) -> Result<(Vec<ParkedEvent>, Vec<QueueCount>), Failure> {
    let (mut events, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListRequest { queue: queue.clone(), page_size: PAGE, page_token };
        let page = client.list(traced(request)).await?.into_inner();
        events.extend(page.events);
        page_token = page.next_page_token;
        if page_token.is_empty() || events.len() >= most {
            events.truncate(most);
            return Ok((events, page.counts));
        }
    }
}

async fn show(context: &Context, client: &mut Client, asked: ShowParked) -> Result<Ending, Failure> {
    let states = states(client, "", &asked.events).await?;
    for state in &states {
        line(if context.json { to_json(state) } else { stands(state) });
    }
    Ok(Ending::Well)
}

/// Where events stand, at one service or at all.
async fn states(client: &mut Client, service: &str, events: &[String]) -> Result<Vec<EventState>, Failure> {
    let mut states = Vec::new();
    for some in events.chunks(AT_ONCE) {
        let request = ShowRequest { event_ids: some.to_vec(), service: service.to_owned() };
        states.extend(client.show(traced(request)).await?.into_inner().events);
    }
    Ok(states)
}

async fn discard(context: &Context, client: &mut Client, asked: DiscardParked) -> Result<Ending, Failure> {
    let (mut discarded, mut left) = (0, Vec::new());
    for some in asked.events.chunks(AT_ONCE) {
        let request =
            DiscardRequest { event_ids: some.to_vec(), reason: asked.reason.clone(), ..Default::default() };
        let answer = client.discard(traced(request)).await?.into_inner();
        discarded += answer.discarded.len();
        if context.json {
            line(to_json(&answer));
        } else {
            answer.left.iter().for_each(|state| line(format!("left as it is: {}", stands(state))));
        }
        left.extend(answer.left);
    }
    if discarded == 0 {
        return Err(nothing_parked().into());
    }
    if !context.json {
        line(format!("{discarded} given up for ever; the audit log has who and why"));
    }
    Ok(if left.is_empty() { Ending::Well } else { Ending::Conflict })
}

fn nothing_parked() -> Status {
    Status::not_found(
        "none of that is parked, so nothing was changed. To do: see what is with `lapwing parked list`, and where an event \
         stands with `lapwing parked show`",
    )
}

/// An event, over two lines.
fn told(event: &ParkedEvent) -> String {
    let about = match (event.reference.as_str(), event.owner.as_str()) {
        ("", _) => "no notification that it names".to_owned(),
        (reference, "") => reference.to_owned(),
        (reference, owner) => format!("{reference} of {owner}"),
    };
    format!(
        "  {}  {} from {}, {} bytes, about {about}; parked {} on {}\n      because {}",
        event.event_id,
        event.event_type,
        event.source,
        event.size,
        time(event.parked_at.as_ref()),
        event.queue,
        event.reason
    )
}

/// Where an event stands, with what to do.
fn stands(state: &EventState) -> String {
    let EventState { event_id, service, .. } = state;
    match (state.state(), &state.parked) {
        (ParkedState::Parked, Some(parked)) => format!("parked at {service}\n{}", told(parked)),
        (ParkedState::Parked, None) => format!("{event_id}  parked at {service}: show it again"),
        (ParkedState::UnderWay, _) => {
            format!("{event_id}  on its way, in the outbox of {service}: look again in a moment")
        }
        (ParkedState::Taken, _) => {
            format!("{event_id}  taken by {service}, or discarded there: nothing is to be done")
        }
        (ParkedState::Elsewhere | ParkedState::Unspecified, _) => format!(
            "{event_id}  not here: with the broker, with a reader that is not Lapwing's, or never here; compare it with the \
             list, and ask the service that parked it (--server)"
        ),
    }
}

/// Ids by the service that has parked them.
fn by_service(events: &[ParkedEvent]) -> BTreeMap<&str, Vec<String>> {
    let mut services: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for event in events {
        services.entry(&event.service).or_default().push(event.event_id.clone());
    }
    services
}
