//! Triage by gRPC. Generated service types stop here, and so does the one table from what went wrong to a status.

mod answers;
mod page_token;

use contracts::time::to_wire;
use contracts::triage::v1::triage_service_server::TriageService;
use contracts::triage::v1::{
    AcknowledgeRequest, AcknowledgeResponse, GetCaseRequest, GetCaseResponse, ListQueueRequest,
    ListQueueResponse, QueueState, TakeNextRequest, TakeNextResponse,
};
use identity::{Role, caller_of};
use jiff::SignedDuration;
use tonic::{Request, Response, Status};

use crate::SERVICE;
use crate::acknowledge_case::AcknowledgeCase;
use crate::list_queue::{ListQueue, Wanted};
use crate::read_case::ReadCase;
use crate::take_next::TakeNext;
use crate::wire;

/// Answers the panel; and shows the queue, which names nobody, to operators too.
pub struct TriageGrpc {
    list: ListQueue,
    read: ReadCase,
    take: TakeNext,
    acknowledge: AcknowledgeCase,
}

impl TriageGrpc {
    /// Puts the use cases behind gRPC.
    pub fn new(list: ListQueue, read: ReadCase, take: TakeNext, acknowledge: AcknowledgeCase) -> Self {
        Self { list, read, take, acknowledge }
    }
}

#[tonic::async_trait]
impl TriageService for TriageGrpc {
    async fn list_queue(
        &self,
        request: Request<ListQueueRequest>,
    ) -> Result<Response<ListQueueResponse>, Status> {
        caller_of(&request)?.require(&[Role::Panel, Role::Operator])?;
        let request = request.into_inner();
        let lane = answers::lane(request.lane())?;
        let after = page_token::read(&request.page_token, lane)?;
        let wanted = Wanted {
            lane,
            after,
            page_size: request.page_size,
            include_acknowledged: request.include_acknowledged,
        };
        let (page, now) = self.list.list(wanted).await.map_err(|error| refusals::store(SERVICE, &error))?;
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
        let (held, now) =
            self.read.read(reference).await.map_err(|error| refusals::store(SERVICE, &error))?;
        let held = held.ok_or_else(|| answers::no_such_case(reference))?;
        answers::case(&held, now).map(Response::new)
    }

    async fn take_next(
        &self,
        request: Request<TakeNextRequest>,
    ) -> Result<Response<TakeNextResponse>, Status> {
        let caller = caller_of(&request)?;
        caller.require(&[Role::Panel])?;
        let request = request.into_inner();
        let lane = answers::lane(request.lane())?;
        let length = request.lease.map(|lease| SignedDuration::new(lease.seconds, lease.nanos));
        let taken = self
            .take
            .take(lane, length, caller.to_string())
            .await
            .map_err(|error| refusals::store(SERVICE, &error))?;
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
        let lease = answers::lease(&request.lease_id)?;
        let given = self.acknowledge.acknowledge(reference, lease, &caller.to_string()).await;
        let given = given.map_err(|error| answers::not_acknowledged(reference, &error))?;
        Ok(Response::new(AcknowledgeResponse { acknowledged_at: Some(to_wire(given.at)) }))
    }
}
