//! Each call of the queue: what it answers, what it refuses and in which words, and who may make it.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{Event, Lane, Outcome, Priority};
use contracts::time::to_wire;
use contracts::triage::v1::{
    AcknowledgeRequest, CaseAcknowledged, CaseQueued, GetCaseRequest, ListNoticesRequest, ListQueueRequest,
    QueueState, Recipient, TakeNextRequest, TakeNextResponse,
};
use delivery::{Delivered, HandlingError, Keeper as _, Subscriber};
use identity::{Caller, Role};
use ids::Reference;
use tonic::{Code, Request, Status};

use super::world::{World, by, field, lane, member, panel, reason, time};

#[tokio::test]
async fn a_finding_that_is_heard_is_queued_told_and_read() {
    let world = World::new().await;
    let reference = world.heard(Outcome::DutyInArea, Event::Death).await;

    let queued: Vec<CaseQueued> = world.told("case.queued.v1").await;
    let listed = world.list(lane(Lane::Decision), panel()).await.expect("lists");
    let read = world.case(&reference.to_string().to_lowercase().replace('-', " ")).await.expect("reads");
    let entry = queued[0].entry.clone().expect("an entry");
    assert_eq!((listed.entries.as_slice(), listed.waiting), ([entry.clone()].as_slice(), 1));
    assert_eq!((read.entry.as_ref(), &read.reasons), (Some(&entry), &queued[0].reasons));

    assert_eq!((entry.reference, entry.notifying_authority.as_str()), (reference.to_string(), "373"));
    assert_eq!(
        (entry.lane, entry.priority, entry.state),
        (Lane::Decision.into(), Priority::Urgent.into(), QueueState::Waiting.into())
    );
    assert_eq!((entry.outcome, entry.children), (Outcome::DutyInArea.into(), 1));
    let due: Vec<(&str, &str, bool)> =
        entry.clocks.iter().map(|clock| (clock.anchor.as_str(), clock.due_on.as_str(), clock.late)).collect();
    assert_eq!(
        due,
        [
            ("becoming aware", "2026-02-27", true),
            ("the notification", "2026-03-24", false),
            ("the decision to start it", "", false),
        ]
    );
    assert_eq!(read.assessment.expect("a finding").provision, "Children Act 2004 s.16C(1)(a)");
    assert_eq!(read.notification.expect("facts").reference, reference.to_string());
}

