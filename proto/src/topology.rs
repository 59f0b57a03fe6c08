//! The broker's exchanges, queues and bindings: one table, from which they are declared, checked and exported.
//!
//! What a reader would get wrong: an event's routing key is its name, but for `case.queued.v1`, which goes by its lane too.

use crate::events::{
    CASE_ACKNOWLEDGED, CASE_QUEUED, CASE_STAND_ASIDE_LIFTED, CASE_STOOD_ASIDE, CLUSTER_RAISED,
    HAND_OVER_ACCEPTED, HAND_OVER_DECLINED, HAND_OVER_LAPSED, HAND_OVER_OFFERED, HOLD_PLACED, HOLD_RELEASED,
    IDENTITIES_READ, LINK_DECIDED, LINK_PROPOSED, NOTICE_DFE, NOTICE_OFSTED, NOTIFICATION_AMENDED,
    NOTIFICATION_ASSESSED, NOTIFICATION_ERASED, NOTIFICATION_RECEIVED, NOTIFICATION_WITHDRAWN,
    PARKED_DISCARDED, PARKED_RETRIED,
};

/// The exchange to which every event is published: topic, durable.
pub const EXCHANGE: &str = "lapwing.events";

/// The exchange to which queues send what was given up: direct, durable. The routing key is the queue's name.
pub const PARKING_EXCHANGE: &str = "lapwing.parked";

/// The exchange by which a parked event goes back to its one queue: topic, durable. The routing key is the queue's name. It is
/// a topic exchange because a broker can bind a user to routing keys on no other kind.
pub const RETRY_EXCHANGE: &str = "lapwing.retries";

/// The routing key of a queued case in the decision lane.
pub const CASE_QUEUED_FOR_DECISION: &str = "case.queued.v1.decision";

/// The routing key of a queued case in the information lane.
pub const CASE_QUEUED_FOR_INFORMATION: &str = "case.queued.v1.information";

/// Deliveries of one message after which a queue gives it up. Each connection that breaks costs every message that was under
/// way on it one, so it is far above what a bad day brings: it is for messages that end their reader each time.
pub const DELIVERIES_AT_MOST: u32 = 100;

/// A queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: &'static str,
    /// The service that keeps what the queue gives up: its reader, or, where that is not Lapwing's, whoever tells it.
    pub keeper: &'static str,
    /// What goes there: patterns of routing keys, in which `#` is any number of words, none included.
    pub bindings: &'static [&'static str],
}

/// Every queue that something is published to.
pub const QUEUES: [Queue; 8] = [
    Queue {
        name: "eligibility.notifications",
        keeper: "eligibility",
        bindings: &[NOTIFICATION_RECEIVED, NOTIFICATION_AMENDED],
    },
    Queue {
        name: "triage.findings",
        keeper: "triage",
        bindings: &[NOTIFICATION_ASSESSED, NOTIFICATION_WITHDRAWN, HAND_OVER_DECLINED, NOTIFICATION_ERASED],
    },
    Queue {
        name: "intake.outcomes",
        keeper: "intake",
        bindings: &[
            NOTIFICATION_ASSESSED,
            "case.queued.v1.#",
            CASE_ACKNOWLEDGED,
            CASE_STOOD_ASIDE,
            CASE_STAND_ASIDE_LIFTED,
        ],
    },
    Queue { name: "audit.events", keeper: "audit", bindings: &["#"] },
    Queue { name: "panel.decisions", keeper: "triage", bindings: &[CASE_QUEUED_FOR_DECISION] },
    Queue { name: "panel.information", keeper: "triage", bindings: &[CASE_QUEUED_FOR_INFORMATION] },
    Queue { name: "dfe.notices", keeper: "triage", bindings: &[NOTICE_DFE] },
    Queue { name: "ofsted.notices", keeper: "triage", bindings: &[NOTICE_OFSTED] },
];

