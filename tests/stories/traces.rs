//! One notification is one trace through all four services, from the authority's call to the panel's queue.

use std::path::Path;
use std::time::Duration;

use acceptance::{Clients, Collector, Ground, Process, Production, SpanOf, notification, until};
use ambient::Ambient;
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::{Lane, Stage};
use contracts::triage::v1::{AcknowledgeRequest, TakeNextRequest};
use identity::DevelopmentAuthority;
use lifecycle::Lifecycle;
use tonic::Request;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// The tree: each span with its kind and its parent. The acknowledgement comes hours or days after the rest, in a
/// call of its own; its event joins the trace under the span that processed the finding.
const SHAPE: [(&str, &str, &str); 19] = [
    ("lapwing.intake.v1.IntakeService/Submit", "server", ""),
    ("create notification.received.v1", "producer", "lapwing.intake.v1.IntakeService/Submit"),
    ("process audit.events", "consumer", "create notification.received.v1"),
    ("process eligibility.notifications", "consumer", "create notification.received.v1"),
    ("create notification.assessed.v1", "producer", "process eligibility.notifications"),
    ("process audit.events", "consumer", "create notification.assessed.v1"),
    ("process intake.outcomes", "consumer", "create notification.assessed.v1"),
    ("process triage.findings", "consumer", "create notification.assessed.v1"),
    ("create case.queued.v1", "producer", "process triage.findings"),
    ("process audit.events", "consumer", "create case.queued.v1"),
    ("process intake.outcomes", "consumer", "create case.queued.v1"),
    ("create notice.dfe.v1", "producer", "process triage.findings"),
    ("process audit.events", "consumer", "create notice.dfe.v1"),
    ("create notice.ofsted.v1", "producer", "process triage.findings"),
    ("process audit.events", "consumer", "create notice.ofsted.v1"),
    ("acknowledge case", "internal", "process triage.findings"),
    ("create case.acknowledged.v1", "producer", "acknowledge case"),
    ("process audit.events", "consumer", "create case.acknowledged.v1"),
    ("process intake.outcomes", "consumer", "create case.acknowledged.v1"),
];

#[tokio::test]
async fn one_notification_is_one_trace_through_all_four_services() {
    let lifecycle = Lifecycle::new();
    let collector = Collector::start(&lifecycle).await;
    let folder = tempfile::tempdir().expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let process = Process::up_with(program, folder.path(), &["--otlp", &collector.endpoint()]).await;
    acknowledged(&process.clients()).await;
    process.terminate().await;
    assert_shape(&whole_trace(&collector).await);
    // What was measured goes the same way, at the latest when the process stops.
    let measures = collector.measures();
    for name in ["rpc.server.call.duration", "lapwing.critical.time", "lapwing.outbox.events"] {
        assert!(measures.contains(name), "{name}: {measures:?}");
    }
    lifecycle.wind_down(Duration::from_secs(10)).await;
}

#[tokio::test]
async fn one_notification_is_one_trace_through_four_processes_and_a_broker() {
    let lifecycle = Lifecycle::new();
    let collector = Collector::start(&lifecycle).await;
    let folder = tempfile::tempdir().expect("a folder");
    let ground = Ground::shared().await;
    let mut production = Production::prepare(folder.path(), ground).await;
    production.hear_everything(&collector.endpoint(), folder.path());
    production.start_all(1).await;
    acknowledged(&production.clients()).await;
    production.stop_all().await;
    assert_shape(&whole_trace(&collector).await);
    // Batches are in no notification's trace; they have links to what created their messages.
    let linked = collector.linked_to(TRACE);
    for name in ["send lapwing.events", "ack eligibility.notifications", "ack triage.findings"] {
        assert!(linked.contains(name), "{name}: {linked:?}");
    }
    lifecycle.wind_down(Duration::from_secs(10)).await;
}

