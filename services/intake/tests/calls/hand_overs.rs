//! Handing over, as both authorities meet it.

use contracts::intake::v1::answer_hand_over_request::Answer as Reply;
use contracts::intake::v1::{
    Acceptance, AmendRequest, AnswerHandOverRequest, AnswerHandOverResponse, Declination,
    ListHandOversRequest, WithdrawRequest,
};
use contracts::notification::v1::{Answer, DeclineReason, HandOverState, WithdrawalReason};
use tonic::{Code, Status};

use crate::service::{NAME, Service, notification, reason};

async fn answer(service: &Service, reference: &str, reply: Reply) -> Result<AnswerHandOverResponse, Status> {
    let request = AnswerHandOverRequest { reference: reference.to_owned(), answer: Some(reply) };
    Ok(service.client("888").answer_hand_over(request).await?.into_inner())
}

fn accept(became_aware_on: &str) -> Reply {
    Reply::Accept(Acceptance { became_aware_on: became_aware_on.into() })
}

fn decline(words: &str) -> Reply {
    let reason = DeclineReason::NotInOurArea.into();
    Reply::Decline(Declination { reason, words: words.into() })
}

/// A notification of 373 that is offered to 888; its reference.
async fn offered(service: &Service) -> String {
    let reference = service.submit(notification("373", "CASE-1")).await.reference;
    service.found("888").await;
    reference
}

#[tokio::test]
async fn the_asked_authority_sees_coded_facts_and_no_identity() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    let request = ListHandOversRequest { include_answered: false };
    let listed = service.client("888").list_hand_overs(request).await.expect("listed").into_inner();
    let told = contracts::json::to_json(&listed);
    assert!(told.contains(&reference) && told.contains("2026-03-14"), "{told}");
    for secret in [NAME, "2019-05-02", "Nest Road"] {
        assert!(!told.contains(secret), "{secret} is in {told}");
    }
    assert_eq!(service.get("888", &reference).await.expect_err("refused").code(), Code::NotFound);
}

#[tokio::test]
async fn acceptance_takes_the_day_of_the_offer_in_london_and_leaves_blank_what_was_said_of_the_notifier() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    // Offered at a quarter to midnight; answered two days later.
    service.set("2026-03-22T09:00:00Z");
    let accepted = answer(&service, &reference, accept("")).await.expect("accepted");
    let receipt = accepted.receipt.clone().expect("a receipt");
    assert_eq!((receipt.revision, receipt.notifying_authority.as_str()), (2, "888"));
    notary::verify(&receipt.signed_note, &service.intake.receipt_key).expect("verifies");

    let held = service.get("888", &reference).await.expect("it is responsible now");
    let record = held.notification.expect("the record");
    assert_eq!((record.notifying_authority.as_str(), record.became_aware_on.as_str()), ("888", "2026-03-20"));
    assert_eq!(record.children[0].identity.as_ref().expect("an identity").name, NAME);
    assert_eq!(record.children[0].facts.as_ref().expect("facts").looked_after(), Answer::Unspecified);
    assert_eq!(held.receipt, Some(receipt));
    let coded = service.coded().await.pop().expect("told");
    assert_eq!((coded.notifying_authority.as_str(), coded.handed_over_from.as_str()), ("888", "373"));
    let accepted_event = service.events().await.pop().expect("told");
    assert_eq!(
        (accepted_event.kind.as_str(), accepted_event.owner.as_str()),
        ("handover.accepted.v1", "888")
    );

    let ours = service.get("373", &reference).await.expect("what it sent");
    assert_eq!(ours.notification.expect("the record").notifying_authority, "373");
    assert_eq!(ours.status.expect("a status").notifying_authority, "888");
}

#[tokio::test]
async fn repeating_an_answer_answers_the_same_and_another_answer_is_refused() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    let accepted = answer(&service, &reference, accept("2026-03-18")).await.expect("accepted");
    assert_eq!(answer(&service, &reference, accept("2026-03-18")).await.expect("the same"), accepted);
    for other in [accept("2026-03-19"), decline("")] {
        let refused = answer(&service, &reference, other).await.expect_err("refused");
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::FailedPrecondition, "HAND_OVER_ANSWERED")
        );
    }
    assert_eq!(service.coded().await.len(), 2, "one revision was made");
}

