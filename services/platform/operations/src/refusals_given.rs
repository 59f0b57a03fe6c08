//! What operators' calls are refused with.

use catalogue::Entry;
use contracts::catalogue::RULES;
use contracts::notification::v1::Remark;
use contracts::rules::refusal;
use tonic::{Code, Status};

catalogue::entries! {
    /// Codes with which an operator's call about parked events is refused.
    pub REFUSALS = "Refusals of operators' calls";
    EVENT_ID_MISTAKEN: "It is not an event's id.",
        "Copy it from the list of parked events.";
    SERVICE_NOT_HERE: "The service does not answer at this address.",
        "Call that service's own address, or leave the service out.";
    RETRY_CHOICE_MISTAKEN: "Neither ids nor a queue say which events to send again, or both do.",
        "Give event_ids, or oldest with a queue and a number.";
    PARKED_PAGE_TOKEN_MISTAKEN: "The page token is none of the list of parked events.",
        "Give back next_page_token as the page before answered it, or leave it out to begin at the front.";
}

/// An id that is none.
pub(crate) fn event_id(position: usize) -> Status {
    refused(&format!("event_ids[{position}]"), EVENT_ID_MISTAKEN, "an event is found by its id, a UUID")
}

/// A call that says neither by ids nor by queue which events it means, or both.
pub(crate) fn choice() -> Status {
    refused(
        "event_ids",
        RETRY_CHOICE_MISTAKEN,
        "what is sent again is chosen by ids or by queue, not by both",
    )
}

/// A token that is none of this list.
pub(crate) fn page_token() -> Status {
    refused("page_token", PARKED_PAGE_TOKEN_MISTAKEN, "a token holds on to a place in this list's order")
}

/// A reason of blanks alone.
pub(crate) fn no_reason() -> Status {
    let rule = RULES.entries.iter().find(|rule| rule.code() == "string.min_len");
    refused(
        "reason",
        *rule.unwrap_or(&contracts::catalogue::FORM_VIOLATED),
        "the audit log records why, and nobody else can say it later",
    )
}

/// A service that another process is.
pub(crate) fn not_here(service: &str, here: &[&str]) -> Status {
    let known = ["intake", "eligibility", "triage", "audit"].contains(&service);
    let named = if known { service } else { "that service" };
    let sentence = format!(
        "service: {named} does not answer here; this address answers for {}. To do: call {named}'s own address, or leave the \
         service out",
        here.join(", ")
    );
    refusals::refused(Code::NotFound, SERVICE_NOT_HERE, &[], sentence)
}

fn refused(field: &str, rule: Entry, why: &str) -> Status {
    let clause = |sentence: &str| {
        let mut letters = sentence.trim_end_matches('.').chars();
        let first = letters.next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default();
        first + letters.as_str()
    };
    refusal(&[Remark {
        field: field.into(),
        rule: rule.code().into(),
        what: clause(rule.meaning()),
        why: why.into(),
        remedy: clause(rule.to_do()),
    }])
}
