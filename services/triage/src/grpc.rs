//! Triage by gRPC. Generated service types stop here, and so does the one table from what went wrong to a status.

mod answers;
mod page_token;
mod refusals_given;

use contracts::time::to_wire;
use contracts::triage::v1::triage_service_server::TriageService;
use contracts::triage::v1::{
    AcknowledgeRequest, AcknowledgeResponse, DecideLinkRequest, DecideLinkResponse, GetCaseRequest,
    GetCaseResponse, LiftStandAsideRequest, LiftStandAsideResponse, ListNoticesRequest, ListNoticesResponse,
    ListQueueRequest, ListQueueResponse, QueueState, StandAsideRequest, StandAsideResponse, TakeNextRequest,
    TakeNextResponse,
};
use jiff::SignedDuration;
use rights::{Granted, Reach, granted};
use tonic::{Request, Response, Status};

use crate::SERVICE;
use crate::acknowledge_case::AcknowledgeCase;
use crate::decide_link::DecideLink;
use crate::domain::stand_aside::Viewer;
use crate::list_notices::ListNotices;
use crate::list_queue::{ListQueue, Wanted};
use crate::read_case::ReadCase;
use crate::stand_aside::StandAside;
use crate::take_next::TakeNext;
use crate::wire;

pub use refusals_given::REFUSALS;

/// Answers the panel; and tells operators how many cases wait.
pub struct TriageGrpc {
    uses: UseCases,
}

/// What the calls do, one use case a call.
pub struct UseCases {
    /// `ListQueue`.
    pub list: ListQueue,
    /// `GetCase`.
    pub read: ReadCase,
    /// `TakeNext`.
    pub take: TakeNext,
    /// `Acknowledge`.
    pub acknowledge: AcknowledgeCase,
    /// `DecideLink`.
    pub decide_link: DecideLink,
    /// `ListNotices`.
    pub notices: ListNotices,
    /// `StandAside` and `LiftStandAside`.
    pub stand_aside: StandAside,
}

impl TriageGrpc {
    /// Puts the use cases behind gRPC.
    pub fn new(uses: UseCases) -> Self {
        Self { uses }
    }
}

fn unanswered(error: &storage::StoreError) -> Status {
    refusals::store(SERVICE, error)
}

/// Who looks at cases, as it was granted.
fn viewer(granted: &Granted) -> Result<Viewer, Status> {
    match granted.reach() {
        Reach::AllButStoodAside(member) => Ok(Viewer::Member(member.as_str().to_owned())),
        Reach::All => Ok(Viewer::OfAll(granted.by().to_owned())),
        _ => Err(granted.cannot_serve()),
    }
}

#[tonic::async_trait]
impl TriageService for TriageGrpc {
    async fn list_queue(
        &self,
        request: Request<ListQueueRequest>,
    ) -> Result<Response<ListQueueResponse>, Status> {
        let granted = granted(&request)?;
        let request = request.into_inner();
        let lane = refusals_given::lane(request.lane())?;
        if *granted.reach() == Reach::StateOnly {
            let waiting = self.uses.list.waiting(lane, granted.by()).await;
            let waiting = waiting.map_err(|error| unanswered(&error))?;
            return Ok(Response::new(ListQueueResponse { waiting, ..Default::default() }));
        }
        let viewer = viewer(&granted)?;
        let after = page_token::read(&request.page_token, lane)?;
        let wanted = Wanted {
            lane,
            after,
            page_size: request.page_size,
            include_acknowledged: request.include_acknowledged,
        };
        let (page, now) = self.uses.list.list(wanted, &viewer).await.map_err(|error| unanswered(&error))?;
        Ok(Response::new(ListQueueResponse {
            entries: page
                .cases
                .iter()
                .map(|case| wire::queue_entry(&case.entry, wire::state(&case.standing, now)))
                .collect(),
            next_page_token: page.next.map_or_else(String::new, |turn| page_token::write(lane, &turn)),
            waiting: page.waiting,
            left_out: page.left_out,
        }))
    }

    async fn get_case(&self, request: Request<GetCaseRequest>) -> Result<Response<GetCaseResponse>, Status> {
        let viewer = viewer(&granted(&request)?)?;
        let reference = refusals::reference(&request.into_inner().reference)?;
        let read = self.uses.read.read(reference, &viewer).await;
        let read = read.map_err(|error| refusals_given::not_read(reference, &error))?;
        answers::case(&read).map(Response::new)
    }

