//! Every revision that is heard is found for, in whatever order and however often it comes.

use ambient::Ambient;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{
    NOTIFICATION_AMENDED, NOTIFICATION_ASSESSED, NOTIFICATION_RECEIVED, NOTIFICATION_WITHDRAWN,
};
use contracts::intake::v1::{NotificationAmended, NotificationReceived};
use contracts::notification::v1::{CodedChild, CodedNotification, RevisionKind};
use delivery::{Delivered, Envelope, HandlingError, Origin, Subscriber};
use eligibility::Eligibility;
use eligibility::config::Config;
use ids::Reference;
use prost::Message;
use tempfile::TempDir;

struct World {
    eligibility: Eligibility,
    ambient: Ambient,
    reference: Reference,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ambient = Ambient::system();
        let eligibility =
            Eligibility::start(&Config::below(folder.path()), &ambient).await.expect("it starts");
        Self { eligibility, reference: Reference::mint(&ambient), ambient, _folder: folder }
    }

    fn notification(&self, revision: u32) -> CodedNotification {
        CodedNotification {
            reference: self.reference.to_string(),
            revision,
            notifying_authority: "373".into(),
            late_reason_given: true,
            handed_over_from: "888".into(),
            children: vec![CodedChild { key: revision.to_string(), ..CodedChild::default() }],
            ..CodedNotification::default()
        }
    }

    fn event(&self, kind: &'static str, event: &impl Message) -> Delivered {
        let origin = Origin { kind, source: "intake", subject: self.reference, owner: "373" };
        Delivered::on("eligibility.notifications", Envelope::seal(origin, event, &self.ambient))
    }

    fn received(&self) -> Delivered {
        let event = NotificationReceived { notification: Some(self.notification(1)) };
        self.event(NOTIFICATION_RECEIVED, &event)
    }

    fn amended(&self, revision: u32) -> Delivered {
        let event = NotificationAmended {
            notification: Some(self.notification(revision)),
            kind: RevisionKind::Amended.into(),
            follows: revision.saturating_sub(1),
        };
        self.event(NOTIFICATION_AMENDED, &event)
    }

    async fn hear(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        self.eligibility.notifications.handle(batch).await
    }

    /// The revisions that were told, in order.
    async fn told(&self) -> Vec<u32> {
        let told = self.eligibility.outbox.oldest(100).await.expect("it reads");
        assert!(told.iter().all(|envelope| envelope.kind == NOTIFICATION_ASSESSED));
        let revision = |envelope: &Envelope| {
            let event = NotificationAssessed::decode(envelope.payload.clone()).expect("it was encoded here");
            let (notification, assessment) = event.notification.zip(event.assessment).expect("it holds both");
            assert_eq!(assessment.led_by, [notification.revision.to_string()]);
            notification.revision
        };
        told.iter().map(revision).collect()
    }
}

#[tokio::test]
async fn an_amendment_is_found_for_as_the_first_revision_is() {
    let world = World::new().await;
    assert!(world.eligibility.notifications.hears(NOTIFICATION_AMENDED));
    world.hear(&[world.received(), world.amended(2)]).await.expect("heard");
    assert_eq!(world.told().await, [1, 2]);
}

#[tokio::test]
async fn a_withdrawal_is_not_for_eligibility() {
    assert!(!World::new().await.eligibility.notifications.hears(NOTIFICATION_WITHDRAWN));
}

#[tokio::test]
async fn revisions_that_come_out_of_order_are_each_found_for() {
    let world = World::new().await;
    world.hear(&[world.amended(3)]).await.expect("heard");
    world.hear(&[world.received()]).await.expect("heard");
    world.hear(&[world.amended(2)]).await.expect("heard");
    assert_eq!(world.told().await, [3, 1, 2]);
}

#[tokio::test]
async fn an_event_that_comes_again_is_found_for_once() {
    let world = World::new().await;
    let envelope = world.amended(2).envelope;
    let again = || Delivered::on("eligibility.notifications", envelope.clone());
    world.hear(&[again(), again()]).await.expect("heard");
    world.hear(&[again()]).await.expect("heard again");
    assert_eq!(world.told().await, [2]);
}

#[tokio::test]
async fn a_revision_that_two_events_carry_keeps_its_first_finding_and_is_told_once() {
    let world = World::new().await;
    world.hear(&[world.amended(2), world.amended(2)]).await.expect("heard");
    world.hear(&[world.amended(2), world.amended(3)]).await.expect("heard again");
    assert_eq!(world.told().await, [2, 3]);
}

#[tokio::test]
async fn an_amendment_without_a_notification_is_refused_with_its_reason() {
    let world = World::new().await;
    let empty = world.event(NOTIFICATION_AMENDED, &NotificationAmended::default());
    let refused = world.hear(&[empty]).await.expect_err("refused");
    assert!(matches!(refused, HandlingError::Refused(_)), "{refused}");
}
