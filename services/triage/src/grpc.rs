//! Triage by gRPC. Generated service types stop here, and so does the one table from what went wrong to a status.

mod answers;
mod page_token;
mod refusals_given;

use contracts::time::to_wire;
use contracts::triage::v1::triage_service_server::TriageService;
use contracts::triage::v1::{
    AcknowledgeRequest, AcknowledgeResponse, DecideLinkRequest, DecideLinkResponse, GetCaseRequest,
    GetCaseResponse, ListNoticesRequest, ListNoticesResponse, ListQueueRequest, ListQueueResponse,
    QueueState, TakeNextRequest, TakeNextResponse,
};
use identity::{Role, caller_of};
use jiff::SignedDuration;
use tonic::{Request, Response, Status};

use crate::SERVICE;
use crate::acknowledge_case::AcknowledgeCase;
use crate::decide_link::DecideLink;
use crate::list_notices::ListNotices;
use crate::list_queue::{ListQueue, Wanted};
use crate::read_case::ReadCase;
use crate::take_next::TakeNext;
use crate::wire;

pub use refusals_given::REFUSALS;

/// Answers the panel; and shows the queue, which names nobody, to operators too.
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

#[tonic::async_trait]
impl TriageService for TriageGrpc {
    async fn list_queue(
        &self,
        request: Request<ListQueueRequest>,
    ) -> Result<Response<ListQueueResponse>, Status> {
        caller_of(&request)?.require(&[Role::Panel, Role::Operator])?;
        let request = request.into_inner();
        let lane = refusals_given::lane(request.lane())?;
        let after = page_token::read(&request.page_token, lane)?;
        let wanted = Wanted {
            lane,
            after,
            page_size: request.page_size,
            include_acknowledged: request.include_acknowledged,
        };
        let (page, now) = self.uses.list.list(wanted).await.map_err(|error| unanswered(&error))?;
        Ok(Response::new(ListQueueResponse {
            entries: page
                .cases
                .iter()
                .map(|case| wire::queue_entry(&case.entry, wire::state(&case.standing, now)))
                .collect(),
            next_page_token: page.next.map_or_else(String::new, |turn| page_token::write(lane, &turn)),
            waiting: page.waiting,
        }))
    }

    async fn get_case(&self, request: Request<GetCaseRequest>) -> Result<Response<GetCaseResponse>, Status> {
        caller_of(&request)?.require(&[Role::Panel])?;
        let reference = refusals::reference(&request.into_inner().reference)?;
        let read = self.uses.read.read(reference).await.map_err(|error| unanswered(&error))?;
        let read = read.ok_or_else(|| refusals_given::no_such_case(reference))?;
        answers::case(&read).map(Response::new)
    }

    async fn take_next(
        &self,
        request: Request<TakeNextRequest>,
    ) -> Result<Response<TakeNextResponse>, Status> {
        let caller = caller_of(&request)?;
        caller.require(&[Role::Panel])?;
        let request = request.into_inner();
        let lane = refusals_given::lane(request.lane())?;
        let length = request.lease.map(|lease| SignedDuration::new(lease.seconds, lease.nanos));
        let taken = self.uses.take.take(lane, length, caller.to_string()).await;
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
        let caller = caller_of(&request)?;
        caller.require(&[Role::Panel])?;
        let request = request.into_inner();
        let reference = refusals::reference(&request.reference)?;
        let lease = refusals_given::lease(&request.lease_id)?;
        let given = self.uses.acknowledge.acknowledge(reference, lease, &caller.to_string()).await;
        let given = given.map_err(|error| refusals_given::not_acknowledged(reference, &error))?;
        Ok(Response::new(AcknowledgeResponse { acknowledged_at: Some(to_wire(given.at)) }))
    }

    async fn decide_link(
        &self,
        request: Request<DecideLinkRequest>,
    ) -> Result<Response<DecideLinkResponse>, Status> {
        let caller = caller_of(&request)?;
        caller.require(&[Role::Panel])?;
        let request = request.into_inner();
        let reference = refusals::reference(&request.reference)?;
        let other = refusals_given::other_reference(&request.other_reference)?;
        let verdict = refusals_given::verdict(request.decision())?;
        let link = self.uses.decide_link.decide(reference, other, verdict, &caller.to_string()).await;
        let link = link.map_err(|error| refusals_given::not_decided(&error))?;
        Ok(Response::new(DecideLinkResponse { link: Some(wire::linking::link(&link)) }))
    }

    async fn list_notices(
        &self,
        request: Request<ListNoticesRequest>,
    ) -> Result<Response<ListNoticesResponse>, Status> {
        caller_of(&request)?.require(&[Role::Panel])?;
        let request = request.into_inner();
        let recipient = refusals_given::recipient(request.recipient())?;
        let before = page_token::read_notices(&request.page_token, recipient)?;
        let page = self.uses.notices.list(recipient, before, request.page_size).await;
        let page = page.map_err(|error| unanswered(&error))?;
        answers::notices(recipient, &page).map(Response::new)
    }
}
