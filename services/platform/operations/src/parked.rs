//! Parked events by gRPC. Generated service types stop here.
//!
//! What a reader would get wrong: each service's store is a transaction of its own. A call over several that fails half-way
//! may have changed some; it is repeated as it is, and what was done is not done again.

use std::collections::HashSet;
use std::sync::Arc;

use ambient::Ambient;
use contracts::operations::v1::parked_service_server::ParkedService;
use contracts::operations::v1::{
    DiscardRequest, DiscardResponse, EventState, ListRequest, ListResponse, ParkedEvent, QueueCount,
    RetryRequest, RetryResponse, ShowRequest, ShowResponse,
};
use delivery::ParkedEvents;
use delivery::parked::{Page, Parked, Place, State};
use ids::EventId;
use rights::{Reach, granted};
use storage::StoreError;
use tonic::{Request, Response, Status};

use crate::choice::{Choice, ids, reason};
use crate::decision::Decision;
use crate::{page_token, refusals_given, wire};

/// Entries in a page where the caller names no number.
const PAGE: u32 = 50;

/// The parked events of one service.
type Room = (&'static str, Arc<dyn ParkedEvents>);

/// Answers operators for one service, or for all that are in a process.
pub struct ParkedGrpc {
    rooms: Vec<Room>,
    ambient: Ambient,
}

impl ParkedGrpc {
    /// For the services that answer here, each by its name and with its parked events.
    pub fn new(rooms: Vec<(&'static str, Arc<dyn ParkedEvents>)>, ambient: Ambient) -> Self {
        Self { rooms, ambient }
    }

    /// The services meant: the one that is named, or all.
    fn meant(&self, service: &str) -> Result<&[Room], Status> {
        if service.is_empty() {
            return Ok(&self.rooms);
        }
        let named = self.rooms.iter().position(|(name, _)| *name == service);
        named.and_then(|place| self.rooms.get(place..=place)).ok_or_else(|| {
            let here: Vec<&str> = self.rooms.iter().map(|(name, _)| *name).collect();
            refusals_given::not_here(service, &here)
        })
    }

    async fn page(
        &self,
        queue: &str,
        page_size: u32,
        after: Option<(String, Place)>,
    ) -> Result<(Vec<ParkedEvent>, String), Status> {
        let wanted = if page_size == 0 { PAGE } else { page_size };
        let queue = (!queue.is_empty()).then_some(queue);
        let (first, mut after) = match after {
            None => (0, None),
            Some((service, place)) => {
                let first = self.rooms.iter().position(|(name, _)| *name == service);
                (first.ok_or_else(refusals_given::page_token)?, Some(place))
            }
        };
        let (mut events, mut next) = (Vec::new(), String::new());
        for (service, room) in self.rooms.iter().skip(first) {
            let room_left = wanted - u32::try_from(events.len()).unwrap_or(wanted).min(wanted);
            // One more than there is room for tells whether another page follows.
            let page = Page { queue, after: after.take(), at_most: room_left + 1 };
            let listed = room.list(page).await.map_err(unanswered(service))?;
            let fitting = listed.iter().take(room_left as usize);
            events.extend(fitting.map(|parked| (*service, parked.place(), wire::event(service, parked))));
            if listed.len() > room_left as usize {
                next = events
                    .last()
                    .map_or_else(String::new, |(service, place, _)| page_token::write(service, *place));
                break;
            }
        }
        Ok((events.into_iter().map(|(_, _, event)| event).collect(), next))
    }

    async fn counts(&self) -> Result<Vec<QueueCount>, Status> {
        let mut counts = Vec::new();
        for (service, room) in &self.rooms {
            let counted = room.count().await.map_err(unanswered(service))?;
            counts.extend(counted.into_iter().map(|(queue, events)| QueueCount {
                service: (*service).to_owned(),
                queue,
                events,
            }));
        }
        Ok(counts)
    }

    /// Where events stand: at each service that has anything of one, and then those of which none has.
    async fn states(&self, rooms: &[Room], events: &[EventId]) -> Result<Vec<EventState>, Status> {
        let (mut told, mut known) = (Vec::new(), HashSet::new());
        for (service, room) in rooms {
            let states = room.state_of(events).await.map_err(unanswered(service))?;
            let parked = room.find(events).await.map_err(unanswered(service))?;
            for id in events {
                let state = states.get(id).copied().unwrap_or(State::Elsewhere);
                if state != State::Elsewhere {
                    known.insert(*id);
                    let found = parked.iter().find(|parked| parked.id == *id);
                    told.push(wire::stands(service, *id, state, found.filter(|_| state == State::Parked)));
                }
            }
        }
        let unknown = events.iter().filter(|id| !known.contains(id));
        told.extend(unknown.map(|id| wire::stands("", *id, State::Elsewhere, None)));
        Ok(told)
    }

    /// Where those events stand that were asked for and to which nothing was done.
    async fn left(
        &self,
        rooms: &[Room],
        asked: &[EventId],
        done: &[ParkedEvent],
    ) -> Result<Vec<EventState>, Status> {
        let done: HashSet<&str> = done.iter().map(|event| event.event_id.as_str()).collect();
        let left: Vec<EventId> =
            asked.iter().filter(|id| !done.contains(id.to_string().as_str())).copied().collect();
        if left.is_empty() { Ok(Vec::new()) } else { self.states(rooms, &left).await }
    }

    fn decision<'a>(&'a self, service: &'static str, actor: &'a str, reason: &'a str) -> Decision<'a> {
        Decision { service, actor, reason, ambient: &self.ambient }
    }
}

#[tonic::async_trait]
impl ParkedService for ParkedGrpc {
    async fn list(&self, request: Request<ListRequest>) -> Result<Response<ListResponse>, Status> {
        operator(&request)?;
        let ListRequest { queue, page_size, page_token } = request.into_inner();
        let after = page_token::read(&page_token)?;
        let (events, next_page_token) = self.page(&queue, page_size, after).await?;
        let counts = self.counts().await?;
        Ok(Response::new(ListResponse { events, next_page_token, counts }))
    }

    async fn show(&self, request: Request<ShowRequest>) -> Result<Response<ShowResponse>, Status> {
        operator(&request)?;
        let ShowRequest { event_ids, service } = request.into_inner();
        let events = self.states(self.meant(&service)?, &ids(&event_ids)?).await?;
        Ok(Response::new(ShowResponse { events }))
    }

    async fn retry(&self, request: Request<RetryRequest>) -> Result<Response<RetryResponse>, Status> {
        let actor = operator(&request)?;
        let request = request.into_inner();
        let reason = reason(&request.reason)?;
        let rooms = self.meant(&request.service)?;
        let choice = Choice::read(&request.event_ids, request.oldest)?;
        let mut retried = Vec::new();
        for (service, room) in rooms {
            let decision = self.decision(service, &actor, &reason);
            let gone = room.retry(choice.after(retried.len()), &|event| decision.retried(event)).await;
            retried.extend(done("retried", service, &actor, gone)?);
        }
        let left = self.left(rooms, choice.ids(), &retried).await?;
        Ok(Response::new(RetryResponse { retried, left }))
    }

    async fn discard(&self, request: Request<DiscardRequest>) -> Result<Response<DiscardResponse>, Status> {
        let actor = operator(&request)?;
        let request = request.into_inner();
        let reason = reason(&request.reason)?;
        let rooms = self.meant(&request.service)?;
        let choice = Choice::Ids(ids(&request.event_ids)?);
        let mut discarded = Vec::new();
        for (service, room) in rooms {
            let decision = self.decision(service, &actor, &reason);
            let gone = room.discard(choice.after(0), &|event| decision.discarded(event)).await;
            discarded.extend(done("discarded", service, &actor, gone)?);
        }
        let left = self.left(rooms, choice.ids(), &discarded).await?;
        Ok(Response::new(DiscardResponse { discarded, left }))
    }
}

/// The operator who calls. Nothing but state is answered to anybody, so no other right can be served.
fn operator<T>(request: &Request<T>) -> Result<String, Status> {
    let granted = granted(request)?;
    match granted.reach() {
        Reach::StateOnly => Ok(granted.by().to_owned()),
        _ => Err(granted.cannot_serve()),
    }
}

fn unanswered(service: &'static str) -> impl Fn(StoreError) -> Status {
    move |error| refusals::store(service, &error)
}

/// What was done at one service, also for its log.
fn done(
    what: &str,
    service: &'static str,
    actor: &str,
    events: Result<Vec<Parked>, StoreError>,
) -> Result<Vec<ParkedEvent>, Status> {
    let events = events.map_err(unanswered(service))?;
    if !events.is_empty() {
        tracing::info!(service, actor, events = events.len(), "parked events were {what}");
    }
    Ok(events.iter().map(|parked| wire::event(service, parked)).collect())
}