/// The services, each with the events that it alone tells. What [`TOLD_BY_ALL`] names comes from every one of them.
pub const TELLERS: [(&str, &[&str]); 4] = [
    (
        "intake",
        &[
            NOTIFICATION_RECEIVED,
            NOTIFICATION_AMENDED,
            NOTIFICATION_WITHDRAWN,
            NOTIFICATION_ERASED,
            HAND_OVER_OFFERED,
            HAND_OVER_ACCEPTED,
            HAND_OVER_DECLINED,
            HAND_OVER_LAPSED,
            IDENTITIES_READ,
            HOLD_PLACED,
            HOLD_RELEASED,
        ],
    ),
    ("eligibility", &[NOTIFICATION_ASSESSED]),
    (
        "triage",
        &[
            CASE_QUEUED,
            CASE_ACKNOWLEDGED,
            CASE_STOOD_ASIDE,
            CASE_STAND_ASIDE_LIFTED,
            LINK_PROPOSED,
            LINK_DECIDED,
            CLUSTER_RAISED,
            NOTICE_DFE,
            NOTICE_OFSTED,
        ],
    ),
    ("audit", &[]),
];

/// What any service tells: what an operator did with an event that it had put aside.
pub const TOLD_BY_ALL: [&str; 2] = [PARKED_RETRIED, PARKED_DISCARDED];

/// Every routing key that a service publishes.
pub fn told_by(service: &str) -> Vec<&'static str> {
    let own = TELLERS.iter().filter(|(teller, _)| *teller == service).flat_map(|(_, events)| events.iter());
    own.chain(&TOLD_BY_ALL).flat_map(|event| routing_keys(event)).collect()
}

/// A queue by its name.
pub fn queue(name: &str) -> Option<&'static Queue> {
    QUEUES.iter().find(|queue| queue.name == name)
}

impl Queue {
    /// Who reads it: a service, or somebody outside Lapwing. Its name begins with it.
    pub fn reader(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(reader, _)| reader)
    }

    /// The queue to which the broker moves what was given up.
    pub fn parked(&self) -> String {
        format!("{}.parked", self.name)
    }

    /// Whether a message with this routing key goes there.
    pub fn takes(&self, routing_key: &str) -> bool {
        self.bindings.iter().any(|pattern| match pattern.strip_suffix('#') {
            Some(before) => {
                let before = before.trim_end_matches('.');
                before.is_empty()
                    || routing_key == before
                    || routing_key.strip_prefix(before).is_some_and(|rest| rest.starts_with('.'))
            }
            None => *pattern == routing_key,
        })
    }
}

/// The routing keys of an event's name.
pub fn routing_keys(event: &str) -> Vec<&str> {
    if event == CASE_QUEUED {
        vec![CASE_QUEUED_FOR_DECISION, CASE_QUEUED_FOR_INFORMATION]
    } else {
        vec![event]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_told_by_one_service_or_by_all() {
        for event in crate::events::ALL {
            let tellers = TELLERS.iter().filter(|(_, events)| events.contains(&event)).count();
            let expected = usize::from(!TOLD_BY_ALL.contains(&event));
            assert_eq!(tellers, expected, "{event}: in how many rows of TELLERS it is");
        }
        assert_eq!(told_by("eligibility"), [NOTIFICATION_ASSESSED, PARKED_RETRIED, PARKED_DISCARDED]);
        assert!(told_by("triage").contains(&CASE_QUEUED_FOR_DECISION));
    }

    #[test]
    fn a_queue_is_read_by_its_keeper_or_by_somebody_outside() {
        for queue in QUEUES {
            let service = TELLERS.iter().any(|(service, _)| *service == queue.reader());
            assert!(!service || queue.reader() == queue.keeper, "{queue:?}");
        }
    }

    #[test]
    fn every_routing_key_has_its_readers() {
        let readers = |key: &str| -> Vec<&str> {
            QUEUES.iter().filter(|queue| queue.takes(key)).map(|queue| queue.name).collect()
        };
        assert_eq!(readers(NOTIFICATION_RECEIVED), ["eligibility.notifications", "audit.events"]);
        assert_eq!(readers(NOTIFICATION_ASSESSED), ["triage.findings", "intake.outcomes", "audit.events"]);
        assert_eq!(readers(CASE_QUEUED_FOR_DECISION), ["intake.outcomes", "audit.events", "panel.decisions"]);
        assert_eq!(
            readers(CASE_QUEUED_FOR_INFORMATION),
            ["intake.outcomes", "audit.events", "panel.information"]
        );
        assert_eq!(readers(CASE_STOOD_ASIDE), ["intake.outcomes", "audit.events"]);
        assert_eq!(readers(NOTICE_DFE), ["audit.events", "dfe.notices"]);
        assert_eq!(readers("something.new.v1"), ["audit.events"]);
    }
}
