//! What intake answers, in the contract's words.

use catalogue::Entry;
use contracts::intake::v1::submit_many_response::Answer as ItemAnswer;
use contracts::intake::v1::{
    AmendResponse, AnswerHandOverResponse, CheckResponse, Conflict, Receipt as WireReceipt, Refusal,
    SubmitResponse, TryAgain, WithdrawResponse,
};
use contracts::notification::v1::{HandOver, HandOverState, Notification, Remark};
use contracts::rules::refusal;
use contracts::time::to_wire;
use ids::Reference;
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::reasons;
use crate::SERVICE;
use crate::amend_notification::{Answer as RevisionAnswer, NotRevised};
use crate::answer_hand_over::{NotAnswered, Outcome};
use crate::check_notification::Checked;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::form::remark;
use crate::domain::form::rules::MESSAGE_TOO_LARGE;
use crate::hold_together::NotHeld;
use crate::store::GivenReceipt;

const CONFLICT_REMEDY: &str = "if it is the same incident, the one held stands: compare the fingerprints in Get's status.revisions, and amend it, \
                               or, where another authority has taken it over, tell that authority what differs; if it is another incident, give it a sender_reference of its own and send it again";

/// A sender's reference as it may be repeated: one that has not the form of a reference may be a name, and is not.
pub(super) fn shown_key(sender_reference: String) -> String {
    let of_a_key = |byte: u8| byte.is_ascii_alphanumeric() || b"._/:-".contains(&byte);
    let well_formed = sender_reference.len() <= 64 && sender_reference.bytes().all(of_a_key);
    if well_formed { sender_reference } else { String::new() }
}

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
    refusals::refused(Code::AlreadyExists, reasons::SUBMISSION_CONFLICT, &facts, sentence)
}

pub(super) fn try_again(not_held: &NotHeld) -> ItemAnswer {
    ItemAnswer::TryAgain(TryAgain {
        what: format!(
            "{not_held}: send it again as it is; where it was held all the same, that gives its receipt"
        ),
    })
}

pub(super) fn try_again_status(not_held: &NotHeld) -> Status {
    if *not_held == NotHeld::TooMuchWaits {
        return outbox_full(not_held);
    }
    refusals::not_now(
        reasons::NOT_HELD,
        format!(
            "{not_held}. To do: send it again as it is, in a few seconds; where it was held all the same, that gives its \
             receipt"
        ),
    )
}

/// The same retry, under the code that tells a sender to slow down.
fn outbox_full(not_held: &NotHeld) -> Status {
    let sentence = format!(
        "{not_held}; nothing of it is stored. What was held before still gets its receipt. To do: keep it, and send it \
         again as it is, in some seconds"
    );
    let later = refusals::not_now(reasons::OUTBOX_FULL, sentence);
    Status::with_error_details(Code::ResourceExhausted, later.message(), later.get_error_details())
}

