//! Accepts a notification: judges its form, draws a reference, signs a receipt, and has it held. The receipt is
//! given only after the commit (promise 1); the same submission gets the receipt that it got before (promise 3).

use std::sync::Arc;

use contracts::notification::v1::{Notification, Remark};
use contracts::time::london_date;
use ids::Reference;

use crate::domain::authority::number_of;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::form::{FormJudgement, judge_form};
use crate::hold_together::{HoldTogether, NotHeld};
use crate::prepare_revision::PrepareRevision;
use crate::store::{GivenReceipt, Holding, Key, Store};

/// A drawn reference is taken once in thousands of millions; several in a row mean that something is wrong.
const DRAWS: usize = 5;

/// What became of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is held.
    Held {
        /// The receipt.
        receipt: Box<GivenReceipt>,
        /// Whether this very submission was held before.
        already_held: bool,
        /// What is odd.
        warnings: Vec<Remark>,
    },
    /// It was not held, because it cannot be read.
    Refused {
        /// Everything that is wrong.
        violations: Vec<Remark>,
        /// What is odd besides.
        warnings: Vec<Remark>,
    },
    /// Its key is held with other content.
    Conflict {
        /// The reference under which it is held.
        reference: Reference,
        /// The fingerprint of what is held.
        held: Fingerprint,
        /// The fingerprint of what was sent.
        sent: Fingerprint,
    },
}

/// The use case.
pub struct AcceptNotifications {
    store: Arc<dyn Store>,
    together: HoldTogether,
    prepare: Arc<PrepareRevision>,
}

impl AcceptNotifications {
    /// Holds through `together` in `store` what `prepare` has made ready.
    pub fn new(store: Arc<dyn Store>, together: HoldTogether, prepare: Arc<PrepareRevision>) -> Self {
        Self { store, together, prepare }
    }

    /// Accepts one notification; many at once share a commit.
    ///
    /// # Errors
    /// [`NotHeld`]: it may be sent again as it is.
    pub async fn accept(&self, notification: &Notification) -> Result<Answer, NotHeld> {
        let judgement = judge_form(notification, london_date(self.prepare.ambient().now()));
        if !judgement.violations.is_empty() {
            return self.refuse_unless_held(notification, judgement).await;
        }
        let mut draws = 0;
        loop {
            let candidate = self.prepare.submitted(notification)?;
            let mine = GivenReceipt {
                receipt: candidate.receipt.clone(),
                signed_note: candidate.signed_note.clone(),
            };
            draws += 1;
            match self.together.hold(candidate).await {
                Err(NotHeld::ReferenceTaken) if draws < DRAWS => (),
                other => return answer(other?, mine, judgement.warnings),
            }
        }
    }

    /// What was held once keeps its receipt, also where a later rule or register would refuse it (promise 3).
    async fn refuse_unless_held(
        &self,
        notification: &Notification,
        judgement: FormJudgement,
    ) -> Result<Answer, NotHeld> {
        let authority = number_of(&notification.notifying_authority);
        let key = Key::SenderReference(notification.sender_reference.clone());
        let held = self.store.standing(&authority, &key, 1).await.map_err(|error| {
            tracing::error!(%error, "earlier submissions could not be looked for");
            NotHeld::StoreUnavailable
        })?;
        let FormJudgement { violations, warnings } = judgement;
        Ok(match held {
            Some((_, Some(given))) if given.receipt.fingerprint == Fingerprint::of(notification) => {
                Answer::Held { receipt: Box::new(given), already_held: true, warnings }
            }
            _ => Answer::Refused { violations, warnings },
        })
    }
}

fn answer(holding: Holding, mine: GivenReceipt, warnings: Vec<Remark>) -> Result<Answer, NotHeld> {
    match holding {
        Holding::New { .. } => Ok(Answer::Held { receipt: Box::new(mine), already_held: false, warnings }),
        Holding::Before { given, .. } => Ok(Answer::Held { receipt: given, already_held: true, warnings }),
        Holding::Other { reference, fingerprint } => {
            Ok(Answer::Conflict { reference, held: fingerprint, sent: mine.receipt.fingerprint })
        }
        // A first revision is placed by its key alone: these are answers to later ones.
        Holding::TooFarAhead { .. } | Holding::HandedOver | Holding::Erased | Holding::NotFound => {
            Err(NotHeld::StoreUnavailable)
        }
    }
}
