//! A backup of a running world, restored elsewhere: nothing that was receipted before it is missing.

use std::collections::BTreeMap;
use std::path::Path;

use acceptance::{Process, notification, until};
use contracts::audit::v1::TimelineRequest;
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Stage;
use tempfile::TempDir;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"))
}

async fn submitted(process: &Process, sender_reference: &str) -> (String, String) {
    let request = SubmitRequest { notification: Some(notification("373", sender_reference)) };
    let held = process.clients().intake("373").await.submit(request).await.expect("held").into_inner();
    let receipt = held.receipt.expect("a receipt");
    (receipt.reference, receipt.signed_note)
}

async fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Process::run(program(), folder, arguments).await;
    let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.code().expect("it ended by itself"), printed)
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

#[tokio::test]
async fn nothing_that_was_receipted_before_a_backup_is_missing_after_it_is_restored() {
    let (data, elsewhere) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let process = Process::up(program(), data.path()).await;
    let mut receipts = BTreeMap::new();
    for number in 0..20 {
        let sender_reference = format!("CASE-{number}");
        receipts.insert(sender_reference.clone(), submitted(&process, &sender_reference).await);
    }
    // While others go on submitting, and while what was submitted is on its way.
    let backup = path(&elsewhere, "backup");
    let arguments = ["backup", "--to", &backup];
    let (backed_up, ()) = tokio::join!(run(data.path(), &arguments), async {
        for number in 100..140 {
            submitted(&process, &format!("CASE-{number}")).await;
        }
    });
    assert_eq!(backed_up.0, 0, "{}", backed_up.1);
    process.kill().await;

    let restored = elsewhere.path().join("restored");
    let (code, printed) = run(&restored, &["restore", "--from", &backup]).await;
    assert_eq!(code, 0, "{printed}");
    let process = Process::up(program(), &restored).await;
    let clients = process.clients();
    for (sender_reference, (reference, note)) in receipts {
        clients.reached("373", &reference, Stage::Queued).await;
        // The same submission answers with the same receipt, signed by the same key.
        assert_eq!(submitted(&process, &sender_reference).await, (reference.clone(), note));
        until("the log to have its whole way", async || {
            let request = TimelineRequest { reference: reference.clone() };
            let timeline = clients.audit().await.timeline(request).await.expect("read").into_inner();
            let told = |kind: &str| timeline.entries.iter().filter(|entry| entry.event_type == kind).count();
            (told("notification.received.v1") == 1 && told("case.queued.v1") == 1).then_some(())
        })
        .await;
    }
    let said = process.terminate().await;
    assert_eq!(said, "stopped: every call was answered and every event delivered");
}

#[tokio::test]
async fn a_backup_that_is_not_whole_is_refused_and_nothing_that_is_there_is_overwritten() {
    let (data, elsewhere) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    Process::up(program(), data.path()).await.terminate().await;
    let backup = path(&elsewhere, "backup");
    assert_eq!(run(data.path(), &["backup", "--to", &backup]).await.0, 0);
    let (code, printed) = run(data.path(), &["backup", "--to", &backup]).await;
    assert!(code == 1 && printed.contains("is not empty"), "{printed}");
    let (code, printed) = run(data.path(), &["restore", "--from", &backup]).await;
    assert!(code == 1 && printed.contains("is not empty"), "{printed}");

    let store = elsewhere.path().join("backup/triage.sqlite");
    let bytes = std::fs::read(&store).expect("reads");
    let restored = elsewhere.path().join("restored");
    let mut altered = bytes.clone();
    *altered.last_mut().expect("a byte") ^= 1;
    std::fs::write(&store, altered).expect("written");
    let (code, printed) = run(&restored, &["restore", "--from", &backup]).await;
    assert!(code == 1 && printed.contains("triage.sqlite is not what was written"), "{printed}");
    std::fs::remove_file(&store).expect("removed");
    let (code, printed) = run(&restored, &["restore", "--from", &backup]).await;
    assert!(code == 1 && printed.contains("triage.sqlite is missing"), "{printed}");
    std::fs::remove_file(elsewhere.path().join("backup/backup.json")).expect("removed");
    let (code, printed) = run(&restored, &["restore", "--from", &backup]).await;
    assert!(code == 1 && printed.contains("no backup"), "{printed}");
    assert!(!restored.exists(), "nothing was put in place");
}

#[tokio::test]
async fn a_start_without_the_keys_of_what_is_held_is_refused_and_draws_none_in_their_place() {
    let data = tempfile::tempdir().expect("a folder");
    let process = Process::up(program(), data.path()).await;
    let (reference, note) = submitted(&process, "CASE-1").await;
    process.terminate().await;
    for (name, words) in [
        ("intake-wrapping.keys", "sealed under keys that are wrapped by drawn-"),
        ("intake-match.key", "are held"),
    ] {
        let (file, aside) = (data.path().join(name), data.path().join("aside"));
        std::fs::rename(&file, &aside).expect("moves it away");
        let (code, printed) = run(data.path(), &["up", "--listen", "127.0.0.1:0"]).await;
        assert!(code != 0 && printed.contains(words) && printed.contains("put it back"), "{code}: {printed}");
        assert!(!file.exists(), "{name}: nothing stands where the right one belongs");
        std::fs::rename(&aside, &file).expect("puts it back");
    }
    let process = Process::up(program(), data.path()).await;
    assert_eq!(submitted(&process, "CASE-1").await, (reference, note));
    process.terminate().await;
}
