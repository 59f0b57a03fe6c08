//! What has arrived is with the broker, on the queues that take it; what is not is said to be not.

use std::collections::BTreeSet;

use broker::{Publisher, consume};
use contracts::events::{CASE_QUEUED, NOTIFICATION_ASSESSED, NOTIFICATION_RECEIVED};
use contracts::topology::{CASE_QUEUED_FOR_DECISION, QUEUES};
use delivery::{Carrier, Envelope, Route};
use ids::EventId;
use lapin::options::BasicGetOptions;
use lapin::types::FieldTable;
use lifecycle::{CancellationToken, Lifecycle};

use crate::world::{Reader, channel, event, fresh, heard, to_queue, until_depth};

#[tokio::test]
async fn an_event_is_heard_as_it_was_published() {
    let (_server, config) = fresh().await;
    let publisher = Publisher::new(config.clone());
    let published = event(1, NOTIFICATION_RECEIVED);
    let arrived = publisher.carry(std::slice::from_ref(&published), &CancellationToken::new()).await;
    assert_eq!(arrived, [published.id]);
    let (reader, lifecycle) = (Reader::of("eligibility.notifications"), Lifecycle::new());
    consume(&config, reader.receiving(), &lifecycle);
    reader.until("the event", |taken| !taken.effects.is_empty()).await;
    assert_eq!(reader.look(|taken| taken.effects[&published.id].clone()), heard(published));
    publisher.close().await;
}

#[tokio::test]
async fn an_event_goes_to_each_queue_that_takes_its_key_and_to_no_other() {
    let (server, config) = fresh().await;
    let publisher = Publisher::new(config.clone());
    let route = Route { key: CASE_QUEUED_FOR_DECISION.to_owned(), urgent: true, queue: None };
    let batch = [event(1, CASE_QUEUED).routed(route)];
    assert_eq!(publisher.carry(&batch, &CancellationToken::new()).await.len(), 1);
    for queue in QUEUES.iter().filter(|queue| queue.takes(CASE_QUEUED_FOR_DECISION)) {
        until_depth(&server, &config, queue.name, 1).await;
    }
    // By asking for a message: the broker's counts come seconds late, and would be 0 in any case.
    let (_connection, channel) = channel(&config).await;
    for queue in QUEUES.iter().filter(|queue| !queue.takes(CASE_QUEUED_FOR_DECISION)) {
        let message = channel.basic_get(queue.name.into(), BasicGetOptions::default()).await;
        assert!(message.expect("asked").is_none(), "{} has it, too", queue.name);
    }
}

#[tokio::test]
async fn a_message_has_the_properties_that_the_contract_names() {
    let (_server, config) = fresh().await;
    let route = Route { key: CASE_QUEUED_FOR_DECISION.to_owned(), urgent: true, queue: None };
    let published = event(1, CASE_QUEUED).routed(route);
    let publisher = Publisher::new(config.clone());
    publisher.carry(std::slice::from_ref(&published), &CancellationToken::new()).await;
    let (_connection, channel) = channel(&config).await;
    let message = channel.basic_get("panel.decisions".into(), BasicGetOptions::default()).await;
    let message = message.expect("asked").expect("a message");
    assert_eq!(message.data, published.payload);
    assert_eq!(message.routing_key.as_str(), CASE_QUEUED_FOR_DECISION);
    let properties = &message.properties;
    assert_eq!(*properties.priority(), Some(9));
    assert_eq!(*properties.delivery_mode(), Some(2));
    assert_eq!(properties.content_type().as_ref().map(|text| text.as_str()), Some("application/protobuf"));
    let id = published.id.to_string();
    assert_eq!(properties.message_id().as_ref().map(|text| text.as_str()), Some(id.as_str()));
    let headers = properties.headers().as_ref().expect("headers");
    let names: BTreeSet<&str> = headers.inner().keys().map(|name| name.as_str()).collect();
    let promised = [
        "ce-id",
        "ce-owner",
        "ce-source",
        "ce-specversion",
        "ce-subject",
        "ce-time",
        "ce-type",
        "traceparent",
        "tracestate",
    ];
    assert!(promised.iter().all(|name| names.contains(name)), "{names:?}");
    let kind = headers.inner()["ce-type"].as_long_string().expect("a text").as_bytes().to_vec();
    assert_eq!(kind, CASE_QUEUED.as_bytes(), "the lane is in the routing key alone");
}

#[tokio::test]
async fn a_retried_event_goes_to_its_one_queue() {
    let (server, config) = fresh().await;
    let publisher = Publisher::new(config.clone());
    let batch = [to_queue(event(1, NOTIFICATION_ASSESSED), "triage.findings")];
    assert_eq!(publisher.carry(&batch, &CancellationToken::new()).await.len(), 1);
    until_depth(&server, &config, "triage.findings", 1).await;
    let (_connection, channel) = channel(&config).await;
    for queue in ["intake.outcomes", "audit.events"] {
        let message = channel.basic_get(queue.into(), BasicGetOptions::default()).await;
        assert!(message.expect("asked").is_none(), "{queue} has it, too");
    }
}

#[tokio::test]
async fn of_a_batch_what_no_queue_takes_has_not_arrived_and_all_else_has() {
    let (_server, config) = fresh().await;
    let publisher = Publisher::new(config);
    // Often, for the client puts what came back to whichever confirm comes next.
    for round in 0..20_u128 {
        let astray = |number: u128| number % 7 == round % 7;
        let batch: Vec<Envelope> = (0..250)
            .map(|number| {
                let event = event(round * 1_000 + number, NOTIFICATION_RECEIVED);
                if astray(number) { to_queue(event, "nobody.reads.this") } else { event }
            })
            .collect();
        let arrived: BTreeSet<EventId> =
            publisher.carry(&batch, &CancellationToken::new()).await.into_iter().collect();
        let routable: BTreeSet<EventId> = (0..250)
            .filter(|number| !astray(*number))
            .map(|number| batch[usize::try_from(number).expect("small")].id)
            .collect();
        assert_eq!(arrived, routable, "round {round}");
    }
}

#[tokio::test]
async fn a_binding_that_somebody_took_away_comes_back_and_the_event_arrives() {
    let (server, config) = fresh().await;
    let publisher = Publisher::new(config.clone());
    crate::world::publish_all(&publisher, vec![event(1, "something.new.v1")]).await;
    let (_connection, channel) = channel(&config).await;
    let unbound = channel
        .queue_unbind("audit.events".into(), "lapwing.events".into(), "#".into(), FieldTable::default())
        .await;
    unbound.expect("unbound");
    let publishing = crate::world::publish_all(&publisher, vec![event(2, "something.new.v1")]);
    let published = tokio::time::timeout(std::time::Duration::from_secs(60), publishing).await;
    assert!(published.is_ok(), "the event never arrived: the publisher did not bind the queue again");
    until_depth(&server, &config, "audit.events", 2).await;
}
