//! Which step was taken, for those who see state and never content.
//!
//! What a reader would get wrong: nothing of the event is read but its name, so that no fact can come along. What an
//! operator did with a parked event is the exception: it is about no case, and operators answer for it to one another.

use contracts::events::{
    CASE_ACKNOWLEDGED, CASE_QUEUED, CASE_STAND_ASIDE_LIFTED, CASE_STOOD_ASIDE, CLUSTER_RAISED,
    HAND_OVER_ACCEPTED, HAND_OVER_DECLINED, HAND_OVER_LAPSED, HAND_OVER_OFFERED, HOLD_PLACED, HOLD_RELEASED,
    IDENTITIES_READ, LINK_DECIDED, LINK_PROPOSED, NOTICE_DFE, NOTICE_OFSTED, NOTIFICATION_AMENDED,
    NOTIFICATION_ASSESSED, NOTIFICATION_ERASED, NOTIFICATION_RECEIVED, NOTIFICATION_WITHDRAWN,
    PARKED_DISCARDED, PARKED_RETRIED,
};

use delivery::shown::name;

use super::describe;

/// Says which step an event is, by its name alone.
pub fn describe_state(kind: &str, payload: &[u8]) -> String {
    let words = match kind {
        NOTIFICATION_RECEIVED => "received",
        NOTIFICATION_AMENDED => "a later revision was received",
        NOTIFICATION_WITHDRAWN => "a withdrawal was received",
        NOTIFICATION_ASSESSED => "assessed",
        CASE_QUEUED => "queued",
        CASE_ACKNOWLEDGED => "taken over by the panel",
        HAND_OVER_OFFERED | HAND_OVER_ACCEPTED | HAND_OVER_DECLINED | HAND_OVER_LAPSED => {
            "a hand-over moved on"
        }
        LINK_PROPOSED | LINK_DECIDED | CLUSTER_RAISED => "looked at beside other cases",
        NOTICE_DFE | NOTICE_OFSTED => "a notice was issued",
        CASE_STOOD_ASIDE | CASE_STAND_ASIDE_LIFTED => "who of the panel sees the case has changed",
        IDENTITIES_READ => "who the case is about was read",
        NOTIFICATION_ERASED => "erased",
        HOLD_PLACED | HOLD_RELEASED => "what may be erased has changed",
        PARKED_RETRIED | PARKED_DISCARDED => return describe(kind, payload),
        // The log holds whatever it was told, and a stranger to the exchange may have told it a name.
        _ => return format!("{}, which this version of Lapwing cannot put in words", name(kind)),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use contracts::eligibility::v1::NotificationAssessed;
    use contracts::events;
    use contracts::notification::v1::{Assessment, Outcome};
    use prost::Message;

    use super::*;

    #[test]
    fn every_event_has_words_of_state() {
        for kind in events::ALL {
            assert!(!describe_state(kind, &[]).contains("cannot put in words"), "{kind}");
        }
    }

    #[test]
    fn a_name_that_is_none_of_an_event_is_not_repeated() {
        assert!(describe_state("Robin Example", &[]).starts_with("unknown, "));
        assert!(describe_state("something.new.v1", &[]).starts_with("something.new.v1, "));
    }

    #[test]
    fn what_was_found_is_content() {
        let assessment = Assessment {
            outcome: Outcome::CareLeaverDeath.into(),
            provision: "a provision".into(),
            ..Default::default()
        };
        let event = NotificationAssessed { assessment: Some(assessment), ..Default::default() };
        let event = event.encode_to_vec();
        assert!(describe(NOTIFICATION_ASSESSED, &event).contains("death"));
        assert_eq!(describe_state(NOTIFICATION_ASSESSED, &event), "assessed");
    }
}
