//! Makes revisions ready to be held: fingerprint, receipt, signature, coded facts, event. First ones, later ones,
//! withdrawals and hand-overs differ in what they say, not in how they are proved.

use ambient::Ambient;
use contracts::events::{Event, NOTIFICATION_AMENDED, NOTIFICATION_RECEIVED, NOTIFICATION_WITHDRAWN};
use contracts::intake::v1::{NotificationAmended, NotificationReceived, NotificationWithdrawn};
use contracts::notification::v1::{CodedNotification, Notification, RevisionKind, WithdrawalReason};
use contracts::time::to_wire;
use delivery::{Envelope, Origin};
use ids::Reference;
use jiff::Timestamp;
use notary::Notary;
use prost::Message;
use tracing::Span;

use crate::SERVICE;
use crate::domain::authority::number_of;
use crate::domain::coding::{Labels, code};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::match_tokens::Tokeniser;
use crate::domain::receipt::Receipt;
use crate::hold_together::NotHeld;
use crate::store::{Candidate, Content, Standing};

/// Makes revisions ready.
pub struct PrepareRevision {
    notary: Notary,
    tokeniser: Tokeniser,
    ambient: Ambient,
}

/// Which revision of which notification, and whose.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Lapwing's reference.
    pub reference: Reference,
    /// The revision's number.
    pub number: u32,
    /// The DfE number of the authority that sends it.
    pub authority: &'a str,
    /// What is fixed about the notification.
    pub standing: &'a Standing,
}

/// What a revision says, before it is signed.
struct Draft {
    receipt: Receipt,
    kind: RevisionKind,
    content: Content,
}

impl PrepareRevision {
    /// Signs with `notary`, and makes match tokens with `tokeniser`.
    pub fn new(notary: Notary, tokeniser: Tokeniser, ambient: Ambient) -> Self {
        Self { notary, tokeniser, ambient }
    }

    /// The clock and the chance that revisions are made with.
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// A first revision, under a newly drawn reference.
    ///
    /// # Errors
    /// Where its receipt cannot be signed.
    pub fn submitted(&self, notification: &Notification) -> Result<Candidate, NotHeld> {
        let receipt = Receipt {
            reference: Reference::mint(&self.ambient),
            revision: 1,
            authority: number_of(&notification.notifying_authority),
            sender_reference: notification.sender_reference.clone(),
            fingerprint: Fingerprint::of(notification),
            received_at: self.ambient.now(),
        };
        let event =
            NotificationReceived { notification: Some(self.coded(notification, &receipt, String::new())) };
        let content = Content::Record(notification.encode_to_vec());
        self.seal(NOTIFICATION_RECEIVED, Draft { receipt, kind: RevisionKind::Submitted, content }, &event)
    }

    /// A later revision with its whole content: amended by the notifier, or handed over.
    ///
    /// # Errors
    /// Where its receipt cannot be signed.
    pub fn amended(
        &self,
        place: Place<'_>,
        kind: RevisionKind,
        notification: &Notification,
    ) -> Result<Candidate, NotHeld> {
        let receipt = receipt(place, Fingerprint::of(notification), self.ambient.now());
        let from = place.standing.handed_over_from(place.authority);
        let event = NotificationAmended {
            notification: Some(self.coded(notification, &receipt, from)),
            kind: kind.into(),
            // What it follows is known when it is held.
            follows: 0,
        };
        let content = Content::Record(notification.encode_to_vec());
        self.seal(NOTIFICATION_AMENDED, Draft { receipt, kind, content }, &event)
    }

    /// A withdrawal.
    ///
    /// # Errors
    /// Where its receipt cannot be signed.
    pub fn withdrawn(
        &self,
        place: Place<'_>,
        reason: WithdrawalReason,
        words: String,
    ) -> Result<Candidate, NotHeld> {
        let fingerprint = Fingerprint::of_withdrawal(place.reference, place.number, reason.into(), &words);
        let receipt = receipt(place, fingerprint, self.ambient.now());
        let event = NotificationWithdrawn {
            reference: place.reference.to_string(),
            revision: place.number,
            notifying_authority: receipt.authority.clone(),
            reason: reason.into(),
            received_at: Some(to_wire(receipt.received_at)),
        };
        let content = Content::Withdrawal { reason, words };
        self.seal(NOTIFICATION_WITHDRAWN, Draft { receipt, kind: RevisionKind::Withdrawn, content }, &event)
    }

    fn coded(&self, notification: &Notification, receipt: &Receipt, from: String) -> CodedNotification {
        let labels = Labels {
            reference: receipt.reference.to_string(),
            revision: receipt.revision,
            received_at: receipt.received_at,
            handed_over_from: from,
        };
        code(notification, labels, Some(&self.tokeniser))
    }

    /// What is told is an [`Event`], which has no room for identities: a record does not compile here.
    fn seal(&self, told_as: &'static str, draft: Draft, event: &impl Event) -> Result<Candidate, NotHeld> {
        let Draft { receipt, kind, content } = draft;
        let signed_note = self.notary.sign(&receipt.text()).map_err(|error| {
            tracing::error!(%error, "a receipt could not be signed");
            NotHeld::StoreUnavailable
        })?;
        let origin =
            Origin { kind: told_as, source: SERVICE, subject: receipt.reference, owner: &receipt.authority };
        let event = Envelope::seal(origin, event, &self.ambient);
        Ok(Candidate { receipt, signed_note, kind, content, event, cause: Span::current() })
    }
}

fn receipt(place: Place<'_>, fingerprint: Fingerprint, received_at: Timestamp) -> Receipt {
    Receipt {
        reference: place.reference,
        revision: place.number,
        authority: place.authority.to_owned(),
        sender_reference: place.standing.sender_reference.clone(),
        fingerprint,
        received_at,
    }
}
