//! What eligibility hears: queue `eligibility.notifications`. Generated event types stop here.
//!
//! What a reader would get wrong: an amendment carries its revision whole, so each revision is judged by itself, in
//! whatever order they come. Which of them counts is for those who hear the findings.

use async_trait::async_trait;
use contracts::events::{NOTIFICATION_AMENDED, NOTIFICATION_RECEIVED};
use contracts::intake::v1::{NotificationAmended, NotificationReceived};
use contracts::notification::v1::CodedNotification;
use delivery::{Delivered, HandlingError, Heard, Subscriber};
use prost::{DecodeError, Message};

use crate::record_findings::RecordFindings;
use crate::store::Finding;

/// Hears received and amended notifications.
pub struct Notifications {
    findings: RecordFindings,
}

impl Notifications {
    /// Hands what it hears to `findings`.
    pub fn new(findings: RecordFindings) -> Self {
        Self { findings }
    }

    fn heard(&self, delivered: &Delivered) -> Result<Heard<Finding>, HandlingError> {
        let refused = |reason: Box<dyn std::error::Error + Send + Sync>| HandlingError::Refused(reason);
        let notification = carried(delivered).map_err(|error| refused(error.into()))?;
        let notification = notification.ok_or_else(|| refused("the event carries no notification".into()))?;
        self.findings.find(delivered, notification).map_err(|error| refused(error.into()))
    }
}

/// The revision that an event is about.
fn carried(delivered: &Delivered) -> Result<Option<CodedNotification>, DecodeError> {
    let payload = delivered.envelope.payload.clone();
    if delivered.envelope.kind == NOTIFICATION_AMENDED {
        return Ok(NotificationAmended::decode(payload)?.notification);
    }
    Ok(NotificationReceived::decode(payload)?.notification)
}

#[async_trait]
impl Subscriber for Notifications {
    fn queue(&self) -> &'static str {
        "eligibility.notifications"
    }

    fn hears(&self, kind: &str) -> bool {
        kind == NOTIFICATION_RECEIVED || kind == NOTIFICATION_AMENDED
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        let heard: Result<Vec<_>, HandlingError> =
            batch.iter().map(|delivered| self.heard(delivered)).collect();
        Ok(self.findings.record(&heard?).await?)
    }
}
