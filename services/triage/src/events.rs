//! What triage hears: queue `triage.findings`. Generated event types stop here.

use async_trait::async_trait;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::NOTIFICATION_ASSESSED;
use delivery::{Delivered, HandlingError, Heard, Subscriber};
use prost::Message;

use crate::open_cases::OpenCases;
use crate::store::Opening;
use crate::wire;

/// Hears what eligibility found.
pub struct Findings {
    cases: OpenCases,
}

impl Findings {
    /// Hands what it hears to `cases`.
    pub fn new(cases: OpenCases) -> Self {
        Self { cases }
    }

    fn heard(&self, delivered: &Delivered) -> Result<Heard<Opening>, HandlingError> {
        let payload = &delivered.envelope.payload;
        let event = NotificationAssessed::decode(payload.clone())
            .map_err(|error| HandlingError::Refused(error.into()))?;
        let assessed = wire::assessed(&event).map_err(|error| HandlingError::Refused(error.into()))?;
        Ok(self.cases.prepare(delivered, &assessed, payload.clone()))
    }
}

#[async_trait]
impl Subscriber for Findings {
    fn queue(&self) -> &'static str {
        "triage.findings"
    }

    fn hears(&self, kind: &str) -> bool {
        kind == NOTIFICATION_ASSESSED
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        let heard: Result<Vec<_>, HandlingError> =
            batch.iter().map(|delivered| self.heard(delivered)).collect();
        Ok(self.cases.open(&heard?).await?)
    }

    async fn park(&self, delivered: &Delivered, reason: &str) -> Result<(), HandlingError> {
        Ok(self.cases.park(self.queue(), delivered, reason).await?)
    }
}
