//! The broker's exchanges, queues and bindings: one table, from which they are declared, checked and exported.
//!
//! What a reader would get wrong: an event's routing key is its name, but for `case.queued.v1`, which goes by its lane too.

use crate::events::{
    CASE_ACKNOWLEDGED, CASE_QUEUED, CASE_STAND_ASIDE_LIFTED, CASE_STOOD_ASIDE, HAND_OVER_DECLINED,
    NOTICE_DFE, NOTICE_OFSTED, NOTIFICATION_AMENDED, NOTIFICATION_ASSESSED, NOTIFICATION_ERASED,
    NOTIFICATION_RECEIVED, NOTIFICATION_WITHDRAWN,
};

/// The exchange to which every event is published: topic, durable.
pub const EXCHANGE: &str = "lapwing.events";

/// The exchange to which queues send what was given up: direct, durable. The routing key is the queue's name.
pub const PARKING_EXCHANGE: &str = "lapwing.parked";

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

/// A queue by its name.
pub fn queue(name: &str) -> Option<&'static Queue> {
    QUEUES.iter().find(|queue| queue.name == name)
}

impl Queue {
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