#[tokio::test]
async fn a_second_delivery_has_no_effect() {
    let world = World::new().await;
    let delivered = world.delivered(Reference::mint(&world.ambient), Outcome::DutyInArea, Event::Harm);
    world.triage.findings.handle(&[delivered]).await.expect("hears");
    let again = world
        .triage
        .post_room
        .outbox
        .claim(1)
        .await
        .expect("reads")
        .let_go()
        .await
        .expect("lets go")
        .remove(0);
    assert_eq!(again.kind, "case.queued.v1");
    let delivered = world.delivered(Reference::mint(&world.ambient), Outcome::DutyInArea, Event::Harm);
    let twice = [Delivered::on("triage.findings", delivered.envelope.clone()), delivered];
    world.triage.findings.handle(&twice).await.expect("hears");
    world.triage.findings.handle(&twice).await.expect("hears again");
    assert_eq!(world.list(lane(Lane::Decision), panel()).await.expect("lists").waiting, 2);
    assert_eq!(world.told::<CaseQueued>("case.queued.v1").await.len(), 2);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_refused_with_its_batch_and_can_be_parked() {
    let world = World::new().await;
    let good = world.delivered(Reference::mint(&world.ambient), Outcome::DutyInArea, Event::Harm);
    let broken = world.envelope(Reference::mint(&world.ambient), &NotificationAssessed::default());
    let batch = [good, broken];
    let error = world.triage.findings.handle(&batch).await.expect_err("refused");
    assert!(
        matches!(&error, HandlingError::Refused(reason) if reason.to_string().contains("no notification")),
        "{error}"
    );
    assert_eq!(world.list(lane(Lane::Decision), panel()).await.expect("lists").waiting, 0);

    let (room, queue) = (&world.triage.post_room, world.triage.findings.queue());
    room.park(queue, &batch[1].envelope, &error.to_string()).await.expect("parks");
    world.triage.findings.handle(&batch[..1]).await.expect("hears the other alone");
    assert_eq!(world.triage.post_room.parked().await.expect("counts"), 1);
    assert_eq!(world.list(lane(Lane::Decision), panel()).await.expect("lists").waiting, 1);
}

#[tokio::test]
async fn a_case_is_taken_acknowledged_and_told_once() {
    let world = World::new().await;
    let reference = world.heard(Outcome::NeedsJudgement, Event::Harm).await.to_string();
    let taken = world.take(Lane::Decision).await;
    let entry = taken.entry.expect("a case");
    assert_eq!((entry.reference.as_str(), entry.state), (reference.as_str(), QueueState::Leased.into()));
    assert_eq!(taken.lease_expires_at, Some(to_wire(time("2026-03-03T09:05:00Z"))));
    assert_eq!(world.take(Lane::Decision).await, TakeNextResponse::default());

    world.later(60);
    let first = world.acknowledge(&reference, &taken.lease_id).await.expect("counts");
    world.later(3600);
    let second = world.acknowledge(&reference, &taken.lease_id).await.expect("counts again");
    assert_eq!(first, second);
    assert_eq!(first.acknowledged_at, Some(to_wire(time("2026-03-03T09:01:00Z"))));
    let told: Vec<CaseAcknowledged> = world.told("case.acknowledged.v1").await;
    let expected = CaseAcknowledged {
        reference: reference.clone(),
        lane: Lane::Decision.into(),
        acknowledged_at: first.acknowledged_at,
    };
    assert_eq!(told, [expected]);
    assert_eq!(
        world.case(&reference).await.expect("reads").entry.expect("an entry").state,
        i32::from(QueueState::Acknowledged)
    );
}

#[tokio::test]
async fn a_lease_that_ran_out_and_was_followed_by_anothers_is_refused_with_what_to_do() {
    let world = World::new().await;
    let reference = world.heard(Outcome::DutyInArea, Event::Harm).await.to_string();
    let lost = world.take(Lane::Decision).await.lease_id;
    world.later(300);
    let kept = world.take(Lane::Decision).await.lease_id;
    let refused = world.acknowledge(&reference, &lost).await.expect_err("refused");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "LEASE_LOST"));
    assert!(
        refused.message().contains("somebody else has taken the case, until 2026-03-03T09:10:00Z"),
        "{}",
        refused.message()
    );
    assert!(refused.message().contains("To do: "), "{}", refused.message());

    world.acknowledge(&reference, &kept).await.expect("counts");
    let refused = world.acknowledge(&reference, &lost).await.expect_err("refused");
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::FailedPrecondition, "ACKNOWLEDGED_OTHERWISE")
    );
}

#[tokio::test]
async fn a_case_that_nobody_took_and_one_that_is_not_there_are_told_apart() {
    let world = World::new().await;
    let waiting = world.heard(Outcome::DutyInArea, Event::Harm).await.to_string();
    let lease = ids::LeaseId::mint(&world.ambient).to_string();
    let refused = world.acknowledge(&waiting, &lease).await.expect_err("refused");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "CASE_NOT_TAKEN"));
    let unknown = Reference::mint(&world.ambient).to_string();
    for status in [
        world.acknowledge(&unknown, &lease).await.expect_err("not there"),
        world.case(&unknown).await.expect_err("not there"),
    ] {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "CASE_NOT_FOUND"));
        assert!(status.message().contains(&unknown), "{}", status.message());
    }
}

#[tokio::test]
async fn the_caller_says_how_long_a_lease_holds() {
    let world = World::new().await;
    world.heard(Outcome::DutyInArea, Event::Harm).await;
    let lease = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
    for seconds in [0, 3601] {
        let request = TakeNextRequest { lane: Lane::Decision.into(), lease: lease(seconds) };
        let refused = world.client().take_next(by(panel(), request)).await.expect_err("refused");
        assert_eq!((refused.code(), field(&refused).as_str()), (Code::InvalidArgument, "lease"), "{seconds}");
    }
    let request = TakeNextRequest { lane: Lane::Decision.into(), lease: lease(3600) };
    let taken = world.client().take_next(by(panel(), request)).await.expect("answers").into_inner();
    assert_eq!(taken.lease_expires_at, Some(to_wire(time("2026-03-03T10:00:00Z"))));
}

