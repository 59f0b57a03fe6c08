//! Answers a hand-over: the authority with the duty takes a notification over, or says that the duty is not its own.
//!
//! What a reader would get wrong: the record to be taken over is read before the transaction, and the transaction only
//! takes what is made from the newest one. Where an amendment, a withdrawal or another answer came first, it is read anew.

use std::sync::Arc;

use contracts::events::{HAND_OVER_ACCEPTED, HAND_OVER_DECLINED};
use contracts::intake::v1::{HandOverChanged, HandOverOffer};
use contracts::notification::v1::{DeclineReason, HandOver, HandOverState, Remark, RevisionKind};
use contracts::time::{civil_date, from_wire, london_date, to_wire};
use delivery::{Envelope, Origin};
use ids::Reference;
use jiff::civil::Date;
use storage::StoreError;
use tokio::sync::broadcast;

use crate::SERVICE;
use crate::domain::form::judge_day;
use crate::domain::hand_over::taken_over;
use crate::hold_together::NotHeld;
use crate::prepare_revision::{Place, PrepareRevision};
use crate::store::{Answered, AnsweredWith, GivenReceipt, Offer, Store};

/// Each time around, something else was committed about the same notification; more than a few mean that something is
/// wrong.
const READINGS: usize = 5;

/// An authority's answer.
#[derive(Clone)]
pub enum Reply {
    /// It takes the notification over.
    Accept {
        /// The day on which it became aware, as it was sent; empty for that of its own earlier record, or else the day
        /// of the offer in London.
        became_aware_on: String,
    },
    /// It does not.
    Decline {
        /// Why.
        reason: DeclineReason,
        /// The same in words, which intake alone holds.
        words: String,
    },
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It stands.
    Stands {
        /// The hand-over now.
        hand_over: HandOver,
        /// Where it was accepted: the receipt of the revision that it made.
        receipt: Option<Box<GivenReceipt>>,
    },
    /// The offer has ended otherwise.
    Ended {
        /// The hand-over now.
        hand_over: HandOver,
    },
    /// A revision has come that is newer than the one on whose finding the offer stands: it is accepted once that one
    /// is found upon too, and shown.
    BeingJudged {
        /// The hand-over now.
        hand_over: HandOver,
    },
    /// The day cannot be read.
    Refused {
        /// What is wrong.
        violations: Vec<Remark>,
    },
    /// Nothing was ever offered to the caller under this reference.
    NotOffered,
}

/// Why an answer has no effect now.
#[derive(Debug, thiserror::Error)]
pub enum NotAnswered {
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It may be given again as it is.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
}

/// An answer as the store takes it, and the receipt that it gives.
type Ready = (Answered, Option<Box<GivenReceipt>>);

/// The use case.
pub struct AnswerHandOver {
    store: Arc<dyn Store>,
    prepare: Arc<PrepareRevision>,
    changes: broadcast::Sender<Reference>,
}

impl AnswerHandOver {
    /// Answers in `store` with what `prepare` has made ready, and tells through `changes` which notifications have
    /// changed.
    pub fn new(
        store: Arc<dyn Store>,
        prepare: Arc<PrepareRevision>,
        changes: broadcast::Sender<Reference>,
    ) -> Self {
        Self { store, prepare, changes }
    }

