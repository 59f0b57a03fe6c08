//! What operators are promised by gRPC, of two services behind one server: over a network, codec included.

use std::collections::BTreeSet;
use std::sync::Arc;

use ambient::Ambient;
use contracts::operations::v1::client::parked_service_client::ParkedServiceClient;
use contracts::operations::v1::parked_service_server::ParkedServiceServer;
use contracts::operations::v1::{
    DiscardRequest, ListRequest, OldestOf, ParkedDecision, ParkedDiscarded, ParkedRetried, ParkedState,
    RetryRequest, ShowRequest,
};
use delivery::sqlite::{Outbox, Parked, migrator, park};
use delivery::{Envelope, Origin, Outbox as _};
use identity::{Caller, Role};
use ids::Reference;
use lifecycle::CancellationToken;
use operations::ParkedGrpc;
use prost::Message;
use storage::sqlite::Database;
use tempfile::TempDir;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

const SECRET: &str = "what nobody may see";
const QUEUE: &str = "eligibility.notifications";

/// Two services' stores behind one server, and a client. The caller stands where the certificate would.
struct World {
    eligibility: Database,
    triage: Database,
    client: ParkedServiceClient<Channel>,
    stop: CancellationToken,
    _folder: TempDir,
}

impl World {
    async fn called_by(caller: Caller) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let open = async |name: &str| {
            Database::open(&folder.path().join(name), &[&migrator()]).await.expect("opens")
        };
        let (eligibility, triage) = (open("eligibility").await, open("triage").await);
        let grpc = ParkedGrpc::new(
            vec![
                ("eligibility", Arc::new(Parked::of(eligibility.clone()))),
                ("triage", Arc::new(Parked::of(triage.clone()))),
            ],
            Ambient::system(),
        );
        let as_caller = move |mut request: Request<()>| {
            request.extensions_mut().insert(caller.clone());
            Ok(request)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        let served = Server::builder()
            .layer(tonic::service::InterceptorLayer::new(as_caller))
            .layer(rights::RightsLayer)
            .add_service(ParkedServiceServer::new(grpc))
            .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop.clone().cancelled_owned());
        tokio::spawn(served);
        let client = ParkedServiceClient::connect(address).await.expect("connects");
        Self { eligibility, triage, client, stop, _folder: folder }
    }

    async fn new() -> Self {
        Self::called_by(Caller::new(Role::Operator, "night-shift")).await
    }

    /// Parks events at eligibility, and returns their ids.
    async fn parked(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            let event = event();
            put_aside(&self.eligibility, QUEUE, &event).await;
            ids.push(event.id.to_string());
        }
        ids
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn event() -> Envelope {
    let ambient = Ambient::system();
    let origin = Origin {
        kind: "notification.received.v1",
        source: "intake",
        subject: Reference::mint(&ambient),
        owner: "373",
    };
    Envelope::seal(origin, &SECRET.to_owned(), &ambient)
}

async fn put_aside(store: &Database, queue: &str, event: &Envelope) {
    park(store, queue, event, "no such register", Ambient::system().now()).await.expect("parks");
}

async fn outgoing(store: &Database) -> Vec<Envelope> {
    Outbox::of(store.clone()).claim(1000).await.expect("claims").let_go().await.expect("lets go")
}

fn retry(event_ids: &[String]) -> RetryRequest {
    RetryRequest {
        event_ids: event_ids.to_vec(),
        reason: " the register  is mended\n".into(),
        ..Default::default()
    }
}

fn discard(event_ids: &[String]) -> DiscardRequest {
    DiscardRequest { event_ids: event_ids.to_vec(), reason: "it was a trial".into(), service: String::new() }
}

fn violation(status: &Status) -> (String, String) {
    let details = status.get_error_details();
    let violation = &details.bad_request().expect("a bad request").field_violations[0];
    (violation.field.clone(), violation.reason.clone())
}

