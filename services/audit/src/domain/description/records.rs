//! Words for how records are kept: who read identities, what is erased, what must not be.
//!
//! What a reader would get wrong: who did it stands as their certificate names them, and why is a code put in words. So
//! these words name nobody whom the notification is about, and may outlive it.

use contracts::intake::v1::{IdentitiesRead, LegalHoldChanged, NotificationErased};
use contracts::notification::v1::{ErasureReason, HoldReason, ReadingPurpose};

pub(super) fn read(event: &IdentitiesRead) -> String {
    let why = match event.purpose() {
        ReadingPurpose::Decision => ", to decide on the case",
        ReadingPurpose::Contact => ", to ask the authority about it",
        ReadingPurpose::Review => ", to supervise a review of it",
        ReadingPurpose::SubjectAccess => {
            ", to answer somebody's request for the data held on them (UK GDPR, article 15)"
        }
        ReadingPurpose::SameChild => ", to see whether two cases are of the same child",
        ReadingPurpose::Unspecified => ", for a purpose that this version of Lapwing does not know",
    };
    format!("identities of revision {} read by {}{why}", event.revision, somebody(&event.reader))
}

pub(super) fn erased(event: NotificationErased) -> String {
    let erasure = event.erasure.unwrap_or_default();
    let why = match erasure.reason() {
        ErasureReason::RetentionEnded => ": by the policy of retention its time is over",
        ErasureReason::SentInError => ": it should never have been sent",
        ErasureReason::SubjectRequest => ": a person's request for erasure was granted (UK GDPR, article 17)",
        ErasureReason::CourtOrder => ": a court ordered it",
        ErasureReason::Unspecified => "",
    };
    format!("erased by {}{why}; what was recorded before is gone", somebody(&erasure.erased_by))
}

pub(super) fn held(event: &LegalHoldChanged) -> String {
    format!("not to be erased, says {}{}", somebody(&event.changed_by), because(event.reason()))
}

pub(super) fn released(event: &LegalHoldChanged) -> String {
    let was = because(event.reason()).replacen(": ", "; it was not to be, because ", 1);
    format!("may be erased again, says {}{was}", somebody(&event.changed_by))
}

fn because(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Inquiry => {
            ": a statutory inquiry has asked that records be kept (Inquiries Act 2005 s.35)"
        }
        HoldReason::Proceedings => ": proceedings before a court or a coroner are under way or expected",
        HoldReason::Review => ": a review of the case is under way",
        HoldReason::SubjectAccess => ": somebody has asked for the data held on them (UK GDPR, article 15)",
        HoldReason::Unspecified => "",
    }
}

/// Somebody as their certificate names them. What has not that form is not repeated: a stranger to the exchange may have written
/// anything there.
fn somebody(uri: &str) -> &str {
    let of_a_caller = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-/".contains(&byte);
    let caller = uri.strip_prefix("lapwing://").filter(|rest| (1..=100).contains(&rest.len()));
    if caller.is_some_and(|rest| rest.bytes().all(of_a_caller)) { uri } else { "somebody" }
}

#[cfg(test)]
mod tests {
    use contracts::notification::v1::Erasure;
    use prost::Message;

    use super::super::describe;
    use super::*;

    #[test]
    fn a_reading_says_who_and_why() {
        let event = IdentitiesRead {
            reference: "LW-7K4-MXP-2R9".into(),
            revision: 2,
            reader: "lapwing://panel/member-7".into(),
            purpose: ReadingPurpose::Decision.into(),
            read_at: None,
        };
        assert_eq!(
            describe("identities.read.v1", &event.encode_to_vec()),
            "identities of revision 2 read by lapwing://panel/member-7, to decide on the case"
        );
        let strange = IdentitiesRead { reader: "lapwing://Robin Example".into(), ..event.clone() };
        assert!(describe("identities.read.v1", &strange.encode_to_vec()).contains("read by somebody,"));
        let unknown = IdentitiesRead { purpose: 77, ..event };
        assert!(describe("identities.read.v1", &unknown.encode_to_vec()).ends_with("does not know"));
    }

    #[test]
    fn an_erasure_says_who_and_why_and_what_became_of_the_rest() {
        let erasure = Erasure {
            reason: ErasureReason::SubjectRequest.into(),
            erased_by: "lapwing://secretariat/records".into(),
            erased_at: None,
        };
        let event = NotificationErased { erasure: Some(erasure), ..Default::default() };
        assert_eq!(
            describe("notification.erased.v1", &event.encode_to_vec()),
            "erased by lapwing://secretariat/records: a person's request for erasure was granted (UK GDPR, article 17); \
             what was recorded before is gone"
        );
        assert_eq!(
            describe("notification.erased.v1", &NotificationErased::default().encode_to_vec()),
            "erased by somebody; what was recorded before is gone"
        );
    }

    #[test]
    fn a_hold_and_its_release_say_who_and_why() {
        let event = LegalHoldChanged {
            reason: HoldReason::Review.into(),
            changed_by: "lapwing://secretariat/records".into(),
            ..Default::default()
        };
        assert_eq!(
            describe("hold.placed.v1", &event.encode_to_vec()),
            "not to be erased, says lapwing://secretariat/records: a review of the case is under way"
        );
        assert_eq!(
            describe("hold.released.v1", &event.encode_to_vec()),
            "may be erased again, says lapwing://secretariat/records; it was not to be, because a review of the case is \
             under way"
        );
    }

    #[test]
    fn every_code_has_words_of_its_own() {
        let reasons = (1..=4).map(|number| HoldReason::try_from(number).map(because).expect("a reason"));
        let distinct: std::collections::HashSet<&str> = reasons.collect();
        assert_eq!(distinct.len(), 4);
        let purposes = (1..=5).map(|purpose| read(&IdentitiesRead { purpose, ..Default::default() }));
        assert_eq!(purposes.collect::<std::collections::HashSet<_>>().len(), 5);
        let erasures = (1..=4).map(|reason| {
            erased(NotificationErased {
                erasure: Some(Erasure { reason, ..Default::default() }),
                ..Default::default()
            })
        });
        assert_eq!(erasures.collect::<std::collections::HashSet<_>>().len(), 4);
    }
}
