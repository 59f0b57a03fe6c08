//! A client in another language, generated from the contract alone, sends and watches over mutual TLS.

use std::path::{Path, PathBuf};

use acceptance::World;
use ambient::Ambient;
use identity::{Caller, DevelopmentAuthority};
use serde_json::Value;
use tokio::process::Command;

/// The Python that `tests/run` has prepared.
fn python() -> PathBuf {
    let named = std::env::var_os("LAPWING_TEST_PYTHON").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/python/bin/python"))
}

#[tokio::test]
async fn a_python_client_checks_sends_and_watches_a_notification() {
    let python = python();
    assert!(
        python.exists(),
        "{} is missing: run the tests with tests/run, which prepares it",
        python.display()
    );
    let world = World::embedded().await;
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python");
    let generated = tempfile::tempdir().expect("a folder");
    let made = Command::new(client.join("generate.sh"))
        .arg(&python)
        .arg(generated.path())
        .status()
        .await
        .expect("generates");
    assert!(made.success());
    let pki = DevelopmentAuthority::open(&world.folder().join("pki"), &Ambient::system()).expect("opens");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/notifications/01-death-by-violence-at-home.json");
    let authority = acceptance::fixtures()[0].notification.notifying_authority.clone();
    pki.caller(&Caller::authority(&authority)).expect("a certificate");

    let file = |name: &str| world.folder().join("pki").join(name);
    let output = Command::new(&python)
        .env("PYTHONPATH", generated.path())
        .arg(client.join("client.py"))
        .args(["--server", &world.services().address().to_string()])
        .arg("--authority")
        .arg(file("authority.pem"))
        .arg("--certificate")
        .arg(file(&format!("authority-{authority}.pem")))
        .arg("--key")
        .arg(file(&format!("authority-{authority}.key")))
        .arg(&fixture)
        .output()
        .await
        .expect("the client runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let steps: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(steps[0]["step"], "check");
    assert_eq!(steps[0]["violations"], 0);
    assert_eq!(steps[1]["step"], "receipt");
    notary::verify(steps[1]["note"].as_str().expect("a note"), world.services().receipt_key())
        .expect("verifies");
    assert_eq!(steps.last().expect("a last step")["stage"], "STAGE_QUEUED");
}