/// The refusal of a caller as an item's own answer: under the reason that the status carries.
pub(super) fn not_own(status: &Status) -> ItemAnswer {
    let remark = Remark {
        field: "notifying_authority".into(),
        rule: status.get_details_error_info().map(|info| info.reason).unwrap_or_default(),
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
    refusals::refused(Code::NotFound, reasons::NOTIFICATION_NOT_FOUND, &[], sentence)
}

/// A notification may not be larger than so many bytes.
pub(super) fn require_size(notification: &Notification, largest: usize) -> Result<(), Box<Remark>> {
    let size = notification.encoded_len();
    if size <= largest {
        return Ok(());
    }
    Err(Box::new(remark(
        "notification",
        MESSAGE_TOO_LARGE,
        format!("it has {size} bytes"),
        format!("a notification may have {largest} bytes (setting largest_notification of intake)"),
        "shorten the narrative, or part the children into two notifications",
    )))
}

/// A call without the one thing that it is about.
pub(super) fn not_given(field: &str, reason: Entry, choices: &str) -> Status {
    let sentence = format!("{field}: nothing is given. To do: give {choices}");
    refusals::refused(Code::InvalidArgument, reason, &[], sentence)
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

impl From<Checked> for CheckResponse {
    /// The service's own answer to a draft; a check without a server gives the same bytes by it.
    fn from(checked: Checked) -> Self {
        Self {
            violations: checked.form.violations,
            warnings: checked.form.warnings,
            assessment: checked.assessment,
            fingerprint: checked.fingerprint.to_string(),
        }
    }
}

/// A later revision that is held, or the status that says why it is not.
pub(super) fn amended(
    reference: Reference,
    authority: &str,
    answer: RevisionAnswer,
) -> Result<AmendResponse, Status> {
    match answer {
        RevisionAnswer::Held { receipt, already_held, newest, warnings } => Ok(AmendResponse {
            receipt: Some(self::receipt(&receipt)),
            already_held,
            newest_revision: newest,
            warnings,
        }),
        RevisionAnswer::Refused { violations } => Err(refusal(&violations)),
        RevisionAnswer::Conflict { held, sent } => Err(revision_conflict(reference, held, sent)),
        RevisionAnswer::HandedOver => Err(handed_over(reference)),
        RevisionAnswer::Erased => Err(erased(reference)),
        RevisionAnswer::NotFound => Err(not_found(authority)),
    }
}

/// The same for a withdrawal, of which nothing can be odd.
pub(super) fn withdrawn(
    reference: Reference,
    authority: &str,
    answer: RevisionAnswer,
) -> Result<WithdrawResponse, Status> {
    let AmendResponse { receipt, already_held, newest_revision, .. } = amended(reference, authority, answer)?;
    Ok(WithdrawResponse { receipt, already_held, newest_revision })
}

fn revision_conflict(reference: Reference, held: Fingerprint, sent: Fingerprint) -> Status {
    let (reference, held, sent) = (reference.to_string(), held.to_string(), sent.to_string());
    let facts = [("reference", &*reference), ("held_fingerprint", &held), ("sent_fingerprint", &sent)];
    let sentence = format!(
        "revision: {reference} holds another content under this number (fingerprint {held}; this one is {sent}). A revision \
         answers with the same receipt for ever, and none is overwritten. To do: compare the fingerprints in Get's \
         status.revisions, and send what differs as the next revision"
    );
    refusals::refused(Code::AlreadyExists, reasons::REVISION_CONFLICT, &facts, sentence)
}

fn handed_over(reference: Reference) -> Status {
    let sentence = format!(
        "reference: another authority has taken {reference} over, and alone amends or withdraws it (Children Act 2004 \
         s.16C(1)(a)). Your receipts stand. To do: tell that authority what has changed; Get and Watch show where it stands"
    );
    let facts = [("reference", &*reference.to_string())];
    refusals::refused(Code::FailedPrecondition, reasons::NOTIFICATION_HANDED_OVER, &facts, sentence)
}

/// A notification that is erased takes nothing new.
pub(super) fn erased(reference: Reference) -> Status {
    let sentence = format!(
        "reference: {reference} is erased: its identities and narrative are destroyed, and nothing is added to it any more. Your \
         receipts stay true. To do: for what is new, send a notification of its own under another sender_reference; Get shows \
         when and why it was erased"
    );
    let facts = [("reference", &*reference.to_string())];
    refusals::refused(Code::FailedPrecondition, reasons::NOTIFICATION_ERASED, &facts, sentence)
}

pub(super) fn not_revised(error: &NotRevised) -> Status {
    match error {
        NotRevised::Store(error) => refusals::store(SERVICE, error),
        NotRevised::NotHeld(not_held) => try_again_status(not_held),
    }
}

/// An answer that stands, or the status that says why it does not.
pub(super) fn answered(reference: Reference, outcome: Outcome) -> Result<AnswerHandOverResponse, Status> {
    match outcome {
        Outcome::Stands { hand_over, receipt } => Ok(AnswerHandOverResponse {
            hand_over: Some(hand_over),
            receipt: receipt.as_deref().map(self::receipt),
        }),
        Outcome::Ended { hand_over } => Err(ended(&hand_over)),
        Outcome::BeingJudged { hand_over } => Err(being_judged(&hand_over)),
        Outcome::Refused { violations } => Err(refusal(&violations)),
        Outcome::NotOffered => Err(not_offered(reference)),
    }
}

fn ended(hand_over: &HandOver) -> Status {
    let HandOver { reference, to_authority, .. } = hand_over;
    let facts = [("reference", reference.as_str())];
    let (reason, what, to_do) = match hand_over.state() {
        HandOverState::Lapsed => (
            reasons::HAND_OVER_LAPSED,
            "lapsed: a newer revision is found otherwise, or withdraws the notification".to_owned(),
            "nothing; where the duty is found to be yours again, it is offered anew",
        ),
        HandOverState::Declined => (
            reasons::HAND_OVER_ANSWERED,
            format!("declined by authority {to_authority}, and an answer stands"),
            "where it was a mistake, ring the other authority: an amendment that is found so again is offered anew",
        ),
        _ => (
            reasons::HAND_OVER_ANSWERED,
            format!("accepted by authority {to_authority} already, and an answer stands"),
            "amend the notification to correct the day, or withdraw it with a reason: it is yours",
        ),
    };
    let sentence = format!("reference: the hand-over of {reference} is {what}. To do: {to_do}");
    refusals::refused(Code::FailedPrecondition, reason, &facts, sentence)
}

fn being_judged(hand_over: &HandOver) -> Status {
    let HandOver { reference, revision, .. } = hand_over;
    refusals::not_now(
        reasons::HAND_OVER_BEING_JUDGED,
        format!(
            "reference: a newer revision of {reference} came and is being judged; the offer that you saw stands on \
             revision {revision}, and nothing is taken over that was not found upon and shown. To do: list your \
             hand-overs again in a few seconds, and answer what they show then"
        ),
    )
}

fn not_offered(reference: Reference) -> Status {
    let sentence = format!(
        "no hand-over of {reference} was offered to you. To do: list the hand-overs that concern you, and copy the \
         reference from there; what was offered to another authority is not shown"
    );
    refusals::refused(Code::NotFound, reasons::HAND_OVER_NOT_OFFERED, &[], sentence)
}

pub(super) fn not_answered(error: &NotAnswered) -> Status {
    match error {
        NotAnswered::Store(error) => refusals::store(SERVICE, error),
        NotAnswered::NotHeld(not_held) => try_again_status(not_held),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_senders_reference_that_has_not_the_form_of_one_is_not_repeated() {
        assert_eq!(shown_key("KCC-2026-SI/055.1".into()), "KCC-2026-SI/055.1");
        assert_eq!(shown_key("Robin Example".into()), "");
        assert_eq!(shown_key("a".repeat(65)), "");
    }
}
