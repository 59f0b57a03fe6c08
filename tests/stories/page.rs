//! The operator's page of the embedded mode: who may see it, what it shows, and what can be done there.

mod browser;

use std::path::Path;

use acceptance::{HttpAnswer, Process, http, notification, until};
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Stage;

/// A browser that follows nothing and keeps one cookie.
struct Browser {
    address: String,
    cookie: Option<String>,
}

impl Browser {
    /// Of the address that the ready line tells, without its key.
    fn at(page: &str) -> (Self, String) {
        let after = page.strip_prefix("http://").expect("plain HTTP");
        let (address, path) = after.split_once('/').expect("a path");
        (Self { address: address.to_owned(), cookie: None }, format!("/{path}"))
    }

    async fn get(&self, path: &str) -> HttpAnswer {
        self.ask("GET", path, &self.address, "").await
    }

    async fn ask(&self, method: &str, path: &str, host: &str, form: &str) -> HttpAnswer {
        let mut headers = vec![format!("Host: {host}")];
        headers.extend(self.cookie.iter().map(|cookie| format!("Cookie: {cookie}")));
        http(&self.address, &format!("{method} {path}"), &headers, form).await.expect("the page is there")
    }
}

async fn world(folder: &Path) -> Process {
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    Process::up(program, folder).await
}

/// Opens the page as a person does, with the address that was printed.
async fn opened(process: &Process) -> Browser {
    let (mut browser, path) = Browser::at(&process.said("page"));
    let answer = browser.get(&path).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"), "{}", answer.head);
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    browser.cookie = cookie.split(';').next().map(str::to_owned);
    browser
}

#[tokio::test]
async fn the_page_opens_for_whoever_has_its_key_and_for_nobody_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = world(folder.path()).await;
    let (stranger, path) = Browser::at(&process.said("page"));
    assert_eq!(stranger.get("/").await.status, 403);
    assert_eq!(stranger.get("/metrics").await.status, 403);
    assert_eq!(stranger.get(&format!("{path}0")).await.status, 403);
    let browser = opened(&process).await;
    let answer = browser.get("/").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{}", answer.head);
    // A name that another site lets point here is not this page's.
    assert_eq!(browser.ask("GET", "/", "birds.example", "").await.status, 421);
    let other = Browser { cookie: Some("lapwing_page=0".into()), ..Browser::at(&process.said("page")).0 };
    assert_eq!(
        other.ask("POST", "/parked/retry", &other.address, "event=1&service=&reason=x").await.status,
        403
    );
    process.terminate().await;
}

#[tokio::test]
async fn the_page_shows_the_flow_a_drawn_trace_and_the_checkpoint_and_no_identity() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = world(folder.path()).await;
    let browser = opened(&process).await;
    let clients = process.clients();
    let sent = notification("373", "CASE-1");
    let submit = SubmitRequest { notification: Some(sent.clone()) };
    let held = clients.intake("373").await.submit(submit).await.expect("held").into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    clients.reached("373", &reference, Stage::Queued).await;

    // Numbers of the stores are looked at from time to time.
    let flow = until("the case to be counted", async || {
        let flow = browser.get("/flow").await.body;
        flow.contains("<strong>1</strong> not acknowledged").then_some(flow)
    })
    .await;
    for told in ["takes calls", "submitted", "duty in area", "panel: decision", "queued"] {
        assert!(flow.contains(told), "{told}: {flow}");
    }
    let page = browser.get("/").await.body;
    assert!(page.contains(&reference), "{page}");
    assert!(page.contains("None. Every event that was told could be handled."), "{page}");
    assert!(page.contains("lapwing.local/log") || page.contains("\u{2014} "), "a signed checkpoint: {page}");
    let mut rows = page.split("<tr").filter(|row| row.contains(&reference) && row.contains("/Submit"));
    let row = rows.next().expect("the trace of the notification is listed");
    let link = row.split("/traces/").nth(1).and_then(|after| after.get(..32)).expect("a link");
    let drawn = browser.get(&format!("/traces/{link}")).await;
    assert_eq!(drawn.status, 200);
    for span in ["IntakeService/Submit", "process triage.findings", "create case.queued.v1", "<rect"] {
        assert!(drawn.body.contains(span), "{span}: {}", drawn.body);
    }
    let incident = sent.incident.expect("an incident");
    for secret in [incident.place, incident.narrative] {
        assert!(!page.contains(&secret) && !drawn.body.contains(&secret), "{secret}");
    }
    assert_eq!(browser.get("/traces/00000000000000000000000000000000").await.status, 404);
    process.terminate().await;
}

#[tokio::test]
async fn what_is_measured_is_what_the_published_list_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = world(folder.path()).await;
    let browser = opened(&process).await;
    let submit = SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    process.clients().intake("373").await.submit(submit).await.expect("held");
    let told = until("the first look at the stores", async || {
        let told = browser.get("/metrics").await.body;
        told.contains("lapwing_log_entries ").then_some(told)
    })
    .await;
    let published = include_str!("../../services/MEASURES.md");
    let names: Vec<&str> =
        told.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    assert!(names.len() > 15, "{told}");
    for name in names.iter().filter(|name| **name != "target_info") {
        assert!(published.contains(&format!("| `{name}` |")), "{name} is in no list");
    }
    // In no label: a duration may have the same digits.
    let mut labels = told.lines().filter_map(|line| line.split_once('{')?.1.rsplit_once('}'));
    assert!(labels.all(|(labels, _)| !labels.contains("373")), "no number is of one authority: {told}");
    process.terminate().await;
}
