//! Whose data a call reaches: one authority against another's reference, a hand-over that is offered, a panel member who
//! stood aside. Every call that takes a reference is among them, because they are found in the contracts.

use acceptance::{Clients, World, notification};
use contracts::DESCRIPTOR_POOL;
use contracts::audit::v1::{TimelineRequest, TimelineResponse};
use contracts::intake::v1::answer_hand_over_request::Answer;
use contracts::intake::v1::{
    Acceptance, AmendRequest, AnswerHandOverRequest, CheckRequest, Declination, GetRequest,
    ListHandOversRequest, ListHandOversResponse, ListReadingsRequest, ReadIdentitiesRequest,
    SubmitManyRequest, SubmitManyResponse, SubmitRequest, WatchRequest, WithdrawRequest, get_request,
    submit_many_response,
};
use contracts::notification::v1::{
    ChildIdentity, DeclineReason, Lane, Notification, ReadingPurpose, WithdrawalReason,
};
use contracts::triage::v1::{
    AcknowledgeRequest, DecideLinkRequest, GetCaseRequest, LiftStandAsideRequest, LinkState,
    ListNoticesRequest, ListNoticesResponse, ListQueueRequest, ListQueueResponse, Recipient,
    StandAsideReason, StandAsideRequest, TakeNextRequest, TakeNextResponse,
};
use identity::{Caller, Role};
use prost::Message;
use prost::bytes::Bytes;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::raw::{call, first, reason};
use super::{callers, expected};

const NAME: &str = "Zaunkoenig Zilpzalp";
const OWNER: &str = "373";
const ASKED: &str = "888";
const STRANGER: &str = "370";
/// A lease that nobody was given.
const NO_LEASE: &str = "0193b1c6-6d3e-7a3c-8f35-3d1f6a2c9b10";

/// The calls about one reference that are for a column of the expectation.
fn about_a_reference(column: Role) -> Vec<String> {
    let place = callers().iter().position(|caller| caller.role == column).expect("a column");
    let of_column = expected().into_iter().filter(|(_, meant)| meant[place]).map(|(name, _)| name);
    let about = of_column.filter(|name| {
        let (service, method) = name.split_once('/').expect("a call");
        let service = DESCRIPTOR_POOL.get_service_by_name(service);
        let method = service.and_then(|service| service.methods().find(|known| known.name() == method));
        method.is_some_and(|method| method.input().get_field_by_name("reference").is_some())
    });
    about.collect()
}

/// A message that asks about a reference; `authority` says whose a notification that it carries is.
fn asks(name: &str, reference: &str, authority: &str) -> Vec<u8> {
    let reference = reference.to_owned();
    match name.rsplit('.').next().expect("a name") {
        "IntakeService/Get" => {
            GetRequest { key: Some(get_request::Key::Reference(reference)) }.encode_to_vec()
        }
        "IntakeService/Watch" => WatchRequest { reference }.encode_to_vec(),
        "IntakeService/Amend" => {
            let notification = Some(notification(authority, "CASE-1"));
            AmendRequest { reference, revision: 2, notification }.encode_to_vec()
        }
        "IntakeService/Withdraw" => {
            let reason = WithdrawalReason::SentByMistake.into();
            WithdrawRequest { reference, revision: 2, reason, words: String::new() }.encode_to_vec()
        }
        "IntakeService/AnswerHandOver" => {
            let answer = Some(Answer::Accept(Acceptance::default()));
            AnswerHandOverRequest { reference, answer }.encode_to_vec()
        }
        "RecordsService/ReadIdentities" => {
            ReadIdentitiesRequest { reference, purpose: ReadingPurpose::Decision.into() }.encode_to_vec()
        }
        "RecordsService/ListReadings" => ListReadingsRequest { reference }.encode_to_vec(),
        "AuditService/Timeline" => TimelineRequest { reference }.encode_to_vec(),
        "TriageService/GetCase" => GetCaseRequest { reference }.encode_to_vec(),
        "TriageService/Acknowledge" => {
            AcknowledgeRequest { reference, lease_id: NO_LEASE.into() }.encode_to_vec()
        }
        "TriageService/DecideLink" => decide(&reference, "LW-222-222-222"),
        "TriageService/StandAside" => aside(&reference),
        other => panic!("say here how {other} is called about a reference"),
    }
}

