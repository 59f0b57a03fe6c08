//! What triage hears: queue `triage.findings`. Generated event types stop here.
//!
//! What a reader would get wrong: withdrawals, hand-overs and erasures come on the same queue as findings, so that one sender's
//! events keep their order where the wire keeps it; and nothing relies on that, since news is taken up in any order.

use async_trait::async_trait;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{
    HAND_OVER_DECLINED, NOTIFICATION_ASSESSED, NOTIFICATION_ERASED, NOTIFICATION_WITHDRAWN,
};
use contracts::intake::v1::{HandOverChanged, NotificationErased, NotificationWithdrawn};
use delivery::{Delivered, HandlingError, Heard, Subscriber};
use prost::Message;

use crate::domain::told::News;
use crate::store::Arrival;
use crate::take_up_news::TakeUpNews;
use crate::wire::heard;

/// Hears what eligibility found, and what intake says of withdrawals, hand-overs and erasures.
pub struct Findings {
    news: TakeUpNews,
}

impl Findings {
    /// Hands what it hears to `news`.
    pub fn new(news: TakeUpNews) -> Self {
        Self { news }
    }

    fn heard(&self, delivered: &Delivered) -> Result<Heard<Arrival>, HandlingError> {
        match delivered.envelope.kind.as_str() {
            NOTIFICATION_WITHDRAWN => {
                let event: NotificationWithdrawn = decoded(delivered)?;
                let (reference, withdrawal) = heard::withdrawn(&event).map_err(refused)?;
                Ok(self.news.other(delivered, reference, News::Withdrawn(withdrawal)))
            }
            HAND_OVER_DECLINED => {
                let event: HandOverChanged = decoded(delivered)?;
                let (reference, declined) = heard::declined(&event).map_err(refused)?;
                Ok(self.news.other(delivered, reference, News::Declined(declined)))
            }
            NOTIFICATION_ERASED => {
                let event: NotificationErased = decoded(delivered)?;
                let (reference, erasure) = heard::erased(&event).map_err(refused)?;
                Ok(self.news.other(delivered, reference, News::Erased(erasure)))
            }
            _ => {
                let event: NotificationAssessed = decoded(delivered)?;
                let payload = delivered.envelope.payload.clone();
                self.news.finding(delivered, &event, payload).map_err(refused)
            }
        }
    }
}

fn decoded<M: Message + Default>(delivered: &Delivered) -> Result<M, HandlingError> {
    M::decode(delivered.envelope.payload.clone()).map_err(refused)
}

fn refused(error: impl std::error::Error + Send + Sync + 'static) -> HandlingError {
    HandlingError::Refused(error.into())
}

#[async_trait]
impl Subscriber for Findings {
    fn queue(&self) -> &'static str {
        "triage.findings"
    }

    fn hears(&self, kind: &str) -> bool {
        // An accepted hand-over needs nothing: the revision that it makes is judged, and its finding comes by itself.
        [NOTIFICATION_ASSESSED, NOTIFICATION_WITHDRAWN, HAND_OVER_DECLINED, NOTIFICATION_ERASED]
            .contains(&kind)
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        let heard: Result<Vec<_>, HandlingError> =
            batch.iter().map(|delivered| self.heard(delivered)).collect();
        Ok(self.news.take_up(&heard?).await?)
    }
}
