//! What the relay promises: delivered at least once, effective once, and nobody held up by what cannot be handled.

use std::sync::atomic::Ordering;

use ambient::Ambient;
use delivery::{HandlingError, Outbox as _};
use lifecycle::CancellationToken;
use sqlx::Row;

use super::dialect::{Outbox, admit, empty_store, parked};
use super::world::{Receiver, Trouble, envelopes, relay, relay_of, tell};

#[tokio::test]
async fn every_event_reaches_every_receiver_that_hears_it() {
    let (sender, _kept) = empty_store().await;
    tell(&sender, &envelopes(1000)).await;
    let (one_store, _one_kept) = empty_store().await;
    let one = Receiver::steady(&one_store);
    let (other_store, _other_kept) = empty_store().await;
    let other = Receiver::steady(&other_store);
    relay(&sender, vec![one.clone(), other.clone()]).await;
    assert_eq!((one.inbox().await, other.inbox().await), (1000, 1000));
}

#[tokio::test]
async fn an_event_told_after_the_relay_has_gone_to_sleep_wakes_it() {
    let (sender, _kept) = empty_store().await;
    let (receiver_store, _receiver_kept) = empty_store().await;
    let receiver = Receiver::steady(&receiver_store);
    let stop = CancellationToken::new();
    let relayed = relay_of(&sender, vec![receiver.clone()]).run(stop.clone());
    let relayed = tokio::spawn(relayed);
    for told in 1..=20 {
        tell(&sender, &envelopes(1)).await;
        while receiver.inbox().await < told {
            tokio::task::yield_now().await;
        }
    }
    stop.cancel();
    relayed.await.expect("the relay ends");
}

#[tokio::test]
async fn a_receiver_that_is_out_of_order_gets_the_batch_again_and_the_others_no_second_effect() {
    let (sender, _kept) = empty_store().await;
    tell(&sender, &envelopes(10)).await;
    let (steady_store, _steady_kept) = empty_store().await;
    let steady = Receiver::steady(&steady_store);
    let trouble: Trouble =
        Box::new(|call, _| if call < 3 { Err(HandlingError::Unavailable("asleep".into())) } else { Ok(()) });
    let (shaky_store, _shaky_kept) = empty_store().await;
    let shaky = Receiver::on(&shaky_store, trouble);
    relay(&sender, vec![steady.clone(), shaky.clone()]).await;
    assert_eq!((steady.inbox().await, shaky.inbox().await), (10, 10));
    assert_eq!(steady.calls.load(Ordering::SeqCst), 1);
    assert_eq!(parked(&shaky.database).await.expect("counts"), 0);
}

#[tokio::test]
async fn an_event_that_cannot_be_handled_is_parked_with_its_reason_and_the_others_are_held() {
    let (sender, _kept) = empty_store().await;
    let events = envelopes(10);
    let spoilt = events[4].id;
    tell(&sender, &events).await;
    let trouble: Trouble = Box::new(move |_, batch| {
        let spoilt = batch.iter().any(|delivered| delivered.envelope.id == spoilt);
        if spoilt { Err(HandlingError::Refused("spoilt".into())) } else { Ok(()) }
    });
    let (receiver_store, _receiver_kept) = empty_store().await;
    let receiver = Receiver::on(&receiver_store, trouble);
    relay(&sender, vec![receiver.clone()]).await;
    assert_eq!(receiver.inbox().await, 10, "the parked one counts as received");
    let row =
        sqlx::query("SELECT reason, source, owner FROM parked").fetch_one(receiver.database.readers()).await;
    let row = row.expect("one is parked");
    assert_eq!(
        (row.get::<&str, _>(0), row.get::<&str, _>(1), row.get::<&str, _>(2)),
        ("spoilt", "hide", "373")
    );
}

#[tokio::test]
async fn a_handler_that_panics_takes_no_other_event_with_it() {
    let (sender, _kept) = empty_store().await;
    let events = envelopes(3);
    let spoilt = events[0].id;
    tell(&sender, &events).await;
    let trouble: Trouble = Box::new(move |_, batch| {
        assert!(batch.iter().all(|delivered| delivered.envelope.id != spoilt), "the handler meets its end");
        Ok(())
    });
    let (receiver_store, _receiver_kept) = empty_store().await;
    let receiver = Receiver::on(&receiver_store, trouble);
    relay(&sender, vec![receiver.clone()]).await;
    assert_eq!(receiver.inbox().await, 3);
    assert_eq!(parked(&receiver.database).await.expect("counts"), 1);
}

#[tokio::test]
async fn a_relay_that_is_stopped_leaves_what_is_not_delivered_in_the_outbox() {
    let (sender, _kept) = empty_store().await;
    tell(&sender, &envelopes(10)).await;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let trouble: Trouble = Box::new(move |_, _| {
        stopping.cancel();
        Err(HandlingError::Unavailable("asleep".into()))
    });
    let (receiver_store, _receiver_kept) = empty_store().await;
    let receiver = Receiver::on(&receiver_store, trouble);
    relay_of(&sender, vec![receiver]).run(stop).await;
    assert_eq!(Outbox::of(sender).waiting().await.expect("counts"), 10);
}

#[tokio::test]
async fn an_event_that_comes_twice_is_fresh_once_also_within_one_batch() {
    let (database, _kept) = empty_store().await;
    let event = envelopes(1)[0].id;
    let now = Ambient::system().now();
    let mut transaction = database.begin("keep").await.expect("begins");
    assert_eq!(admit(&mut transaction, [event, event], now).await.expect("admits").len(), 1);
    assert_eq!(admit(&mut transaction, [event], now).await.expect("admits").len(), 0);
    database.commit(transaction, "keep").await.expect("commits");
}

#[tokio::test]
async fn an_envelope_comes_out_of_the_outbox_as_it_went_in() {
    let (sender, _kept) = empty_store().await;
    let events = envelopes(600);
    tell(&sender, &events).await;
    let told = Outbox::of(sender).claim(1000).await.expect("reads");
    assert_eq!(told.envelopes, events);
}
