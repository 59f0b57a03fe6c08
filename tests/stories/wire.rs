//! What an older version's services said is understood by today's: `tests/wire`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use acceptance::{World, until};
use contracts::audit::v1::TimelineRequest;
use contracts::events::{CASE_QUEUED, NOTIFICATION_ASSESSED, NOTIFICATION_ERASED, NOTIFICATION_RECEIVED};
use contracts::topology::{CASE_QUEUED_FOR_DECISION, EXCHANGE};
use contracts::triage::v1::GetCaseRequest;
use jiff::Timestamp;
use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection, ConnectionProperties};
use serde::Deserialize;

/// An event as a version told it: a line of a file in `tests/wire`.
#[derive(Deserialize)]
struct Said {
    kind: String,
    source: String,
    reference: String,
    owner: String,
    occurred_at: i64,
    event_id: String,
    payload: String,
}

fn said_by(version: &str) -> Vec<Said> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire").join(version);
    let text = std::fs::read_to_string(file).expect("it is kept");
    text.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

/// Publishes all, as the older version's services would.
async fn publish(broker: &str, events: &[Said]) {
    let connection = Connection::connect(broker, ConnectionProperties::default()).await.expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    for event in events {
        let mut headers = FieldTable::default();
        let at = Timestamp::from_microsecond(event.occurred_at).expect("a time").to_string();
        let id = uuid::Uuid::parse_str(&event.event_id).expect("an id").to_string();
        for (name, value) in [
            ("ce-specversion", "1.0"),
            ("ce-id", &id),
            ("ce-type", &event.kind),
            ("ce-source", &event.source),
            ("ce-subject", &event.reference),
            ("ce-time", &at),
            ("ce-owner", &event.owner),
        ] {
            headers.insert(name.into(), AMQPValue::LongString(value.into()));
        }
        let key = if event.kind == CASE_QUEUED { CASE_QUEUED_FOR_DECISION } else { &event.kind };
        let properties = BasicProperties::default().with_headers(headers).with_delivery_mode(2);
        let payload = hex::decode(&event.payload).expect("hexadecimal");
        channel
            .basic_publish(EXCHANGE.into(), key.into(), BasicPublishOptions::default(), &payload, properties)
            .await
            .expect("published");
    }
    connection.close(200, "done".into()).await.expect("closes");
}

#[tokio::test]
async fn todays_services_hear_all_that_an_older_version_said_and_park_nothing() {
    let events = said_by("0.1.0.ndjson");
    let mut world = World::production().await;
    publish(world.processes().broker(), &events).await;

    let clients = world.clients();
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in &events {
        kinds.entry(&event.reference).or_default().insert(&event.kind);
    }
    let erased = |reference: &str| kinds[reference].contains(NOTIFICATION_ERASED);
    // The log has every event of every notification, but for one that was erased.
    for (reference, kinds) in kinds.iter().filter(|(reference, _)| !erased(reference)) {
        until("the log to have all that was said", async || {
            let request = TimelineRequest { reference: (*reference).to_owned() };
            let timeline = clients.audit().await.timeline(request).await.ok()?.into_inner();
            let told: BTreeSet<&str> =
                timeline.entries.iter().map(|entry| entry.event_type.as_str()).collect();
            kinds.is_subset(&told).then_some(())
        })
        .await;
    }
    world.settled().await;

    let production = world.processes();
    // Eligibility found for what intake had said, and triage opened a case for what eligibility had said.
    let with = |kind: &str| {
        kinds.iter().filter(|(_, kinds)| kinds.contains(kind)).map(|(it, _)| *it).collect::<Vec<_>>()
    };
    let received = with(NOTIFICATION_RECEIVED);
    assert!(received.len() >= 3, "{received:?}");
    assert!(production.count("eligibility", "finding").await >= received.len());
    for reference in with(NOTIFICATION_ASSESSED).into_iter().filter(|reference| !erased(reference)) {
        let request = GetCaseRequest { reference: reference.to_owned() };
        let case = clients.triage().await.get_case(request).await.expect("a case").into_inner();
        assert_eq!(case.entry.expect("an entry").reference, reference);
    }
    assert_eq!(production.parked().await, 0);
}
