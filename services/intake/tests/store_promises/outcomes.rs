//! What other services did: each step of a revision once, and none of an older one in place of a newer one's.

use contracts::notification::v1::{Lane, Stage};
use contracts::triage::v1::{CaseQueued, QueueEntry};
use delivery::Heard;
use ids::EventId;
use intake::domain::status::Outcome;
use intake::store::Progress;

use crate::room::{On, acknowledged, assessed, notification, queued};

on_both_stores![
    a_step_that_is_heard_twice_is_told_once,
    steps_are_kept_by_revision_and_a_late_one_overwrites_nothing,
    a_revision_that_is_queued_anew_is_told_as_it_was_queued_last_in_whatever_order_it_is_heard,
    an_acknowledgement_is_of_the_revision_that_was_queued_last_before_it,
    a_batch_with_an_event_of_nothing_held_has_no_effect_at_all,
    a_batch_may_tell_of_one_step_many_times_and_the_latest_counts,
    what_is_queued_anew_after_its_acknowledgement_waits_until_it_is_acknowledged_anew,
    an_acknowledgement_stays_with_its_revision_where_that_is_queued_anew_before_it_is_heard,
    what_is_held_is_under_way_until_its_newest_revision_is_heard_to_be_queued,
];

async fn a_step_that_is_heard_twice_is_told_once(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let heard = |event| Heard { event, ..room.heard(reference, Outcome::Queued(Box::default())) };
    let event = EventId::mint(&room.ambient);
    // The same event again, and another event that says the same.
    for heard in [heard(event), heard(event), heard(EventId::mint(&room.ambient))] {
        room.record(&[heard]).await;
    }
    let status = room.status("373", reference).await;
    let stages: Vec<Stage> = status.steps.iter().map(|step| step.stage()).collect();
    assert_eq!(stages, [Stage::Received, Stage::Queued]);
}

async fn steps_are_kept_by_revision_and_a_late_one_overwrites_nothing(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
    for outcome in [assessed(2, "373", ""), queued(2), assessed(1, "373", ""), queued(1)] {
        room.record(&[room.heard(reference, outcome)]).await;
    }
    let status = room.status("373", reference).await;
    assert_eq!((status.revision, status.stage()), (2, Stage::Queued));
    assert_eq!(status.assessment.expect("a finding").summary, "finding on revision 2");
    assert_eq!(status.steps.len(), 6);
}

async fn a_revision_that_is_queued_anew_is_told_as_it_was_queued_last_in_whatever_order_it_is_heard(on: On) {
    let at = |second: i64| jiff::Timestamp::from_second(1_800_000_000 + second).expect("a time");
    let (first, anew) = ((Lane::Information, at(1)), (Lane::Decision, at(2)));
    for order in [[first, anew], [anew, first]] {
        let room = on.room().await;
        let reference = room.held().await;
        for (lane, at) in order {
            let entry = QueueEntry { revision: 1, lane: lane.into(), ..Default::default() };
            let queued = CaseQueued { entry: Some(entry), reasons: vec![] };
            room.record(&[room.heard_at(reference, Outcome::Queued(Box::new(queued)), at)]).await;
        }
        let status = room.status("373", reference).await;
        assert_eq!((status.lane(), status.steps.len()), (Lane::Decision, 2), "{order:?}");
    }
}

async fn an_acknowledgement_is_of_the_revision_that_was_queued_last_before_it(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
    let at = |second: i64| jiff::Timestamp::from_second(1_800_000_000 + second).expect("a time");
    // Acknowledged before revision 2 was queued, and heard after that.
    let batch: Vec<Heard<Progress>> = vec![
        room.heard_at(reference, queued(1), at(1)),
        room.heard_at(reference, queued(2), at(3)),
        room.heard_at(reference, acknowledged(), at(2)),
    ];
    room.record(&batch).await;
    assert_eq!(room.status("373", reference).await.stage(), Stage::Queued);
    room.record(&[room.heard_at(reference, acknowledged(), at(4))]).await;
    let status = room.status("373", reference).await;
    assert_eq!(status.stage(), Stage::Acknowledged);
    let acknowledged: Vec<u32> = status
        .steps
        .iter()
        .filter(|step| step.stage() == Stage::Acknowledged)
        .map(|step| step.revision)
        .collect();
    assert_eq!(acknowledged, [1, 2]);
}

async fn a_batch_with_an_event_of_nothing_held_has_no_effect_at_all(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let nowhere = room.candidate(&notification("373", "A-9", "")).receipt.reference;
    let batch = [room.heard(reference, queued(1)), room.heard(nowhere, queued(1))];
    room.store.record_outcomes(&batch, room.ambient.now()).await.expect_err("refused");
    assert_eq!(room.status("373", reference).await.stage(), Stage::Received);
}

