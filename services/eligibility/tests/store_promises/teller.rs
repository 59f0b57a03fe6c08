//! What is told to eligibility: the same on each store.

use ambient::Ambient;
use contracts::events::{NOTIFICATION_AMENDED, NOTIFICATION_RECEIVED};
use contracts::intake::v1::{NotificationAmended, NotificationReceived};
use contracts::notification::v1::{CodedChild, CodedNotification, RevisionKind};
use delivery::{Delivered, Envelope, Origin};
use ids::Reference;
use prost::Message;

/// Tells of one notification.
pub(crate) struct Teller {
    pub(crate) ambient: Ambient,
    pub(crate) reference: Reference,
}

impl Teller {
    pub(crate) fn new() -> Self {
        let ambient = Ambient::system();
        Self { reference: Reference::mint(&ambient), ambient }
    }

    /// A revision, with a child whose key is its number.
    pub(crate) fn notification(&self, revision: u32) -> CodedNotification {
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

    pub(crate) fn event(&self, kind: &'static str, event: &impl Message) -> Delivered {
        let origin = Origin { kind, source: "intake", subject: self.reference, owner: "373" };
        delivered(&Envelope::seal(origin, event, &self.ambient))
    }

    pub(crate) fn received(&self) -> Delivered {
        let event = NotificationReceived { notification: Some(self.notification(1)) };
        self.event(NOTIFICATION_RECEIVED, &event)
    }

    pub(crate) fn amended(&self, revision: u32) -> Delivered {
        let event = NotificationAmended {
            notification: Some(self.notification(revision)),
            kind: RevisionKind::Amended.into(),
            follows: revision.saturating_sub(1),
        };
        self.event(NOTIFICATION_AMENDED, &event)
    }
}

/// A delivery of an event; another one is a second delivery.
pub(crate) fn delivered(envelope: &Envelope) -> Delivered {
    Delivered::on("eligibility.notifications", envelope.clone())
}
