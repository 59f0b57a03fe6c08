//! Takes up news about notifications: findings, withdrawals, declined hand-overs and erasures. Opens cases, makes them anew, and
//! tells of them.

use std::sync::Arc;

use ambient::Ambient;
use bytes::Bytes;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::time::london_date;
use delivery::{Delivered, Heard};
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;
use telemetry::TraceContext;
use tracing::Span;

use crate::domain::policy::Policies;
use crate::domain::told::News;
use crate::measures::CRITICAL_TIME;
use crate::store::{Arrival, FindingHeard, Store};
use crate::wire::heard::{Unreadable, assessed};

/// How long ago something was received. Clocks of two machines may differ, and so be before it.
pub(crate) fn measure(received: Timestamp, now: Timestamp, step: &'static str) {
    CRITICAL_TIME.record(now.duration_since(received).as_secs_f64().max(0.0), &[step]);
}

/// The use case.
pub struct TakeUpNews {
    store: Arc<dyn Store>,
    policies: &'static Policies,
    ambient: Ambient,
}

impl TakeUpNews {
    /// Takes up news in `store`; `policies` say what links and clusters are.
    pub fn new(store: Arc<dyn Store>, policies: &'static Policies, ambient: Ambient) -> Self {
        Self { store, policies, ambient }
    }

    /// A finding as it is to be taken up. `heard` is the event as it came, which is kept with the case.
    pub(crate) fn finding(
        &self,
        delivered: &Delivered,
        event: &NotificationAssessed,
        heard: Bytes,
    ) -> Result<Heard<Arrival>, Unreadable> {
        let assessed = assessed(event)?;
        let notification = event.notification.as_ref().ok_or(Unreadable::NoNotification)?;
        let policy = self.policies.on(Some(assessed.dated_on()));
        let reference = assessed.reference;
        let finding = FindingHeard::of(reference, notification, heard, policy);
        Ok(self.arrival(delivered, reference, News::Assessed(Box::new(assessed)), Some(finding)))
    }

    /// Other news as it is to be taken up.
    pub(crate) fn other(&self, delivered: &Delivered, reference: Reference, news: News) -> Heard<Arrival> {
        self.arrival(delivered, reference, news, None)
    }

    fn arrival(
        &self,
        delivered: &Delivered,
        reference: Reference,
        news: News,
        finding: Option<FindingHeard>,
    ) -> Heard<Arrival> {
        let span = delivered.within(Span::current);
        let effect = Arrival {
            reference,
            news,
            finding,
            taken_up_on: london_date(self.ambient.now()),
            trace: TraceContext::of(&span),
            span,
        };
        Heard { event: delivered.envelope.id, effect, outgoing: Vec::new() }
    }

    /// Takes up a batch in one transaction.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    pub async fn take_up(&self, heard: &[Heard<Arrival>]) -> Result<(), StoreError> {
        let now = self.ambient.now();
        let taken = self.store.take_up(heard, now).await?;
        let received = heard.iter().filter_map(|heard| heard.effect.finding.as_ref()?.received_at);
        received.for_each(|received| measure(received, now, "queued"));
        tracing::info!(
            news = heard.len(),
            opened = taken.opened,
            changed = taken.changed,
            came_late = taken.came_late,
            kept = taken.kept,
            erased = taken.erased,
            "took up news"
        );
        Ok(())
    }
}