fn decide(reference: &str, other: &str) -> Vec<u8> {
    let decision = LinkState::SameIncident.into();
    DecideLinkRequest { reference: reference.into(), other_reference: other.into(), decision }.encode_to_vec()
}

fn aside(reference: &str) -> Vec<u8> {
    let reason = StandAsideReason::KnowsTheFamily.into();
    StandAsideRequest { reference: reference.into(), reason }.encode_to_vec()
}

async fn held(clients: &Clients, sent: Notification) -> String {
    let mut intake = clients.intake(&sent.notifying_authority).await;
    let held = intake.submit(SubmitRequest { notification: Some(sent) }).await.expect("held").into_inner();
    held.receipt.expect("a receipt").reference
}

fn with_a_name(mut sent: Notification) -> Notification {
    sent.children[0].identity = Some(ChildIdentity { name: NAME.into(), ..Default::default() });
    sent
}

/// A reference that nobody was given, in the right form.
fn unknown() -> String {
    ids::Reference::mint(&ambient::Ambient::system()).to_string()
}

/// Says the same of another's reference as of one that is nobody's: its answer does not tell that there is any.
async fn is_told_nothing(channel: &Channel, name: &str, reference: &str, authority: &str) {
    let nobodys = unknown();
    let mut answers = Vec::new();
    for asked in [reference, &nobodys] {
        let refused = first(channel, name, asks(name, asked, authority)).await.expect_err(name);
        assert!(
            matches!(refused.code(), Code::NotFound | Code::PermissionDenied),
            "{name} for {authority}: {refused}"
        );
        let told = refused.message().replace(asked, "REFERENCE");
        assert!(!told.contains(NAME) && !told.contains(OWNER), "{name}: {told}");
        answers.push((refused.code(), reason(&refused), told));
    }
    assert_eq!(answers[0], answers[1], "{name}");
}

#[tokio::test]
async fn no_call_tells_an_authority_anything_of_anothers_reference() {
    let world = World::embedded().await;
    let clients = world.clients();
    let reference = held(&clients, with_a_name(notification(OWNER, "CASE-1"))).await;
    world.settled().await;
    let stranger = clients.channel(&Caller::authority(STRANGER)).await;
    let calls = about_a_reference(Role::Authority);
    assert!(calls.len() >= 6, "{calls:?}");
    for name in &calls {
        is_told_nothing(&stranger, name, &reference, STRANGER).await;
    }
    // Nothing was changed by asking, and its own authority is answered.
    let owner = clients.channel(&Caller::authority(OWNER)).await;
    for name in ["lapwing.intake.v1.IntakeService/Get", "lapwing.audit.v1.AuditService/Timeline"] {
        call(&owner, name, asks(name, &reference, OWNER)).await.expect(name);
    }
}

#[tokio::test]
async fn no_authority_sends_or_checks_in_anothers_name() {
    let world = World::embedded().await;
    let stranger = world.clients().channel(&Caller::authority(STRANGER)).await;
    let anothers = Some(notification(OWNER, "CASE-1"));
    let submit = SubmitRequest { notification: anothers.clone() }.encode_to_vec();
    let check = CheckRequest { notification: anothers.clone() }.encode_to_vec();
    for (name, message) in [("Submit", submit), ("Check", check)] {
        let name = format!("lapwing.intake.v1.IntakeService/{name}");
        let refused = call(&stranger, &name, message).await.expect_err("refused");
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::PermissionDenied, "ANOTHER_AUTHORITY")
        );
    }
    let item = SubmitManyRequest { notification: anothers }.encode_to_vec();
    let answer = call(&stranger, "lapwing.intake.v1.IntakeService/SubmitMany", item).await.expect("answers");
    let answer = SubmitManyResponse::decode(answer).expect("an answer").answer;
    assert!(matches!(answer, Some(submit_many_response::Answer::Refused(_))), "{answer:?}");
}

