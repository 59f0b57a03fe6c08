//! What an older version's services said is understood by today's (`tests/wire`), and so is what a newer one may add to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use acceptance::{World, notification, until};
use contracts::audit::v1::TimelineRequest;
use contracts::events::{
    CASE_ACKNOWLEDGED, CASE_QUEUED, NOTIFICATION_ASSESSED, NOTIFICATION_ERASED, NOTIFICATION_RECEIVED,
};
use contracts::intake::v1::SubmitRequest;
use contracts::topology::{CASE_QUEUED_FOR_DECISION, queue};
use contracts::triage::v1::GetCaseRequest;
use jiff::Timestamp;
use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use serde::Deserialize;

/// An event as a version told it: a line of a file in `tests/wire`.
#[derive(Clone, Deserialize)]
struct Said {
    kind: String,
    source: String,
    reference: String,
    owner: String,
    occurred_at: i64,
    event_id: String,
    payload: String,
}

impl Said {
    fn routing_key(&self) -> &str {
        if self.kind == CASE_QUEUED { CASE_QUEUED_FOR_DECISION } else { &self.kind }
    }

    fn properties(&self) -> BasicProperties {
        let at = Timestamp::from_microsecond(self.occurred_at).expect("a time").to_string();
        let id = uuid::Uuid::parse_str(&self.event_id).expect("an id").to_string();
        let mut headers = FieldTable::default();
        for (name, value) in [
            ("ce-specversion", "1.0"),
            ("ce-id", &id),
            ("ce-type", &self.kind),
            ("ce-source", &self.source),
            ("ce-subject", &self.reference),
            ("ce-time", &at),
            ("ce-owner", &self.owner),
        ] {
            headers.insert(name.into(), AMQPValue::LongString(value.into()));
        }
        BasicProperties::default().with_headers(headers).with_delivery_mode(2)
    }

    /// The same as a newer version may say it: with a field more in the message, of a number that this contract does not use.
    fn of_tomorrow(&self) -> Self {
        let mut payload = hex::decode(&self.payload).expect("hexadecimal");
        prost::encoding::string::encode(2_000, &"of tomorrow".to_owned(), &mut payload);
        Self { payload: hex::encode(payload), ..self.clone() }
    }

    /// The same about another notification. References are of one length, so that the message around one stays whole.
    fn about(&self, reference: &str) -> Self {
        let (from, to) = (hex::encode(&self.reference), hex::encode(reference));
        assert_eq!(from.len(), to.len());
        Self { reference: reference.to_owned(), payload: self.payload.replace(&from, &to), ..self.clone() }
    }
}

fn said_by(version: &str) -> Vec<Said> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire").join(version);
    let text = std::fs::read_to_string(file).expect("it is kept");
    text.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

/// Puts into a queue what an older version's services would have routed there, and returns how many those are.
async fn publish(channel: &Channel, to: &str, events: &[Said]) -> usize {
    let queue = queue(to).expect("it is in the table");
    let heard: Vec<&Said> = events.iter().filter(|event| queue.takes(event.routing_key())).collect();
    for event in &heard {
        let payload = hex::decode(&event.payload).expect("hexadecimal");
        channel
            .basic_publish("".into(), to.into(), BasicPublishOptions::default(), &payload, event.properties())
            .await
            .expect("published");
    }
    heard.len()
}

/// Waits until every event is delivered, and checks that these services have parked none.
async fn parked_by(world: &mut World, services: [&str; 3]) {
    let production = world.processes();
    until("every event to be delivered", async || (production.waiting().await == 0).then_some(())).await;
    for service in services {
        assert_eq!(production.count(service, "parked").await, 0, "{service} parked an event");
    }
}

#[tokio::test]
async fn todays_services_hear_all_that_an_older_version_said_and_park_nothing() {
    all_is_heard(&said_by("0.1.0.ndjson")).await;
}

#[tokio::test]
async fn todays_services_hear_what_a_newer_version_may_say_and_park_nothing() {
    let mut events: Vec<Said> = said_by("0.1.0.ndjson").iter().map(Said::of_tomorrow).collect();
    // An event of which this version knows nothing: the log alone hears it.
    let first = events[0].clone();
    let event_id = format!("{}{}", &first.event_id[..24], "0f".repeat(4));
    events.push(Said { kind: "notification.of_tomorrow.v1".to_owned(), event_id, ..first });
    all_is_heard(&events).await;
}

async fn all_is_heard(events: &[Said]) {
    let mut world = World::production().await;
    let broker = world.processes().broker().to_owned();
    let connection = Connection::connect(&broker, ConnectionProperties::default()).await.expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    for queue in ["eligibility.notifications", "triage.findings", "audit.events"] {
        assert!(publish(&channel, queue, events).await >= 4, "{queue}");
    }

    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in events {
        kinds.entry(&event.reference).or_default().insert(&event.kind);
    }
    let kept: Vec<&str> =
        kinds.iter().filter(|(_, kinds)| !kinds.contains(NOTIFICATION_ERASED)).map(|(it, _)| *it).collect();
    let with = |kind: &str| kept.iter().copied().filter(|it| kinds[it].contains(kind)).collect::<Vec<_>>();
    // The log has every event of every notification, but for one that was erased.
    let clients = world.clients();
    for reference in &kept {
        let request = TimelineRequest { reference: (*reference).to_owned() };
        let missing = async || {
            let timeline = clients.audit().await.timeline(request.clone()).await;
            let entries = timeline.map(|timeline| timeline.into_inner().entries).unwrap_or_default();
            let told: BTreeSet<String> = entries.into_iter().map(|entry| entry.event_type).collect();
            kinds[reference].iter().find(|kind| !told.contains(**kind)).copied()
        };
        until(&format!("the log to have what was said of {reference}"), async || {
            missing().await.is_none().then_some(())
        })
        .await;
    }
    // What today's services tell of it in turn, intake cannot place: it holds none of these notifications.
    parked_by(&mut world, ["eligibility", "triage", "audit"]).await;

    // Eligibility found for what intake had said, and triage opened a case for what eligibility had said.
    let received = with(NOTIFICATION_RECEIVED);
    assert!(received.len() >= 3, "{received:?}");
    assert!(world.processes().count("eligibility", "finding").await >= received.len());
    for reference in with(NOTIFICATION_ASSESSED) {
        let request = GetCaseRequest { reference: reference.to_owned() };
        let case = clients.triage().await.get_case(request).await.expect("a case").into_inner();
        assert_eq!(case.entry.expect("an entry").reference, reference);
    }

    // Intake hears what became of a notification that it holds.
    let submit = SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let held = clients.intake("373").await.submit(submit).await.expect("held").into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    let outcomes: Vec<Said> = [NOTIFICATION_ASSESSED, CASE_QUEUED, CASE_ACKNOWLEDGED]
        .iter()
        .filter_map(|kind| events.iter().find(|event| event.kind == *kind))
        .map(|event| event.about(&reference))
        .collect();
    clients.reached("373", &reference, contracts::notification::v1::Stage::Queued).await;
    let before = world.processes().count("intake", "parked").await;
    assert_eq!(publish(&channel, "intake.outcomes", &outcomes).await, 3);
    // They are of before it was queued here, so that its stage stays; each is heard all the same.
    parked_by(&mut world, ["eligibility", "triage", "audit"]).await;
    assert_eq!(world.processes().count("intake", "parked").await, before);
    connection.close(200, "done".into()).await.expect("closes");
}
