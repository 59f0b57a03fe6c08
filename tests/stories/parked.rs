//! A message that no service can handle: put aside, seen by an operator without what is in it, retried, given up, and logged.

use std::path::Path;

use acceptance::{Process, World, notification, until};
use contracts::audit::v1::TimelineRequest;
use contracts::intake::v1::SubmitRequest;
use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection, ConnectionProperties};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const SECRET: &str = "Zaunkoenig Zilpzalp";

/// Publishes what reads like an event, and is none inside.
async fn poison(broker: &str, reference: &str) {
    let connection = Connection::connect(broker, ConnectionProperties::default()).await.expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    let mut headers = FieldTable::default();
    for (name, value) in [
        ("ce-specversion", "1.0"),
        ("ce-id", ID),
        ("ce-type", "notification.received.v1"),
        ("ce-source", "intake"),
        ("ce-subject", reference),
        ("ce-time", "2026-03-16T10:00:00Z"),
        ("ce-owner", "373"),
    ] {
        headers.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    let properties = BasicProperties::default().with_headers(headers).with_delivery_mode(2);
    let body = [&[0xff; 8], SECRET.as_bytes()].concat();
    channel
        .basic_publish(
            "lapwing.events".into(),
            "notification.received.v1".into(),
            BasicPublishOptions::default(),
            &body,
            properties,
        )
        .await
        .expect("published");
}

#[tokio::test]
async fn what_cannot_be_handled_is_parked_retried_given_up_and_logged_and_holds_up_nothing() {
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let mut whole = World::production().await;
    let folder = whole.folder().to_owned();
    let world = whole.processes();
    let clients = world.clients();
    let submit = async |reference: &str| {
        let request = SubmitRequest { notification: Some(notification("373", reference)) };
        let held = clients.intake("373").await.submit(request).await.expect("held").into_inner();
        held.receipt.expect("a receipt").reference
    };
    let reference = submit("CASE-1").await;
    poison(world.broker(), &reference).await;
    until("it to be parked", async || (world.count("eligibility", "parked").await == 1).then_some(())).await;
    let later = submit("CASE-2").await;
    clients.reached("373", &later, contracts::notification::v1::Stage::Queued).await;

    let eligibility = world.address(("eligibility", 0));
    let operate = async |arguments: &[&str]| {
        let all = [&["--server", &eligibility, "parked", "--operator", "night-shift"], arguments].concat();
        let output = Process::run(program, &folder, &all).await;
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed).into_owned();
        assert!(!printed.contains(SECRET), "{printed}");
        (output.status.code().expect("it ended by itself"), printed)
    };
    let (code, printed) = operate(&["list"]).await;
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains(ID) && printed.contains(&reference), "{printed}");
    let retry =
        ["retry", "--queue", "eligibility.notifications", "--all", "--canary", "--reason", "tried again"];
    let (code, printed) = operate(&retry).await;
    assert_eq!(code, 4, "what fails again is parked again: {printed}");
    assert_eq!(world.count("eligibility", "parked").await, 1);
    let (code, printed) = operate(&["discard", ID, "--reason", "made by hand"]).await;
    assert_eq!(code, 0, "{printed}");
    let (code, printed) = operate(&["discard", ID, "--reason", "made by hand"]).await;
    assert_eq!(code, 6, "{printed}");

    let kinds = until("the log to have it", async || {
        let request = TimelineRequest { reference: reference.clone() };
        let timeline = clients.audit().await.timeline(request).await.expect("read").into_inner();
        let kinds: Vec<String> = timeline.entries.into_iter().map(|entry| entry.event_type).collect();
        kinds.iter().any(|kind| kind == "parked.discarded.v1").then_some(kinds)
    })
    .await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "parked.retried.v1").count(), 1, "{kinds:?}");
    whole.settled().await;
}