async fn offers(channel: &Channel) -> (usize, Bytes) {
    let name = "lapwing.intake.v1.IntakeService/ListHandOvers";
    let asked = ListHandOversRequest { include_answered: true }.encode_to_vec();
    let answer = call(channel, name, asked).await.expect("lists");
    let listed = ListHandOversResponse::decode(answer.clone()).expect("a list");
    (listed.hand_overs.len(), answer)
}

#[tokio::test]
async fn what_is_offered_is_shown_to_the_authority_that_is_asked_and_to_no_other() {
    let world = World::embedded().await;
    let clients = world.clients();
    let mut sent = with_a_name(notification(OWNER, "CASE-1"));
    let facts = sent.incident.as_mut().and_then(|incident| incident.facts.as_mut()).expect("facts");
    facts.area.as_mut().expect("an area").authority = ASKED.into();
    let reference = held(&clients, sent).await;
    world.settled().await;

    let asked = clients.channel(&Caller::authority(ASKED)).await;
    let stranger = clients.channel(&Caller::authority(STRANGER)).await;
    let (shown, told) = offers(&asked).await;
    assert_eq!(shown, 1);
    let text = String::from_utf8_lossy(&told);
    assert!(!text.contains(NAME) && !text.contains("12 Reed Lane"), "no identity before acceptance");
    assert_eq!(offers(&stranger).await.0, 0);
    let answer_hand_over = "lapwing.intake.v1.IntakeService/AnswerHandOver";
    for name in &about_a_reference(Role::Authority) {
        is_told_nothing(&stranger, name, &reference, STRANGER).await;
        if name != answer_hand_over {
            let refused = first(&asked, name, asks(name, &reference, ASKED)).await.expect_err(name);
            assert_eq!(refused.code(), Code::NotFound, "{name}: {refused}");
        }
    }
    let reason = DeclineReason::NotInOurArea.into();
    let answer = Some(Answer::Decline(Declination { reason, words: String::new() }));
    let declined = AnswerHandOverRequest { reference, answer }.encode_to_vec();
    call(&asked, answer_hand_over, declined).await.expect("the authority that is asked answers");
}

async fn lists(channel: &Channel) -> (ListQueueResponse, ListNoticesResponse) {
    let queue = ListQueueRequest { lane: Lane::Decision.into(), ..Default::default() }.encode_to_vec();
    let queue = call(channel, "lapwing.triage.v1.TriageService/ListQueue", queue).await.expect("lists");
    let notices =
        ListNoticesRequest { recipient: Recipient::Dfe.into(), ..Default::default() }.encode_to_vec();
    let notices = call(channel, "lapwing.triage.v1.TriageService/ListNotices", notices).await.expect("lists");
    (ListQueueResponse::decode(queue).expect("a list"), ListNoticesResponse::decode(notices).expect("a list"))
}

async fn take(channel: &Channel) -> Option<String> {
    let take = TakeNextRequest { lane: Lane::Decision.into(), lease: None }.encode_to_vec();
    let taken = call(channel, "lapwing.triage.v1.TriageService/TakeNext", take).await.expect("answers");
    TakeNextResponse::decode(taken).expect("an answer").entry.map(|entry| entry.reference)
}

fn stood_aside(answer: &Result<Bytes, Status>) -> bool {
    answer
        .as_ref()
        .is_err_and(|status| reason(status) == "STOOD_ASIDE" && status.code() == Code::PermissionDenied)
}

