//! What is answered of a case and of notices, after revisions, withdrawals and hand-overs.

use contracts::intake::v1::{HandOverChanged, NotificationErased, NotificationWithdrawn};
use contracts::notification::v1::{Answer, Erasure, ErasureReason, Event, HandOver, Lane, Outcome, Priority};
use contracts::time::to_wire;
use contracts::triage::v1::{
    CaseQueued, GetCaseResponse, ListNoticesRequest, NoticeIssued, QueueState, Recipient,
};
use delivery::Subscriber;
use ids::Reference;
use tonic::Code;

use super::world::{MORNING, World, field, reason, time};

/// Code and whether it is due, for each recipient in turn.
fn due(case: &GetCaseResponse) -> Vec<(Recipient, bool)> {
    case.recipients.iter().map(|told| (told.recipient(), told.due)).collect()
}

#[tokio::test]
async fn a_case_is_answered_with_its_place_its_indicators_its_recipients_and_its_lineage() {
    let world = World::new().await;
    let reference = Reference::mint(&world.ambient);
    let first = world.delivered(reference, Outcome::DutyInArea, Event::Harm);
    world.hears(first).await;
    world.later(60);
    let amended = world.delivered(reference, Outcome::DutyInArea, Event::Death);
    let amended = world.changed(amended, |notification| {
        notification.revision = 2;
        notification.late_reason_given = true;
        notification.children[0].facts.as_mut().expect("facts").looked_after = Answer::Yes.into();
    });
    world.hears(amended).await;
    let case = world.case(&reference.to_string()).await.expect("reads");
    let entry = case.entry.clone().expect("an entry");
    assert_eq!((entry.revision, entry.queued_at), (2, Some(to_wire(time(MORNING)))));
    assert_eq!(entry.indicators, ["CHILD_IN_CARE"]);
    assert!(entry.clocks[0].late && entry.clocks[0].late_reason_given);
    assert!(
        entry.clocks[1].other_reading.starts_with("By the other reading"),
        "{}",
        entry.clocks[1].other_reading
    );
    assert_eq!((entry.clocks[2].months, entry.clocks[2].working_days), (6, 0));

    let shown: Vec<_> =
        case.indicators.iter().map(|indicator| indicator.reason.clone().expect("a reason")).collect();
    assert_eq!(shown[0].facts, ["children[0].facts.looked_after"]);
    let order: Vec<&str> = case.order.iter().map(|rule| rule.code.as_str()).collect();
    let rules =
        ["ORDER_PRIORITY", "ORDER_RAPID_REVIEW", "ORDER_INDICATORS", "ORDER_QUEUED", "ORDER_REFERENCE"];
    assert_eq!(order, rules);
    let all = [Recipient::Panel, Recipient::Dfe, Recipient::Ofsted, Recipient::SafeguardingPartners];
    assert_eq!(due(&case), all.map(|recipient| (recipient, true)));
    let lineage: Vec<_> =
        case.revisions.iter().map(|line| (line.revision, line.priority(), line.came_late)).collect();
    assert_eq!(lineage, [(1, Priority::Standard, false), (2, Priority::Urgent, false)]);
    assert_eq!(case.notification.expect("facts").revision, 2);
}

#[tokio::test]
async fn why_a_recipient_is_not_told_is_answered_too() {
    let world = World::new().await;
    let held = world.heard(Outcome::DutyOfAnotherAuthority, Event::Harm).await.to_string();
    let case = world.case(&held).await.expect("reads");
    assert!(case.recipients.iter().all(|told| !told.due && told.reasons[0].code == "NOT_TOLD_WHILE_HELD"));
    assert_eq!(world.told::<NoticeIssued>("notice.dfe.v1").await, []);
}

#[tokio::test]
async fn a_case_that_was_amended_while_leased_is_refused_with_what_to_do() {
    let world = World::new().await;
    let reference = Reference::mint(&world.ambient);
    world.hears(world.delivered(reference, Outcome::DutyInArea, Event::Harm)).await;
    let lease = world.take(Lane::Decision).await.lease_id;
    let amended = world.delivered(reference, Outcome::DutyInArea, Event::Death);
    world.hears(world.changed(amended, |notification| notification.revision = 2)).await;
    let refused = world.acknowledge(&reference.to_string(), &lease).await.expect_err("void");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "CASE_AMENDED"));
    for words in ["at revision 2 now", "To do: look at it anew with GetCase"] {
        assert!(refused.message().contains(words), "{}", refused.message());
    }
    let anew = world.take(Lane::Decision).await.lease_id;
    world.acknowledge(&reference.to_string(), &anew).await.expect("counts");
}