#[tokio::test]
async fn a_refusal_repeated_answers_the_same_and_acceptance_after_it_is_refused() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    let declined = answer(&service, &reference, decline("zeisig")).await.expect("declined");
    assert_eq!(declined.hand_over.as_ref().expect("it stands").state(), HandOverState::Declined);
    assert!(declined.receipt.is_none());
    assert_eq!(answer(&service, &reference, decline("zeisig")).await.expect("the same"), declined);
    for other in [accept(""), decline("other")] {
        let refused = answer(&service, &reference, other).await.expect_err("refused");
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::FailedPrecondition, "HAND_OVER_ANSWERED")
        );
    }
    service.get("373", &reference).await.expect("it stays the sender's");
}

#[tokio::test]
async fn a_day_that_cannot_be_is_refused_and_the_offer_stays_open() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    for day in ["2026-02-30", "2026-03-21", "yesterday"] {
        let refused = answer(&service, &reference, accept(day)).await.expect_err("refused");
        assert_eq!(refused.code(), Code::InvalidArgument, "{day}: {refused}");
    }
    answer(&service, &reference, accept("2026-03-20")).await.expect("still open");
}

#[tokio::test]
async fn after_acceptance_only_the_new_authority_amends_and_withdraws() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    answer(&service, &reference, accept("")).await.expect("accepted");
    let amend = |authority: &str| AmendRequest {
        reference: reference.clone(),
        revision: 3,
        notification: Some(notification(authority, "CASE-1")),
    };
    let late = service.client("373").amend(amend("373")).await.expect_err("refused");
    assert_eq!((late.code(), reason(&late).as_str()), (Code::FailedPrecondition, "NOTIFICATION_HANDED_OVER"));
    let mut withdraw = WithdrawRequest { reference: reference.clone(), revision: 3, ..Default::default() };
    withdraw.set_reason(WithdrawalReason::Other);
    let late = service.client("373").withdraw(withdraw).await.expect_err("refused");
    assert_eq!(reason(&late), "NOTIFICATION_HANDED_OVER");
    let held = service.client("888").amend(amend("888")).await.expect("held").into_inner();
    assert_eq!(
        (held.newest_revision, held.receipt.expect("a receipt").notifying_authority.as_str()),
        (3, "888")
    );
    assert_eq!(service.coded().await.pop().expect("told").handed_over_from, "373");
}

#[tokio::test]
async fn what_was_never_offered_is_not_found_and_what_lapsed_is_said_to_have() {
    let service = Service::start().await;
    let reference = service.submit(notification("373", "CASE-1")).await.reference;
    let none = answer(&service, &reference, accept("")).await.expect_err("refused");
    assert_eq!((none.code(), reason(&none).as_str()), (Code::NotFound, "HAND_OVER_NOT_OFFERED"));
    service.found("888").await;
    let mut withdraw = WithdrawRequest { reference: reference.clone(), revision: 2, ..Default::default() };
    withdraw.set_reason(WithdrawalReason::SentByMistake);
    service.client("373").withdraw(withdraw).await.expect("withdrawn");
    let late = answer(&service, &reference, accept("")).await.expect_err("refused");
    assert_eq!((late.code(), reason(&late).as_str()), (Code::FailedPrecondition, "HAND_OVER_LAPSED"));
}

#[tokio::test]
async fn an_amendment_and_an_acceptance_at_the_same_time_are_put_one_after_the_other() {
    let service = Service::start().await;
    for round in 1..=10 {
        let key = format!("RACE-{round}");
        let reference = service.submit(notification("373", &key)).await.reference;
        service.found("888").await;
        let mut sent = notification("373", &key);
        sent.late_reason = "amended".into();
        let request = AmendRequest { reference: reference.clone(), revision: 2, notification: Some(sent) };
        let mut sender = service.client("373");
        let (amended, accepted) =
            tokio::join!(sender.amend(request), answer(&service, &reference, accept("")));
        let taken = accepted.expect("accepted either way").receipt.expect("a receipt");
        let record = service.get("888", &reference).await.expect("it is theirs").notification;
        let amended_before = record.expect("the record").late_reason == "amended";
        match amended {
            // The amendment came first: the acceptance took what it says.
            Ok(held) => {
                assert_eq!(held.into_inner().receipt.expect("a receipt").revision, 2);
                assert_eq!((taken.revision, amended_before), (3, true));
            }
            // The acceptance came first: the sender is told whose it is now.
            Err(refused) => {
                assert_eq!(reason(&refused), "NOTIFICATION_HANDED_OVER");
                assert_eq!((taken.revision, amended_before), (2, false));
            }
        }
    }
}
