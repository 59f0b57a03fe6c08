//! What an operator is promised of parked events: sent again with effect, or given up for ever, and told in either case.

use std::sync::Arc;

use ambient::Ambient;
use async_trait::async_trait;
use delivery::parked::{Chosen, Page, Parked as ParkedEvent, Place, State};
use delivery::{
    Delivered, Envelope, HandlingError, Keeper, Outbox as _, ParkedEvents as _, Route, Subscriber,
};
use ids::EventId;
use storage::StoreError;

use super::dialect::{Database, Outbox, Parked, empty_store, parked};
use super::world::{KIND, QUEUE, Receiver, envelopes, relay, tell};

/// What audit would be told.
pub(crate) fn telling(event: &ParkedEvent) -> Envelope {
    let told = envelopes(1).remove(0);
    Envelope { kind: "bird.retried.v1".into(), subject: event.subject.clone(), ..told }
}

/// A store whose receiver has parked so many events, and their ids, oldest first.
pub(crate) async fn parked_in(database: &Database, count: usize) -> Vec<EventId> {
    let (sender, _kept) = empty_store().await;
    tell(&sender, &envelopes(count)).await;
    relay(&sender, vec![Receiver::refusing(database, "no such bird")]).await;
    let page = Page { queue: None, after: None, at_most: 1000 };
    let listed = Parked::of(database.clone()).list(page).await.expect("lists");
    assert_eq!(listed.len(), count);
    listed.iter().map(|event| event.id).collect()
}

async fn outgoing(database: &Database) -> Vec<Envelope> {
    Outbox::of(database.clone()).claim(1000).await.expect("claims").let_go().await.expect("lets go")
}

async fn state_of(database: &Database, event: EventId) -> State {
    Parked::of(database.clone()).state_of(&[event]).await.expect("reads")[&event]
}

#[tokio::test]
async fn a_parked_event_is_shown_with_all_but_its_payload() {
    let (store, _kept) = empty_store().await;
    let ids = parked_in(&store, 3).await;
    let events = Parked::of(store);
    let found = events.find(&ids[1..2]).await.expect("finds");
    let [event] = found.as_slice() else { panic!("one is found") };
    assert_eq!((event.id, event.queue.as_str(), event.kind.as_str()), (ids[1], QUEUE, KIND));
    assert_eq!((event.reason.as_str(), event.owner.as_str()), ("no such bird", "373"));
    assert!(event.size > 0 && event.parked_at >= event.occurred_at);
    assert!(!format!("{event:?}").contains("event 1"), "the payload is not for operators");
    assert_eq!(events.count().await.expect("counts"), [(QUEUE.to_owned(), 3)]);
}

#[tokio::test]
async fn pages_show_each_parked_event_once_oldest_first() {
    let (store, _kept) = empty_store().await;
    let ids = parked_in(&store, 7).await;
    let events = Parked::of(store);
    let (mut seen, mut after): (Vec<ParkedEvent>, Option<Place>) = (Vec::new(), None);
    loop {
        let page = Page { queue: Some(QUEUE), after, at_most: 3 };
        let listed = events.list(page).await.expect("lists");
        after = listed.last().map(ParkedEvent::place);
        if listed.is_empty() {
            break;
        }
        seen.extend(listed);
    }
    assert_eq!(seen.iter().map(|event| event.id).collect::<Vec<_>>(), ids);
    assert!(seen.is_sorted_by_key(ParkedEvent::place));
    let elsewhere = Page { queue: Some("hide.bees"), after: None, at_most: 3 };
    assert_eq!(events.list(elsewhere).await.expect("lists"), []);
}

