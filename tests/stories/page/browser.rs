//! The page in a real browser: what it is to people who see it, read it aloud, or have no mouse.

use std::path::Path;

use acceptance::{Process, notification};
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Stage;
use sqlx::{Connection, SqliteConnection};

use super::world;

async fn queued(process: &Process, sender_reference: &str) -> String {
    let request = SubmitRequest { notification: Some(notification("373", sender_reference)) };
    let clients = process.clients();
    let held = clients.intake("373").await.submit(request).await.expect("held").into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    clients.reached("373", &reference, Stage::Queued).await;
    reference
}

/// Parks what triage has heard of a notification, as if it could not be handled: that its store did not answer is over.
async fn park(folder: &Path) {
    let file = |name: &str| folder.join(name).display().to_string();
    let mut triage =
        SqliteConnection::connect(&format!("sqlite://{}", file("triage.sqlite"))).await.expect("opens");
    sqlx::query("ATTACH DATABASE $1 AS log")
        .bind(file("audit.sqlite"))
        .execute(&mut triage)
        .await
        .expect("attached");
    let parked = sqlx::query(
        "INSERT INTO parked (event_id, queue, reason, parked_at, kind, source, subject, owner, occurred_at, payload) \
         SELECT event_id, 'triage.findings', 'the store did not answer', occurred_at, kind, source, reference, owner, occurred_at, \
           payload FROM log.entry WHERE kind = 'notification.assessed.v1'",
    );
    assert_eq!(parked.execute(&mut triage).await.expect("parked").rows_affected(), 1);
    triage.close().await.expect("closed");
}

#[tokio::test]
async fn in_a_browser_the_page_is_used_by_keyboard_and_axe_finds_nothing_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = world(folder.path()).await;
    let parked = queued(&process, "CASE-1").await;
    process.terminate().await;
    park(folder.path()).await;
    let process = world(folder.path()).await;
    let traced = queued(&process, "CASE-2").await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/page.py");
    let looking = acceptance::python(&script).arg(process.said("page")).args([&traced, &parked]).output();
    let looked = looking.await.expect("Python runs");
    let said = [looked.stdout, looked.stderr].concat();
    assert!(looked.status.success(), "{}", String::from_utf8_lossy(&said));
    process.terminate().await;
}
