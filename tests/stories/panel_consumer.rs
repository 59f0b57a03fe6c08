//! The panel's own consumer, in another language, reads its queue by the AsyncAPI document alone.

use acceptance::{PythonClient, World, notification};
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Stage;
use serde_json::Value;

#[tokio::test]
async fn the_document_says_what_the_contract_says() {
    let client = PythonClient::prepare("panel").await;
    let output = client.script("check_document.py").output().await.expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_python_consumer_reads_every_case_from_the_panels_queue() {
    const CASES: usize = 12;
    let mut world = World::production().await;
    let clients = world.clients();
    let mut sent = Vec::new();
    for number in 0..CASES {
        let notification = Some(notification("373", &format!("CASE-{number}")));
        let held = clients
            .intake("373")
            .await
            .submit(SubmitRequest { notification })
            .await
            .expect("held")
            .into_inner();
        sent.push(held.receipt.expect("a receipt").reference);
    }
    for reference in &sent {
        clients.reached("373", reference, Stage::Queued).await;
    }
    let client = PythonClient::prepare("panel").await;
    let store = world.folder().join("handled.sqlite");
    let broker = world.processes().broker().to_owned();
    let mut command = client.script("consume.py");
    command.args(["--url", &broker, "--count", &CASES.to_string(), "--timeout-seconds", "60", "--store"]);
    let output = command.arg(store).output().await.expect("the consumer runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let mut read: Vec<String> = printed
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["reference"]
                .as_str()
                .expect("a text")
                .to_owned()
        })
        .collect();
    read.sort();
    sent.sort();
    assert_eq!(read, sent);
}