#[tokio::test]
async fn pages_show_every_parked_event_of_every_service_once_and_no_content() {
    let mut world = World::new().await;
    let mut parked: BTreeSet<String> = world.parked(5).await.into_iter().collect();
    for _ in 0..3 {
        let event = event();
        put_aside(&world.triage, "panel.decisions", &event).await;
        parked.insert(event.id.to_string());
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListRequest { page_size: 2, page_token, ..Default::default() };
        let page = world.client.list(request).await.expect("lists").into_inner();
        assert!(page.events.len() <= 2 && !format!("{page:?}").contains(SECRET), "{page:?}");
        let counts: Vec<_> = page.counts.iter().map(|count| (count.queue.as_str(), count.events)).collect();
        assert_eq!(counts, [(QUEUE, 5), ("panel.decisions", 3)]);
        seen.extend(page.events);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), 8);
    assert_eq!(seen.iter().map(|event| event.event_id.clone()).collect::<BTreeSet<_>>(), parked);
    assert_eq!((seen[0].service.as_str(), seen[7].service.as_str()), ("eligibility", "triage"));
    assert_eq!((seen[0].reason.as_str(), seen[0].owner.as_str()), ("no such register", "373"));
    assert!(seen[0].size > 0);
    let one_queue = ListRequest { queue: "panel.decisions".into(), ..Default::default() };
    assert_eq!(world.client.list(one_queue).await.expect("lists").into_inner().events.len(), 3);
}

#[tokio::test]
async fn a_retry_sends_the_event_again_and_tells_audit_who_and_why() {
    let mut world = World::new().await;
    let ids = world.parked(2).await;
    let answer = world.client.retry(retry(&ids[..1])).await.expect("retries").into_inner();
    assert_eq!(answer.retried.iter().map(|event| &event.event_id).collect::<Vec<_>>(), [&ids[0]]);
    assert_eq!(answer.left, []);
    let out = outgoing(&world.eligibility).await;
    assert_eq!(out.len(), 2);
    assert_eq!((out[0].id.to_string(), out[0].route.queue.as_deref()), (ids[0].clone(), Some(QUEUE)));
    assert_eq!((out[1].kind.as_str(), out[1].source.as_str()), ("parked.retried.v1", "eligibility"));
    assert_eq!((&out[1].subject, &out[1].owner), (&out[0].subject, &out[0].owner));
    let decision = ParkedRetried::decode(&*out[1].payload).expect("decodes").decision.expect("a decision");
    let ParkedDecision { event_id, event_type, queue, actor, reason, decided_at } = decision;
    assert_eq!((event_id, event_type), (ids[0].clone(), "notification.received.v1".to_owned()));
    assert_eq!((queue.as_str(), actor.as_str()), (QUEUE, "lapwing://operator/night-shift"));
    assert_eq!(reason, "the register is mended");
    assert!(decided_at.is_some());

    let again = world.client.retry(retry(&ids[..1])).await.expect("answers").into_inner();
    assert_eq!((again.retried.len(), again.left.len()), (0, 1));
    assert_eq!(again.left[0].state(), ParkedState::UnderWay);
    assert_eq!(outgoing(&world.eligibility).await.len(), 2, "nothing goes out twice");
}

#[tokio::test]
async fn the_oldest_of_a_queue_are_retried_and_no_more_than_asked() {
    let mut world = World::new().await;
    let ids = world.parked(4).await;
    let oldest = Some(OldestOf { queue: QUEUE.into(), at_most: 3 });
    let request = RetryRequest { oldest, reason: "mended".into(), ..Default::default() };
    let answer = world.client.retry(request).await.expect("retries").into_inner();
    assert_eq!(answer.retried.iter().map(|event| event.event_id.clone()).collect::<Vec<_>>(), ids[..3]);
}

#[tokio::test]
async fn a_discarded_event_is_gone_and_audit_is_told() {
    let mut world = World::new().await;
    let ids = world.parked(1).await;
    let answer = world.client.discard(discard(&ids)).await.expect("discards").into_inner();
    assert_eq!((answer.discarded.len(), answer.left.len()), (1, 0));
    let out = outgoing(&world.eligibility).await;
    assert_eq!(out.iter().map(|told| told.kind.as_str()).collect::<Vec<_>>(), ["parked.discarded.v1"]);
    let told = ParkedDiscarded::decode(&*out[0].payload).expect("decodes");
    assert_eq!(told.decision.expect("a decision").reason, "it was a trial");
    let left = world.client.retry(retry(&ids)).await.expect("answers").into_inner().left;
    assert_eq!(left[0].state(), ParkedState::Taken);
}

