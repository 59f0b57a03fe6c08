//! A client in another language, generated from the contract alone, sends and watches over mutual TLS.

use std::path::Path;

use acceptance::{PythonClient, World};
use ambient::Ambient;
use identity::{Caller, DevelopmentAuthority};
use serde_json::Value;

#[tokio::test]
async fn a_python_client_checks_sends_and_watches_a_notification() {
    let world = World::embedded().await;
    let client = PythonClient::prepare("python").await;
    let pki = DevelopmentAuthority::open(&world.folder().join("pki"), &Ambient::system()).expect("opens");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/notifications/01-death-by-violence-at-home.json");
    let authority = acceptance::fixtures()[0].notification.notifying_authority.clone();
    pki.caller(&Caller::authority(&authority)).expect("a certificate");

    let file = |name: &str| world.folder().join("pki").join(name);
    let output = client
        .script("client.py")
        .args(["--server", world.url().trim_start_matches("https://")])
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
    notary::verify(steps[1]["note"].as_str().expect("a note"), world.receipt_key()).expect("verifies");
    assert_eq!(steps.last().expect("a last step")["stage"], "STAGE_QUEUED");
}
