//! What intake hears: queue `intake.outcomes`. Generated event types stop here.

use std::time::Duration;

use async_trait::async_trait;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{
    CASE_ACKNOWLEDGED, CASE_QUEUED, CASE_STAND_ASIDE_LIFTED, CASE_STOOD_ASIDE, NOTIFICATION_ASSESSED,
};
use contracts::triage::v1::{CaseAcknowledged, CaseQueued};
use delivery::{Delivered, HandlingError, Heard, Subscriber};
use prost::Message;
use tracing::Span;

use crate::domain::status::Outcome;
use crate::record_outcomes::RecordOutcomes;
use crate::store::Progress;

/// Hears what became of notifications.
pub struct Outcomes {
    record: RecordOutcomes,
}

impl Outcomes {
    /// Hands what it hears to `record`.
    pub fn new(record: RecordOutcomes) -> Self {
        Self { record }
    }
}

#[async_trait]
impl Subscriber for Outcomes {
    fn queue(&self) -> &'static str {
        "intake.outcomes"
    }

    fn hears(&self, kind: &str) -> bool {
        [NOTIFICATION_ASSESSED, CASE_QUEUED, CASE_ACKNOWLEDGED].contains(&kind) || is_of_the_panel(kind)
    }

    /// Whoever watches sees a step this much later, and no case waits for it.
    fn gathers(&self) -> Duration {
        Duration::from_millis(20)
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        let outcomes = batch.iter().filter(|delivered| !is_of_the_panel(&delivered.envelope.kind));
        let heard: Result<Vec<_>, HandlingError> =
            outcomes.map(|delivered| delivered.within(|| heard(delivered))).collect();
        Ok(self.record.record(&heard?).await?)
    }
}

/// Whether an event tells which panel member may not see a case, or may again.
///
/// NOT YET KEPT: intake answers no panel member, so there is nobody to refuse, and these are taken and left. Whoever lets
/// members read identities here must record them first: a member is kept out from `CASE_STOOD_ASIDE` until a later
/// `CASE_STAND_ASIDE_LIFTED`.
fn is_of_the_panel(kind: &str) -> bool {
    [CASE_STOOD_ASIDE, CASE_STAND_ASIDE_LIFTED].contains(&kind)
}

fn heard(delivered: &Delivered) -> Result<Heard<Progress>, HandlingError> {
    let envelope = &delivered.envelope;
    let payload = envelope.payload.clone();
    let refused = |error: prost::DecodeError| HandlingError::Refused(error.into());
    let outcome = match envelope.kind.as_str() {
        NOTIFICATION_ASSESSED => {
            Outcome::Assessed(Box::new(NotificationAssessed::decode(payload).map_err(refused)?))
        }
        CASE_QUEUED => Outcome::Queued(Box::new(CaseQueued::decode(payload).map_err(refused)?)),
        CASE_ACKNOWLEDGED => Outcome::Acknowledged(CaseAcknowledged::decode(payload).map_err(refused)?),
        other => {
            return Err(HandlingError::Refused(format!("intake does not know {other}").into()));
        }
    };
    let reference = envelope
        .subject
        .parse()
        .map_err(|error: ids::ReferenceError| HandlingError::Refused(error.into()))?;
    Ok(Heard {
        event: envelope.id,
        effect: Progress { reference, outcome, at: envelope.occurred_at, cause: Span::current() },
        outgoing: Vec::new(),
    })
}
