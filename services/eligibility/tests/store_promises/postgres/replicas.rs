//! Several replicas on one schema: whichever of them an event comes to, and to however many, it has its effect once.

use std::sync::Arc;

use delivery::{Delivered, Envelope, Subscriber};
use eligibility::Eligibility;
use eligibility::events::Notifications;

use super::world::World;
use crate::teller::delivered;

/// Hears all events in batches, some of them the other way round.
async fn hear(replica: Arc<Notifications>, events: Vec<Envelope>, batch: usize) {
    for some in events.chunks(batch) {
        let mut some: Vec<Delivered> = some.iter().map(delivered).collect();
        if batch.is_multiple_of(2) {
            some.reverse();
        }
        replica.handle(&some).await.expect("heard");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replicas_that_hear_the_same_at_once_find_and_tell_once() {
    let world = World::new().await;
    let other = Eligibility::start(&world.config, &world.teller.ambient).await.expect("another starts");
    let events: Vec<Envelope> = (2..122).map(|revision| world.teller.amended(revision).envelope).collect();
    let replicas = [&world.eligibility, &other];
    let hearing = replicas.iter().cycle().zip([3, 4, 10, 11, 40, 64]).enumerate();
    let hearing = hearing.map(|(teller, (replica, batch))| {
        // Each begins at another place, so that the same events come to both replicas in another order.
        let mut events = events.clone();
        events.rotate_left(teller * 20);
        tokio::spawn(hear(replica.notifications.clone(), events, batch))
    });
    let hearing: Vec<_> = hearing.collect();
    for heard in hearing {
        heard.await.expect("heard all");
    }
    let mut told = world.told().await;
    told.sort_unstable();
    assert_eq!(told, (2..122).collect::<Vec<u32>>());
    assert_eq!((world.kept().await.len(), world.heard().await), (120, 120));
    assert_eq!(other.post_room.outbox.waiting().await.expect("counts"), 120);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revision_that_two_replicas_find_for_at_once_is_told_once() {
    let world = World::new().await;
    let other = Eligibility::start(&world.config, &world.teller.ambient).await.expect("another starts");
    for revision in 2..32 {
        // Two events, one revision: the inbox cannot tell them apart, the table of findings can.
        let (one, two) = ([world.teller.amended(revision)], [world.teller.amended(revision)]);
        let heard = tokio::join!(world.hear(&one), other.notifications.handle(&two));
        heard.0.expect("heard by one");
        heard.1.expect("heard by the other");
    }
    assert_eq!(world.told().await, (2..32).collect::<Vec<u32>>());
    assert_eq!((world.kept().await.len(), world.heard().await), (30, 60));
}
