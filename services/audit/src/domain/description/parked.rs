//! Words for what an operator did with an event that a service had put aside.
//!
//! What a reader would get wrong: the operator's own words stand in quotation marks, because nobody but the operator answers
//! for them.

use contracts::operations::v1::{ParkedDecision, ParkedDiscarded, ParkedRetried};

pub(super) fn retried(event: ParkedRetried) -> String {
    let decision = event.decision.unwrap_or_default();
    let ParkedDecision { event_type, queue, .. } = &decision;
    format!("{event_type}, which could not be handled, was sent to {queue} again{}", who_and_why(&decision))
}

pub(super) fn discarded(event: ParkedDiscarded) -> String {
    let decision = event.decision.unwrap_or_default();
    let ParkedDecision { event_type, queue, .. } = &decision;
    format!(
        "{event_type}, which could not be handled on {queue}, was given up for ever{}",
        who_and_why(&decision)
    )
}

fn who_and_why(decision: &ParkedDecision) -> String {
    let who = match decision.actor.strip_prefix("lapwing://operator/") {
        Some(name) => format!("operator {name}"),
        None => decision.actor.clone(),
    };
    let why = if decision.reason.is_empty() { String::new() } else { format!(": “{}”", decision.reason) };
    format!(" by {who}{why}")
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::super::describe;
    use super::*;

    #[test]
    fn a_decision_about_a_parked_event_says_who_and_why() {
        let decision = ParkedDecision {
            event_type: "notification.received.v1".into(),
            queue: "eligibility.notifications".into(),
            actor: "lapwing://operator/night-shift".into(),
            reason: "the disk was full".into(),
            ..Default::default()
        };
        let retried = ParkedRetried { decision: Some(decision.clone()) };
        assert_eq!(
            describe("parked.retried.v1", &retried.encode_to_vec()),
            "notification.received.v1, which could not be handled, was sent to eligibility.notifications again by operator \
             night-shift: “the disk was full”"
        );
        let discarded =
            ParkedDiscarded { decision: Some(ParkedDecision { reason: String::new(), ..decision }) };
        assert_eq!(
            describe("parked.discarded.v1", &discarded.encode_to_vec()),
            "notification.received.v1, which could not be handled on eligibility.notifications, was given up for ever by \
             operator night-shift"
        );
    }
}