#[tokio::test]
async fn a_retried_event_whose_cause_is_mended_has_its_effect_once_and_is_told() {
    let (store, _kept) = empty_store().await;
    let ids = parked_in(&store, 2).await;
    let before = Parked::of(store.clone()).find(&ids[..1]).await.expect("finds");
    let gone = Parked::of(store.clone()).retry(Chosen::Ids(&ids[..1]), &telling).await.expect("retries");
    assert_eq!(gone, before);
    assert_eq!(state_of(&store, ids[0]).await, State::UnderWay);

    let out = outgoing(&store).await;
    assert_eq!(out.len(), 2, "the event and what audit is told");
    assert_eq!((out[0].id, out[0].kind.as_str(), out[0].owner.as_str()), (ids[0], KIND, "373"));
    assert_eq!(out[0].route, Route { queue: Some(QUEUE.into()), ..Route::default() });
    assert_eq!((out[1].kind.as_str(), &out[1].subject), ("bird.retried.v1", &before[0].subject));

    let mended = Receiver::steady(&store);
    relay(&store, vec![mended.clone()]).await;
    assert_eq!(mended.effects(), 1);
    assert_eq!(
        (state_of(&store, ids[0]).await, state_of(&store, ids[1]).await),
        (State::Taken, State::Parked)
    );
    tell(&store, &out[..1]).await;
    relay(&store, vec![mended.clone()]).await;
    assert_eq!(mended.effects(), 1, "a second delivery has no effect");
}

/// A receiver of everything, on another queue.
struct Elsewhere(Arc<Receiver>);

#[async_trait]
impl Subscriber for Elsewhere {
    fn queue(&self) -> &'static str {
        "hide.elsewhere"
    }

    fn hears(&self, _kind: &str) -> bool {
        true
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        self.0.handle(batch).await
    }
}

#[async_trait]
impl Keeper for Elsewhere {
    async fn park(&self, queue: &str, envelope: &Envelope, reason: &str) -> Result<(), StoreError> {
        self.0.park(queue, envelope, reason).await
    }
}

#[tokio::test]
async fn a_retried_event_goes_to_the_queue_where_it_was_parked_and_to_no_other() {
    let (store, _kept) = empty_store().await;
    let ids = parked_in(&store, 1).await;
    Parked::of(store.clone()).retry(Chosen::Ids(&ids), &telling).await.expect("retries");
    let (other_store, _other_kept) = empty_store().await;
    let (here, elsewhere) = (Receiver::steady(&store), Receiver::steady(&other_store));
    relay(&store, vec![here.clone(), Arc::new(Elsewhere(elsewhere.clone()))]).await;
    assert_eq!(here.effects(), 1);
    assert_eq!(elsewhere.effects(), 1, "what audit is told, and not the event");
    assert_eq!(state_of(&other_store, ids[0]).await, State::Elsewhere);
}

#[tokio::test]
async fn an_event_that_fails_again_is_parked_again_with_its_new_reason() {
    let (store, _kept) = empty_store().await;
    let ids = parked_in(&store, 1).await;
    let events = Parked::of(store.clone());
    events.retry(Chosen::Ids(&ids), &telling).await.expect("retries");
    relay(&store, vec![Receiver::refusing(&store, "still no such bird")]).await;
    let found = events.find(&ids).await.expect("finds");
    assert_eq!(found.iter().map(|event| event.reason.as_str()).collect::<Vec<_>>(), ["still no such bird"]);
    events.retry(Chosen::Ids(&ids), &telling).await.expect("retries again");
    let mended = Receiver::steady(&store);
    relay(&store, vec![mended.clone()]).await;
    assert_eq!((mended.effects(), state_of(&store, ids[0]).await), (1, State::Taken));
}

#[tokio::test]
async fn an_event_retried_twice_at_once_goes_out_once() {
    let (store, _kept) = empty_store().await;
    let ids = parked_in(&store, 20).await;
    let (one, other) = (Parked::of(store.clone()), Parked::of(store.clone()));
    let (first, second) =
        tokio::join!(one.retry(Chosen::Ids(&ids), &telling), other.retry(Chosen::Ids(&ids), &telling));
    assert_eq!(first.expect("retries").len() + second.expect("retries").len(), 20);
    assert_eq!(outgoing(&store).await.len(), 40, "each event, and what audit is told of it, once");
    let mended = Receiver::steady(&store);
    relay(&store, vec![mended.clone()]).await;
    assert_eq!(mended.effects(), 20);
}

