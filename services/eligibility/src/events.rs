//! What eligibility hears: queue `eligibility.notifications`. Generated event types stop here.

use async_trait::async_trait;
use contracts::events::NOTIFICATION_RECEIVED;
use contracts::intake::v1::NotificationReceived;
use delivery::{Delivered, HandlingError, Heard, Subscriber};
use prost::Message;

use crate::record_findings::RecordFindings;
use crate::store::Finding;

/// Hears received notifications.
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
        let event = NotificationReceived::decode(delivered.envelope.payload.clone())
            .map_err(|error| refused(error.into()))?;
        let notification =
            event.notification.ok_or_else(|| refused("the event carries no notification".into()))?;
        self.findings.find(delivered, notification).map_err(|error| refused(error.into()))
    }
}

#[async_trait]
impl Subscriber for Notifications {
    fn queue(&self) -> &'static str {
        "eligibility.notifications"
    }

    fn hears(&self, kind: &str) -> bool {
        kind == NOTIFICATION_RECEIVED
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        let heard: Result<Vec<_>, HandlingError> =
            batch.iter().map(|delivered| self.heard(delivered)).collect();
        Ok(self.findings.record(&heard?).await?)
    }

    async fn park(&self, delivered: &Delivered, reason: &str) -> Result<(), HandlingError> {
        Ok(self.findings.park(self.queue(), delivered, reason).await?)
    }
}
