//! Bad input gets a clear answer that names field path, rule and remedy; nothing is stored, nobody disturbed.

use acceptance::{World, both_worlds, notification};
use contracts::intake::v1::{
    CheckRequest, GetRequest, SubmitRequest, SubmitResponse, WatchRequest, get_request,
};
use contracts::notification::v1::{Notification, Placement};
use contracts::triage::v1::{ListQueueRequest, TakeNextRequest};
use identity::Caller;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Status};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;

async fn refused(world: &World, notification: Notification) -> Status {
    let mut intake = world.clients().intake("373").await;
    let refused =
        intake.submit(SubmitRequest { notification: Some(notification.clone()) }).await.expect_err("refused");
    let key = Some(get_request::Key::SenderReference(notification.sender_reference));
    let stored = intake.get(GetRequest { key }).await.expect_err("nothing is stored");
    assert!(matches!(stored.code(), Code::NotFound | Code::InvalidArgument), "{stored}");
    refused
}

#[track_caller]
fn names(status: &Status, field: &str, rule: &str) {
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let details = status.get_details_bad_request().expect("field violations");
    let found = details.field_violations.iter().find(|violation| violation.field == field);
    let violation = found.unwrap_or_else(|| panic!("{field} is not named: {:?}", details.field_violations));
    assert_eq!(violation.reason, rule);
    assert!(violation.description.contains("To do:"), "{}", violation.description);
}

both_worlds!(a_date_that_does_not_exist);

async fn a_date_that_does_not_exist(world: World) {
    let mut bad = notification("373", "BAD");
    bad.became_aware_on = "2026-02-30".into();
    names(&refused(&world, bad).await, "became_aware_on", "DATE_DOES_NOT_EXIST");
}

both_worlds!(an_authority_that_nobody_knows);

async fn an_authority_that_nobody_knows(world: World) {
    let mut bad = notification("373", "BAD");
    let incident = bad.incident.as_mut().and_then(|incident| incident.facts.as_mut()).expect("facts");
    incident.area.as_mut().expect("an area").authority = "999".into();
    names(&refused(&world, bad).await, "incident.facts.area.authority", "AUTHORITY_UNKNOWN");
}

both_worlds!(a_number_that_stands_for_no_answer);

async fn a_number_that_stands_for_no_answer(world: World) {
    let mut bad = notification("373", "BAD");
    bad.children[0].facts.as_mut().expect("facts").event = 99;
    names(&refused(&world, bad).await, "children[0].facts.event", "enum.defined_only");
}

both_worlds!(nothing_at_all);

async fn nothing_at_all(world: World) {
    let mut intake = world.clients().intake("373").await;
    let status = intake.submit(SubmitRequest { notification: None }).await.expect_err("refused");
    for field in ["sender_reference", "notifying_authority", "incident"] {
        names(&status, field, "required");
    }
    names(&status, "children", "repeated.min_items");
}

both_worlds!(a_code_of_another_year_is_taken_with_a_warning_that_names_the_set_in_force);

async fn a_code_of_another_year_is_taken_with_a_warning_that_names_the_set_in_force(world: World) {
    let mut odd = notification("373", "ODD");
    odd.children[0].facts.as_mut().expect("facts").placement =
        Some(Placement { code: "Z1".into(), ..Default::default() });
    let held = world
        .clients()
        .intake("373")
        .await
        .submit(SubmitRequest { notification: Some(odd) })
        .await
        .expect("held")
        .into_inner();
    assert_eq!(held.warnings.len(), 1);
    assert_eq!(held.warnings[0].field, "children[0].facts.placement.code");
    assert_eq!(held.warnings[0].rule, "CODE_RETIRED");
    assert!(held.warnings[0].remedy.contains("Z11"), "{}", held.warnings[0].remedy);
}

both_worlds!(a_message_over_the_size_limit);

async fn a_message_over_the_size_limit(world: World) {
    let mut huge = notification("373", "HUGE");
    huge.late_reason = "x".repeat(5 * 1024 * 1024);
    names(&refused(&world, huge).await, "notification", "MESSAGE_TOO_LARGE");
}

both_worlds!(hundreds_of_mistakes_at_once_are_told_as_far_as_a_status_carries_them);

async fn hundreds_of_mistakes_at_once_are_told_as_far_as_a_status_carries_them(world: World) {
    let mut bad = notification("373", "BAD");
    bad.children = (0..400)
        .map(|number| {
            let mut child = bad.children[0].clone();
            child.key = number.to_string();
            child.facts.as_mut().expect("facts").ethnicity = "WBRX".into();
            child
        })
        .collect();
    let status = refused(&world, bad.clone()).await;
    names(&status, "children[0].facts.ethnicity", "CODE_UNKNOWN");
    assert!(status.message().contains("Check and SubmitMany answer with all"), "{}", status.message());
    let checked = world.clients().intake("373").await.check(CheckRequest { notification: Some(bad) }).await;
    let checked = checked.expect("checked").into_inner();
    assert_eq!(checked.violations.len(), 400);
    assert_eq!(checked.assessment.expect("a finding").children.len(), 400);
}

