//! The decoders. Each says whether it took the input; what it takes goes on through whatever the services do with it.

use contracts::json::{from_json, to_json};
use contracts::notification::v1::Notification;
use contracts::rules::broken_rules;
use intake::domain::coding::{Labels, code};
use intake::domain::fingerprint::Fingerprint;
use intake::domain::form::judge_form;
use jiff::Timestamp;
use jiff::civil::date;
use prost::Message;

use crate::corpora::{CANARY, NOTARY};

pub(crate) fn notification_json(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    match from_json::<Notification>(text) {
        Ok(notification) => {
            let again = from_json::<Notification>(&to_json(&notification)).expect("what was written reads");
            assert_eq!(again, notification, "written and read again it is the same");
            go_on(&notification);
            true
        }
        Err(error) => {
            assert!(!error.to_string().contains(CANARY), "an error repeats what was sent");
            false
        }
    }
}

pub(crate) fn notification_protobuf(input: &[u8]) -> bool {
    let Ok(notification) = Notification::decode(input) else { return false };
    go_on(&notification);
    true
}

/// What intake does with a notification before it is held.
fn go_on(notification: &Notification) {
    let judged = judge_form(notification, date(2026, 11, 28));
    if broken_rules(notification).is_empty() && judged.violations.is_empty() {
        let labels = Labels {
            reference: "LW-7K4-MXP-2R9".into(),
            revision: 1,
            received_at: Timestamp::UNIX_EPOCH,
            handed_over_from: String::new(),
        };
        let coded = code(notification, labels, None);
        let assessed = eligibility::assess::assess_coded(&coded, eligibility::domain::policy::compiled_in());
        assert!(!assessed.summary.is_empty(), "whatever is well formed is found upon");
    }
    let remarks = judged.violations.iter().chain(&judged.warnings);
    assert!(remarks.into_iter().all(|remark| !remark.what.contains(CANARY)), "a remark repeats a name");
    Fingerprint::of(notification);
}

/// An event: the number of its kind, and its payload.
pub(crate) fn event(input: &[u8]) -> bool {
    let Some((&kind, payload)) = input.split_first() else { return false };
    let Some(kind) = contracts::events::ALL.get(usize::from(kind)) else { return false };
    let words = audit::domain::description::describe(kind, payload);
    assert!(!words.is_empty(), "{kind} is put in words, whatever is in it");
    !words.ends_with("cannot be read")
}

pub(crate) fn signed_note(input: &[u8]) -> bool {
    let Ok(note) = str::from_utf8(input) else { return false };
    let Ok(text) = notary::verify(note, NOTARY.public_key()) else { return false };
    assert!(note.starts_with(&text), "a note that holds begins with its text");
    true
}

pub(crate) fn policy_of_eligibility(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    eligibility::domain::policy::Policies::parse([("2025-06-01.toml", text)]).is_ok()
}

pub(crate) fn policy_of_triage(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    triage::domain::policy::Policies::parse([("2025-06-01.toml", text)]).is_ok()
}

pub(crate) fn policy_of_retention(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    intake::domain::retention::Policies::parse([("2026-01-01.toml", text)]).is_ok()
}

pub(crate) fn settings(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    toml::from_str::<host::Settings<intake::config::Config>>(text).is_ok()
}

pub(crate) fn wrapping_keys(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    let Ok(keys) = sealing::WrappingKeys::read(text) else { return false };
    assert!(keys.has(keys.current()), "the key in use is one of those read");
    // As a wrapped key it is broken: it is refused.
    assert!(!matches!(keys.unwrap("LW-7K4-MXP-2R9", input), sealing::Unwrapped::Key(_)));
    true
}

pub(crate) fn names(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    let (first, second) = text.trim_end().split_once('\n').unwrap_or((text, ""));
    let reference = first.parse::<ids::Reference>();
    if let Ok(reference) = &reference {
        assert_eq!(reference.to_string().parse::<ids::Reference>().as_ref(), Ok(reference));
    }
    let caller = second.parse::<identity::Caller>();
    if let Ok(caller) = &caller {
        assert_eq!(caller.to_string(), second, "a caller is read as it is written");
    }
    reference.is_ok() && caller.is_ok()
}
