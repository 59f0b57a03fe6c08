//! Where a notification stands, told from the steps that intake has heard of.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{Lane, Priority, Stage, Status, Step};
use contracts::time::to_wire;
use contracts::triage::v1::{CaseAcknowledged, CaseQueued};
use jiff::Timestamp;

/// Something another service has done with a notification.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Eligibility has found.
    Assessed(Box<NotificationAssessed>),
    /// Triage has queued the case.
    Queued(Box<CaseQueued>),
    /// The panel has taken the case over.
    Acknowledged(CaseAcknowledged),
}

impl Outcome {
    /// The step it is.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Assessed(_) => Stage::Assessed,
            Self::Queued(_) => Stage::Queued,
            Self::Acknowledged(_) => Stage::Acknowledged,
        }
    }
}

/// A notification's beginnings, which its own row holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Lapwing's reference.
    pub reference: String,
    /// The sender's own reference.
    pub sender_reference: String,
    /// The notifying authority's DfE number.
    pub authority: String,
    /// The newest revision.
    pub revision: u32,
    /// When it was received.
    pub received_at: Timestamp,
}

/// Puts the steps together, in the order of their stages: they may have been heard in any order.
pub fn tell(beginning: Beginning, mut steps: Vec<(Timestamp, Outcome)>) -> Status {
    steps.sort_by_key(|(_, outcome)| outcome.stage() as i32);
    let mut status = Status {
        reference: beginning.reference,
        sender_reference: beginning.sender_reference,
        notifying_authority: beginning.authority,
        revision: beginning.revision,
        stage: Stage::Received.into(),
        steps: vec![step(Stage::Received, beginning.received_at, "held; the receipt proves it".to_owned())],
        ..Default::default()
    };
    for (at, outcome) in steps {
        status.stage = outcome.stage().into();
        status.steps.push(step(outcome.stage(), at, words(&outcome)));
        take_in(outcome, &mut status);
    }
    status
}

fn take_in(outcome: Outcome, status: &mut Status) {
    match outcome {
        Outcome::Assessed(assessed) => status.assessment = assessed.assessment,
        Outcome::Queued(queued) => {
            let entry = queued.entry.unwrap_or_default();
            status.lane = entry.lane;
            status.priority = entry.priority;
            status.clocks = entry.clocks;
        }
        Outcome::Acknowledged(_) => (),
    }
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Assessed(assessed) => assessed
            .assessment
            .as_ref()
            .map_or_else(|| "assessed".to_owned(), |assessment| assessment.summary.clone()),
        Outcome::Queued(queued) => {
            let entry = queued.entry.clone().unwrap_or_default();
            let lane = match entry.lane() {
                Lane::Decision => "for the panel's decision",
                Lane::Information | Lane::Unspecified => "for the panel's information",
            };
            let urgent = if entry.priority() == Priority::Urgent { ", urgent" } else { "" };
            format!("queued {lane}{urgent}")
        }
        Outcome::Acknowledged(_) => "the panel has taken it over".to_owned(),
    }
}

fn step(stage: Stage, at: Timestamp, words: String) -> Step {
    Step { stage: stage.into(), at: Some(to_wire(at)), words }
}

#[cfg(test)]
mod tests {
    use contracts::notification::v1::Assessment;
    use contracts::triage::v1::QueueEntry;

    use super::*;

    fn beginning() -> Beginning {
        Beginning {
            reference: "LW-7K4-MXP-2R9".into(),
            sender_reference: "A-1".into(),
            authority: "373".into(),
            revision: 1,
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn steps_heard_out_of_order_are_told_in_order() {
        let entry = QueueEntry {
            lane: Lane::Decision.into(),
            priority: Priority::Urgent.into(),
            ..Default::default()
        };
        let queued = Outcome::Queued(Box::new(CaseQueued { entry: Some(entry), reasons: vec![] }));
        let assessment = Assessment { summary: "a duty".into(), ..Default::default() };
        let assessed = Outcome::Assessed(Box::new(NotificationAssessed {
            assessment: Some(assessment),
            ..Default::default()
        }));
        let status =
            tell(beginning(), vec![(Timestamp::UNIX_EPOCH, queued), (Timestamp::UNIX_EPOCH, assessed)]);
        let words: Vec<&str> = status.steps.iter().map(|step| step.words.as_str()).collect();
        assert_eq!(
            words,
            ["held; the receipt proves it", "a duty", "queued for the panel's decision, urgent"]
        );
        assert_eq!(status.stage(), Stage::Queued);
        assert_eq!(status.lane(), Lane::Decision);
    }

    #[test]
    fn a_notification_that_was_only_received_says_so() {
        assert_eq!(tell(beginning(), vec![]).stage(), Stage::Received);
    }
}