#[tokio::test]
async fn pages_follow_each_other_by_their_tokens() {
    let world = World::new().await;
    let mut heard = Vec::new();
    for _ in 0..5 {
        heard.push(world.heard(Outcome::LookedAfterDeath, Event::Death).await.to_string());
        world.later(1);
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListQueueRequest { page_size: 2, page_token, ..lane(Lane::Information) };
        let page = world.list(request, panel()).await.expect("lists");
        assert_eq!(page.waiting, 5);
        seen.extend(page.entries.into_iter().map(|entry| entry.reference));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, heard);
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_refused_at_its_field() {
    let world = World::new().await;
    let decision = lane(Lane::Decision);
    let wrong = [
        (lane(Lane::Unspecified), "lane"),
        (ListQueueRequest { lane: 9, ..decision.clone() }, "lane"),
        (ListQueueRequest { page_size: 501, ..decision.clone() }, "page_size"),
        (ListQueueRequest { page_token: "x".repeat(201), ..decision.clone() }, "page_token"),
        (ListQueueRequest { page_token: "page two".into(), ..decision }, "page_token"),
    ];
    for (request, named) in wrong {
        let refused = world.list(request, panel()).await.expect_err(named);
        assert_eq!((refused.code(), field(&refused).as_str()), (Code::InvalidArgument, named));
    }
    let refused = world.case("LW-7O4-MXP-2R9").await.expect_err("a look-alike");
    assert_eq!((refused.code(), field(&refused).as_str()), (Code::InvalidArgument, "reference"));
    let reference = Reference::mint(&world.ambient).to_string();
    let refused = world.acknowledge(&reference, "my lease").await.expect_err("no lease");
    assert_eq!((refused.code(), field(&refused).as_str()), (Code::InvalidArgument, "lease_id"));
}

/// What became of each call, made by one caller: ListQueue, GetCase, TakeNext, Acknowledge, ListNotices.
async fn codes(world: &World, reference: &str, caller: &Caller) -> [Code; 5] {
    let mut client = world.client();
    let code = |refused: Option<Status>| refused.map_or(Code::Ok, |status| status.code());
    let listed = client.list_queue(by(caller.clone(), lane(Lane::Decision))).await.err();
    let got =
        client.get_case(by(caller.clone(), GetCaseRequest { reference: reference.to_owned() })).await.err();
    let take = TakeNextRequest { lane: Lane::Decision.into(), lease: None };
    let taken = client.take_next(by(caller.clone(), take)).await;
    let lease_id = taken.as_ref().map_or_else(
        |_| ids::LeaseId::mint(&world.ambient).to_string(),
        |taken| taken.get_ref().lease_id.clone(),
    );
    let acknowledge = AcknowledgeRequest { reference: reference.to_owned(), lease_id };
    let acknowledged = client.acknowledge(by(caller.clone(), acknowledge)).await.err();
    let notices = ListNoticesRequest { recipient: Recipient::Dfe.into(), ..Default::default() };
    let noticed = client.list_notices(by(caller.clone(), notices)).await.err();
    [code(listed), code(got), code(taken.err()), code(acknowledged), code(noticed)]
}

#[tokio::test]
async fn cases_are_for_the_panel_and_how_many_wait_for_operators_too() {
    const NO: Code = Code::PermissionDenied;
    let world = World::new().await;
    let reference = world.heard(Outcome::DutyInArea, Event::Harm).await.to_string();
    let expected = [
        (Caller::authority("373"), [NO, NO, NO, NO, NO]),
        (Caller::new(Role::Operator, "night"), [Code::Ok, NO, NO, NO, NO]),
        (Caller::new(Role::Auditor, "reader"), [NO, NO, NO, NO, NO]),
        (Caller::new(Role::Service, "intake"), [NO, NO, NO, NO, NO]),
        (member("ada"), [Code::Ok; 5]),
    ];
    for (caller, codes_expected) in expected {
        assert_eq!(codes(&world, &reference, &caller).await, codes_expected, "{caller}");
    }
    let reference = world.heard(Outcome::DutyInArea, Event::Harm).await.to_string();
    assert_eq!(codes(&world, &reference, &panel()).await, [Code::Ok; 5]);
    let nobody =
        world.client().list_queue(Request::new(lane(Lane::Decision))).await.expect_err("no certificate");
    assert_eq!(nobody.code(), Code::Unauthenticated);
}