    async fn take_next(
        &self,
        request: Request<TakeNextRequest>,
    ) -> Result<Response<TakeNextResponse>, Status> {
        let viewer = viewer(&granted(&request)?)?;
        let request = request.into_inner();
        let lane = refusals_given::lane(request.lane())?;
        let length = request.lease.map(|lease| SignedDuration::new(lease.seconds, lease.nanos));
        let taken = self.uses.take.take(lane, length, viewer.name().to_owned()).await;
        let taken = taken.map_err(|error| unanswered(&error))?;
        Ok(Response::new(taken.map_or_else(TakeNextResponse::default, |taken| TakeNextResponse {
            entry: Some(wire::queue_entry(&taken.queued.entry, QueueState::Leased)),
            lease_id: taken.lease.id.to_string(),
            lease_expires_at: Some(to_wire(taken.lease.until)),
        })))
    }

    async fn acknowledge(
        &self,
        request: Request<AcknowledgeRequest>,
    ) -> Result<Response<AcknowledgeResponse>, Status> {
        let viewer = viewer(&granted(&request)?)?;
        let request = request.into_inner();
        let reference = refusals::reference(&request.reference)?;
        let lease = refusals_given::lease(&request.lease_id)?;
        let given = self.uses.acknowledge.acknowledge(reference, lease, &viewer).await;
        let given = given.map_err(|error| refusals_given::not_acknowledged(reference, &error))?;
        Ok(Response::new(AcknowledgeResponse { acknowledged_at: Some(to_wire(given.at)) }))
    }

    async fn decide_link(
        &self,
        request: Request<DecideLinkRequest>,
    ) -> Result<Response<DecideLinkResponse>, Status> {
        let viewer = viewer(&granted(&request)?)?;
        let request = request.into_inner();
        let reference = refusals::reference(&request.reference)?;
        let other = refusals_given::other_reference(&request.other_reference)?;
        let verdict = refusals_given::verdict(request.decision())?;
        let link = self.uses.decide_link.decide(reference, other, verdict, &viewer).await;
        let link = link.map_err(|error| refusals_given::not_decided(&error))?;
        Ok(Response::new(DecideLinkResponse { link: Some(wire::linking::link(&link)) }))
    }

    async fn list_notices(
        &self,
        request: Request<ListNoticesRequest>,
    ) -> Result<Response<ListNoticesResponse>, Status> {
        let viewer = viewer(&granted(&request)?)?;
        let request = request.into_inner();
        let recipient = refusals_given::recipient(request.recipient())?;
        let before = page_token::read_notices(&request.page_token, recipient)?;
        let page = self.uses.notices.list(recipient, before, request.page_size, &viewer).await;
        let page = page.map_err(|error| unanswered(&error))?;
        answers::notices(recipient, &page).map(Response::new)
    }

    async fn stand_aside(
        &self,
        request: Request<StandAsideRequest>,
    ) -> Result<Response<StandAsideResponse>, Status> {
        let granted = granted(&request)?;
        let Reach::AllButStoodAside(member) = granted.reach() else { return Err(granted.cannot_serve()) };
        let request = request.into_inner();
        let reference = refusals::reference(&request.reference)?;
        let interest = refusals_given::interest(request.reason())?;
        let stood = self.uses.stand_aside.stand(reference, member.as_str(), interest).await;
        let stood = stood.map_err(|error| refusals_given::not_stood_aside(reference, &error))?;
        Ok(Response::new(StandAsideResponse { stood_aside_at: Some(to_wire(stood.at)) }))
    }

    async fn lift_stand_aside(
        &self,
        request: Request<LiftStandAsideRequest>,
    ) -> Result<Response<LiftStandAsideResponse>, Status> {
        let granted = granted(&request)?;
        if *granted.reach() != Reach::All {
            return Err(granted.cannot_serve());
        }
        let request = request.into_inner();
        let reference = refusals::reference(&request.reference)?;
        let lifted = self.uses.stand_aside.lift(reference, &request.member, granted.by()).await;
        let lifted_at = lifted.map_err(|error| refusals_given::not_stood_aside(reference, &error))?;
        Ok(Response::new(LiftStandAsideResponse { lifted_at: Some(to_wire(lifted_at)) }))
    }
}