both_worlds!(more_children_than_any_incident_has);

async fn more_children_than_any_incident_has(world: World) {
    let mut bad = notification("373", "BAD");
    bad.children = vec![bad.children[0].clone(); 501];
    names(&refused(&world, bad).await, "children", "repeated.max_items");
}

/// A request of a contract that is newer than this server.
#[derive(Clone, PartialEq, prost::Message)]
struct NewerRequest {
    #[prost(message, optional, tag = "1")]
    notification: Option<Notification>,
    #[prost(string, tag = "99")]
    later_fact: String,
}

both_worlds!(a_field_that_the_server_does_not_know_is_named_and_not_dropped_under_a_receipt);

async fn a_field_that_the_server_does_not_know_is_named_and_not_dropped_under_a_receipt(world: World) {
    let channel = world.clients().channel(&Caller::authority("373")).await;
    let mut client = Grpc::new(channel);
    client.ready().await.expect("connected");
    let newer = NewerRequest { notification: Some(notification("373", "NEWER")), later_fact: "known".into() };
    let path = PathAndQuery::from_static("/lapwing.intake.v1.IntakeService/Submit");
    let codec = ProstCodec::<NewerRequest, SubmitResponse>::default();
    let status = client.unary(tonic::Request::new(newer), path, codec).await.expect_err("refused");
    names(&status, "field number 99", "UNKNOWN_FIELD");
}

both_worlds!(an_authority_that_is_no_number_is_told_with_all_the_rest_and_never_repeated);

async fn an_authority_that_is_no_number_is_told_with_all_the_rest_and_never_repeated(world: World) {
    let mut bad = notification("Robin Sparrow", "BAD");
    bad.became_aware_on = "2026-02-30".into();
    let status = refused(&world, bad).await;
    names(&status, "notifying_authority", "string.pattern");
    names(&status, "became_aware_on", "DATE_DOES_NOT_EXIST");
    assert!(!format!("{status:?}").contains("Robin"), "{status:?}");
}

both_worlds!(a_reference_with_a_slip_of_the_tongue);

async fn a_reference_with_a_slip_of_the_tongue(world: World) {
    let mut intake = world.clients().intake("373").await;
    let status =
        intake.watch(WatchRequest { reference: "LW-7K4-MXP-2R8".into() }).await.expect_err("refused");
    names(&status, "reference", "REFERENCE_MISTAKEN");
}

both_worlds!(a_lane_that_is_none_and_a_lease_for_a_day);

async fn a_lane_that_is_none_and_a_lease_for_a_day(world: World) {
    let mut triage = world.clients().triage().await;
    let status = triage.list_queue(ListQueueRequest::default()).await.expect_err("refused");
    names(&status, "lane", "enum.not_in");
    let lease = Some(prost_types::Duration { seconds: 86_400, nanos: 0 });
    let status = triage.take_next(TakeNextRequest { lane: 1, lease }).await.expect_err("refused");
    assert_eq!(status.get_details_bad_request().expect("violations").field_violations[0].field, "lease");
}

both_worlds!(a_check_tells_violations_and_finding_together_and_stores_nothing);

async fn a_check_tells_violations_and_finding_together_and_stores_nothing(world: World) {
    let mut intake = world.clients().intake("373").await;
    let mut bad = notification("373", "DRAFT");
    bad.children[0].facts.as_mut().expect("facts").ethnicity = "WBRX".into();
    let checked = intake.check(CheckRequest { notification: Some(bad) }).await.expect("checked").into_inner();
    assert_eq!(checked.violations.len(), 1);
    assert_eq!(checked.violations[0].rule, "CODE_UNKNOWN");
    let assessment = checked.assessment.expect("a finding");
    assert_eq!(assessment.outcome(), contracts::notification::v1::Outcome::DutyInArea);
    assert_eq!(world.waiting().await, 0);
    let key = Some(get_request::Key::SenderReference("DRAFT".into()));
    assert_eq!(intake.get(GetRequest { key }).await.expect_err("nothing is stored").code(), Code::NotFound);
}

both_worlds!(a_check_and_a_submission_find_the_same);

async fn a_check_and_a_submission_find_the_same(world: World) {
    let clients = world.clients();
    let mut intake = clients.intake("373").await;
    let sent = notification("373", "CASE-1");
    let checked =
        intake.check(CheckRequest { notification: Some(sent.clone()) }).await.expect("checked").into_inner();
    let held = intake.submit(SubmitRequest { notification: Some(sent) }).await.expect("held").into_inner();
    let receipt = held.receipt.expect("a receipt");
    assert_eq!(checked.fingerprint, receipt.fingerprint);
    let status =
        clients.reached("373", &receipt.reference, contracts::notification::v1::Stage::Assessed).await;
    assert_eq!(status.assessment, checked.assessment);
}
