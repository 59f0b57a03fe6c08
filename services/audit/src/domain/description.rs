//! What an entry means, in words for a person.
//!
//! What a reader would get wrong: an entry has words of two kinds. [`describe`] says what was done and found, and by which
//! provision; the facts of the case it leaves to those who may read the case. [`describe_state`] is for operators, who see
//! state and never content: which step was taken, from the event's name alone.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{
    CASE_ACKNOWLEDGED, CASE_QUEUED, CASE_STAND_ASIDE_LIFTED, CASE_STOOD_ASIDE, CLUSTER_RAISED,
    HAND_OVER_ACCEPTED, HAND_OVER_DECLINED, HAND_OVER_LAPSED, HAND_OVER_OFFERED, HOLD_PLACED, HOLD_RELEASED,
    IDENTITIES_READ, LINK_DECIDED, LINK_PROPOSED, NOTICE_DFE, NOTICE_OFSTED, NOTIFICATION_AMENDED,
    NOTIFICATION_ASSESSED, NOTIFICATION_ERASED, NOTIFICATION_RECEIVED, NOTIFICATION_WITHDRAWN,
    PARKED_DISCARDED, PARKED_RETRIED,
};
use contracts::intake::v1::{
    HandOverChanged, IdentitiesRead, LegalHoldChanged, NotificationAmended, NotificationErased,
    NotificationReceived, NotificationWithdrawn,
};
use contracts::notification::v1::{Assessment, CodedNotification, Lane, Outcome, Priority};
use contracts::operations::v1::{ParkedDiscarded, ParkedRetried};
use contracts::triage::v1::{
    CaseAcknowledged, CaseQueued, CaseStandAsideLifted, CaseStoodAside, ClusterRaised, LinkDecided,
    LinkProposed, NoticeIssued, QueueEntry,
};
use delivery::shown::name;
use prost::{DecodeError, Message};
use registers::AuthorityNumber;

mod changes;
mod parked;
mod records;
mod state;

pub use state::describe_state;

/// Describes an event by its name and payload. A name that is not known yet stands for itself, where it has the form of
/// one, and a payload that cannot be read is said to be so: the log holds both as they came.
pub fn describe(kind: &str, payload: &[u8]) -> String {
    let words = match kind {
        NOTIFICATION_RECEIVED => NotificationReceived::decode(payload).map(received),
        NOTIFICATION_ASSESSED => NotificationAssessed::decode(payload).map(assessed),
        CASE_QUEUED => CaseQueued::decode(payload).map(queued),
        CASE_ACKNOWLEDGED => CaseAcknowledged::decode(payload).map(|event| acknowledged(&event)),
        NOTIFICATION_AMENDED => NotificationAmended::decode(payload).map(changes::amended),
        NOTIFICATION_WITHDRAWN => {
            NotificationWithdrawn::decode(payload).map(|event| changes::withdrawn(&event))
        }
        HAND_OVER_OFFERED | HAND_OVER_ACCEPTED | HAND_OVER_DECLINED | HAND_OVER_LAPSED => {
            HandOverChanged::decode(payload).map(changes::hand_over)
        }
        LINK_PROPOSED => LinkProposed::decode(payload).map(|event| changes::link_proposed(&event)),
        LINK_DECIDED => LinkDecided::decode(payload).map(changes::link_decided),
        CLUSTER_RAISED => ClusterRaised::decode(payload).map(changes::cluster_raised),
        NOTICE_DFE | NOTICE_OFSTED => NoticeIssued::decode(payload).map(changes::notice),
        IDENTITIES_READ => IdentitiesRead::decode(payload).map(|event| records::read(&event)),
        NOTIFICATION_ERASED => NotificationErased::decode(payload).map(records::erased),
        HOLD_PLACED => LegalHoldChanged::decode(payload).map(|event| records::held(&event)),
        HOLD_RELEASED => LegalHoldChanged::decode(payload).map(|event| records::released(&event)),
        PARKED_RETRIED => ParkedRetried::decode(payload).map(parked::retried),
        PARKED_DISCARDED => ParkedDiscarded::decode(payload).map(parked::discarded),
        CASE_STOOD_ASIDE => CaseStoodAside::decode(payload).map(|event| changes::stood_aside(&event)),
        CASE_STAND_ASIDE_LIFTED => {
            CaseStandAsideLifted::decode(payload).map(|event| changes::stand_aside_lifted(&event))
        }
        _ => Ok(format!("{}, which this version of Lapwing cannot put in words", name(kind))),
    };
    words.unwrap_or_else(|_: DecodeError| format!("{}, whose content cannot be read", name(kind)))
}

fn received(event: NotificationReceived) -> String {
    let CodedNotification { notifying_authority, revision, .. } = event.notification.unwrap_or_default();
    format!("received from {}, revision {revision}", authority(&notifying_authority))
}

fn assessed(event: NotificationAssessed) -> String {
    let assessment = event.assessment.unwrap_or_default();
    let found = found(&assessment);
    let edition = &assessment.policy_edition;
    if edition.is_empty() { format!("assessed: {found}") } else { format!("assessed by {edition}: {found}") }
}

fn found(assessment: &Assessment) -> String {
    let provision = &assessment.provision;
    match assessment.outcome() {
        Outcome::DutyInArea | Outcome::DutyOutsideEngland if !provision.is_empty() => {
            format!("a duty to notify under {provision}")
        }
        Outcome::DutyOfAnotherAuthority if !assessment.duty_authority.is_empty() => {
            format!("the duty to notify is that of {}", authority(&assessment.duty_authority))
        }
        outcome => found_outcome(outcome).to_owned(),
    }
}

