//! The policy of retention by its dates, the wrapping key by its change, and what each role is refused.

use contracts::intake::v1::{
    ApplyRetentionRequest, ApplyRetentionResponse, EraseRequest, PlaceHoldRequest, ReadIdentitiesRequest,
    RotateKeysRequest, RotateKeysResponse, WithdrawRequest,
};
use contracts::notification::v1::{ErasureReason, HoldReason, ReadingPurpose, WithdrawalReason};
use identity::{Caller, Role};
use sealing::KeySource;
use tonic::Code;

use crate::service::{NAME, Service, notification, reason};

fn desk() -> Caller {
    Caller::new(Role::Secretariat, "desk")
}

async fn retention(service: &Service, dry_run: bool) -> ApplyRetentionResponse {
    let request = ApplyRetentionRequest { dry_run, at_most: 0 };
    service.records(desk()).apply_retention(request).await.expect("answers").into_inner()
}

fn references(answer: &ApplyRetentionResponse) -> Vec<&str> {
    answer.due.iter().map(|due| due.reference.as_str()).collect()
}

async fn rotate(service: &Service) -> Vec<RotateKeysResponse> {
    let mut operator = service.records(Caller::new(Role::Operator, "night"));
    let mut pages = operator.rotate_keys(RotateKeysRequest {}).await.expect("begins").into_inner();
    let mut told = Vec::new();
    while let Some(page) = pages.message().await.expect("is told") {
        told.push(page);
    }
    told
}

/// Intake with nothing that is applied by itself.
async fn by_hand() -> Service {
    Service::start_with(|config| config.retention_every_hours = 0).await
}

#[tokio::test]
async fn what_is_over_its_time_is_listed_and_goes_only_when_it_is_applied() {
    let service = by_hand().await;
    let kept = service.submit(notification("373", "A-1")).await.reference;
    let withdrawn = service.submit(notification("373", "A-2")).await.reference;
    let request = WithdrawRequest {
        reference: withdrawn.clone(),
        revision: 2,
        reason: WithdrawalReason::SentByMistake.into(),
        words: String::new(),
    };
    service.client("373").withdraw(request).await.expect("withdrawn");
    // Both were received on 20 March 2026 in London.
    service.set("2032-03-19T12:00:00Z");
    assert!(retention(&service, true).await.due.is_empty());
    service.set("2032-03-20T00:30:00Z");
    let due = retention(&service, true).await;
    assert_eq!((references(&due), due.more, due.held), (vec![withdrawn.as_str()], false, 0));
    assert_eq!(due.due[0].due_on, "2032-03-20");
    assert!(due.due[0].rule.contains("six years"), "{due:?}");
    assert!(service.get("373", &withdrawn).await.expect("held").notification.is_some(), "nothing is erased");

    assert_eq!(references(&retention(&service, false).await), [withdrawn.as_str()]);
    let gone = service.get("373", &withdrawn).await.expect("held");
    let erasure = gone.status.expect("a status").erasure.expect("is erased");
    assert_eq!((gone.notification, erasure.reason()), (None, ErasureReason::RetentionEnded));
    assert!(retention(&service, false).await.due.is_empty(), "it is done once");

    service.set("2101-03-20T00:30:00Z");
    let hold = PlaceHoldRequest { reference: kept.clone(), reason: HoldReason::Inquiry.into() };
    service.records(desk()).place_hold(hold).await.expect("held");
    let due = retention(&service, false).await;
    assert_eq!((due.due.len(), due.held), (0, 1), "a hold keeps it");
    assert!(service.get("373", &kept).await.expect("held").notification.is_some());
}

#[tokio::test]
async fn the_policy_is_applied_by_itself_when_intake_starts() {
    let service = by_hand().await;
    let reference = service.submit(notification("373", "A-1")).await.reference;
    service.set("2101-03-20T12:00:00Z");
    let service = service.restart_with(|_| ()).await;
    let watched = contracts::intake::v1::WatchRequest { reference: reference.clone() };
    let mut statuses = service.client("373").watch(watched).await.expect("watched").into_inner();
    // The watch ends with the erasure, whether it is done before or after it began.
    let mut last = None;
    while let Some(told) = statuses.message().await.expect("is told") {
        last = told.status.and_then(|status| status.erasure);
    }
    let erasure = last.expect("is erased");
    assert_eq!(erasure.erased_by, "lapwing://service/intake");
}

#[tokio::test]
async fn the_wrapping_key_is_changed_without_a_record_being_touched() {
    let service = by_hand().await;
    let reference = service.submit(notification("373", "A-1")).await.reference;
    let file = service.file("intake-wrapping.keys");
    let old = std::fs::read_to_string(&file).expect("was drawn");
    let new = format!("* next {}\n", "0d".repeat(32));
    let both = format!("{}{new}", old.trim_start_matches("* "));
    std::fs::write(&file, both).expect("writes");
    let service = service.restart_with(|config| config.retention_every_hours = 0).await;
    let told = rotate(&service).await;
    assert_eq!((told.len(), told[0].wrapped_under.as_str(), told[0].done, told[0].left), (1, "next", 1, 0));
    std::fs::write(&file, new).expect("writes");
    let service = service.restart_with(|config| {
        config.retention_every_hours = 0;
        config.wrapping_keys = KeySource::File(file.clone());
    });
    let service = service.await;
    let read = service.get("373", &reference).await.expect("held").notification.expect("a record");
    assert_eq!(read.children[0].identity.as_ref().expect("an identity").name, NAME);
    assert_eq!(rotate(&service).await[0].done, 0, "nothing is left to do");
}

#[tokio::test]
async fn each_call_is_refused_to_those_for_whom_it_is_not() {
    let service = by_hand().await;
    let reference = service.submit(notification("373", "A-1")).await.reference;
    let read =
        || ReadIdentitiesRequest { reference: reference.clone(), purpose: ReadingPurpose::Decision.into() };
    for caller in
        [Caller::authority("373"), Caller::new(Role::Operator, "night"), Caller::new(Role::Auditor, "a")]
    {
        let refused = service.records(caller.clone()).read_identities(read()).await.expect_err("refused");
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::PermissionDenied, "ROLE_NOT_ALLOWED"),
            "{caller}"
        );
    }
    let erase = EraseRequest { reference: reference.clone(), reason: ErasureReason::CourtOrder.into() };
    let member = Caller::new(Role::Panel, "ada");
    let refused = service.records(member.clone()).erase(erase).await.expect_err("refused");
    assert_eq!(reason(&refused), "ROLE_NOT_ALLOWED");
    assert!(service.records(member).read_identities(read()).await.is_ok());
}