    /// The hand-overs from and to an authority, those that wait first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn list(&self, authority: &str, also_ended: bool) -> Result<Vec<HandOverOffer>, StoreError> {
        self.store.hand_overs(authority, also_ended).await
    }

    /// Answers for an authority. Repeating an answer answers the same.
    ///
    /// # Errors
    /// [`NotAnswered`].
    pub async fn answer(
        &self,
        authority: &str,
        reference: Reference,
        reply: &Reply,
    ) -> Result<Outcome, NotAnswered> {
        for _ in 0..READINGS {
            let Some(offer) = self.store.offer(authority, reference).await? else {
                return Ok(Outcome::NotOffered);
            };
            // First of all: a day that does not exist is not the same answer as none.
            if let Some(violation) = self.judge(reply) {
                return Ok(Outcome::Refused { violations: vec![violation] });
            }
            if offer.hand_over.state() != HandOverState::Offered {
                return Ok(ended(offer, reply));
            }
            if matches!(reply, Reply::Accept { .. }) && offer.hand_over.revision != offer.standing.newest {
                return Ok(Outcome::BeingJudged { hand_over: offer.hand_over });
            }
            // Erased, it has no open offer; and nothing is taken over of which nothing is left.
            let Some((answered, receipt)) = self.answered(authority, reference, &offer, reply)? else {
                return Ok(Outcome::Ended { hand_over: offer.hand_over });
            };
            if self.store.answer(&answered).await? {
                // Nobody watching is no error.
                let _watchers = self.changes.send(reference);
                return Ok(Outcome::Stands { hand_over: answered.hand_over, receipt });
            }
        }
        Err(NotHeld::StoreUnavailable.into())
    }

    fn judge(&self, reply: &Reply) -> Option<Remark> {
        let Reply::Accept { became_aware_on } = reply else { return None };
        let today = london_date(self.prepare.ambient().now());
        judge_day("accept.became_aware_on".to_owned(), became_aware_on, today)
    }

    /// The answer as the store takes it, and the receipt that it gives; none where there is no record to take over.
    fn answered(
        &self,
        authority: &str,
        reference: Reference,
        offer: &Offer,
        reply: &Reply,
    ) -> Result<Option<Ready>, NotHeld> {
        let now = self.prepare.ambient().now();
        let mut hand_over = offer.hand_over.clone();
        hand_over.answered_at = Some(to_wire(now));
        let (with, receipt) = match reply {
            Reply::Accept { became_aware_on } => {
                let aware = aware_on(became_aware_on, offer).unwrap_or_else(|| london_date(now));
                hand_over.set_state(HandOverState::Accepted);
                let Some(newest) = offer.newest.clone() else { return Ok(None) };
                let taken = taken_over(newest, authority, aware, offer.own.as_ref());
                let number = offer.standing.newest.checked_add(1).ok_or(NotHeld::StoreUnavailable)?;
                let place = Place { reference, number, authority, standing: &offer.standing };
                let candidate = self.prepare.amended(place, RevisionKind::HandedOver, &taken)?;
                let (receipt, signed_note) = (candidate.receipt.clone(), candidate.signed_note.clone());
                let given = GivenReceipt { receipt, signed_note };
                (AnsweredWith::Revision(Box::new(candidate)), Some(Box::new(given)))
            }
            Reply::Decline { reason, words } => {
                hand_over.set_state(HandOverState::Declined);
                hand_over.set_declined_because(*reason);
                (AnsweredWith::Words(words.clone()), None)
            }
        };
        let event = self.event(reference, &hand_over);
        Ok(Some((Answered { number: offer.number, hand_over, with, event }, receipt)))
    }

    /// An accepted notification is the accepting authority's from then on, and so is what is told of it.
    fn event(&self, reference: Reference, hand_over: &HandOver) -> Envelope {
        let accepted = hand_over.state() == HandOverState::Accepted;
        let (kind, owner) = if accepted {
            (HAND_OVER_ACCEPTED, &hand_over.to_authority)
        } else {
            (HAND_OVER_DECLINED, &hand_over.from_authority)
        };
        let origin = Origin { kind, source: SERVICE, subject: reference, owner };
        let event = HandOverChanged { hand_over: Some(hand_over.clone()) };
        Envelope::seal(origin, &event, self.prepare.ambient())
    }
}

/// The day given; or that of the authority's own record, where it has had the notification before; or the day of the
/// offer in London.
fn aware_on(given: &str, offer: &Offer) -> Option<Date> {
    let day = |text: &str| civil_date(text).ok().flatten();
    let before = || offer.own.as_ref().and_then(|own| day(&own.became_aware_on));
    let offered = || from_wire(offer.hand_over.offered_at.as_ref()).map(london_date);
    day(given).or_else(before).or_else(offered)
}

/// What an offer that has ended answers: the same again to the same answer, and how it ended to any other.
fn ended(offer: Offer, reply: &Reply) -> Outcome {
    let aware = match reply {
        Reply::Accept { became_aware_on } => aware_on(became_aware_on, &offer).map(|day| day.to_string()),
        Reply::Decline { .. } => None,
    };
    let hand_over = offer.hand_over;
    match (reply, offer.accepted) {
        (Reply::Accept { .. }, Some(accepted))
            // Of one that is erased nobody can say any more which day it was; the receipt stays true.
            if accepted.notification.as_ref().is_none_or(|held| aware.as_ref() == Some(&held.became_aware_on)) =>
        {
            return Outcome::Stands { hand_over, receipt: Some(Box::new(accepted.receipt)) };
        }
        (Reply::Decline { reason, words }, None) => {
            let same = hand_over.declined_because() == *reason && offer.words == *words;
            if same && hand_over.state() == HandOverState::Declined {
                return Outcome::Stands { hand_over, receipt: None };
            }
        }
        _ => (),
    }
    Outcome::Ended { hand_over }
}
