//! What is told of a link belongs to the trace and to the authority of the case that it is about. In a process of its
//! own: whether a span is made is remembered for the whole process, and the other tests make none.

use ambient::Ambient;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{LINK_DECIDED, LINK_PROPOSED, NOTIFICATION_ASSESSED};
use contracts::notification::v1::{Assessment, CodedChild, CodedNotification, Outcome};
use contracts::time::to_wire;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{DecideLinkRequest, LinkState};
use delivery::{Delivered, Envelope, Origin, Subscriber};
use identity::{Caller, Role};
use ids::Reference;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use rights::Enforced;
use telemetry::TraceContext;
use tonic::Request;
use tracing_subscriber::layer::SubscriberExt;
use triage::Triage;
use triage::config::Config;

const FIRST_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SECOND_TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// A finding about one and the same child, notified by an authority, as it is heard within a trace.
fn finding(reference: Reference, authority: &str, trace: &str, ambient: &Ambient) -> Delivered {
    let child_token = "0123456789abcdef0123456789abcdef".into();
    let notification = CodedNotification {
        reference: reference.to_string(),
        revision: 1,
        notifying_authority: authority.into(),
        received_at: Some(to_wire(ambient.now())),
        children: vec![CodedChild { key: "1".into(), child_token, ..Default::default() }],
        ..Default::default()
    };
    let assessment = Assessment { outcome: Outcome::DutyInArea.into(), ..Default::default() };
    let event = NotificationAssessed {
        notification: Some(notification),
        assessment: Some(assessment),
        ..Default::default()
    };
    let origin =
        Origin { kind: NOTIFICATION_ASSESSED, source: "eligibility", subject: reference, owner: authority };
    let traceparent = Some(format!("00-{trace}-00f067aa0ba902b7-01"));
    let trace = TraceContext { traceparent, tracestate: None };
    Delivered::on("triage.findings", Envelope { trace, ..Envelope::seal(origin, &event, ambient) })
}

async fn decide(triage: &Triage, one: Reference, other: Reference, decision: LinkState) {
    let mut request = Request::new(DecideLinkRequest {
        reference: one.to_string(),
        other_reference: other.to_string(),
        decision: decision.into(),
    });
    request.extensions_mut().insert(Caller::new(Role::Secretariat, "desk"));
    TriageServiceClient::new(Enforced::new(triage.grpc.clone())).decide_link(request).await.expect("decided");
}

#[tokio::test]
async fn what_is_told_belongs_to_the_trace_and_the_authority_of_the_case_it_is_about() {
    let provider = SdkTracerProvider::builder().with_simple_exporter(InMemorySpanExporter::default()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("lapwing"));
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let folder = tempfile::tempdir().expect("a folder");
    let ambient = Ambient::system();
    let triage = Triage::start(&Config::below(folder.path()), &ambient).await.expect("starts");

    let (one, other) = (Reference::mint(&ambient), Reference::mint(&ambient));
    for (reference, authority, trace) in [(one, "330", FIRST_TRACE), (other, "373", SECOND_TRACE)] {
        triage.findings.handle(&[finding(reference, authority, trace, &ambient)]).await.expect("hears");
    }
    decide(&triage, one, other, LinkState::SameIncident).await;
    decide(&triage, other, one, LinkState::NotADuplicate).await;

    let told = triage.post_room.outbox.claim(100).await.expect("reads").let_go().await.expect("lets go");
    let about: Vec<(&str, &str, &str, &str)> = told
        .iter()
        .filter(|event| [LINK_PROPOSED, LINK_DECIDED].contains(&event.kind.as_str()))
        .map(|event| {
            let traceparent = event.trace.traceparent.as_deref().expect("a trace");
            (event.kind.as_str(), event.subject.as_str(), event.owner.as_str(), &traceparent[3..35])
        })
        .collect();
    let (one, other) = (one.to_string(), other.to_string());
    let expected = [
        (LINK_PROPOSED, &*other, "373", SECOND_TRACE),
        (LINK_DECIDED, &*one, "330", FIRST_TRACE),
        (LINK_DECIDED, &*other, "373", SECOND_TRACE),
    ];
    assert_eq!(about, expected);
    triage.close().await;
}
