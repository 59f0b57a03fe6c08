//! The names of all events: what an outbox row calls itself, and what a receiver listens for. A name ends in its
//! version; a new version is a new event, and the old name stays until every queue is dry.

use prost::Message;
use prost_reflect::{MessageDescriptor, ReflectMessage};

/// A revision is durably held: `lapwing.intake.v1.NotificationReceived`.
pub const NOTIFICATION_RECEIVED: &str = "notification.received.v1";
/// Eligibility has found: `lapwing.eligibility.v1.NotificationAssessed`.
pub const NOTIFICATION_ASSESSED: &str = "notification.assessed.v1";
/// A case is on the panel's queue: `lapwing.triage.v1.CaseQueued`.
pub const CASE_QUEUED: &str = "case.queued.v1";
/// The panel has taken a case over: `lapwing.triage.v1.CaseAcknowledged`.
pub const CASE_ACKNOWLEDGED: &str = "case.acknowledged.v1";
/// A later revision is durably held: `lapwing.intake.v1.NotificationAmended`.
pub const NOTIFICATION_AMENDED: &str = "notification.amended.v1";
/// A revision withdraws the notification: `lapwing.intake.v1.NotificationWithdrawn`.
pub const NOTIFICATION_WITHDRAWN: &str = "notification.withdrawn.v1";
/// The authority with the duty is asked to take a notification over: `lapwing.intake.v1.HandOverChanged`.
pub const HAND_OVER_OFFERED: &str = "handover.offered.v1";
/// It has taken it over: `lapwing.intake.v1.HandOverChanged`.
pub const HAND_OVER_ACCEPTED: &str = "handover.accepted.v1";
/// It has not: `lapwing.intake.v1.HandOverChanged`.
pub const HAND_OVER_DECLINED: &str = "handover.declined.v1";
/// A newer revision does not find the duty there any more: `lapwing.intake.v1.HandOverChanged`.
pub const HAND_OVER_LAPSED: &str = "handover.lapsed.v1";
/// Coded facts suggest that two cases are of the same incident: `lapwing.triage.v1.LinkProposed`.
pub const LINK_PROPOSED: &str = "link.proposed.v1";
/// A person decided about two cases: `lapwing.triage.v1.LinkDecided`.
pub const LINK_DECIDED: &str = "link.decided.v1";
/// Two or more authorities name one setting or provider: `lapwing.triage.v1.ClusterRaised`.
pub const CLUSTER_RAISED: &str = "cluster.raised.v1";
/// The Department for Education is told: `lapwing.triage.v1.NoticeIssued`.
pub const NOTICE_DFE: &str = "notice.dfe.v1";
/// Ofsted is told: `lapwing.triage.v1.NoticeIssued`.
pub const NOTICE_OFSTED: &str = "notice.ofsted.v1";
/// An operator has sent a parked event to its queue again: `lapwing.operations.v1.ParkedRetried`.
pub const PARKED_RETRIED: &str = "parked.retried.v1";
/// An operator has given a parked event up: `lapwing.operations.v1.ParkedDiscarded`.
pub const PARKED_DISCARDED: &str = "parked.discarded.v1";
/// Somebody has read a notification's identities: `lapwing.intake.v1.IdentitiesRead`.
pub const IDENTITIES_READ: &str = "identities.read.v1";
/// A notification's identities and narrative are gone: `lapwing.intake.v1.NotificationErased`.
pub const NOTIFICATION_ERASED: &str = "notification.erased.v1";
/// A notification must not be erased: `lapwing.intake.v1.LegalHoldChanged`.
pub const HOLD_PLACED: &str = "hold.placed.v1";
/// It may be again: `lapwing.intake.v1.LegalHoldChanged`.
pub const HOLD_RELEASED: &str = "hold.released.v1";

/// A panel member has stood aside from a case: `lapwing.triage.v1.CaseStoodAside`.
pub const CASE_STOOD_ASIDE: &str = "case.stood_aside.v1";
/// The secretariat lets that member see the case again: `lapwing.triage.v1.CaseStandAsideLifted`.
pub const CASE_STAND_ASIDE_LIFTED: &str = "case.stand_aside_lifted.v1";

/// Every name.
pub const ALL: [&str; 23] = [
    NOTIFICATION_RECEIVED,
    NOTIFICATION_ASSESSED,
    CASE_QUEUED,
    CASE_ACKNOWLEDGED,
    NOTIFICATION_AMENDED,
    NOTIFICATION_WITHDRAWN,
    HAND_OVER_OFFERED,
    HAND_OVER_ACCEPTED,
    HAND_OVER_DECLINED,
    HAND_OVER_LAPSED,
    LINK_PROPOSED,
    LINK_DECIDED,
    CLUSTER_RAISED,
    NOTICE_DFE,
    NOTICE_OFSTED,
    PARKED_RETRIED,
    PARKED_DISCARDED,
    IDENTITIES_READ,
    NOTIFICATION_ERASED,
    HOLD_PLACED,
    HOLD_RELEASED,
    CASE_STOOD_ASIDE,
    CASE_STAND_ASIDE_LIFTED,
];

/// A message that may travel as an event. Only these may be sealed by the service with identities, so that no record and no
/// request can be told by a slip: a test holds that none of them has room for what identifies.
pub trait Event: Message + ReflectMessage {}

macro_rules! events {
    ($($package:ident::$message:ident),+ $(,)?) => {
        $(impl Event for crate::$package::v1::$message {})+

        /// The descriptors of every message that may travel as an event.
        pub fn messages() -> Vec<MessageDescriptor> {
            vec![$(crate::$package::v1::$message::default().descriptor()),+]
        }
    };
}

events!(
    intake::NotificationReceived,
    intake::NotificationAmended,
    intake::NotificationWithdrawn,
    intake::HandOverChanged,
    eligibility::NotificationAssessed,
    triage::CaseQueued,
    triage::CaseAcknowledged,
    triage::LinkProposed,
    triage::LinkDecided,
    triage::ClusterRaised,
    triage::NoticeIssued,
    operations::ParkedRetried,
    operations::ParkedDiscarded,
    intake::IdentitiesRead,
    intake::NotificationErased,
    intake::LegalHoldChanged,
    triage::CaseStoodAside,
    triage::CaseStandAsideLifted,
);
