//! Checks a draft: the same judgement as accepting it, with nothing stored. It needs no server: with an [`Assessor`] of
//! the same process it gives the very answer of the service, `CheckResponse::from(checked)`.

use std::sync::Arc;

use ambient::Ambient;
use contracts::notification::v1::{Assessment, Notification};
use contracts::time::london_date;
use tonic::Status;

use crate::assessor::Assessor;
use crate::domain::coding::{Labels, code};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::form::{FormJudgement, judge_form};

/// The judgement on a draft.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What is wrong with, or odd about, its form.
    pub form: FormJudgement,
    /// What the law makes of it; `None` where its form leaves nothing to judge.
    pub assessment: Option<Assessment>,
    /// The fingerprint that a receipt would carry.
    pub fingerprint: Fingerprint,
}

/// The use case.
pub struct CheckNotification {
    assessor: Arc<dyn Assessor>,
    ambient: Ambient,
}

impl CheckNotification {
    /// Asks `assessor` for the finding.
    pub fn new(assessor: Arc<dyn Assessor>, ambient: Ambient) -> Self {
        Self { assessor, ambient }
    }

    /// Judges a draft's form and asks what the law makes of it. A draft with violations is assessed too, as far
    /// as it can be read: whoever mends it wants to know both.
    ///
    /// # Errors
    /// The status of eligibility, where it cannot be asked.
    pub async fn check(&self, notification: &Notification) -> Result<Checked, Status> {
        let now = self.ambient.now();
        let form = judge_form(notification, london_date(now));
        // Without match tokens: a draft is nobody's yet, and no finding depends on one.
        let coded = code(notification, Labels::draft(now), None);
        let assessment = if contracts::rules::broken_rules(&coded).is_empty() {
            Some(self.assessor.assess(coded).await?)
        } else {
            None
        };
        Ok(Checked { form, assessment, fingerprint: Fingerprint::of(notification) })
    }
}