/// Notifies under a trace of the caller's, takes the case and acknowledges it.
async fn acknowledged(clients: &Clients) {
    let mut request = Request::new(SubmitRequest { notification: Some(notification("373", "CASE-1")) });
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    request.metadata_mut().insert("traceparent", traceparent.parse().expect("a header"));
    let held = clients.intake("373").await.submit(request).await.expect("held").into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    clients.reached("373", &reference, Stage::Queued).await;
    let mut triage = clients.triage().await;
    let taken = triage
        .take_next(TakeNextRequest { lane: Lane::Decision.into(), lease: None })
        .await
        .expect("taken")
        .into_inner();
    let acknowledge = AcknowledgeRequest { reference: reference.clone(), lease_id: taken.lease_id };
    triage.acknowledge(acknowledge).await.expect("acknowledged");
    clients.reached("373", &reference, Stage::Acknowledged).await;
}

async fn whole_trace(collector: &Collector) -> Vec<SpanOf> {
    until("the whole trace", async || {
        let spans = collector.trace(TRACE);
        (spans.iter().filter(|span| is_of_the_shape(span)).count() >= SHAPE.len()).then_some(spans)
    })
    .await
}

#[tokio::test]
async fn spans_reach_a_collector_that_asks_for_a_certificate() {
    let lifecycle = Lifecycle::new();
    let pki_folder = tempfile::tempdir().expect("a folder");
    let pki = DevelopmentAuthority::open(pki_folder.path(), &Ambient::system()).expect("opens");
    let collector = Collector::start_with_tls(&pki.server().expect("a certificate"), &lifecycle).await;
    pki.service("lapwing").expect("a certificate");
    let file = |name: &str| pki_folder.path().join(name).display().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let arguments = [
        ["--otlp", &collector.endpoint()],
        ["--otlp-authority", &file("authority.pem")],
        ["--otlp-certificate", &file("service-lapwing.pem")],
        ["--otlp-key", &file("service-lapwing.key")],
    ];
    let process = Process::up_with(program, folder.path(), &arguments.concat()).await;
    let mut request = Request::new(SubmitRequest { notification: Some(notification("373", "CASE-1")) });
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    request.metadata_mut().insert("traceparent", traceparent.parse().expect("a header"));
    process.clients().intake("373").await.submit(request).await.expect("held");
    process.terminate().await;
    let arrived = async || collector.trace(TRACE).iter().any(|span| span.kind == "server").then_some(());
    until("the call's span", arrived).await;
    lifecycle.wind_down(Duration::from_secs(10)).await;
}

/// Work on a store is done for a batch: whether it is in a notification's trace, or has a link to it, is chance.
fn is_of_the_shape(span: &SpanOf) -> bool {
    !["hold together", "handle batch"].contains(&span.name.as_str()) && !span.name.starts_with("COMMIT ")
}

fn assert_shape(spans: &[SpanOf]) {
    let mut told: Vec<(&str, &str, &str)> = spans
        .iter()
        .filter(|span| is_of_the_shape(span))
        .map(|span| (span.name.as_str(), span.kind, span.parent.as_deref().unwrap_or_default()))
        .collect();
    let mut expected: Vec<(&str, &str, &str)> = SHAPE.to_vec();
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);
    let call = spans.iter().find(|span| span.kind == "server").expect("the call");
    assert_eq!(hexadecimal(&call.parent_id), CALLER);
    assert_eq!(call.attributes["rpc.response.status_code"], "OK");
    assert_eq!(call.attributes["rpc.method"], call.name);
    for heard in spans.iter().filter(|span| span.kind == "consumer") {
        assert_eq!(
            heard.links,
            std::slice::from_ref(&heard.parent_id),
            "{} joins its cause and links to it",
            heard.name
        );
        assert_eq!(heard.attributes["messaging.operation.name"], "process");
        assert_eq!(heard.name, format!("process {}", heard.attributes["messaging.destination.name"]));
    }
    // The only notification of this world was held by a batch of its own, and its commit is below its call.
    let held = spans.iter().find(|span| span.name == "hold together").expect("it was held");
    assert_eq!(held.parent_id, call.id);
    let commits = spans.iter().filter(|span| span.parent_id == held.id && span.name.starts_with("COMMIT "));
    assert_eq!(commits.count(), 1);
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
