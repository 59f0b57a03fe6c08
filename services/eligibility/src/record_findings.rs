//! Finds for each notification that is heard, and tells the finding.

use std::sync::Arc;

use ambient::Ambient;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::NOTIFICATION_ASSESSED;
use contracts::notification::v1::CodedNotification;
use contracts::time::to_wire;
use delivery::{Delivered, Envelope, Heard, Origin};
use ids::{Reference, ReferenceError};
use storage::StoreError;

use crate::SERVICE;
use crate::assess::assess_coded;
use crate::domain::policy::Policies;
use crate::measures::FINDINGS;
use crate::store::{Finding, Store};

/// The use case.
pub struct RecordFindings {
    store: Arc<dyn Store>,
    policies: &'static Policies,
    ambient: Ambient,
}

impl RecordFindings {
    /// Records in `store`, by `policies`.
    pub fn new(store: Arc<dyn Store>, policies: &'static Policies, ambient: Ambient) -> Self {
        Self { store, policies, ambient }
    }

    /// Finds for one notification; what is told of it joins its trace.
    ///
    /// # Errors
    /// Where the notification carries no reference.
    pub fn find(
        &self,
        delivered: &Delivered,
        notification: CodedNotification,
    ) -> Result<Heard<Finding>, ReferenceError> {
        let reference: Reference = notification.reference.parse()?;
        let assessment = assess_coded(&notification, self.policies);
        let revision = notification.revision;
        let event = NotificationAssessed {
            notification: Some(notification),
            assessment: Some(assessment),
            assessed_at: Some(to_wire(self.ambient.now())),
        };
        let told = delivered.within(|| self.seal(reference, &event));
        let assessment = event.assessment.expect("it was put there above");
        let finding = Finding { reference, revision, assessment };
        Ok(Heard { event: delivered.envelope.id, effect: finding, outgoing: vec![told] })
    }

    fn seal(&self, reference: Reference, event: &NotificationAssessed) -> Envelope {
        let owner = event.notification.as_ref().map_or("", |coded| coded.notifying_authority.as_str());
        let origin = Origin { kind: NOTIFICATION_ASSESSED, source: SERVICE, subject: reference, owner };
        Envelope::seal(origin, event, &self.ambient)
    }

    /// Keeps a batch of findings in one transaction.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    pub async fn record(&self, heard: &[Heard<Finding>]) -> Result<(), StoreError> {
        self.store.record(heard, self.ambient.now()).await?;
        for found in heard {
            FINDINGS.add(1, &[found.effect.assessment.outcome().as_str_name()]);
        }
        tracing::info!(notifications = heard.len(), "recorded findings");
        Ok(())
    }
}
