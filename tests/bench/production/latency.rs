//! How long it takes from a case system's call until the panel's queue has the case, at a steady rate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use acceptance::Production;
use contracts::intake::v1::SubmitRequest;
use futures::StreamExt;
use lapin::options::{BasicConsumeOptions, QueuePurgeOptions};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::load::one;

const QUEUE: &str = "panel.decisions";

/// Submits at a rate, whether or not earlier ones have arrived, and prints percentiles.
pub(crate) async fn at(world: &Production, a_second: u32, seconds: u32) {
    let connection =
        Connection::connect(world.broker(), ConnectionProperties::default()).await.expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    channel.queue_purge(QUEUE.into(), QueuePurgeOptions::default()).await.expect("emptied");
    let options = BasicConsumeOptions { no_ack: true, ..Default::default() };
    let mut consumer = channel
        .basic_consume(QUEUE.into(), "bench".into(), options, FieldTable::default())
        .await
        .expect("consumes");
    let number = (a_second * seconds) as usize;
    let arriving = tokio::spawn(async move {
        let mut arrived = HashMap::with_capacity(number);
        while arrived.len() < number {
            let delivery = consumer.next().await.expect("a message").expect("a message");
            let headers = delivery.properties.headers().clone().expect("headers");
            let subject = headers.inner()["ce-subject"].as_long_string().expect("a text").to_string();
            arrived.entry(subject).or_insert_with(Instant::now);
        }
        arrived
    });
    let sent = submit(world, a_second, number).await;
    let arrived = arriving.await.expect("every case arrives");
    let (mut receipts, mut queued): (Vec<_>, Vec<_>) = sent
        .iter()
        .map(|(reference, (begun, receipted))| (*receipted - *begun, arrived[reference] - *begun))
        .unzip();
    print(&format!("submit → receipt at {a_second} a second"), &mut receipts);
    print(&format!("submit → panel's queue at {a_second} a second"), &mut queued);
}

async fn submit(world: &Production, a_second: u32, number: usize) -> HashMap<String, (Instant, Instant)> {
    let client = world.clients().intake("373").await;
    let sent = Arc::new(Mutex::new(HashMap::with_capacity(number)));
    let mut ticks = interval(Duration::from_secs(1) / a_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut sending = JoinSet::new();
    for number in 0..number {
        let (mut client, sent) = (client.clone(), sent.clone());
        // What a call waits for its turn is part of its latency: the time counts from when it was due.
        let due = ticks.tick().await.into_std();
        sending.spawn(async move {
            let notification = Some(one(&format!("STEADY-{number:05}")));
            let held = client.submit(SubmitRequest { notification }).await.expect("held").into_inner();
            let reference = held.receipt.expect("a receipt").reference;
            sent.lock().expect("no sender panicked").insert(reference, (due, Instant::now()));
        });
    }
    while let Some(sent) = sending.join_next().await {
        sent.expect("sent");
    }
    let sent = sent.lock().expect("no sender panicked");
    sent.clone()
}

fn print(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    println!(
        "{what}: p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        at(50),
        at(95),
        at(99),
        at(100)
    );
}
