//! Where notifications stand, whatever was heard in whatever order.

use contracts::notification::v1::{Assessment, Clock, CodedNotification};
use contracts::triage::v1::QueueEntry;

use super::*;

fn revision(number: u32, kind: RevisionKind, follows: u32) -> (Revision, Option<WithdrawalReason>) {
    let reason = (kind == RevisionKind::Withdrawn).then_some(WithdrawalReason::SentByMistake);
    (Revision { number, kind: kind.into(), authority: "373".into(), follows, ..Default::default() }, reason)
}

fn lineage(revisions: Vec<(Revision, Option<WithdrawalReason>)>) -> Lineage {
    Lineage {
        reference: "LW-7K4-MXP-2R9".into(),
        sender_reference: "A-1".into(),
        authority: "373".into(),
        revisions,
        hand_over: None,
        erasure: None,
    }
}

fn submitted() -> (Revision, Option<WithdrawalReason>) {
    revision(1, RevisionKind::Submitted, 0)
}

fn assessed(revision: u32, summary: &str) -> Taken {
    let outcome = Outcome::Assessed(Box::new(NotificationAssessed {
        notification: Some(CodedNotification { revision, ..Default::default() }),
        assessment: Some(Assessment { summary: summary.into(), ..Default::default() }),
        ..Default::default()
    }));
    Taken { revision, at: Timestamp::UNIX_EPOCH, outcome }
}

fn queued(revision: u32, priority: Priority) -> Taken {
    let entry = QueueEntry {
        lane: Lane::Decision.into(),
        priority: priority.into(),
        revision,
        clocks: vec![Clock { due_on: format!("2026-03-{revision:02}"), ..Default::default() }],
        ..Default::default()
    };
    let outcome = Outcome::Queued(Box::new(CaseQueued { entry: Some(entry), reasons: vec![] }));
    Taken { revision, at: Timestamp::UNIX_EPOCH, outcome }
}

fn acknowledged(revision: u32) -> Taken {
    Taken { revision, at: Timestamp::UNIX_EPOCH, outcome: Outcome::Acknowledged(CaseAcknowledged::default()) }
}

fn stages(status: &Status) -> Vec<(u32, Stage)> {
    status.steps.iter().map(|step| (step.revision, step.stage())).collect()
}

#[test]
fn steps_heard_out_of_order_are_told_in_order() {
    let status = tell(lineage(vec![submitted()]), vec![queued(1, Priority::Urgent), assessed(1, "a duty")]);
    let words: Vec<&str> = status.steps.iter().map(|step| step.words.as_str()).collect();
    assert_eq!(words, ["held; the receipt proves it", "a duty", "queued for the panel's decision, urgent"]);
    assert_eq!((status.stage(), status.lane(), status.revision), (Stage::Queued, Lane::Decision, 1));
}

#[test]
fn a_notification_that_was_only_received_says_so() {
    assert_eq!(tell(lineage(vec![submitted()]), vec![]).stage(), Stage::Received);
}

#[test]
fn a_late_step_of_an_older_revision_overwrites_nothing() {
    let lineage = lineage(vec![submitted(), revision(3, RevisionKind::Amended, 1)]);
    // The steps of revision 1 are heard after those of revision 3.
    let taken = vec![
        assessed(3, "newer"),
        queued(3, Priority::Urgent),
        assessed(1, "older"),
        queued(1, Priority::Standard),
        acknowledged(1),
    ];
    let status = tell(lineage, taken);
    assert_eq!((status.revision, status.stage(), status.priority()), (3, Stage::Queued, Priority::Urgent));
    assert_eq!(status.assessment.as_ref().map(|found| found.summary.as_str()), Some("newer"));
    assert_eq!(status.clocks[0].due_on, "2026-03-03");
    assert_eq!(
        stages(&status),
        [
            (1, Stage::Received),
            (1, Stage::Assessed),
            (1, Stage::Queued),
            (1, Stage::Acknowledged),
            (3, Stage::Received),
            (3, Stage::Assessed),
            (3, Stage::Queued),
        ]
    );
}

#[test]
fn until_the_newest_revision_is_found_what_is_known_of_the_one_before_is_shown() {
    let lineage = lineage(vec![submitted(), revision(2, RevisionKind::Amended, 1)]);
    let status = tell(lineage, vec![assessed(1, "older"), queued(1, Priority::Standard)]);
    assert_eq!((status.revision, status.stage()), (2, Stage::Received));
    assert_eq!(status.assessment.map(|found| found.summary), Some("older".to_owned()));
    assert_eq!(status.lane, i32::from(Lane::Decision));
}

#[test]
fn a_withdrawn_notification_stays_withdrawn_whatever_is_heard_and_a_later_revision_brings_it_back() {
    let withdrawn = vec![submitted(), revision(2, RevisionKind::Withdrawn, 1)];
    let status = tell(lineage(withdrawn.clone()), vec![assessed(1, "a duty"), queued(2, Priority::Standard)]);
    assert_eq!(status.stage(), Stage::Withdrawn);
    let last = &status.steps[stages(&status).len() - 2];
    assert_eq!((last.stage(), last.words.as_str()), (Stage::Withdrawn, "withdrawn: it was sent by mistake"));

    let mut back = withdrawn;
    back.push(revision(3, RevisionKind::Amended, 2));
    assert_eq!(tell(lineage(back), vec![]).stage(), Stage::Received);
}

#[test]
fn a_revision_that_came_late_is_told_as_such() {
    let status = tell(
        lineage(vec![
            submitted(),
            revision(2, RevisionKind::Amended, 3),
            revision(3, RevisionKind::Amended, 1),
        ]),
        vec![],
    );
    assert!(status.steps[1].words.contains("revision 3, which goes on counting"), "{:?}", status.steps[1]);
    assert_eq!(status.revision, 3);
}

#[test]
fn a_withdrawal_that_came_late_is_told_as_such() {
    let lineage = lineage(vec![
        submitted(),
        revision(2, RevisionKind::Withdrawn, 3),
        revision(3, RevisionKind::Amended, 1),
    ]);
    let status = tell(lineage, vec![]);
    let words = "withdrawn: it was sent by mistake; it came after revision 3, which goes on counting";
    assert_eq!((status.steps[1].words.as_str(), status.stage()), (words, Stage::Received));
}

#[test]
fn what_is_queued_anew_after_its_acknowledgement_waits_again_until_it_is_acknowledged_anew() {
    let at = |second: i64, step: Taken| Taken { at: Timestamp::from_second(second).expect("a time"), ..step };
    let anew = at(3, queued(1, Priority::Urgent));
    let found = at(1, assessed(1, "a duty"));
    let cases = [
        (2, Stage::Queued, [Stage::Received, Stage::Assessed, Stage::Acknowledged, Stage::Queued]),
        (3, Stage::Acknowledged, [Stage::Received, Stage::Assessed, Stage::Queued, Stage::Acknowledged]),
        (4, Stage::Acknowledged, [Stage::Received, Stage::Assessed, Stage::Queued, Stage::Acknowledged]),
    ];
    for (second, stage, told) in cases {
        let taken = vec![at(second, acknowledged(1)), anew.clone(), found.clone()];
        let status = tell(lineage(vec![submitted()]), taken);
        assert_eq!(status.stage(), stage, "acknowledged at {second}");
        let stages: Vec<Stage> = status.steps.iter().map(|step| step.stage()).collect();
        assert_eq!(stages, told, "acknowledged at {second}");
    }
}