#[tokio::test]
async fn a_withdrawal_and_a_declined_hand_over_are_heard_on_the_same_queue() {
    let world = World::new().await;
    let kinds = [
        "notification.withdrawn.v1",
        "handover.declined.v1",
        "notification.assessed.v1",
        "notification.erased.v1",
    ];
    for kind in kinds {
        assert!(world.triage.findings.hears(kind), "{kind}");
    }
    assert!(!world.triage.findings.hears("handover.accepted.v1"));
    let withdrawn = world.heard(Outcome::DutyInArea, Event::Harm).await;
    let event = NotificationWithdrawn {
        reference: withdrawn.to_string(),
        revision: 2,
        received_at: Some(to_wire(time(MORNING))),
        ..Default::default()
    };
    world.hears(world.envelope_of("notification.withdrawn.v1", withdrawn, &event)).await;
    let held = world.heard(Outcome::DutyOfAnotherAuthority, Event::Harm).await;
    let hand_over = HandOver {
        reference: held.to_string(),
        revision: 1,
        to_authority: "888".into(),
        ..Default::default()
    };
    let event = HandOverChanged { hand_over: Some(hand_over) };
    world.hears(world.envelope_of("handover.declined.v1", held, &event)).await;
    let of = async |reference: Reference| world.case(&reference.to_string()).await.expect("reads");
    let (withdrawn, held) = (of(withdrawn).await, of(held).await);
    assert_eq!(withdrawn.reasons[0].code, "NOTIFICATION_WITHDRAWN");
    assert!(withdrawn.entry.expect("an entry").withdrawn);
    assert_eq!(held.reasons[0].code, "HAND_OVER_DECLINED");
    assert_eq!(held.entry.expect("an entry").lane, i32::from(Lane::Decision));
}

#[tokio::test]
async fn an_erased_case_stays_on_the_queue_and_says_that_it_is_erased() {
    let world = World::new().await;
    let reference = Reference::mint(&world.ambient);
    let finding = world.delivered(reference, Outcome::DutyInArea, Event::Harm);
    let token = "0123456789abcdef0123456789abcdef";
    world.hears(world.changed(finding, |facts| facts.children[0].child_token = token.into())).await;
    let before = world.case(&reference.to_string()).await.expect("reads");
    let notification = before.notification.clone().expect("facts");
    assert_eq!((notification.children[0].child_token.as_str(), before.erasure.clone()), (token, None));
    world.take(Lane::Decision).await;

    let erasure = Erasure {
        erased_at: Some(to_wire(time("2036-03-03T09:00:00Z"))),
        reason: ErasureReason::SubjectRequest.into(),
        erased_by: "lapwing://secretariat/records".into(),
    };
    let event = NotificationErased { reference: reference.to_string(), erasure: Some(erasure.clone()) };
    world.hears(world.envelope_of("notification.erased.v1", reference, &event)).await;
    let after = world.case(&reference.to_string()).await.expect("reads");
    assert_eq!(after.erasure, Some(erasure));
    let entry = after.entry.expect("an entry");
    assert_eq!((entry.state(), entry.revision), (QueueState::Leased, 1), "nobody loses a lease");
    assert_eq!((after.reasons, after.assessment), (before.reasons, before.assessment));
    let mut without = notification;
    without.children[0].child_token.clear();
    assert_eq!(after.notification, Some(without));
    assert_eq!(world.told::<CaseQueued>("case.queued.v1").await.len(), 1, "it is not told anew");
}

#[tokio::test]
async fn what_dfe_and_ofsted_were_told_is_listed_as_it_was_told() {
    let world = World::new().await;
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(world.heard(Outcome::DutyInArea, Event::Death).await.to_string());
        world.later(1);
    }
    for (recipient, kind) in [(Recipient::Dfe, "notice.dfe.v1"), (Recipient::Ofsted, "notice.ofsted.v1")] {
        let request = ListNoticesRequest { recipient: recipient.into(), page_size: 2, ..Default::default() };
        let first = world.notices(request.clone()).await.expect("lists");
        let page_token = first.next_page_token.clone();
        let last = world.notices(ListNoticesRequest { page_token, ..request }).await.expect("lists");
        assert_eq!((first.notices.len(), last.notices.len(), last.next_page_token.as_str()), (2, 1, ""));
        let listed: Vec<_> = first.notices.into_iter().chain(last.notices).collect();
        assert!(listed.iter().map(|notice| &notice.reference).eq(heard.iter().rev()));
        let told: Vec<NoticeIssued> = world.told(kind).await;
        let told: Vec<_> = told.into_iter().rev().map(|event| event.notice.expect("a notice")).collect();
        assert_eq!(listed, told);
        assert_eq!((listed[0].recipient(), listed[0].deaths), (recipient, 1));
        assert_eq!(listed[0].reasons[0].code, "TOLD_OF_DUTY");
    }
    let request = ListNoticesRequest { recipient: Recipient::Dfe.into(), page_size: 1, ..Default::default() };
    let page_token = world.notices(request).await.expect("lists").next_page_token;
    let crossed =
        ListNoticesRequest { recipient: Recipient::Ofsted.into(), page_token, ..Default::default() };
    let refused = world.notices(crossed).await.expect_err("another recipient's token");
    assert_eq!((refused.code(), field(&refused).as_str()), (Code::InvalidArgument, "page_token"));
    let wrong = ListNoticesRequest { recipient: Recipient::Panel.into(), ..Default::default() };
    let refused = world.notices(wrong).await.expect_err("the panel's notices are the queue");
    assert_eq!((refused.code(), field(&refused).as_str()), (Code::InvalidArgument, "recipient"));
}

#[test]
fn every_code_of_triage_is_in_its_catalogue_once() {
    assert_eq!(catalogue::faults(triage::CATALOGUE), Vec::<String>::new());
}