#[tokio::test]
async fn the_oldest_of_a_queue_go_first_and_no_more_than_asked() {
    let (store, _kept) = empty_store().await;
    let ids = parked_in(&store, 5).await;
    let events = Parked::of(store);
    let oldest = |queue, at_most| Chosen::Oldest { queue, at_most };
    assert_eq!(events.retry(oldest("hide.bees", 2), &telling).await.expect("retries"), []);
    let gone = events.retry(oldest(QUEUE, 2), &telling).await.expect("retries");
    assert_eq!(gone.iter().map(|event| event.id).collect::<Vec<_>>(), ids[..2]);
    let given_up = events.discard(oldest(QUEUE, 10), &telling).await.expect("discards");
    assert_eq!(given_up.len(), 3);
}

#[tokio::test]
async fn a_discarded_event_never_comes_back_though_it_is_delivered_again() {
    let (store, _kept) = empty_store().await;
    let event = envelopes(1);
    let (sender, _sender_kept) = empty_store().await;
    tell(&sender, &event).await;
    relay(&sender, vec![Receiver::refusing(&store, "no such bird")]).await;
    let events = Parked::of(store.clone());
    let given_up = events.discard(Chosen::Ids(&[event[0].id]), &telling).await.expect("discards");
    assert_eq!(given_up.len(), 1);
    assert_eq!(
        outgoing(&store).await.iter().map(|told| told.kind.as_str()).collect::<Vec<_>>(),
        ["bird.retried.v1"]
    );
    let mended = Receiver::steady(&store);
    tell(&sender, &event).await;
    relay(&sender, vec![mended.clone()]).await;
    assert_eq!((mended.effects(), parked(&store).await.expect("counts")), (0, 0));
    tell(&sender, &event).await;
    relay(&sender, vec![Receiver::refusing(&store, "still no such bird")]).await;
    assert_eq!(parked(&store).await.expect("counts"), 0, "not even to be parked again");
    assert_eq!(events.retry(Chosen::Ids(&[event[0].id]), &telling).await.expect("nothing"), []);
    assert_eq!(state_of(&store, event[0].id).await, State::Taken);
}

#[tokio::test]
async fn what_dies_before_its_commit_leaves_the_event_parked() {
    let (store, _kept) = empty_store().await;
    let ids = parked_in(&store, 3).await;
    for discarding in [false, true] {
        let (events, ids) = (Parked::of(store.clone()), ids.clone());
        let dying = tokio::spawn(async move {
            // By the time that it tells, the rows are out of their tables and nothing is committed.
            let last_words = |_: &ParkedEvent| -> Envelope { panic!("it dies here") };
            if discarding {
                events.discard(Chosen::Ids(&ids), &last_words).await
            } else {
                events.retry(Chosen::Ids(&ids), &last_words).await
            }
        });
        assert!(dying.await.expect_err("it died").is_panic());
    }
    assert_eq!(parked(&store).await.expect("counts"), 3);
    assert_eq!(outgoing(&store).await, []);
    let late = Receiver::steady(&store);
    let events = Parked::of(store.clone());
    assert_eq!(events.retry(Chosen::Ids(&ids), &telling).await.expect("retries").len(), 3);
    relay(&store, vec![late.clone()]).await;
    assert_eq!(late.effects(), 3);
}

#[tokio::test]
async fn an_event_of_which_a_copy_is_still_in_the_outbox_stays_parked_and_is_not_lost() {
    let (store, _kept) = empty_store().await;
    let events = envelopes(1);
    let id = events[0].id;
    tell(&store, &events).await;
    // Carried and parked, and not settled yet: as a relay stands between the two.
    let outbox = Outbox::of(store.clone());
    let claim = outbox.claim(10).await.expect("claims");
    let now = Ambient::system().now();
    super::dialect::park(&store, QUEUE, &claim.envelopes[0], "no such bird", now).await.expect("parks");
    let parked_events = Parked::of(store.clone());
    assert_eq!(parked_events.retry(Chosen::Ids(&[id]), &telling).await.expect("leaves it"), []);
    assert_eq!(state_of(&store, id).await, State::Parked);
    claim.settle(&[id]).await.expect("settles");
    assert_eq!(parked_events.retry(Chosen::Ids(&[id]), &telling).await.expect("retries").len(), 1);
    let mended = Receiver::steady(&store);
    relay(&store, vec![mended.clone()]).await;
    assert_eq!(mended.effects(), 1);
}
