//! What intake hears: queue `intake.outcomes`. Generated event types stop here.

use std::time::Duration;

use async_trait::async_trait;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{
    CASE_ACKNOWLEDGED, CASE_QUEUED, CASE_STAND_ASIDE_LIFTED, CASE_STOOD_ASIDE, NOTIFICATION_ASSESSED,
};
use contracts::triage::v1::{CaseAcknowledged, CaseQueued, CaseStandAsideLifted, CaseStoodAside};
use delivery::{Delivered, HandlingError, Heard, Subscriber};
use prost::Message;
use tracing::Span;

use crate::domain::status::Outcome;
use crate::keep_records::KeepRecords;
use crate::record_outcomes::RecordOutcomes;
use crate::store::{Aside, Progress};

/// Hears what became of notifications.
pub struct Outcomes {
    record: RecordOutcomes,
    keep: KeepRecords,
}

impl Outcomes {
    /// Hands outcomes to `record`, and who stood aside to `keep`.
    pub fn new(record: RecordOutcomes, keep: KeepRecords) -> Self {
        Self { record, keep }
    }
}

#[async_trait]
impl Subscriber for Outcomes {
    fn queue(&self) -> &'static str {
        "intake.outcomes"
    }

    fn hears(&self, kind: &str) -> bool {
        [NOTIFICATION_ASSESSED, CASE_QUEUED, CASE_ACKNOWLEDGED].contains(&kind) || is_aside(kind)
    }

    /// Whoever watches sees a step this much later, and no case waits for it.
    fn gathers(&self) -> Duration {
        Duration::from_millis(20)
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        let (asides, outcomes): (Vec<&Delivered>, Vec<&Delivered>) =
            batch.iter().partition(|delivered| is_aside(&delivered.envelope.kind));
        // First who is kept out: where the rest fails, the batch comes again, and these are taken once.
        if !asides.is_empty() {
            let heard: Result<Vec<_>, HandlingError> =
                asides.iter().map(|delivered| delivered.within(|| aside(delivered))).collect();
            self.keep.stood_aside(&heard?).await?;
        }
        let heard: Result<Vec<_>, HandlingError> =
            outcomes.iter().map(|delivered| delivered.within(|| heard(delivered))).collect();
        Ok(self.record.record(&heard?).await?)
    }
}

/// Whether an event tells which panel member may not see a case, or may again.
fn is_aside(kind: &str) -> bool {
    [CASE_STOOD_ASIDE, CASE_STAND_ASIDE_LIFTED].contains(&kind)
}

fn aside(delivered: &Delivered) -> Result<Heard<Aside>, HandlingError> {
    let envelope = &delivered.envelope;
    let payload = envelope.payload.clone();
    let refused = |error: prost::DecodeError| HandlingError::Refused(error.into());
    let lifted = envelope.kind == CASE_STAND_ASIDE_LIFTED;
    let member = if lifted {
        CaseStandAsideLifted::decode(payload).map_err(refused)?.member
    } else {
        CaseStoodAside::decode(payload).map_err(refused)?.member
    };
    let effect = Aside { reference: subject(delivered)?, member, at: envelope.occurred_at, lifted };
    Ok(Heard { event: envelope.id, effect, outgoing: Vec::new() })
}

fn subject(delivered: &Delivered) -> Result<ids::Reference, HandlingError> {
    let parsed = delivered.envelope.subject.parse();
    parsed.map_err(|error: ids::ReferenceError| HandlingError::Refused(error.into()))
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
    Ok(Heard {
        event: envelope.id,
        effect: Progress {
            reference: subject(delivered)?,
            outcome,
            at: envelope.occurred_at,
            cause: Span::current(),
        },
        outgoing: Vec::new(),
    })
}
