//! Two processes on one store.

use delivery::ParkedEvents as _;
use delivery::parked::Chosen;
use lifecycle::CancellationToken;

use super::dialect::{Parked, another_replica, empty_store};
use super::parking::{parked_in, telling};
use super::world::{Receiver, relay_of};

#[tokio::test]
async fn two_operators_at_two_replicas_send_each_event_out_once() {
    let (one, kept) = empty_store().await;
    let other = another_replica(&kept).await;
    let ids = parked_in(&one, 30).await;
    let (here, there) = (Parked::of(one.clone()), Parked::of(other.clone()));
    let (first, second) =
        tokio::join!(here.retry(Chosen::Ids(&ids), &telling), there.retry(Chosen::Ids(&ids[10..]), &telling));
    assert_eq!(first.expect("retries").len() + second.expect("retries").len(), 30);

    let (stop, receiver) = (CancellationToken::new(), Receiver::steady(&one));
    let relays = [
        tokio::spawn(relay_of(&one, vec![receiver.clone()]).run(stop.clone())),
        tokio::spawn(relay_of(&other, vec![receiver.clone()]).run(stop.clone())),
    ];
    let taken = async {
        while receiver.effects() < 30 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), taken).await.expect("all are taken");
    stop.cancel();
    for relay in relays {
        relay.await.expect("the relay ends");
    }
    assert_eq!(receiver.effects(), 30);
}