#[tokio::test]
async fn an_event_parked_at_two_services_is_shown_and_retried_at_each_or_at_the_one_named() {
    let mut world = World::new().await;
    let event = event();
    put_aside(&world.eligibility, QUEUE, &event).await;
    put_aside(&world.triage, "panel.decisions", &event).await;
    let id = vec![event.id.to_string()];
    let show = ShowRequest { event_ids: id.clone(), service: String::new() };
    let shown = world.client.show(show).await.expect("shows").into_inner().events;
    let parked = |state: &contracts::operations::v1::EventState| state.state() == ParkedState::Parked;
    assert!(shown.len() == 2 && shown.iter().all(parked) && !format!("{shown:?}").contains(SECRET));
    let there = RetryRequest { service: "triage".into(), ..retry(&id) };
    let answer = world.client.retry(there).await.expect("retries").into_inner();
    assert_eq!(answer.retried.iter().map(|event| event.service.as_str()).collect::<Vec<_>>(), ["triage"]);
    assert_eq!(outgoing(&world.eligibility).await, []);
}

#[tokio::test]
async fn what_a_stranger_wrote_into_an_event_is_not_shown_and_told_under_no_reference() {
    let mut world = World::new().await;
    let stranger = Envelope {
        kind: "Robin Example".into(),
        source: "Robin Example".into(),
        subject: "Robin Example".into(),
        owner: "Robin Example".into(),
        ..event()
    };
    put_aside(&world.eligibility, QUEUE, &stranger).await;
    let listed = world.client.list(ListRequest::default()).await.expect("lists").into_inner();
    assert!(!format!("{listed:?}").contains("Robin"), "{listed:?}");
    assert_eq!((listed.events[0].event_type.as_str(), listed.events[0].reference.as_str()), ("unknown", ""));
    world.client.discard(discard(&[stranger.id.to_string()])).await.expect("discards");
    let told = outgoing(&world.eligibility).await.remove(0);
    assert_eq!((told.subject.as_str(), told.owner.as_str()), ("", ""));
    assert!(!String::from_utf8_lossy(&told.payload).contains("Robin"));
}

#[tokio::test]
async fn an_event_that_nobody_has_is_elsewhere() {
    let mut world = World::new().await;
    let ids = vec![event().id.to_string()];
    let shown = world.client.show(ShowRequest { event_ids: ids, ..Default::default() }).await;
    let shown = shown.expect("shows").into_inner().events;
    assert_eq!((shown.len(), shown[0].state(), shown[0].service.as_str()), (1, ParkedState::Elsewhere, ""));
}

#[tokio::test]
async fn only_operators_may_call() {
    for role in [Role::Authority, Role::Panel, Role::Secretariat, Role::Auditor, Role::Service] {
        let mut world = World::called_by(Caller::new(role, "373")).await;
        let ids = world.parked(1).await;
        let answers = [
            world.client.list(ListRequest::default()).await.map(drop),
            world.client.show(ShowRequest { event_ids: ids.clone(), ..Default::default() }).await.map(drop),
            world.client.retry(retry(&ids)).await.map(drop),
            world.client.discard(discard(&ids)).await.map(drop),
        ];
        for answer in answers {
            assert_eq!(answer.expect_err("refused").code(), Code::PermissionDenied);
        }
        assert_eq!(outgoing(&world.eligibility).await, []);
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_meant_is_refused_at_its_field_and_changes_nothing() {
    let mut world = World::new().await;
    let ids = world.parked(1).await;
    let oldest = Some(OldestOf { queue: QUEUE.into(), at_most: 1 });
    let calls = [
        (RetryRequest { reason: String::new(), ..retry(&ids) }, ("reason", "string.min_len")),
        (RetryRequest { reason: " \n".into(), ..retry(&ids) }, ("reason", "string.min_len")),
        (RetryRequest { reason: "a".repeat(501), ..retry(&ids) }, ("reason", "string.max_len")),
        (retry(&["Robin".into()]), ("event_ids[0]", "EVENT_ID_MISTAKEN")),
        (retry(&[]), ("event_ids", "RETRY_CHOICE_MISTAKEN")),
        (RetryRequest { oldest, ..retry(&ids) }, ("event_ids", "RETRY_CHOICE_MISTAKEN")),
    ];
    for (request, (field, rule)) in calls {
        let status = world.client.retry(request).await.expect_err(rule);
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(violation(&status), (field.to_owned(), rule.to_owned()));
    }
    let elsewhere = RetryRequest { service: "audit".into(), ..retry(&ids) };
    let status = world.client.retry(elsewhere).await.expect_err("not here");
    assert_eq!(status.code(), Code::NotFound);
    assert!(status.message().contains("eligibility, triage"), "{}", status.message());
    assert_eq!(outgoing(&world.eligibility).await, []);
}
