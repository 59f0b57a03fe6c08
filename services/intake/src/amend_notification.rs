//! Amends and withdraws: later revisions of a notification that its notifier sends.
//!
//! What a reader would get wrong: nothing decides here which revision counts. Numbers do, in the transaction that holds
//! them; the answer only says which one it is.

use std::sync::Arc;

use contracts::notification::v1::{Notification, Remark, RevisionKind, WithdrawalReason};
use contracts::time::london_date;
use ids::Reference;
use storage::StoreError;

use crate::domain::fingerprint::Fingerprint;
use crate::domain::form::rules::{REVISION_TOO_FAR_AHEAD, SENDER_REFERENCE_CHANGED};
use crate::domain::form::{FormJudgement, judge_form, remark};
use crate::domain::standing::{FURTHEST_AHEAD, is_too_far_ahead};
use crate::hold_together::{HoldTogether, NotHeld};
use crate::prepare_revision::{Place, PrepareRevision};
use crate::store::{Candidate, GivenReceipt, Holding, Key, Standing, Store};

/// What became of a later revision.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is held.
    Held {
        /// The receipt.
        receipt: Box<GivenReceipt>,
        /// Whether this very revision was held before.
        already_held: bool,
        /// The revision that counts.
        newest: u32,
        /// What is odd.
        warnings: Vec<Remark>,
    },
    /// It was not held, because it cannot be read.
    Refused {
        /// Everything that is wrong.
        violations: Vec<Remark>,
    },
    /// The number is held with other content.
    Conflict {
        /// The fingerprint of what is held.
        held: Fingerprint,
        /// The fingerprint of what was sent.
        sent: Fingerprint,
    },
    /// Another authority has taken the notification over.
    HandedOver,
    /// The notification is erased.
    Erased,
    /// The caller has no such notification.
    NotFound,
}

/// Why a later revision is not held now.
#[derive(Debug, thiserror::Error)]
pub enum NotRevised {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It may be sent again as it is.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
}

/// The use case.
pub struct AmendNotification {
    store: Arc<dyn Store>,
    together: HoldTogether,
    prepare: Arc<PrepareRevision>,
}

impl AmendNotification {
    /// Holds through `together` in `store` what `prepare` has made ready.
    pub fn new(store: Arc<dyn Store>, together: HoldTogether, prepare: Arc<PrepareRevision>) -> Self {
        Self { store, together, prepare }
    }

    /// Holds a later revision, whole, for the authority that is responsible for the notification.
    ///
    /// # Errors
    /// [`NotRevised`].
    pub async fn amend(
        &self,
        authority: &str,
        reference: Reference,
        number: u32,
        notification: &Notification,
    ) -> Result<Answer, NotRevised> {
        let key = Key::Reference(reference);
        let Some((standing, given)) = self.store.standing(authority, &key, number).await? else {
            return Ok(Answer::NotFound);
        };
        let judgement = self.judge(notification, number, &standing);
        // What was held once keeps its receipt, also where a later rule or register would refuse it (promise 3).
        let sent = Fingerprint::of(notification);
        if let Some(given) =
            given.filter(|given| given.receipt.fingerprint == sent && given.receipt.authority == authority)
        {
            let (receipt, newest) = (Box::new(given), standing.newest);
            return Ok(Answer::Held { receipt, already_held: true, newest, warnings: judgement.warnings });
        }
        if standing.authority != authority {
            return Ok(Answer::HandedOver);
        }
        if standing.erased {
            return Ok(Answer::Erased);
        }
        if !judgement.violations.is_empty() {
            return Ok(Answer::Refused { violations: judgement.violations });
        }
        let place = Place { reference, number, authority, standing: &standing };
        let candidate = self.prepare.amended(place, RevisionKind::Amended, notification)?;
        self.hold(candidate, judgement.warnings).await
    }

    /// Withdraws a notification with a reason, for the authority that is responsible for it.
    ///
    /// # Errors
    /// [`NotRevised`].
    pub async fn withdraw(
        &self,
        authority: &str,
        reference: Reference,
        number: u32,
        reason: WithdrawalReason,
        words: String,
    ) -> Result<Answer, NotRevised> {
        let key = Key::Reference(reference);
        let Some((standing, _)) = self.store.standing(authority, &key, number).await? else {
            return Ok(Answer::NotFound);
        };
        if standing.authority == authority && is_too_far_ahead(standing.newest, number) {
            return Ok(Answer::Refused { violations: vec![too_far_ahead(standing.newest)] });
        }
        let place = Place { reference, number, authority, standing: &standing };
        let candidate = self.prepare.withdrawn(place, reason, words)?;
        self.hold(candidate, Vec::new()).await
    }

    fn judge(&self, notification: &Notification, number: u32, standing: &Standing) -> FormJudgement {
        let mut judgement = judge_form(notification, london_date(self.prepare.ambient().now()));
        if notification.sender_reference != standing.sender_reference {
            judgement.violations.push(remark(
                "sender_reference",
                SENDER_REFERENCE_CHANGED,
                "it is not the one that this notification was first sent with",
                "a notification is known by it for ever; revisions are told apart by their numbers (promise 3 of the architecture)",
                "give the sender_reference that Get answers with; for another incident, submit a notification of its own",
            ));
        }
        if is_too_far_ahead(standing.newest, number) {
            judgement.violations.push(too_far_ahead(standing.newest));
        }
        judgement
    }

    async fn hold(&self, candidate: Candidate, warnings: Vec<Remark>) -> Result<Answer, NotRevised> {
        let mine =
            GivenReceipt { receipt: candidate.receipt.clone(), signed_note: candidate.signed_note.clone() };
        Ok(match self.together.hold(candidate).await? {
            Holding::New { follows } => {
                let newest = follows.max(mine.receipt.revision);
                Answer::Held { receipt: Box::new(mine), already_held: false, newest, warnings }
            }
            Holding::Before { given, newest } => {
                Answer::Held { receipt: given, already_held: true, newest, warnings }
            }
            Holding::Other { fingerprint, .. } => {
                Answer::Conflict { held: fingerprint, sent: mine.receipt.fingerprint }
            }
            Holding::TooFarAhead { newest } => Answer::Refused { violations: vec![too_far_ahead(newest)] },
            Holding::HandedOver => Answer::HandedOver,
            Holding::Erased => Answer::Erased,
            Holding::NotFound => Answer::NotFound,
        })
    }
}

fn too_far_ahead(newest: u32) -> Remark {
    let next = newest.saturating_add(1);
    remark(
        "revision",
        REVISION_TOO_FAR_AHEAD,
        format!("it is more than {FURTHEST_AHEAD} above the newest revision held, which is {newest}"),
        "the highest number counts for ever (promise 3 of the architecture), and one slip must not use up all that follow",
        format!("give {next}; a gap of up to {FURTHEST_AHEAD} is taken"),
    )
}
