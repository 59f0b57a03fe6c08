//! Amending and withdrawing, as senders meet it.

use contracts::intake::v1::{AmendRequest, AmendResponse, CheckRequest, WatchRequest, WithdrawRequest};
use contracts::notification::v1::{Notification, Stage, WithdrawalReason};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::service::{Service, notification, reason};

async fn amend(
    service: &Service,
    authority: &str,
    reference: &str,
    revision: u32,
    notification: Notification,
) -> Result<AmendResponse, Status> {
    let request =
        AmendRequest { reference: reference.to_owned(), revision, notification: Some(notification) };
    Ok(service.client(authority).amend(request).await?.into_inner())
}

fn late(reason: &str) -> Notification {
    Notification { late_reason: reason.into(), ..notification("373", "CASE-1") }
}

#[tokio::test]
async fn an_amendment_is_receipted_with_its_revision_and_told_without_its_words() {
    let service = Service::start().await;
    let first = service.submit(notification("373", "CASE-1")).await;
    let answer = amend(&service, "373", &first.reference, 2, late("awaited Zeisig")).await.expect("held");
    let receipt = answer.receipt.expect("a receipt");
    assert_eq!((receipt.revision, answer.newest_revision, answer.already_held), (2, 2, false));
    let text = notary::verify(&receipt.signed_note, &service.intake.receipt_key).expect("verifies");
    assert!(text.contains("\nrevision 2\n"), "{text}");
    let coded = service.coded().await;
    assert_eq!(coded.iter().map(|coded| coded.late_reason_given).collect::<Vec<_>>(), [false, true]);
    assert_eq!(coded[0].children[0].child_token.len(), 32);
    assert_eq!(coded[0].children[0].child_token, coded[1].children[0].child_token);
    assert!(
        !service.events().await.iter().any(|event| event.payload.windows(6).any(|part| part == b"Zeisig"))
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_amendment_is_told_at_once() {
    let service = Service::start().await;
    let first = service.submit(notification("373", "CASE-1")).await;
    let mut wrong = notification("373", "CASE-2");
    wrong.became_aware_on = "2026-02-30".into();
    let refused = amend(&service, "373", &first.reference, 2, wrong).await.expect_err("refused");
    assert_eq!(refused.code(), Code::InvalidArgument);
    let told = refused.get_details_bad_request().expect("violations");
    let fields: Vec<&str> = told.field_violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["became_aware_on", "sender_reference"]);
    assert_eq!(service.events().await.len(), 1, "nothing is held");
}

#[tokio::test]
async fn what_was_held_once_keeps_its_receipt_where_a_later_day_would_refuse_it() {
    let service = Service::start().await;
    let first = service.submit(notification("373", "CASE-1")).await;
    let mut sent = notification("373", "CASE-1");
    sent.became_aware_on = "2026-03-20".into();
    let held = amend(&service, "373", &first.reference, 2, sent.clone()).await.expect("held");
    // The clock is set back, so that the day lies in the future.
    service.set("2026-03-19T12:00:00Z");
    let again = amend(&service, "373", &first.reference, 2, sent).await.expect("the same receipt");
    assert!(again.already_held);
    assert_eq!(again.receipt, held.receipt);
}

#[tokio::test]
async fn whether_a_reference_is_unknown_or_anothers_is_not_told() {
    let service = Service::start().await;
    let first = service.submit(notification("373", "CASE-1")).await;
    let unknown = "LW-222-222-222";
    let foreign = notification("370", "CASE-1");
    let theirs = amend(&service, "370", &first.reference, 2, foreign.clone()).await.expect_err("refused");
    let none = amend(&service, "370", unknown, 2, foreign).await.expect_err("refused");
    assert_eq!((theirs.code(), theirs.message()), (Code::NotFound, none.message()));
    assert_eq!((reason(&theirs), reason(&none)), (reason(&none), "NOTIFICATION_NOT_FOUND".to_owned()));

    let posing = amend(&service, "370", &first.reference, 2, late("")).await.expect_err("refused");
    assert_eq!((posing.code(), reason(&posing).as_str()), (Code::PermissionDenied, "ANOTHER_AUTHORITY"));
}

#[tokio::test]
async fn a_gss_code_is_understood_in_the_key_the_receipt_and_the_coded_facts_and_the_record_keeps_it() {
    let service = Service::start().await;
    let first = service.submit(notification("E08000039", "CASE-1")).await;
    assert_eq!(first.notifying_authority, "373");
    let coded = service.coded().await;
    assert_eq!(coded[0].notifying_authority, "373");
    let got = service.get("373", &first.reference).await.expect("its own");
    assert_eq!(got.notification.expect("the record").notifying_authority, "E08000039");
    // The same key by number and with other bytes is other content.
    let request = contracts::intake::v1::SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let conflict = service.client("373").submit(request).await.expect_err("refused");
    assert_eq!((conflict.code(), reason(&conflict).as_str()), (Code::AlreadyExists, "SUBMISSION_CONFLICT"));
    let mut foreign = notification("E08000019", "CASE-2");
    foreign.children.clear();
    let request = contracts::intake::v1::SubmitRequest { notification: Some(foreign) };
    let denied = service.client("370").submit(request).await.expect_err("refused");
    assert_eq!(denied.code(), Code::PermissionDenied, "an old code names its authority too");
}

#[tokio::test]
async fn a_withdrawal_without_a_reason_is_refused_and_one_with_a_reason_ends_a_watch() {
    let service = Service::start().await;
    let first = service.submit(notification("373", "CASE-1")).await;
    let watch = WatchRequest { reference: first.reference.clone() };
    let mut watching = service.client("373").watch(watch).await.expect("watches").into_inner();
    let now = watching.message().await.expect("a status").and_then(|told| told.status).expect("a status");
    assert_eq!(now.stage(), Stage::Received);

    let mut request =
        WithdrawRequest { reference: first.reference.clone(), revision: 2, ..Default::default() };
    let refused = service.client("373").withdraw(request.clone()).await.expect_err("refused");
    assert_eq!(refused.code(), Code::InvalidArgument);
    request.set_reason(WithdrawalReason::NotifiedTwice);
    let withdrawn = service.client("373").withdraw(request.clone()).await.expect("withdrawn").into_inner();
    let told = watching.message().await.expect("a status").and_then(|told| told.status).expect("a status");
    assert_eq!((told.stage(), told.revision), (Stage::Withdrawn, 2));
    assert!(watching.message().await.expect("the end").is_none(), "nothing is left to wait for");

    let again = service.client("373").withdraw(request.clone()).await.expect("the same").into_inner();
    assert!(again.already_held && again.receipt == withdrawn.receipt);
    request.words = "other".into();
    let other = service.client("373").withdraw(request).await.expect_err("refused");
    assert_eq!((other.code(), reason(&other).as_str()), (Code::AlreadyExists, "REVISION_CONFLICT"));
}

#[tokio::test]
async fn a_number_far_ahead_is_refused_with_the_newest_held_and_what_to_give() {
    let service = Service::start().await;
    let first = service.submit(notification("373", "CASE-1")).await;
    let amended = amend(&service, "373", &first.reference, 9999, late("")).await.expect_err("refused");
    let mut withdraw =
        WithdrawRequest { reference: first.reference.clone(), revision: 9999, ..Default::default() };
    withdraw.set_reason(WithdrawalReason::SentByMistake);
    let withdrawn = service.client("373").withdraw(withdraw).await.expect_err("refused");
    for refused in [amended, withdrawn] {
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
        let told = refused.get_details_bad_request().expect("violations").field_violations;
        assert_eq!((told.len(), told[0].field.as_str()), (1, "revision"));
        let words = format!("{told:?} {refused}");
        assert!(words.contains("which is 1") && words.contains("give 2"), "{words}");
    }
    let next = amend(&service, "373", &first.reference, 2, late("")).await.expect("held");
    assert_eq!(next.newest_revision, 2);
}

#[tokio::test]
async fn a_check_tells_of_a_notification_that_is_too_large_to_be_submitted() {
    let service = Service::start().await;
    let large = late(&"x".repeat(5 << 20));
    let request = CheckRequest { notification: Some(large.clone()) };
    let checked = service.client("373").check(request).await.expect("checked").into_inner();
    let rules: Vec<&str> = checked.violations.iter().map(|remark| remark.rule.as_str()).collect();
    assert!(rules.contains(&"MESSAGE_TOO_LARGE"), "{rules:?}");
    let request = CheckRequest { notification: Some(notification("373", "CASE-1")) };
    let checked = service.client("373").check(request).await.expect("checked").into_inner();
    assert!(checked.violations.is_empty(), "{:?}", checked.violations);
}
