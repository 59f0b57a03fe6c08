//! What is counted at the end: every receipt beside every effect.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use lapin::options::{BasicConsumeOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};

use crate::{Production, Senders};

/// The counts of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// How often notifications were sent, repetitions included.
    pub sent: usize,
    /// Notifications with a receipt.
    pub receipted: usize,
    /// Messages about them on the panel's queue, each event counted once.
    pub queued: usize,
    /// Receipts without a case, without a message for the panel, or without one of their five entries in the log.
    pub lost: usize,
    /// Effects that came twice: a second case, entry or event about the same step of the same notification.
    pub duplicated: usize,
    /// Messages that came to the panel's queue more than once. Its reader knows them by their id.
    pub repeated: usize,
    /// Events that were put aside.
    pub parked: usize,
}

/// What the log has of each notification of these senders.
const ENTRIES: usize = 5;

impl Counts {
    /// Counts in a world in which nothing is under way any more. It takes the panel's queue empty. What is about `others`, which
    /// no sender sent, is left out.
    ///
    /// # Panics
    /// Where two submissions have one reference, or a server does not answer.
    pub async fn of(world: &Production, senders: &Senders, others: &[String]) -> Self {
        let receipts = senders.receipts();
        let receipted: BTreeSet<String> =
            receipts.values().map(|receipt| receipt.reference.clone()).collect();
        assert_eq!(receipted.len(), receipts.len(), "each submission has a reference of its own");
        let mut cases: BTreeSet<String> = lines(world, "SELECT reference FROM triage.panel_case").await;
        cases.retain(|reference| !others.contains(reference));
        // What the panel does with a case comes on top.
        let complete = format!(
            "SELECT reference FROM audit.entry WHERE kind <> 'case.acknowledged.v1' GROUP BY reference \
             HAVING count(DISTINCT kind) = {ENTRIES}"
        );
        let complete: BTreeSet<String> = lines(world, &complete).await;
        let twice =
            "SELECT reference || ' ' || kind FROM audit.entry GROUP BY reference, kind HAVING count(*) > 1";
        let mut twice = lines(world, twice).await;
        twice.retain(|line| !others.iter().any(|other| line.starts_with(other)));
        let mut messages = messages(world).await;
        messages.retain(|_, (reference, _)| !others.contains(reference));
        let told: BTreeSet<String> = messages.values().map(|(reference, _)| reference.clone()).collect();
        let lost = receipted
            .iter()
            .filter(|reference| {
                !cases.contains(*reference) || !complete.contains(*reference) || !told.contains(*reference)
            })
            .count();
        Self {
            sent: senders.tries(),
            receipted: receipted.len(),
            queued: messages.len(),
            lost,
            // Two events about one case are two effects; a case without a receipt is one that nobody sent.
            duplicated: twice.len() + (messages.len() - told.len()) + cases.difference(&receipted).count(),
            repeated: messages.values().map(|(_, times)| times - 1).sum(),
            parked: world.parked().await,
        }
    }
}

async fn lines(world: &Production, question: &str) -> BTreeSet<String> {
    world.ask(question).await.lines().map(str::to_owned).collect()
}

/// Everything on the panel's queue: by the event's id, whose it is and how often it came.
async fn messages(world: &Production) -> BTreeMap<String, (String, usize)> {
    const QUEUE: &str = "panel.decisions";
    let connection =
        Connection::connect(world.broker(), ConnectionProperties::default()).await.expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    let passive = QueueDeclareOptions { passive: true, durable: true, ..Default::default() };
    let mut left = channel
        .queue_declare(QUEUE.into(), passive, FieldTable::default())
        .await
        .expect("the queue is there")
        .message_count();
    // Without acknowledgements: a quorum queue sends two thousand at most ahead of them.
    let options = BasicConsumeOptions { no_ack: true, ..Default::default() };
    let mut consumer = channel
        .basic_consume(QUEUE.into(), "panel".into(), options, FieldTable::default())
        .await
        .expect("consumes");
    let mut messages = BTreeMap::new();
    while left > 0 {
        let delivery = consumer.next().await.expect("a message").expect("a message");
        let headers = delivery.properties.headers().as_ref().expect("headers").inner().clone();
        let text = |name: &str| {
            let value = headers.get(name).and_then(|value| value.as_long_string());
            String::from_utf8_lossy(value.expect("a text").as_bytes()).into_owned()
        };
        messages.entry(text("ce-id")).or_insert((text("ce-subject"), 0)).1 += 1;
        left -= 1;
    }
    messages
}
