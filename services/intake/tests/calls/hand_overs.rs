//! Handing over, as both authorities meet it.

use contracts::intake::v1::answer_hand_over_request::Answer as Reply;
use contracts::intake::v1::{
    Acceptance, AmendRequest, AnswerHandOverRequest, AnswerHandOverResponse, Declination, GetRequest,
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
async fn while_a_newer_revision_is_being_judged_an_offer_is_declined_but_not_accepted() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    let sent = Some(notification("373", "CASE-1"));
    let amend = AmendRequest { reference: reference.clone(), revision: 2, notification: sent };
    service.client("373").amend(amend).await.expect("held");
    let refused = answer(&service, &reference, accept("")).await.expect_err("not yet");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unavailable, "HAND_OVER_BEING_JUDGED"));
    service.get("888", &reference).await.expect_err("nothing is seen of it");
    let declined = answer(&service, &reference, decline("")).await.expect("declined");
    assert_eq!(declined.hand_over.expect("it stands").state(), HandOverState::Declined);
}

#[tokio::test]
async fn handed_back_to_the_first_authority_it_is_aware_since_its_own_day_and_looks_after_whom_it_did() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    answer(&service, &reference, accept("")).await.expect("accepted");
    service.found("373").await;
    let back = AnswerHandOverRequest { reference: reference.clone(), answer: Some(accept("")) };
    let accepted =
        service.client("373").answer_hand_over(back.clone()).await.expect("taken back").into_inner();
    let record = service.get("373", &reference).await.expect("its own").notification.expect("the record");
    assert_eq!((record.notifying_authority.as_str(), record.became_aware_on.as_str()), ("373", "2026-03-16"));
    assert_eq!(record.children[0].facts.as_ref().expect("facts").looked_after(), Answer::Yes);
    let again = service.client("373").answer_hand_over(back).await.expect("the same").into_inner();
    assert_eq!(again, accepted);
}

#[tokio::test]
async fn a_day_that_cannot_be_is_not_taken_for_none_where_the_offer_is_accepted_already() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    answer(&service, &reference, accept("")).await.expect("accepted");
    let refused = answer(&service, &reference, accept("2026-02-30")).await.expect_err("refused");
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
}

#[tokio::test]
async fn a_call_without_its_answer_or_key_is_refused_with_a_code() {
    let service = Service::start().await;
    let reference = offered(&service).await;
    let empty = AnswerHandOverRequest { reference, answer: None };
    let refused = service.client("888").answer_hand_over(empty).await.expect_err("refused");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "FORM_VIOLATED"));
    let refused = service.client("888").get(GetRequest { key: None }).await.expect_err("refused");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "FORM_VIOLATED"));
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
async fn of_an_amendment_and_an_acceptance_at_the_same_time_nothing_is_taken_over_that_was_not_shown() {
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
        match (amended, accepted) {
            // The amendment came first: it is to be found upon and shown before anybody takes it over.
            (Ok(held), Err(refused)) => {
                assert_eq!(held.into_inner().receipt.expect("a receipt").revision, 2);
                assert_eq!(
                    (refused.code(), reason(&refused).as_str()),
                    (Code::Unavailable, "HAND_OVER_BEING_JUDGED")
                );
                service.get("888", &reference).await.expect_err("nothing is seen of it");
                service.found("888").await;
                let taken = answer(&service, &reference, accept("")).await.expect("accepted as shown");
                assert_eq!(taken.receipt.expect("a receipt").revision, 3);
            }
            // The acceptance came first: the sender is told whose it is now.
            (Err(refused), Ok(taken)) => {
                assert_eq!(reason(&refused), "NOTIFICATION_HANDED_OVER");
                assert_eq!(taken.receipt.expect("a receipt").revision, 2);
            }
            (amended, accepted) => panic!("{amended:?} {accepted:?}"),
        }
    }
}
