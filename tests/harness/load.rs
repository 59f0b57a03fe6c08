//! Load for benchmarks: sample notifications over all authorities, sent as `lapwing notify` sends them.

use std::collections::BTreeMap;

use contracts::intake::v1::SubmitManyRequest;
use contracts::notification::v1::{Lane, Notification};
use contracts::triage::v1::ListQueueRequest;
use futures::{StreamExt, stream};
use samples::SampleRequest;

use crate::Clients;

/// Streams under way at once, one for each authority.
const AUTHORITIES_AT_ONCE: usize = 16;

/// So many sample notifications by authority, the same each time.
///
/// # Panics
/// Where the year has no figures.
pub fn samples_by_authority(count: usize) -> BTreeMap<String, Vec<Notification>> {
    let until = jiff::civil::date(2026, 11, 1);
    let request = SampleRequest { count, seed: 1, year: 2026, until };
    let mut by_authority: BTreeMap<String, Vec<Notification>> = BTreeMap::new();
    for sample in samples::sample(&request).expect("the year has figures") {
        by_authority.entry(sample.notifying_authority.clone()).or_default().push(sample);
    }
    by_authority
}

/// Sends them, one stream an authority, until each has its answer.
///
/// # Panics
/// Where a stream breaks.
pub async fn send_all(clients: &Clients, by_authority: BTreeMap<String, Vec<Notification>>) {
    let sending = stream::iter(by_authority).map(|(authority, notifications)| async move {
        let items = notifications
            .into_iter()
            .map(|notification| SubmitManyRequest { notification: Some(notification) });
        let mut intake = clients.intake(&authority).await;
        let answers = intake.submit_many(stream::iter(items)).await.expect("answered").into_inner();
        answers.for_each(|answer| async move { drop(answer.expect("an answer")) }).await;
    });
    sending.buffer_unordered(AUTHORITIES_AT_ONCE).collect::<Vec<()>>().await;
}

/// How many cases wait in both lanes.
///
/// # Panics
/// Where triage does not answer.
pub async fn cases_waiting(clients: &Clients) -> u64 {
    let mut waiting = 0;
    for lane in [Lane::Decision, Lane::Information] {
        let request = ListQueueRequest { lane: lane.into(), page_size: 1, ..Default::default() };
        waiting += clients.triage().await.list_queue(request).await.expect("listed").into_inner().waiting;
    }
    waiting
}
