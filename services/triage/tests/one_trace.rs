//! One notification is one trace: what triage tells belongs to the trace of what it heard, also when the panel's own
//! call, which has a trace of its own, is what makes it tell.

use std::time::Duration;

use ambient::Ambient;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{Assessment, CodedChild, CodedNotification, Lane, Outcome};
use contracts::time::to_wire;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{AcknowledgeRequest, TakeNextRequest};
use delivery::{Delivered, Envelope, Origin, Subscriber};
use identity::{Caller, Role};
use ids::Reference;
use lifecycle::{CancellationToken, pause};
use opentelemetry::trace::{SpanId, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use rights::Enforced;
use telemetry::TraceContext;
use tokio::sync::OnceCell;
use tonic::Request;
use tracing::{Instrument, info_span};
use tracing_subscriber::layer::SubscriberExt;
use triage::Triage;
use triage::config::Config;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn event(reference: Reference, ambient: &Ambient) -> NotificationAssessed {
    let notification = CodedNotification {
        reference: reference.to_string(),
        revision: 1,
        notifying_authority: "373".into(),
        received_at: Some(to_wire(ambient.now())),
        children: vec![CodedChild { key: "1".into(), ..Default::default() }],
        ..Default::default()
    };
    let assessment = Assessment { outcome: Outcome::DutyInArea.into(), ..Default::default() };
    NotificationAssessed { notification: Some(notification), assessment: Some(assessment), assessed_at: None }
}

fn delivered(reference: Reference, ambient: &Ambient) -> Delivered {
    let origin =
        Origin { kind: "notification.assessed.v1", source: "eligibility", subject: reference, owner: "373" };
    let envelope = Envelope::seal(origin, &event(reference, ambient), ambient);
    let trace = TraceContext {
        traceparent: Some(format!("00-{TRACE}-00f067aa0ba902b7-01")),
        tracestate: Some("authority=373".into()),
    };
    Delivered::on("triage.findings", Envelope { trace, ..envelope })
}

/// A call of the panel's, under a span of its own.
async fn called<T>(name: &'static str, call: impl Future<Output = T>) -> T {
    call.instrument(info_span!(target: "lapwing", "call", otel.name = name)).await
}

fn by_panel<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(Caller::new(Role::Secretariat, "desk"));
    request
}

async fn take_and_acknowledge(triage: &Triage, reference: Reference) {
    let mut client = TriageServiceClient::new(Enforced::new(triage.grpc.clone()));
    let take = TakeNextRequest { lane: Lane::Decision.into(), lease: None };
    let taken = called("take", client.take_next(by_panel(take))).await.expect("answers").into_inner();
    let acknowledge = AcknowledgeRequest { reference: reference.to_string(), lease_id: taken.lease_id };
    for name in ["acknowledge first", "acknowledge again"] {
        called(name, client.acknowledge(by_panel(acknowledge.clone()))).await.expect("counts");
    }
}

fn named<'a>(spans: &'a [SpanData], name: &str) -> Vec<&'a SpanData> {
    spans.iter().filter(|span| span.name == name).collect()
}

/// What happened, once for all tests.
async fn story() -> &'static (Vec<Envelope>, Vec<SpanData>) {
    static STORY: OnceCell<(Vec<Envelope>, Vec<SpanData>)> = OnceCell::const_new();
    STORY.get_or_init(tell).await
}

/// A finding heard, taken and acknowledged twice: the events that were told, and the spans that were made.
async fn tell() -> (Vec<Envelope>, Vec<SpanData>) {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("lapwing"));
    // For every thread: a store's own lets go of spans too, and a span ends where the thread knows who keeps it.
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
        .expect("is the first");

    let folder = tempfile::tempdir().expect("a folder");
    let ambient = Ambient::system();
    let triage = Triage::start(&Config::below(folder.path()), &ambient).await.expect("starts");
    let reference = Reference::mint(&ambient);
    triage.findings.handle(&[delivered(reference, &ambient)]).await.expect("hears");
    take_and_acknowledge(&triage, reference).await;
    let told = triage.post_room.outbox.claim(10).await.expect("reads").let_go().await.expect("lets go");
    // The store's threads hold on to the spans of their callers until they end, and a moment longer.
    triage.close().await;
    let never = CancellationToken::new();
    let ended = || exporter.get_finished_spans().expect("spans");
    for _ in 0..1000 {
        if ["acknowledge first", "acknowledge again"].iter().all(|call| named(&ended(), call).len() == 1) {
            break;
        }
        pause(Duration::from_millis(10), &never).await;
    }
    provider.force_flush().expect("flushes");
    (told, ended())
}

#[tokio::test]
async fn what_triage_tells_belongs_to_the_notifications_trace() {
    let (told, _) = story().await;
    let kinds: Vec<&str> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["case.queued.v1", "notice.dfe.v1", "notice.ofsted.v1", "case.acknowledged.v1"]);
    for event in told {
        let traceparent = event.trace.traceparent.as_deref().expect("a trace");
        assert!(traceparent.starts_with(&format!("00-{TRACE}-")), "{}: {traceparent}", event.kind);
        assert_eq!(event.trace.tracestate.as_deref(), Some("authority=373"), "{}", event.kind);
    }
}

#[tokio::test]
async fn an_acknowledgement_follows_the_opening_of_its_case_and_is_linked_to_the_panels_call() {
    let (_, spans) = story().await;
    let [process] = named(spans, "process triage.findings")[..] else { panic!("one finding was heard") };
    let [queued] = named(spans, "create case.queued.v1")[..] else { panic!("one case was queued") };
    assert_eq!(queued.parent_span_id, process.span_context.span_id());
    // Acknowledged twice, told once.
    let [acknowledge] = named(spans, "acknowledge case")[..] else { panic!("one case was acknowledged") };
    assert_eq!(acknowledge.parent_span_id, process.span_context.span_id());
    let [told] = named(spans, "create case.acknowledged.v1")[..] else { panic!("it was told once") };
    assert_eq!(told.parent_span_id, acknowledge.span_context.span_id());

    let [first] = named(spans, "acknowledge first")[..] else { panic!("the panel called") };
    let linked: Vec<SpanId> = acknowledge.links.iter().map(|link| link.span_context.span_id()).collect();
    assert_eq!(linked, [first.span_context.span_id()]);
    assert_ne!(first.span_context.trace_id(), acknowledge.span_context.trace_id());
}
