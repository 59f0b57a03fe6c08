//! What intake answers, in the contract's words.

use contracts::intake::v1::submit_many_response::Answer as ItemAnswer;
use contracts::intake::v1::{Conflict, Receipt as WireReceipt, Refusal, SubmitResponse, TryAgain};
use contracts::notification::v1::{Notification, Remark};
use contracts::time::to_wire;
use ids::Reference;
use prost::Message;
use tonic::{Code, Status};

use crate::domain::fingerprint::Fingerprint;
use crate::hold_together::NotHeld;
use crate::store::GivenReceipt;

const CONFLICT_REMEDY: &str = "if it is the same incident, the one held stands: look at it with Get; if it is another incident, \
                               give it a sender_reference of its own and send it again";

pub(super) fn held(receipt: &GivenReceipt, already_held: bool, warnings: Vec<Remark>) -> SubmitResponse {
    SubmitResponse { receipt: Some(self::receipt(receipt)), already_held, warnings }
}

pub(super) fn receipt(given: &GivenReceipt) -> WireReceipt {
    let receipt = &given.receipt;
    WireReceipt {
        reference: receipt.reference.to_string(),
        revision: receipt.revision,
        notifying_authority: receipt.authority.clone(),
        sender_reference: receipt.sender_reference.clone(),
        fingerprint: receipt.fingerprint.to_string(),
        received_at: Some(to_wire(receipt.received_at)),
        signed_note: given.signed_note.clone(),
    }
}

pub(super) fn refused(violations: Vec<Remark>, warnings: Vec<Remark>) -> ItemAnswer {
    ItemAnswer::Refused(Refusal { violations, warnings })
}

pub(super) fn conflict(reference: Reference, held: Fingerprint, sent: Fingerprint) -> Conflict {
    Conflict {
        reference: reference.to_string(),
        held_fingerprint: held.to_string(),
        sent_fingerprint: sent.to_string(),
        remedy: CONFLICT_REMEDY.to_owned(),
    }
}

pub(super) fn conflict_status(reference: Reference, held: Fingerprint, sent: Fingerprint) -> Status {
    let (reference, held, sent) = (reference.to_string(), held.to_string(), sent.to_string());
    let facts = [("reference", &*reference), ("held_fingerprint", &held), ("sent_fingerprint", &sent)];
    let sentence = format!(
        "sender_reference: this authority has sent another content under it, held as {reference} (fingerprint {held}; \
         this one is {sent}). A key answers with the same receipt for ever. To do: {CONFLICT_REMEDY}"
    );
    refusals::refused(Code::AlreadyExists, "SUBMISSION_CONFLICT", &facts, sentence)
}

pub(super) fn try_again(not_held: &NotHeld) -> ItemAnswer {
    ItemAnswer::TryAgain(TryAgain {
        what: format!("{not_held}; nothing of it is stored: send it again as it is"),
    })
}

pub(super) fn try_again_status(not_held: &NotHeld) -> Status {
    refusals::not_now(
        "NOT_HELD",
        format!("{not_held}; nothing of it is stored. To do: send it again as it is, in a few seconds"),
    )
}

pub(super) fn not_own(status: &Status) -> ItemAnswer {
    let remark = Remark {
        field: "notifying_authority".into(),
        rule: "ANOTHER_AUTHORITY".into(),
        what: status.message().to_owned(),
        why: "an authority sends for itself alone; the duty is each authority's own (Children Act 2004 s.16C(1))".into(),
        remedy: "send it with that authority's certificate, or correct notifying_authority".into(),
    };
    refused(vec![remark], Vec::new())
}

pub(super) fn not_found(authority: &str) -> Status {
    let sentence = format!(
        "authority {authority} has no such notification. To do: read the reference out again, or ask by your own \
         sender_reference; another authority's notifications are not shown"
    );
    refusals::refused(Code::NotFound, "NOTIFICATION_NOT_FOUND", &[], sentence)
}

/// A notification may not be larger than so many bytes.
pub(super) fn require_size(notification: &Notification, largest: usize) -> Result<(), Box<Remark>> {
    let size = notification.encoded_len();
    if size <= largest {
        return Ok(());
    }
    Err(Box::new(Remark {
        field: "notification".into(),
        rule: "MESSAGE_TOO_LARGE".into(),
        what: format!("it has {size} bytes"),
        why: format!("a notification may have {largest} bytes (setting largest_notification of intake)"),
        remedy: "shorten the narrative, or part the children into two notifications".into(),
    }))
}

/// What broke a stream, with what to do about the items that have no answer.
pub(super) fn broken_stream(status: &Status) -> Status {
    let sentence = format!(
        "{}. Every item that was read before has its answer. To do: send those without an answer again, the item after \
         the last of them mended where it is the cause; the others keep their receipts",
        status.message()
    );
    Status::new(status.code(), sentence)
}
