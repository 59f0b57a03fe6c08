//! The names of all events: what an outbox row calls itself, and what a receiver listens for. A name ends in its
//! version; a new version is a new event, and the old name stays until every queue is dry.

/// A revision is durably held: `lapwing.intake.v1.NotificationReceived`.
pub const NOTIFICATION_RECEIVED: &str = "notification.received.v1";
/// Eligibility has found: `lapwing.eligibility.v1.NotificationAssessed`.
pub const NOTIFICATION_ASSESSED: &str = "notification.assessed.v1";
/// A case is on the panel's queue: `lapwing.triage.v1.CaseQueued`.
pub const CASE_QUEUED: &str = "case.queued.v1";
/// The panel has taken a case over: `lapwing.triage.v1.CaseAcknowledged`.
pub const CASE_ACKNOWLEDGED: &str = "case.acknowledged.v1";
