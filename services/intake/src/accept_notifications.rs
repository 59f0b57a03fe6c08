//! Accepts a notification: judges its form, draws a reference, signs a receipt, and has it held. The receipt is
//! given only after the commit (promise 1); the same submission gets the receipt that it got before (promise 3).

use std::sync::Arc;

use ambient::Ambient;
use contracts::events::NOTIFICATION_RECEIVED;
use contracts::intake::v1::NotificationReceived;
use contracts::notification::v1::{Notification, Remark};
use contracts::time::london_date;
use delivery::{Envelope, Origin};
use ids::Reference;
use notary::Notary;
use prost::Message;

use crate::SERVICE;
use crate::domain::coding::code;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::form::{FormJudgement, judge_form};
use crate::domain::receipt::Receipt;
use crate::hold_together::{HoldTogether, NotHeld};
use crate::store::{Candidate, GivenReceipt, Holding, Key, Store};

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
    notary: Notary,
    ambient: Ambient,
}

impl AcceptNotifications {
    /// Holds through `together` in `store`, and signs with `notary`.
    pub fn new(store: Arc<dyn Store>, together: HoldTogether, notary: Notary, ambient: Ambient) -> Self {
        Self { store, together, notary, ambient }
    }

    /// Accepts one notification; many at once share a commit.
    ///
    /// # Errors
    /// [`NotHeld`]: nothing of it is stored, and it may be sent again as it is.
    pub async fn accept(&self, notification: &Notification) -> Result<Answer, NotHeld> {
        let judgement = judge_form(notification, london_date(self.ambient.now()));
        if !judgement.violations.is_empty() {
            return self.refuse_unless_held(notification, judgement).await;
        }
        let mut draws = 0;
        loop {
            let candidate = self.candidate(notification)?;
            let mine = GivenReceipt {
                receipt: candidate.receipt.clone(),
                signed_note: candidate.signed_note.clone(),
            };
            draws += 1;
            match self.together.hold(candidate).await {
                Err(NotHeld::ReferenceTaken) if draws < DRAWS => (),
                other => return other.map(|holding| answer(holding, mine, judgement.warnings)),
            }
        }
    }

    /// What was held once keeps its receipt, also where a later rule or register would refuse it (promise 3).
    async fn refuse_unless_held(
        &self,
        notification: &Notification,
        judgement: FormJudgement,
    ) -> Result<Answer, NotHeld> {
        let key = Key::SenderReference(notification.sender_reference.clone());
        let held = self.store.find(&notification.notifying_authority, &key).await.map_err(|error| {
            tracing::error!(%error, "earlier submissions could not be looked for");
            NotHeld::StoreUnavailable
        })?;
        let FormJudgement { violations, warnings } = judgement;
        Ok(match held {
            Some(held) if held.receipt.receipt.fingerprint == Fingerprint::of(notification) => {
                Answer::Held { receipt: Box::new(held.receipt), already_held: true, warnings }
            }
            _ => Answer::Refused { violations, warnings },
        })
    }

    fn candidate(&self, notification: &Notification) -> Result<Candidate, NotHeld> {
        let received_at = self.ambient.now();
        let receipt = Receipt {
            reference: Reference::mint(&self.ambient),
            revision: 1,
            authority: notification.notifying_authority.clone(),
            sender_reference: notification.sender_reference.clone(),
            fingerprint: Fingerprint::of(notification),
            received_at,
        };
        let signed_note = self.notary.sign(&receipt.text()).map_err(|error| {
            tracing::error!(%error, "a receipt could not be signed");
            NotHeld::StoreUnavailable
        })?;
        let coded = code(notification, receipt.reference.to_string(), receipt.revision, received_at);
        let origin = Origin {
            kind: NOTIFICATION_RECEIVED,
            source: SERVICE,
            subject: receipt.reference,
            owner: &receipt.authority,
        };
        let event =
            Envelope::seal(origin, &NotificationReceived { notification: Some(coded) }, &self.ambient);
        Ok(Candidate { receipt, signed_note, record: notification.encode_to_vec(), event })
    }
}

fn answer(holding: Holding, mine: GivenReceipt, warnings: Vec<Remark>) -> Answer {
    match holding {
        Holding::New => Answer::Held { receipt: Box::new(mine), already_held: false, warnings },
        Holding::Before(receipt) => Answer::Held { receipt, already_held: true, warnings },
        Holding::Other { reference, fingerprint } => {
            Answer::Conflict { reference, held: fingerprint, sent: mine.receipt.fingerprint }
        }
    }
}
