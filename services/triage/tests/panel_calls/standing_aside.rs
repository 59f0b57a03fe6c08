//! A panel member stands aside from a case, and is answered nothing of it from then on.

use contracts::notification::v1::{Event, Lane, Outcome};
use contracts::triage::v1::{
    AcknowledgeRequest, CaseStandAsideLifted, CaseStoodAside, DecideLinkRequest, GetCaseRequest,
    LiftStandAsideRequest, LinkState, StandAsideReason, StandAsideRequest, TakeNextRequest,
};
use tonic::Code;

use super::world::{World, by, lane, member, panel, reason};

const ADA: &str = "lapwing://panel/ada";

fn aside(reference: &str) -> StandAsideRequest {
    StandAsideRequest { reference: reference.into(), reason: StandAsideReason::WorkedOnTheCase.into() }
}

fn lift(reference: &str) -> LiftStandAsideRequest {
    LiftStandAsideRequest { reference: reference.into(), member: ADA.into() }
}

#[tokio::test]
async fn a_member_who_stood_aside_is_refused_with_what_to_do_until_the_secretariat_lifts_it() {
    let world = World::new().await;
    let case = world.heard(Outcome::DutyInArea, Event::Death).await.to_string();
    // The first in its turn: of two from one moment either may be.
    world.later(1);
    let other = world.heard(Outcome::DutyInArea, Event::Death).await.to_string();
    let mut client = world.client();
    let take = TakeNextRequest { lane: Lane::Decision.into(), lease: None };
    let lease = client.take_next(by(member("ada"), take)).await.expect("answers").into_inner();
    assert_eq!(lease.entry.expect("a case").reference, case);
    let first = client.stand_aside(by(member("ada"), aside(&case))).await.expect("stands").into_inner();
    world.later(5);
    let again = client.stand_aside(by(member("ada"), aside(&case))).await.expect("the same").into_inner();
    assert_eq!(first, again);

    let get = GetCaseRequest { reference: case.clone() };
    let acknowledge = AcknowledgeRequest { reference: case.clone(), lease_id: lease.lease_id };
    let decide = |reference: &str, other_reference: &str| DecideLinkRequest {
        reference: reference.into(),
        other_reference: other_reference.into(),
        decision: LinkState::SameIncident.into(),
    };
    let refused = [
        client.get_case(by(member("ada"), get.clone())).await.expect_err("refused"),
        client.acknowledge(by(member("ada"), acknowledge)).await.expect_err("refused"),
        client.decide_link(by(member("ada"), decide(&case, &other))).await.expect_err("refused"),
        client.decide_link(by(member("ada"), decide(&other, &case))).await.expect_err("refused"),
    ];
    for status in refused {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::PermissionDenied, "STOOD_ASIDE"));
        assert!(status.message().contains("ask the secretariat"), "{}", status.message());
    }
    client.get_case(by(member("ben"), get.clone())).await.expect("another member reads it");
    let hers = world.list(lane(Lane::Decision), member("ada")).await.expect("lists");
    assert_eq!((hers.entries.len(), hers.waiting, hers.left_out), (1, 2, 1));

    client.lift_stand_aside(by(panel(), lift(&case))).await.expect("lifts");
    client.get_case(by(member("ada"), get)).await.expect("she reads it again");
    let stood: Vec<CaseStoodAside> = world.told("case.stood_aside.v1").await;
    assert_eq!((stood.len(), stood[0].member.as_str()), (1, ADA));
    assert_eq!(stood[0].reason(), StandAsideReason::WorkedOnTheCase);
    let lifted: Vec<CaseStandAsideLifted> = world.told("case.stand_aside_lifted.v1").await;
    assert_eq!(lifted[0].lifted_by, "lapwing://secretariat/desk");
}

#[tokio::test]
async fn a_case_is_shown_without_those_linked_to_it_from_which_the_member_stood_aside() {
    let world = World::new().await;
    let case = world.heard(Outcome::DutyInArea, Event::Death).await.to_string();
    let other = world.heard(Outcome::DutyInArea, Event::Death).await.to_string();
    let mut client = world.client();
    let decide = DecideLinkRequest {
        reference: case.clone(),
        other_reference: other.clone(),
        decision: LinkState::SameIncident.into(),
    };
    client.decide_link(by(panel(), decide)).await.expect("decides");
    client.stand_aside(by(member("ada"), aside(&other))).await.expect("stands");
    let mut links = async |caller| {
        let get = GetCaseRequest { reference: case.clone() };
        let read = client.get_case(by(caller, get)).await.expect("reads").into_inner();
        (read.links.len(), read.entry.expect("an entry").linked.len())
    };
    assert_eq!((links(member("ada")).await, links(member("ben")).await), ((0, 0), (1, 1)));
    let hers = world.list(lane(Lane::Decision), member("ada")).await.expect("lists");
    assert!(hers.entries.iter().all(|entry| entry.linked.is_empty()));
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let world = World::new().await;
    let case = world.heard(Outcome::DutyInArea, Event::Death).await.to_string();
    let mut client = world.client();
    let unknown = ids::Reference::mint(&world.ambient).to_string();
    let no_case = client.stand_aside(by(member("ada"), aside(&unknown))).await.expect_err("refused");
    assert_eq!((no_case.code(), reason(&no_case).as_str()), (Code::NotFound, "CASE_NOT_FOUND"));
    let nothing = client.lift_stand_aside(by(panel(), lift(&case))).await.expect_err("refused");
    assert_eq!((nothing.code(), reason(&nothing).as_str()), (Code::NotFound, "NOT_STOOD_ASIDE"));
    let no_reason = StandAsideRequest { reference: case.clone(), reason: 0 };
    let no_reason = client.stand_aside(by(member("ada"), no_reason)).await.expect_err("refused");
    assert_eq!(no_reason.code(), Code::InvalidArgument);
    let nobody = LiftStandAsideRequest { reference: case.clone(), member: "Ada Example".into() };
    let nobody = client.lift_stand_aside(by(panel(), nobody)).await.expect_err("refused");
    assert_eq!(nobody.code(), Code::InvalidArgument);
    for caller in [member("ada"), member("ben")] {
        let lifted = client.lift_stand_aside(by(caller, lift(&case))).await.expect_err("refused");
        assert_eq!(reason(&lifted), "ROLE_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn an_operator_is_told_how_many_wait_and_no_case() {
    let world = World::new().await;
    world.heard(Outcome::DutyInArea, Event::Death).await;
    let operator = identity::Caller::new(identity::Role::Operator, "night");
    let told = world.list(lane(Lane::Decision), operator).await.expect("lists");
    assert_eq!((told.entries.len(), told.next_page_token.as_str(), told.waiting), (0, "", 1));
}
