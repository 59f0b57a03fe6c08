//! The reasons with which intake refuses a call, with what each means and what to do.
//!
//! What a reader would get wrong: remarks on a notification's form are not here but with the rules of form; they come
//! under one reason of the contracts.

catalogue::entries! {
    /// Calls that intake refuses.
    pub REFUSALS = "Calls that intake refuses";
    SUBMISSION_CONFLICT: "The authority has sent other content under this sender_reference; both fingerprints are shown.",
        "If it is the same incident, compare the fingerprints in Get's status.revisions, and amend the one held, or tell the authority that has taken it over; if it is another, give it a sender_reference of its own.";
    REVISION_CONFLICT: "This revision of the notification is held with other content; both fingerprints are shown.",
        "Compare the fingerprints in Get's status.revisions, and send what differs as the next revision.";
    NOT_HELD: "The store did not confirm that it is held.",
        "Send it again as it is, in a few seconds; where it was held all the same, that answers with its receipt.";
    OUTBOX_FULL: "Too many events wait to be delivered, and nothing new is taken; what was held before still gets its receipt, and reading goes on.",
        "Keep it, and send it again as it is, in some seconds; the operator sees why events do not leave.";
    NOTIFICATION_NOT_FOUND: "The caller has no such notification; whether another authority has is not told.",
        "Read the reference out again, or ask by your own sender_reference.";
    NOTIFICATION_HANDED_OVER: "Another authority has taken the notification over, and alone amends or withdraws it.",
        "Tell that authority what has changed; Get and Watch still show where it stands.";
    NOTIFICATION_ERASED: "The notification's identities and narrative are destroyed, and nothing is added to it any more.",
        "For what is new, send a notification of its own; receipts given before stay true.";
    NOTIFICATION_ON_HOLD: "A legal hold is on the notification, and until it is released nothing erases it.",
        "Where the hold's reason is over, release it, and erase then.";
    HAND_OVER_NOT_OFFERED: "No hand-over of such a notification was offered to the caller.",
        "List the hand-overs that concern you, and copy the reference from there.";
    HAND_OVER_ANSWERED: "The hand-over has been answered otherwise; an answer stands.",
        "List your hand-overs to see the answer; where it was a mistake, ring the other authority.";
    HAND_OVER_LAPSED: "The offer has lapsed: a newer revision is found otherwise, or withdraws the notification.",
        "Nothing; where the duty is found to be yours again, it is offered anew.";
    HAND_OVER_BEING_JUDGED: "A newer revision came and is being judged.",
        "List your hand-overs again in a few seconds, and answer what they show then.";
    KEY_NOT_GIVEN: "Get was asked without a reference and without a sender_reference.",
        "Give one of the two.";
    ANSWER_NOT_GIVEN: "A hand-over was answered with neither accept nor decline.",
        "Give one of the two.";
    STOPPING: "This server is stopping.",
        "Call again in a few seconds.";
}
