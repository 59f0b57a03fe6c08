//! A whole triage, and those who call it.

use ambient::{Ambient, SetClock, SystemChance};
use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{
    Assessment, ChildFacts, ChildFinding, CodedChild, CodedNotification, Event, IncidentFacts, Lane, Outcome,
};
use contracts::time::to_wire;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::triage_service_server::TriageServiceServer;
use contracts::triage::v1::{
    AcknowledgeRequest, AcknowledgeResponse, GetCaseRequest, GetCaseResponse, ListNoticesRequest,
    ListNoticesResponse, ListQueueRequest, ListQueueResponse, TakeNextRequest, TakeNextResponse,
};
use delivery::{Delivered, Envelope, Origin, Subscriber};
use identity::{Caller, Role};
use ids::Reference;
use jiff::{SignedDuration, Timestamp};
use prost::Message;
use rights::Enforced;
use tempfile::TempDir;
use tonic::{Request, Status};
use tonic_types::StatusExt;
use triage::Triage;
use triage::config::Config;
use triage::grpc::TriageGrpc;

pub(super) const MORNING: &str = "2026-03-03T09:00:00Z";

pub(super) struct World {
    _folder: TempDir,
    pub(super) triage: Triage,
    pub(super) clock: SetClock,
    pub(super) ambient: Ambient,
}

impl World {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = SetClock::at(time(MORNING));
        let ambient = Ambient::new(clock.clone(), SystemChance);
        let triage = Triage::start(&Config::below(folder.path()), &ambient).await.expect("starts");
        Self { _folder: folder, triage, clock, ambient }
    }

    pub(super) fn later(&self, seconds: i64) {
        self.clock.set(self.ambient.now() + SignedDuration::from_secs(seconds));
    }

    /// A finding about one child, on its way from eligibility.
    pub(super) fn delivered(&self, reference: Reference, outcome: Outcome, event: Event) -> Delivered {
        let notification = CodedNotification {
            reference: reference.to_string(),
            revision: 1,
            notifying_authority: "373".into(),
            became_aware_on: "2026-02-20".into(),
            received_at: Some(to_wire(time(MORNING))),
            incident: Some(IncidentFacts { occurred_on: "2026-02-19".into(), ..Default::default() }),
            children: vec![CodedChild {
                key: "1".into(),
                facts: Some(ChildFacts { event: event.into(), ..Default::default() }),
                ..Default::default()
            }],
            ..Default::default()
        };
        let assessment = Assessment {
            outcome: outcome.into(),
            provision: "Children Act 2004 s.16C(1)(a)".into(),
            children: vec![ChildFinding { outcome: outcome.into(), ..Default::default() }],
            ..Default::default()
        };
        let event = NotificationAssessed {
            notification: Some(notification),
            assessment: Some(assessment),
            assessed_at: None,
        };
        self.envelope(reference, &event)
    }

    /// Changes the event that a finding of [`World::delivered`] carries: a later revision.
    pub(super) fn changed(
        &self,
        delivered: Delivered,
        change: impl FnOnce(&mut CodedNotification),
    ) -> Delivered {
        let mut event = NotificationAssessed::decode(delivered.envelope.payload).expect("decodes");
        let notification = event.notification.as_mut().expect("a notification");
        change(notification);
        let reference = notification.reference.parse().expect("a reference");
        self.envelope(reference, &event)
    }

    pub(super) async fn hears(&self, delivered: Delivered) {
        self.triage.findings.handle(&[delivered]).await.expect("hears");
    }

    pub(super) fn envelope(&self, reference: Reference, event: &impl Message) -> Delivered {
        self.envelope_of("notification.assessed.v1", reference, event)
    }

    pub(super) fn envelope_of(
        &self,
        kind: &'static str,
        reference: Reference,
        event: &impl Message,
    ) -> Delivered {
        let origin = Origin { kind, source: "eligibility", subject: reference, owner: "373" };
        Delivered::on("triage.findings", Envelope::seal(origin, event, &self.ambient))
    }

    pub(super) async fn heard(&self, outcome: Outcome, event: Event) -> Reference {
        let reference = Reference::mint(&self.ambient);
        self.triage.findings.handle(&[self.delivered(reference, outcome, event)]).await.expect("hears");
        reference
    }

    pub(super) async fn told<M: Message + Default>(&self, kind: &str) -> Vec<M> {
        let events =
            self.triage.post_room.outbox.claim(100).await.expect("reads").let_go().await.expect("lets go");
        let of_kind = events.into_iter().filter(|event| event.kind == kind);
        of_kind.map(|event| M::decode(event.payload).expect("decodes")).collect()
    }

    /// A client that calls straight into the server, as this caller.
    pub(super) fn client(&self) -> TriageServiceClient<Enforced<TriageServiceServer<TriageGrpc>>> {
        TriageServiceClient::new(Enforced::new(self.triage.grpc.clone()))
    }

    pub(super) async fn list(
        &self,
        request: ListQueueRequest,
        caller: Caller,
    ) -> Result<ListQueueResponse, Status> {
        self.client().list_queue(by(caller, request)).await.map(tonic::Response::into_inner)
    }

    pub(super) async fn take(&self, lane: Lane) -> TakeNextResponse {
        let request = TakeNextRequest { lane: lane.into(), lease: None };
        self.client().take_next(by(panel(), request)).await.expect("answers").into_inner()
    }

    pub(super) async fn acknowledge(
        &self,
        reference: &str,
        lease_id: &str,
    ) -> Result<AcknowledgeResponse, Status> {
        let request = AcknowledgeRequest { reference: reference.into(), lease_id: lease_id.into() };
        self.client().acknowledge(by(panel(), request)).await.map(tonic::Response::into_inner)
    }

    pub(super) async fn notices(&self, request: ListNoticesRequest) -> Result<ListNoticesResponse, Status> {
        self.client().list_notices(by(panel(), request)).await.map(tonic::Response::into_inner)
    }

    pub(super) async fn case(&self, reference: &str) -> Result<GetCaseResponse, Status> {
        let request = GetCaseRequest { reference: reference.into() };
        self.client().get_case(by(panel(), request)).await.map(tonic::Response::into_inner)
    }
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A panel member.
pub(super) fn member(name: &str) -> Caller {
    Caller::new(Role::Panel, name)
}

/// The panel's secretariat.
pub(super) fn panel() -> Caller {
    Caller::new(Role::Secretariat, "desk")
}

pub(super) fn by<T>(caller: Caller, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(caller);
    request
}

pub(super) fn lane(lane: Lane) -> ListQueueRequest {
    ListQueueRequest { lane: lane.into(), ..Default::default() }
}

/// The stable reason of a refusal, for machines.
pub(super) fn reason(status: &Status) -> String {
    status.get_error_details().error_info().expect("error info").reason.clone()
}

/// The field that a refusal names.
pub(super) fn field(status: &Status) -> String {
    status.get_error_details().bad_request().expect("a bad request").field_violations[0].field.clone()
}
