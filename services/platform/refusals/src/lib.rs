//! Statuses that say what happened, why, and what to do, in one form for every service.
//!
//! Two texts where something went wrong: the sentence is for the caller, what the store said goes to the log.

use std::collections::HashMap;
use std::time::Duration;

use catalogue::Entry;
use contracts::notification::v1::Remark;
use contracts::rules::{ERROR_DOMAIN, refusal};
use ids::{Reference, ReferenceError};
use storage::StoreError;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

catalogue::entries! {
    /// Codes that every service answers with.
    pub CATALOGUE = "Refusals of any service";
    STORE_UNAVAILABLE: "The service's store cannot answer now; nothing has changed.",
        "Ask again in a few seconds, as it is.";
    STORE_DAMAGED: "The service's store holds something that it must not; nothing has changed.",
        "Tell the operator, whose log names the row; asking again does not help.";
    REFERENCE_MISTAKEN: "The reference cannot be right: its check character does not fit, or it has another length.",
        "Copy it from the receipt, or from the panel's queue.";
}

/// When to send again what may succeed then.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// A status with a stable reason and facts for machines, and a sentence that says what to do.
pub fn refused(code: Code, reason: Entry, facts: &[(&str, &str)], sentence: impl Into<String>) -> Status {
    Status::with_error_details(code, sentence, details(reason, facts))
}

/// The same, where the same call may succeed in a few seconds.
pub fn not_now(reason: Entry, sentence: impl Into<String>) -> Status {
    let mut details = details(reason, &[]);
    details.set_retry_info(Some(RETRY_AFTER));
    Status::with_error_details(Code::Unavailable, sentence, details)
}

/// A service's store did not answer: it may later, or it holds what it must not, and then asking again is no use.
pub fn store(service: &str, error: &StoreError) -> Status {
    tracing::error!(%error, service, "the store could not answer");
    match error {
        StoreError::Unavailable { .. } => not_now(
            STORE_UNAVAILABLE,
            format!(
                "{service}'s store cannot answer now; nothing has changed. To do: ask again in a few seconds"
            ),
        ),
        StoreError::Refused { .. } | StoreError::Impossible { .. } => refused(
            Code::Internal,
            STORE_DAMAGED,
            &[],
            format!(
                "{service}'s store holds something that it must not; nothing has changed, and asking again does not \
                 help. To do: tell the operator, whose log names the row"
            ),
        ),
    }
}

/// Reads a reference that a person may have typed.
///
/// # Errors
/// `INVALID_ARGUMENT` that names the field `reference` and the slip.
pub fn reference(text: &str) -> Result<Reference, Status> {
    text.parse().map_err(|error: ReferenceError| {
        refusal(&[Remark {
            field: "reference".into(),
            rule: REFERENCE_MISTAKEN.code().into(),
            what: error.to_string(),
            why: "a reference carries a check character, so that a slip is noticed".into(),
            remedy: "copy it from the receipt, or from the panel's queue".into(),
        }])
    })
}

fn details(reason: Entry, facts: &[(&str, &str)]) -> ErrorDetails {
    let facts: HashMap<String, String> =
        facts.iter().map(|(name, fact)| ((*name).into(), (*fact).into())).collect();
    ErrorDetails::with_error_info(reason.code(), ERROR_DOMAIN, facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_succeed_later_tells_to_send_again() {
        let unavailable = StoreError::Unavailable { doing: "read", source: sqlx::Error::PoolTimedOut };
        let damaged = StoreError::Refused { doing: "read", source: sqlx::Error::RowNotFound };
        let (later, never) = (store("audit", &unavailable), store("audit", &damaged));
        assert_eq!((later.code(), never.code()), (Code::Unavailable, Code::Internal));
        assert!(later.get_details_retry_info().is_some() && never.get_details_retry_info().is_none());
        assert!(!never.message().contains("no rows"), "what the store said is not for the caller");
    }

    #[test]
    fn facts_are_there_for_machines() {
        const CASE_NOT_FOUND: Entry = Entry::new("CASE_NOT_FOUND", "There is no such case.", "Look again.");
        let status = refused(Code::NotFound, CASE_NOT_FOUND, &[("reference", "LW-222-222-222")], "no case");
        let info = status.get_details_error_info().expect("error info");
        assert_eq!(
            (info.reason.as_str(), info.metadata["reference"].as_str()),
            ("CASE_NOT_FOUND", "LW-222-222-222")
        );
    }
}
