//! A real backend for traces takes what is exported, and finds a notification's whole way by its reference.
//!
//! Not among the tests that always run: the backend, otelite, takes minutes to build. `tests/run --backend` builds it and runs
//! this story.

use std::collections::BTreeSet;
use std::process::Stdio;

use acceptance::{Ground, Production, http_get, notification, until};
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::{Lane, Stage};
use contracts::triage::v1::{AcknowledgeRequest, TakeNextRequest};
use serde_json::Value;
use tokio::process::{Child, Command};

/// Every hop from the authority's call to the panel's acknowledgement.
const HOPS: [&str; 10] = [
    "lapwing.intake.v1.IntakeService/Submit",
    "create notification.received.v1",
    "process eligibility.notifications",
    "create notification.assessed.v1",
    "process triage.findings",
    "create case.queued.v1",
    "process intake.outcomes",
    "process audit.events",
    "acknowledge case",
    "create case.acknowledged.v1",
];

struct Backend {
    _running: Child,
    collector: String,
    pages: String,
}

impl Backend {
    async fn start(program: &str, folder: &std::path::Path) -> Self {
        let [collector, web, http] = [testbed::free_port(), testbed::free_port(), testbed::free_port()];
        let pages = format!("127.0.0.1:{web}");
        let running = Command::new(program)
            .args(["serve", "--addr", &pages])
            .env("OTELITE_OTLP_GRPC_PORT", collector.to_string())
            .env("OTELITE_OTLP_HTTP_PORT", http.to_string())
            .env("OTELITE_DATA_DIR", folder)
            .env("HOME", folder)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the backend starts");
        until("the backend to answer", async || http_get(&pages, "/api/traces").await.map(drop)).await;
        Self { _running: running, collector: format!("http://127.0.0.1:{collector}"), pages }
    }

    async fn ask(&self, path: &str) -> Option<Value> {
        serde_json::from_str(&http_get(&self.pages, path).await?).ok()
    }

    /// The names of the spans of the trace in which a notification is.
    async fn spans_of(&self, reference: &str) -> Option<BTreeSet<String>> {
        // `[{"key":"lapwing.reference","op":"=","value":"…"}]`, as it stands in an address.
        let filter = format!(
            "%5B%7B%22key%22:%22lapwing.reference%22,%22op%22:%22=%22,%22value%22:%22{reference}%22%7D%5D"
        );
        let found = self.ask(&format!("/api/traces?attrs={filter}")).await?;
        let id = found["traces"].as_array()?.first()?["trace_id"].as_str()?.to_owned();
        let trace = self.ask(&format!("/api/traces/{id}")).await?;
        let names = trace["spans"].as_array()?.iter().filter_map(|span| span["name"].as_str());
        Some(names.map(str::to_owned).collect())
    }
}

#[tokio::test]
#[ignore = "the backend takes minutes to build: tests/run --backend"]
async fn a_real_backend_finds_every_hop_by_the_reference() {
    let program = std::env::var("LAPWING_TRACE_BACKEND").expect("tests/run --backend says where it is");
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("backend");
    std::fs::create_dir(&data).expect("made");
    let backend = Backend::start(&program, &data).await;
    let ground = Ground::shared().await;
    let mut world = Production::prepare(folder.path(), ground).await;
    world.hear_everything(&backend.collector, folder.path());
    world.start_all(1).await;
    let clients = world.clients();
    let submit = SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let held = clients.intake("373").await.submit(submit).await.expect("held").into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    clients.reached("373", &reference, Stage::Queued).await;
    let mut triage = clients.triage().await;
    let take = TakeNextRequest { lane: Lane::Decision.into(), lease: None };
    let lease_id = triage.take_next(take).await.expect("taken").into_inner().lease_id;
    let acknowledge = AcknowledgeRequest { reference: reference.clone(), lease_id };
    triage.acknowledge(acknowledge).await.expect("acknowledged");
    clients.reached("373", &reference, Stage::Acknowledged).await;
    world.stop_all().await;

    let mut last = BTreeSet::new();
    let found = until("every hop", async || {
        last = backend.spans_of(&reference).await.unwrap_or_default();
        HOPS.iter().all(|hop| last.contains(*hop)).then(|| last.clone())
    })
    .await;
    assert!(found.len() >= HOPS.len(), "{found:?}");
}
