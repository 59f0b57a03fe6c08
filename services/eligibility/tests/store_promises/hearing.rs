//! Every revision that is heard is found for, in whatever order and however often it comes.

use contracts::events::{NOTIFICATION_AMENDED, NOTIFICATION_WITHDRAWN};
use contracts::intake::v1::NotificationAmended;
use delivery::{HandlingError, Subscriber};

use super::world::World;
use crate::teller::delivered;

#[tokio::test]
async fn an_amendment_is_found_for_as_the_first_revision_is() {
    let world = World::new().await;
    assert!(world.eligibility.notifications.hears(NOTIFICATION_AMENDED));
    world.hear(&[world.teller.received(), world.teller.amended(2)]).await.expect("heard");
    assert_eq!(world.told().await, [1, 2]);
}

#[tokio::test]
async fn a_withdrawal_is_not_for_eligibility() {
    assert!(!World::new().await.eligibility.notifications.hears(NOTIFICATION_WITHDRAWN));
}

#[tokio::test]
async fn revisions_that_come_out_of_order_are_each_found_for() {
    let world = World::new().await;
    world.hear(&[world.teller.amended(3)]).await.expect("heard");
    world.hear(&[world.teller.received()]).await.expect("heard");
    world.hear(&[world.teller.amended(2)]).await.expect("heard");
    assert_eq!(world.told().await, [3, 1, 2]);
}

#[tokio::test]
async fn an_event_that_comes_again_is_found_for_once() {
    let world = World::new().await;
    let envelope = world.teller.amended(2).envelope;
    world.hear(&[delivered(&envelope), delivered(&envelope)]).await.expect("heard");
    world.hear(&[delivered(&envelope)]).await.expect("heard again");
    assert_eq!(world.told().await, [2]);
}

#[tokio::test]
async fn a_revision_that_two_events_carry_keeps_its_first_finding_and_is_told_once() {
    let world = World::new().await;
    world.hear(&[world.teller.amended(2), world.teller.amended(2)]).await.expect("heard");
    let first = world.kept().await;
    world.hear(&[world.teller.amended(2), world.teller.amended(3)]).await.expect("heard again");
    assert_eq!(world.told().await, [2, 3]);
    assert_eq!(world.kept().await[..1], first[..]);
    assert_eq!(world.heard().await, 4);
}

#[tokio::test]
async fn an_amendment_without_a_notification_is_refused_with_its_reason() {
    let world = World::new().await;
    let empty = world.teller.event(NOTIFICATION_AMENDED, &NotificationAmended::default());
    let refused = world.hear(&[empty]).await.expect_err("refused");
    assert!(matches!(refused, HandlingError::Refused(_)), "{refused}");
}