#[tokio::test]
async fn a_panel_member_who_stood_aside_reaches_nothing_of_the_case_and_everybody_else_does() {
    let world = World::embedded().await;
    let clients = world.clients();
    let case = held(&clients, notification(OWNER, "CASE-1")).await;
    let other = held(&clients, notification(STRANGER, "CASE-2")).await;
    world.settled().await;
    let ada = clients.channel(&Caller::new(Role::Panel, "ada")).await;
    let ben = clients.channel(&Caller::new(Role::Panel, "ben")).await;
    let desk = clients.channel(&Caller::new(Role::Secretariat, "desk")).await;
    let stand_aside = "lapwing.triage.v1.TriageService/StandAside";
    call(&ada, stand_aside, aside(&case)).await.expect("stands aside");
    world.settled().await;

    let calls = about_a_reference(Role::Panel);
    assert!(calls.len() >= 4, "{calls:?}");
    for name in calls.iter().filter(|name| *name != stand_aside) {
        let (hers, his) = (asks(name, &case, OWNER), asks(name, &case, OWNER));
        let refused = call(&ada, name, hers).await;
        assert!(stood_aside(&refused), "{name}: {refused:?}");
        assert!(!refused.expect_err("refused").message().contains(OWNER), "{name}");
        assert!(!stood_aside(&call(&ben, name, his).await), "{name}");
    }
    let decided = call(&ada, "lapwing.triage.v1.TriageService/DecideLink", decide(&other, &case)).await;
    assert!(stood_aside(&decided), "nor the other way round");

    let (queue, notices) = lists(&ada).await;
    let shown: Vec<&str> = queue.entries.iter().map(|entry| entry.reference.as_str()).collect();
    assert_eq!((shown, queue.waiting, queue.left_out), (vec![other.as_str()], 2, 1));
    assert!(notices.notices.iter().all(|notice| notice.reference == other), "{notices:?}");
    let (queue, notices) = lists(&ben).await;
    assert_eq!((queue.entries.len(), queue.left_out, notices.notices.len()), (2, 0, 2));
    assert_eq!((take(&ada).await, take(&ada).await), (Some(other), None));
    assert_eq!(take(&ben).await, Some(case.clone()));

    // The log tells of it to those who read it.
    let auditor = clients.channel(&Caller::new(Role::Auditor, "national")).await;
    let timeline = TimelineRequest { reference: case.clone() }.encode_to_vec();
    let told = call(&auditor, "lapwing.audit.v1.AuditService/Timeline", timeline).await.expect("a timeline");
    let told = TimelineResponse::decode(told).expect("a timeline").entries;
    assert!(told.iter().any(|entry| entry.event_type == "case.stood_aside.v1"), "{told:?}");

    let member = "lapwing://panel/ada".into();
    let lift = LiftStandAsideRequest { reference: case.clone(), member }.encode_to_vec();
    call(&desk, "lapwing.triage.v1.TriageService/LiftStandAside", lift).await.expect("lifts");
    let get = GetCaseRequest { reference: case }.encode_to_vec();
    call(&ada, "lapwing.triage.v1.TriageService/GetCase", get).await.expect("she reads it again");
}

#[tokio::test]
async fn an_operator_sees_how_things_stand_and_nothing_of_a_case() {
    let world = World::embedded().await;
    let clients = world.clients();
    let reference = held(&clients, with_a_name(notification(OWNER, "CASE-1"))).await;
    world.settled().await;
    let operator = clients.channel(&Caller::new(Role::Operator, "night")).await;
    let queue = ListQueueRequest { lane: Lane::Decision.into(), ..Default::default() }.encode_to_vec();
    let queue = call(&operator, "lapwing.triage.v1.TriageService/ListQueue", queue).await.expect("answers");
    let only_how_many = ListQueueResponse { waiting: 1, ..Default::default() };
    assert_eq!(ListQueueResponse::decode(queue).expect("a list"), only_how_many);
    let timeline = TimelineRequest { reference }.encode_to_vec();
    let told = call(&operator, "lapwing.audit.v1.AuditService/Timeline", timeline).await.expect("answers");
    let told = TimelineResponse::decode(told).expect("a timeline").entries;
    let words: Vec<&str> = told.iter().map(|entry| entry.words.as_str()).collect();
    assert!(words.contains(&"assessed") && words.contains(&"queued"), "{words:?}");
    assert!(words.iter().all(|words| !words.contains("duty") && !words.contains("authority")), "{words:?}");
}