fn queued_in(revision: u32, lane: Lane) -> Outcome {
    let entry = QueueEntry { revision, lane: lane.into(), ..Default::default() };
    Outcome::Queued(Box::new(CaseQueued { entry: Some(entry), reasons: vec![] }))
}

async fn what_is_queued_anew_after_its_acknowledgement_waits_until_it_is_acknowledged_anew(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let at = |second: i64| jiff::Timestamp::from_second(1_800_000_000 + second).expect("a time");
    let steps = [
        (queued_in(1, Lane::Information), at(1), Stage::Queued),
        (acknowledged(), at(2), Stage::Acknowledged),
        (queued_in(1, Lane::Decision), at(3), Stage::Queued),
        (acknowledged(), at(4), Stage::Acknowledged),
    ];
    for (outcome, at, stage) in steps {
        room.record(&[room.heard_at(reference, outcome, at)]).await;
        assert_eq!(room.status("373", reference).await.stage(), stage, "{at}");
    }
}

async fn an_acknowledgement_stays_with_its_revision_where_that_is_queued_anew_before_it_is_heard(on: On) {
    let at = |second: i64| jiff::Timestamp::from_second(1_800_000_000 + second).expect("a time");
    for in_one_batch in [true, false] {
        let room = on.room().await;
        let reference = room.held().await;
        room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
        let heard: Vec<Heard<Progress>> = vec![
            room.heard_at(reference, queued_in(1, Lane::Information), at(1)),
            room.heard_at(reference, queued_in(2, Lane::Information), at(2)),
            room.heard_at(reference, queued_in(2, Lane::Decision), at(4)),
            room.heard_at(reference, acknowledged(), at(3)),
        ];
        for batch in heard.chunks(if in_one_batch { 4 } else { 1 }) {
            room.record(batch).await;
        }
        let status = room.status("373", reference).await;
        let acknowledged: Vec<u32> = status
            .steps
            .iter()
            .filter(|step| step.stage() == Stage::Acknowledged)
            .map(|step| step.revision)
            .collect();
        assert_eq!((acknowledged, status.stage()), (vec![2], Stage::Queued), "{in_one_batch}");
    }
}

async fn a_batch_may_tell_of_one_step_many_times_and_the_latest_counts(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let at = |second: i64| jiff::Timestamp::from_second(1_800_000_000 + second).expect("a time");
    let batch: Vec<Heard<Progress>> = vec![
        room.heard_at(reference, assessed(1, "373", ""), at(0)),
        room.heard_at(reference, assessed(1, "373", ""), at(9)),
        room.heard_at(reference, acknowledged(), at(4)),
        room.heard_at(reference, queued_in(1, Lane::Decision), at(3)),
        room.heard_at(reference, queued_in(1, Lane::Information), at(1)),
        room.heard_at(reference, acknowledged(), at(6)),
        room.heard_at(reference, acknowledged(), at(2)),
    ];
    room.record(&batch).await;
    let status = room.status("373", reference).await;
    let seconds: Vec<i64> =
        status.steps[1..].iter().map(|step| step.at.expect("a time").seconds - 1_800_000_000).collect();
    assert_eq!(seconds, [0, 3, 6], "a finding is told once; of the others the latest counts");
    assert_eq!((status.stage(), status.lane()), (Stage::Acknowledged, Lane::Decision));
}

async fn what_is_held_is_under_way_until_its_newest_revision_is_heard_to_be_queued(on: On) {
    let room = on.room().await;
    let under_way = async || {
        let under_way = room.store.under_way().await.expect("counted");
        (under_way.notifications, under_way.oldest.map(|oldest| oldest.reference))
    };
    assert_eq!(under_way().await, (0, None));
    let first = room.held().await;
    let second = room.candidate(&notification("373", "A-2", ""));
    room.hold(&second).await;
    let second = second.receipt.reference;
    assert_eq!(under_way().await, (2, Some(first)));
    // A finding alone is not yet before the panel.
    for outcome in [assessed(1, "373", ""), queued(1)] {
        assert_eq!(under_way().await.0, 2);
        room.record(&[room.heard(first, outcome)]).await;
    }
    assert_eq!(under_way().await, (1, Some(second)));
    room.hold(&room.amendment(first, 2, &notification("373", "A-1", "second"))).await;
    assert_eq!(under_way().await.0, 2, "the panel has the older revision alone");
    room.record(&[room.heard(second, queued(1)), room.heard(first, queued(2))]).await;
    assert_eq!(under_way().await, (0, None));
}
