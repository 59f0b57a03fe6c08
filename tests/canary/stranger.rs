//! A stranger with rights to the exchange publishes canaries: in headers, in bodies, as a routing key. They are parked, and
//! whoever looks at what is parked sees none of them.

use contracts::intake::v1::NotificationReceived;
use contracts::notification::v1::{CodedChild, CodedNotification};
use lapin::options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use prost::Message;

use crate::needles::{Kept, Needles};

const EXCHANGE: &str = "lapwing.events";
const HEADERS: [(&str, &str); 7] = [
    ("ce-type", "notification.received.v1"),
    ("ce-source", "intake"),
    ("ce-subject", ""),
    ("ce-owner", "373"),
    ("ce-time", "2026-03-16T10:00:00Z"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "lapwing=1"),
];

async fn channel(broker: &str) -> (Connection, Channel) {
    let connection = Connection::connect(broker, ConnectionProperties::default()).await.expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
    (connection, channel)
}

async fn publish(channel: &Channel, key: &str, headers: &[(&str, String)], body: &[u8]) {
    let mut table = FieldTable::default();
    for (name, value) in headers {
        table.insert((*name).into(), AMQPValue::LongString(value.as_str().into()));
    }
    let properties = BasicProperties::default().with_headers(table).with_delivery_mode(2);
    let options = BasicPublishOptions::default();
    let sent = channel.basic_publish(EXCHANGE.into(), key.into(), options, body, properties).await;
    sent.expect("sent").await.expect("confirmed");
}

/// Publishes them about a notification, and returns how many of them eligibility has to park.
pub(crate) async fn publish_all(broker: &str, reference: &str, needles: &mut Needles) -> usize {
    let (_connection, channel) = channel(broker).await;
    let mut parked = 0;
    let mut id = 0_u128;
    let mut headers = |changed: Option<(&str, String)>| {
        id += 1;
        let event = format!("01890a5d-ac96-774b-bcce-{id:012x}");
        let mut all: Vec<(&'static str, String)> =
            HEADERS.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        all.push(("ce-id", event));
        // About a notification that there is, so that whoever looks at that one would see it.
        all.iter_mut()
            .filter(|(header, _)| *header == "ce-subject")
            .for_each(|(_, of)| reference.clone_into(of));
        if let Some((name, value)) = changed {
            all.iter_mut()
                .filter(|(header, _)| *header == name)
                .for_each(|(_, said)| said.clone_from(&value));
        }
        all
    };
    let key = "notification.received.v1";
    let body = |canary: &str| [&[0xff; 8], canary.as_bytes()].concat();
    for (header, _) in HEADERS {
        let canary = needles.words(&format!("a stranger's header {header}"), Kept::Parked);
        let canary = if header == "tracestate" { format!("lapwing={canary}") } else { canary };
        let inside = needles.words(&format!("a stranger's body beside {header}"), Kept::Parked);
        publish(&channel, key, &headers(Some((header, canary))), &body(&inside)).await;
        parked += 1;
    }
    let canary = needles.words("a stranger's body without headers", Kept::Parked);
    publish(&channel, key, &[], &body(&canary)).await;
    let canary = needles.words("a stranger's header that means nothing", Kept::Parked);
    let mut odd = headers(None);
    odd.push(("x-child", canary.clone()));
    odd.push(("x-first-death-reason", canary));
    publish(&channel, key, &odd, &body("")).await;
    let canary = needles.words("a stranger's event about nothing", Kept::Parked);
    let child = CodedChild { key: canary.clone(), child_token: canary.clone(), ..Default::default() };
    let coded = CodedNotification {
        reference: canary.clone(),
        notifying_authority: canary,
        children: vec![child],
        ..Default::default()
    };
    let event = NotificationReceived { notification: Some(coded) }.encode_to_vec();
    publish(&channel, key, &headers(None), &event).await;
    let canary = needles.words("a stranger's routing key", Kept::Parked);
    publish(&channel, &canary, &headers(None), b"x").await;
    parked + 3
}

/// Takes what waits in a queue of readers who are not Lapwing's: headers and bodies.
pub(crate) async fn take_all(broker: &str, queue: &str) -> Vec<Vec<u8>> {
    let (_connection, channel) = channel(broker).await;
    let mut all = Vec::new();
    while let Some(message) =
        channel.basic_get(queue.into(), BasicGetOptions { no_ack: true }).await.expect("answered")
    {
        all.push(format!("{:?}", message.delivery.properties).into_bytes());
        all.push(message.delivery.data.clone());
    }
    all
}
