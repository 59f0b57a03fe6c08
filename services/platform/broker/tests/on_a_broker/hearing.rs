//! Nothing is lost between the broker and a reader, whatever ends in between.

use std::sync::Arc;
use std::time::Duration;

use broker::{Config, Publisher, consume};
use contracts::events::NOTIFICATION_RECEIVED;
use delivery::Envelope;
use lifecycle::{Ending, Lifecycle};
use testbed::rabbitmq::Server;

use crate::world::{Reader, event, fresh, publish_all, to_queue, until_depth};

const QUEUE: &str = "eligibility.notifications";

/// So many batches of fifty.
fn load(batches: u128) -> Vec<Vec<Envelope>> {
    (0..batches)
        .map(|batch| (0..50).map(|number| event(batch * 50 + number, NOTIFICATION_RECEIVED)).collect())
        .collect()
}

#[tokio::test]
async fn a_broker_that_is_restarted_and_killed_under_load_loses_nothing() {
    let server = Arc::new(Server::start().await);
    let config = Config::at(server.vhost().await);
    let (reader, lifecycle) = (Reader::of(QUEUE), Lifecycle::new());
    consume(&config, reader.receiving(), &lifecycle);
    let publishing = tokio::spawn({
        let config = config.clone();
        async move {
            let publisher = Publisher::new(config);
            for batch in load(400) {
                publish_all(&publisher, batch).await;
            }
            publisher.close().await;
        }
    });
    reader.until("the first events", |taken| taken.effects.len() >= 500).await;
    server.restart().await;
    let heard = reader.look(|taken| taken.effects.len());
    assert!(heard < 20_000, "the restart came too late to prove anything");
    reader.until("events after the restart", |taken| taken.effects.len() > heard).await;
    server.kill().await;
    server.start_again().await;
    publishing.await.expect("everything is published");
    reader.until("every event", |taken| taken.effects.len() == 20_000).await;
    assert_eq!(lifecycle.wind_down(Duration::from_secs(30)).await, Ending::Drained);
    until_depth(&server, &config, QUEUE, 0).await;
}

#[tokio::test]
async fn a_reader_and_a_publisher_that_start_before_the_broker_find_it_when_it_comes() {
    let server = Server::start().await;
    let config = Config::at(server.vhost().await);
    server.kill().await;
    let (reader, lifecycle) = (Reader::of(QUEUE), Lifecycle::new());
    consume(&config, reader.receiving(), &lifecycle);
    let publisher = Publisher::new(config);
    let publishing = publish_all(&publisher, load(1).remove(0));
    tokio::join!(publishing, server.start_again());
    reader.until("every event", |taken| taken.effects.len() == 50).await;
}

#[tokio::test]
async fn what_a_reader_that_stops_has_not_taken_the_next_one_takes() {
    let (server, config) = fresh().await;
    let publisher = Publisher::new(config.clone());
    for batch in load(40) {
        publish_all(&publisher, batch).await;
    }
    let (first, lifecycle) = (Reader::of(QUEUE), Lifecycle::new());
    consume(&config, first.receiving(), &lifecycle);
    first.until("something", |taken| !taken.effects.is_empty()).await;
    assert_eq!(lifecycle.wind_down(Duration::from_secs(30)).await, Ending::Drained);
    let taken = first.look(|taken| taken.effects.len());
    until_depth(&server, &config, QUEUE, 2_000 - taken).await;
    let (second, lifecycle) = (Reader::of(QUEUE), Lifecycle::new());
    consume(&config, second.receiving(), &lifecycle);
    second.until("the rest", |second| second.effects.len() == 2_000 - taken).await;
    assert!(second.look(|second| {
        first.look(|first| second.effects.keys().all(|id| !first.effects.contains_key(id)))
    }));
}

#[tokio::test]
async fn a_reader_whose_store_is_away_stops_when_told_to_and_leaves_its_messages() {
    let (server, config) = fresh().await;
    let publisher = Publisher::new(config.clone());
    publish_all(&publisher, vec![to_queue(event(1, NOTIFICATION_RECEIVED), QUEUE)]).await;
    let (reader, lifecycle) = (Reader::out_of_order(QUEUE), Lifecycle::new());
    consume(&config, reader.receiving(), &lifecycle);
    reader.until("two tries", |taken| taken.deliveries >= 2).await;
    assert_eq!(lifecycle.wind_down(Duration::from_secs(30)).await, Ending::Drained);
    until_depth(&server, &config, QUEUE, 1).await;
    assert!(reader.look(|taken| taken.parked.is_empty()));
}