fn found_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::DutyInArea | Outcome::DutyOutsideEngland => "a duty to notify",
        Outcome::DutyOfAnotherAuthority => "the duty to notify is another authority's",
        Outcome::LookedAfterDeath => "the death of a looked-after child, for information",
        Outcome::CareLeaverDeath => "the death of a care leaver, for information",
        Outcome::NeedsJudgement => "the facts do not settle it, so a person decides",
        Outcome::Outside => "no duty to notify is found",
        Outcome::Unspecified => "the finding is of a kind that this version of Lapwing does not know",
    }
}

fn queued(event: CaseQueued) -> String {
    let entry: QueueEntry = event.entry.unwrap_or_default();
    let urgent = if entry.priority() == Priority::Urgent { ", urgent" } else { "" };
    let withdrawn = if entry.withdrawn { ", withdrawn" } else { "" };
    let revision = if entry.revision > 1 { format!(", revision {}", entry.revision) } else { String::new() };
    format!("queued{}{urgent}{withdrawn}{revision}", purpose(entry.lane()))
}

fn acknowledged(event: &CaseAcknowledged) -> String {
    format!("taken over by the panel{}", purpose(event.lane()))
}

fn purpose(lane: Lane) -> &'static str {
    match lane {
        Lane::Decision => " for decision",
        Lane::Information => " for information",
        Lane::Unspecified => "",
    }
}

/// An authority by its number, and by its name where the register knows it. What is no number is not repeated: an event of
/// a stranger to the exchange may say anything.
fn authority(number: &str) -> String {
    let known = number.parse().ok().and_then(|number: AuthorityNumber| registers::authorities().find(number));
    match known {
        Some(authority) => format!("authority {number} ({})", authority.name),
        None if number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("authority {number}")
        }
        None => "an authority that is not named".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assessment(outcome: Outcome, provision: &str, duty_authority: &str) -> Vec<u8> {
        let assessment = Assessment {
            outcome: outcome.into(),
            provision: provision.into(),
            duty_authority: duty_authority.into(),
            summary: "child Robin died".into(),
            ..Default::default()
        };
        NotificationAssessed { assessment: Some(assessment), ..Default::default() }.encode_to_vec()
    }

    fn entry(lane: Lane, priority: Priority) -> Vec<u8> {
        let entry = QueueEntry { lane: lane.into(), priority: priority.into(), ..Default::default() };
        CaseQueued { entry: Some(entry), reasons: vec![] }.encode_to_vec()
    }

    #[test]
    fn an_authority_is_named_where_the_register_knows_it() {
        let received = |number: &str| {
            let notification =
                CodedNotification { notifying_authority: number.into(), revision: 2, ..Default::default() };
            NotificationReceived { notification: Some(notification) }.encode_to_vec()
        };
        let words = |number| describe("notification.received.v1", &received(number));
        assert_eq!(words("373"), "received from authority 373 (Sheffield), revision 2");
        assert_eq!(words("999"), "received from authority 999, revision 2");
        assert_eq!(words(""), "received from an authority that is not named, revision 2");
        assert_eq!(words("Robin"), "received from an authority that is not named, revision 2");
    }

    #[test]
    fn each_finding_has_words_of_its_own() {
        let provision = "Children Act 2004 s.16C(1)(a)";
        let cases = [
            (Outcome::DutyInArea, "", "a duty to notify under Children Act 2004 s.16C(1)(a)"),
            (
                Outcome::DutyOfAnotherAuthority,
                "370",
                "the duty to notify is that of authority 370 (Barnsley)",
            ),
            (Outcome::DutyOfAnotherAuthority, "", "the duty to notify is another authority's"),
            (Outcome::LookedAfterDeath, "", "the death of a looked-after child, for information"),
            (Outcome::CareLeaverDeath, "", "the death of a care leaver, for information"),
            (Outcome::NeedsJudgement, "", "the facts do not settle it, so a person decides"),
            (Outcome::Outside, "", "no duty to notify is found"),
        ];
        for (outcome, duty_authority, words) in cases {
            let payload = assessment(outcome, provision, duty_authority);
            assert_eq!(describe("notification.assessed.v1", &payload), format!("assessed: {words}"));
        }
    }

    #[test]
    fn the_summary_of_a_finding_is_content_and_stays_out() {
        for outcome in [Outcome::DutyInArea, Outcome::NeedsJudgement, Outcome::Outside] {
            let words = describe("notification.assessed.v1", &assessment(outcome, "", ""));
            assert!(!words.contains("Robin"), "{words}");
        }
    }

    #[test]
    fn a_queued_case_says_what_for_and_how_soon() {
        let words = |lane, priority| describe("case.queued.v1", &entry(lane, priority));
        assert_eq!(words(Lane::Decision, Priority::Urgent), "queued for decision, urgent");
        assert_eq!(words(Lane::Information, Priority::Standard), "queued for information");
        let event = CaseAcknowledged { lane: Lane::Decision.into(), ..Default::default() };
        assert_eq!(
            describe("case.acknowledged.v1", &event.encode_to_vec()),
            "taken over by the panel for decision"
        );
    }

    #[test]
    fn a_name_that_is_none_of_an_event_is_not_repeated() {
        for payload in [&b""[..], &[0x0a, 0xff]] {
            assert!(describe("Robin Example", payload).starts_with("unknown, "));
        }
    }

    #[test]
    fn an_event_of_another_version_is_named_and_one_that_cannot_be_read_is_said_to_be_so() {
        let unknown = describe("case.decided.v1", b"whatever it may be");
        assert!(unknown.starts_with("case.decided.v1"), "{unknown}");
        let broken = describe("case.queued.v1", &[0x0a, 0xff]);
        assert_eq!(broken, "case.queued.v1, whose content cannot be read");
    }
}
