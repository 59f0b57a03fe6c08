//! Killed at any moment under load and started again: whatever got a receipt reaches the queue with one effect.
//!
//! The moments are drawn from a seed and counted in answers, not in time: after so many receipts the process is
//! killed, in the middle of whatever it does. What counts as failure: a receipt whose case is not queued, a case
//! that is queued twice, a second receipt for one submission, an event that had its effect twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use acceptance::{Clients, Process, notification, until};
use contracts::audit::v1::CheckpointRequest;
use contracts::intake::v1::submit_many_response::Answer;
use contracts::intake::v1::{Receipt, SubmitManyRequest};
use contracts::notification::v1::{Lane, Notification};
use contracts::triage::v1::{ListQueueRequest, QueueEntry};
use futures::stream;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

const SEED: u64 = 20_261_122;
const NOTIFICATIONS: usize = 2400;
const KILLS: usize = 24;

/// What the senders know: their notifications, and the receipts they got.
struct Senders {
    notifications: BTreeMap<String, Notification>,
    receipts: BTreeMap<String, Receipt>,
}

impl Senders {
    fn new() -> Self {
        let numbered = (0..NOTIFICATIONS).map(|number| format!("CASE-{number:05}"));
        let notifications =
            numbered.map(|reference| (reference.clone(), notification("373", &reference))).collect();
        Self { notifications, receipts: BTreeMap::new() }
    }

    fn without_receipt(&self) -> Vec<Notification> {
        let waiting =
            self.notifications.iter().filter(|(reference, _)| !self.receipts.contains_key(*reference));
        waiting.map(|(_, notification)| notification.clone()).collect()
    }

    /// Takes a receipt; a second one for the same submission must be the same.
    fn take(&mut self, receipt: &Receipt) {
        let before = self.receipts.insert(receipt.sender_reference.clone(), receipt.clone());
        assert!(
            before.is_none_or(|before| before == *receipt),
            "two receipts for {}",
            receipt.sender_reference
        );
    }

    /// Sends what has no receipt, and some that have, until so many receipts have come or all have.
    async fn send(&mut self, clients: &Clients, receipts: usize) {
        let mut sending = self.without_receipt();
        sending.extend(self.receipts.keys().take(5).map(|reference| self.notifications[reference].clone()));
        let items =
            sending.into_iter().map(|notification| SubmitManyRequest { notification: Some(notification) });
        let mut intake = clients.intake("373").await;
        let mut answers = intake.submit_many(stream::iter(items)).await.expect("answered").into_inner();
        let mut taken = 0;
        while taken < receipts {
            let Some(answer) = answers.message().await.expect("an answer") else { return };
            let Some(Answer::Held(held)) = answer.answer else { panic!("not held: {answer:?}") };
            self.take(&held.receipt.expect("a receipt"));
            taken += 1;
        }
    }
}

#[tokio::test]
async fn every_receipted_notification_reaches_the_queue_once_however_often_the_process_is_killed() {
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    let mut senders = Senders::new();
    for kill in 0..KILLS {
        let process = Process::up(program, folder.path()).await;
        // Sometimes before the first receipt of this life, sometimes in the middle of relaying the last one's.
        let left = senders.without_receipt().len();
        let receipts = chance.random_range(0..=(2 * left / (KILLS - kill)).max(1));
        senders.send(&process.clients(), receipts).await;
        process.kill().await;
    }
    let process = Process::up(program, folder.path()).await;
    senders.send(&process.clients(), usize::MAX).await;
    assert_eq!(senders.without_receipt().len(), 0);

    let clients = process.clients();
    let receipted: BTreeSet<String> =
        senders.receipts.values().map(|receipt| receipt.reference.clone()).collect();
    assert_eq!(receipted.len(), NOTIFICATIONS, "each submission has a reference of its own");
    let queued = until("every receipted notification to be queued", async || {
        let queued = queue(&clients).await;
        (queued.len() >= NOTIFICATIONS).then_some(queued)
    })
    .await;
    let distinct: BTreeSet<String> = queued.iter().map(|entry| entry.reference.clone()).collect();
    assert_eq!(queued.len(), distinct.len(), "no case is queued twice");
    assert_eq!(distinct, receipted, "what is queued is what was receipted");

    // Each notification was received, assessed and queued, and DfE and Ofsted were told: five events, each in the log
    // once.
    let logged = until("the log to have every event", async || {
        let checkpoint =
            clients.audit().await.checkpoint(CheckpointRequest {}).await.expect("stated").into_inner();
        (checkpoint.size >= 5 * NOTIFICATIONS as u64).then_some(checkpoint.size)
    })
    .await;
    assert_eq!(logged, 5 * NOTIFICATIONS as u64, "no event is in the log twice");
    assert_eq!(process.terminate().await, "stopped: every call was answered and every event delivered");
    for file in ["intake", "eligibility", "triage", "audit"] {
        assert_eq!(count(folder.path(), file, "parked").await, 0, "{file} could not handle an event");
        assert_eq!(count(folder.path(), file, "outbox").await, 0, "{file} has told everything");
    }
    assert_eq!(
        count(folder.path(), "intake", "step").await,
        2 * NOTIFICATIONS,
        "each sender can see both steps"
    );
    assert_eq!(
        count(folder.path(), "intake", "inbox").await,
        2 * NOTIFICATIONS,
        "each outcome came as one event"
    );
}

async fn count(folder: &Path, file: &str, table: &str) -> usize {
    let options = SqliteConnectOptions::new().filename(folder.join(format!("{file}.sqlite")));
    let mut connection = options.connect().await.expect("opens");
    let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    let rows: i64 = sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("counts");
    usize::try_from(rows).expect("a count")
}

async fn queue(clients: &Clients) -> Vec<QueueEntry> {
    let mut triage = clients.triage().await;
    let mut entries = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListQueueRequest {
            lane: Lane::Decision.into(),
            page_size: 500,
            page_token,
            ..Default::default()
        };
        let page = triage.list_queue(request).await.expect("listed").into_inner();
        entries.extend(page.entries);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return entries;
        }
    }
}
