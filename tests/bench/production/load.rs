//! Notifications of about the size of a real one, and case systems that send them.

use acceptance::{Production, notification};
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Notification;
use futures::{StreamExt, stream};
use prost::Message;

/// Connections over which the calls come: authorities' case systems share none.
const CONNECTIONS: usize = 8;

/// Characters of narrative that make a notification about two kilobytes.
const NARRATIVE: usize = 1_750;

/// A notification of the benchmark.
pub(crate) fn one(reference: &str) -> Notification {
    let mut one = notification("373", reference);
    if let Some(incident) = &mut one.incident {
        incident.narrative = "An invented narrative. ".repeat(NARRATIVE / 23);
    }
    one
}

/// Its size in bytes.
pub(crate) fn size() -> usize {
    one("ALONE-00000").encoded_len()
}

/// Submits so many, each in a call of its own, so many at once, and waits for every receipt.
pub(crate) async fn submit(world: &Production, series: &str, notifications: usize, at_once: usize) {
    let clients: Vec<_> =
        stream::iter(0..CONNECTIONS).then(|_| async { world.clients().intake("373").await }).collect().await;
    stream::iter(0..notifications)
        .map(|number| {
            let mut client = clients[number % CONNECTIONS].clone();
            let notification = Some(one(&format!("{series}-{number:05}")));
            async move { client.submit(SubmitRequest { notification }).await.expect("held") }
        })
        .buffer_unordered(at_once)
        .for_each(|_| async {})
        .await;
}
