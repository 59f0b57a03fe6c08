//! Case systems that do not give up: each notification is sent until it has its receipt, and now and then once more.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{Receipt, SubmitRequest};
use lifecycle::{CancellationToken, pause};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use crate::notification;

/// Notifications under way at once.
const AT_ONCE: usize = 24;

/// Every so many-th submission is sent a second time after it has its receipt.
const SENT_AGAIN: usize = 16;

/// How long a case system waits before it tries again.
const BEFORE_ANOTHER_TRY: Duration = Duration::from_millis(50);

/// What all senders know together.
#[derive(Debug, Clone, Default)]
pub struct Senders {
    receipts: Arc<Mutex<BTreeMap<String, Receipt>>>,
    number: watch::Sender<usize>,
    tries: Arc<Mutex<usize>>,
}

impl Senders {
    /// Sends the notifications of these numbers through the clients in turn, until each has its receipt.
    pub fn send(&self, numbers: Range<usize>, clients: &[IntakeServiceClient<Channel>]) -> JoinSet<()> {
        let mut sending = JoinSet::new();
        for sender in 0..AT_ONCE {
            let mut senders = (self.clone(), clients.to_vec());
            let numbers = numbers.start + sender..numbers.end;
            sending.spawn(async move {
                for number in numbers.step_by(AT_ONCE) {
                    let client = number % senders.1.len();
                    senders.0.insist(number, &mut senders.1, client).await;
                }
            });
        }
        sending
    }

    /// Waits until so many receipts have come.
    ///
    /// # Panics
    /// Where there are no senders any more.
    pub async fn receipted(&self, receipts: usize) {
        let mut number = self.number.subscribe();
        number.wait_for(|number| *number >= receipts).await.expect("the senders are there");
    }

    /// The receipts by the sender's reference.
    ///
    /// # Panics
    /// Where a sender did.
    pub fn receipts(&self) -> BTreeMap<String, Receipt> {
        self.receipts.lock().expect("no sender panicked").clone()
    }

    /// How often a notification was sent, all together.
    ///
    /// # Panics
    /// Where a sender did.
    pub fn tries(&self) -> usize {
        *self.tries.lock().expect("no sender panicked")
    }

    async fn insist(&self, number: usize, clients: &mut [IntakeServiceClient<Channel>], first: usize) {
        let never = CancellationToken::new();
        let again = if number.is_multiple_of(SENT_AGAIN) { 2 } else { 1 };
        for time in 0..again {
            let mut client = first + time;
            loop {
                let place = client % clients.len();
                if self.try_once(number, &mut clients[place]).await {
                    break;
                }
                client += 1;
                pause(BEFORE_ANOTHER_TRY, &never).await;
            }
        }
    }

    async fn try_once(&self, number: usize, client: &mut IntakeServiceClient<Channel>) -> bool {
        *self.tries.lock().expect("no sender panicked") += 1;
        let notification = Some(notification("373", &format!("CASE-{number:05}")));
        match client.submit(SubmitRequest { notification }).await {
            Ok(held) => {
                self.take(&held.into_inner().receipt.expect("what is held has a receipt"));
                true
            }
            Err(status) => {
                assert!(is_worth_another_try(&status), "a notification was refused: {status:?}");
                false
            }
        }
    }

    /// Takes a receipt; a second one for the same submission must be the same.
    fn take(&self, receipt: &Receipt) {
        let mut receipts = self.receipts.lock().expect("no sender panicked");
        let before = receipts.insert(receipt.sender_reference.clone(), receipt.clone());
        assert!(
            before.is_none_or(|before| before == *receipt),
            "two receipts for {}",
            receipt.sender_reference
        );
        self.number.send_replace(receipts.len());
    }
}

/// A server that is gone, stopping or out of breath; never a refusal of the notification.
fn is_worth_another_try(status: &tonic::Status) -> bool {
    use tonic::Code::{Cancelled, DeadlineExceeded, Internal, ResourceExhausted, Unavailable, Unknown};
    match status.code() {
        Unavailable | ResourceExhausted | DeadlineExceeded | Cancelled => true,
        // The transport's own words for a connection that broke: no sentence of Lapwing's comes with them.
        Unknown | Internal => status.details().is_empty(),
        _ => false,
    }
}
