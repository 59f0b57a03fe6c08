//! What cannot be read ends with its keeper, with a reason, and holds up nothing else.

use broker::{Config, Publisher, collect_parked, consume};
use contracts::events::NOTIFICATION_RECEIVED;
use contracts::topology::DELIVERIES_AT_MOST;
use lapin::BasicProperties;
use lapin::options::{BasicGetOptions, BasicPublishOptions, BasicRejectOptions};
use lifecycle::Lifecycle;

use crate::world::{Reader, channel, event, fresh, heard, publish_all, to_queue, until_depth};

const QUEUE: &str = "eligibility.notifications";

/// Puts a message on the queue that Lapwing would never publish.
async fn publish_raw(config: &Config, body: &[u8]) {
    let (_connection, channel) = channel(config).await;
    let published = channel
        .basic_publish(
            "".into(),
            QUEUE.into(),
            BasicPublishOptions::default(),
            body,
            BasicProperties::default().with_delivery_mode(2),
        )
        .await;
    published.expect("published").await.expect("sent");
    channel.close(200, "done".into()).await.expect("the broker has it");
}

#[tokio::test]
async fn a_message_that_is_no_event_is_kept_with_its_reason_and_holds_up_nothing() {
    let (server, config) = fresh().await;
    let publisher = Publisher::new(config.clone());
    publish_all(&publisher, vec![to_queue(event(1, NOTIFICATION_RECEIVED), QUEUE)]).await;
    publish_raw(&config, b"who am I").await;
    publish_all(&publisher, vec![to_queue(event(2, NOTIFICATION_RECEIVED), QUEUE)]).await;
    let (reader, keeper, lifecycle) = (Reader::of(QUEUE), Reader::of(QUEUE), Lifecycle::new());
    consume(&config, reader.receiving(), &lifecycle);
    collect_parked(&config, QUEUE, keeper.clone(), &lifecycle);
    reader.until("both events", |taken| taken.effects.len() == 2).await;
    keeper.until("the message", |taken| !taken.parked.is_empty()).await;
    let (kept, reason) = keeper.look(|taken| taken.parked[0].clone());
    assert_eq!((kept.kind.as_str(), kept.payload.as_ref()), ("unknown", b"who am I".as_slice()));
    assert!(reason.contains("ce-id") && reason.contains("reader rejected it"), "{reason}");
    assert!(!reason.contains("who am I"), "{reason}");
    until_depth(&server, &config, QUEUE, 0).await;
    until_depth(&server, &config, &format!("{QUEUE}.parked"), 0).await;
}

#[tokio::test]
async fn an_event_that_ends_its_reader_each_time_is_given_up_and_kept_whole() {
    let (_server, config) = fresh().await;
    let poison = event(1, NOTIFICATION_RECEIVED);
    let publisher = Publisher::new(config.clone());
    publish_all(&publisher, vec![to_queue(poison.clone(), QUEUE)]).await;
    let keeper = Reader::of(QUEUE);
    give_back(&config, DELIVERIES_AT_MOST + 1).await;
    let lifecycle = Lifecycle::new();
    collect_parked(&config, QUEUE, keeper.clone(), &lifecycle);
    keeper.until("the event", |taken| !taken.parked.is_empty()).await;
    let (kept, reason) = keeper.look(|taken| taken.parked[0].clone());
    assert_eq!(kept, heard(poison));
    assert!(reason.contains(&format!("after {DELIVERIES_AT_MOST} deliveries")), "{reason}");
}

/// Takes the message and gives it back, as often as the broker gives it.
async fn give_back(config: &Config, at_most: u32) {
    let (_connection, channel) = channel(config).await;
    for _ in 0..at_most {
        let message = channel.basic_get(QUEUE.into(), BasicGetOptions::default()).await.expect("asked");
        let Some(message) = message else { return };
        // A rejection counts on every version of the broker; giving back does not on the newest.
        let back = BasicRejectOptions { requeue: true };
        assert!(message.reject(back).await.expect("given back"));
    }
}
