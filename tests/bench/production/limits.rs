//! What the database and the broker do by themselves, with messages of the same size.

use std::process::Command;
use std::time::Instant;

use acceptance::Production;
use futures::StreamExt;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
    QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};

use crate::rate;

/// Messages of which the relay awaits the confirms together.
const WINDOW: usize = 50;

/// The same, as the broker counts.
const WINDOW_OF_READER: u16 = 50;

/// Seconds that pgbench runs.
const SECONDS: &str = "8";

/// Rows a second that pgbench commits one by one.
pub(crate) async fn one_row_inserts(world: &Production, size: usize, clients: usize) -> f64 {
    world.ask("CREATE TABLE public.row (number BIGSERIAL PRIMARY KEY, record BYTEA NOT NULL)").await;
    let script = tempfile::NamedTempFile::new().expect("a file");
    let insert = format!("INSERT INTO public.row (record) VALUES (repeat('x', {size})::bytea);");
    std::fs::write(script.path(), insert).expect("written");
    let mut pgbench = Command::new("pgbench");
    pgbench.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", SECONDS, "-f"]);
    pgbench.arg(script.path()).arg(world.database_url());
    let output =
        tokio::task::spawn_blocking(move || pgbench.output()).await.expect("runs").expect("pgbench runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("tps")).unwrap_or_else(|| panic!("{text}"));
    line.split_whitespace().nth(2).and_then(|rate| rate.parse().ok()).expect("a number")
}

/// Messages a second that one connection consumes, publishes and has confirmed, before it acknowledges them.
pub(crate) async fn bare_relay(broker: &str, size: usize, messages: usize) -> f64 {
    let connection = Connection::connect(broker, ConnectionProperties::default()).await.expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
    for queue in ["bench.from", "bench.to"] {
        let mut quorum = FieldTable::default();
        quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        channel.queue_declare(queue.into(), durable, quorum).await.expect("declared");
    }
    let body = vec![7; size];
    for _ in 0..messages / WINDOW {
        publish(&channel, "bench.from", &vec![body.clone(); WINDOW]).await;
    }
    channel.basic_qos(2 * WINDOW_OF_READER, BasicQosOptions::default()).await.expect("bounded");
    let mut consumer = channel
        .basic_consume(
            "bench.from".into(),
            "bench".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await
        .expect("consumes");
    let begun = Instant::now();
    for _ in 0..messages / WINDOW {
        let mut window = Vec::with_capacity(WINDOW);
        while window.len() < WINDOW {
            window.push(consumer.next().await.expect("a message").expect("a message"));
        }
        let bodies: Vec<Vec<u8>> = window.iter().map(|delivery| delivery.data.clone()).collect();
        publish(&channel, "bench.to", &bodies).await;
        let last = window.last().expect("a window has messages");
        assert!(last.ack(BasicAckOptions { multiple: true }).await.expect("acknowledged"));
    }
    rate(messages, begun.elapsed())
}

async fn publish(channel: &Channel, queue: &str, bodies: &[Vec<u8>]) {
    let mut confirms = Vec::with_capacity(bodies.len());
    for body in bodies {
        let properties = BasicProperties::default().with_delivery_mode(2);
        let published = channel
            .basic_publish("".into(), queue.into(), BasicPublishOptions::default(), body, properties)
            .await;
        confirms.push(published.expect("published"));
    }
    for confirm in confirms {
        assert!(matches!(confirm.await.expect("confirmed"), Confirmation::Ack(None)));
    }
}
