//! A notification whose duty is another authority's is held, both are told, and nothing is lost meanwhile.

use acceptance::{Clients, World, both_worlds, notification, until};
use contracts::intake::v1::answer_hand_over_request::Answer;
use contracts::intake::v1::{
    Acceptance, AnswerHandOverRequest, Declination, GetRequest, HandOverOffer, ListHandOversRequest,
    SubmitRequest, get_request,
};
use contracts::notification::v1::{
    ChildIdentity, DeclineReason, HandOverState, Lane, Notification, Outcome, Stage,
};
use contracts::triage::v1::{GetCaseRequest, GetCaseResponse};
use tonic::Code;

const NAME: &str = "Zaunkoenig Zilpzalp";

/// Sheffield notifies what happened in Lancashire's area.
fn elsewhere() -> Notification {
    let mut sent = notification("373", "CASE-1");
    let incident = sent.incident.as_mut().and_then(|incident| incident.facts.as_mut()).expect("facts");
    incident.area.as_mut().expect("an area").authority = "888".into();
    sent.children[0].identity = Some(ChildIdentity { name: NAME.into(), ..Default::default() });
    sent
}

async fn submit(clients: &Clients) -> String {
    let request = SubmitRequest { notification: Some(elsewhere()) };
    let held = clients.intake("373").await.submit(request).await.expect("held").into_inner();
    held.receipt.expect("a receipt").reference
}

async fn hand_overs(clients: &Clients, authority: &str) -> Vec<HandOverOffer> {
    let request = ListHandOversRequest { include_answered: true };
    let mut intake = clients.intake(authority).await;
    intake.list_hand_overs(request).await.expect("listed").into_inner().hand_overs
}

async fn answer(
    clients: &Clients,
    authority: &str,
    reference: &str,
    answer: Answer,
) -> Result<contracts::intake::v1::AnswerHandOverResponse, tonic::Status> {
    let request = AnswerHandOverRequest { reference: reference.to_owned(), answer: Some(answer) };
    let mut intake = clients.intake(authority).await;
    intake.answer_hand_over(request).await.map(tonic::Response::into_inner)
}

async fn case(clients: &Clients, reference: &str) -> GetCaseResponse {
    let request = GetCaseRequest { reference: reference.to_owned() };
    clients.triage().await.get_case(request).await.expect("there is a case").into_inner()
}

async fn read(clients: &Clients, authority: &str, reference: &str) -> Result<Notification, tonic::Status> {
    let key = Some(get_request::Key::Reference(reference.to_owned()));
    let got = clients.intake(authority).await.get(GetRequest { key }).await?.into_inner();
    Ok(got.notification.unwrap_or_default())
}

fn decline() -> Answer {
    let reason = DeclineReason::NotInOurArea.into();
    Answer::Decline(Declination { reason, words: "zeisig-words".into() })
}

both_worlds!(the_authority_with_the_duty_is_asked_and_takes_it_over);

async fn the_authority_with_the_duty_is_asked_and_takes_it_over(world: World) {
    let clients = world.clients();
    let reference = submit(&clients).await;
    world.settled().await;

    assert_eq!(case(&clients, &reference).await.entry.expect("an entry").lane(), Lane::Information);
    let told = clients.reached("373", &reference, Stage::Queued).await;
    assert_eq!(told.hand_over.expect("the sender is told").to_authority, "888");
    let offers = hand_overs(&clients, "888").await;
    let offered = offers.first().expect("the other authority is told");
    assert_eq!(offered.hand_over.as_ref().expect("who asks whom").state(), HandOverState::Offered);
    assert!(!contracts::json::to_json(offered).contains(NAME), "no identity before acceptance");
    assert_eq!(read(&clients, "888", &reference).await.expect_err("refused").code(), Code::NotFound);

    let accept = Answer::Accept(Acceptance { became_aware_on: "2026-03-18".into() });
    let accepted = answer(&clients, "888", &reference, accept.clone()).await.expect("accepted");
    let receipt = accepted.receipt.clone().expect("a receipt");
    assert_eq!((receipt.revision, receipt.notifying_authority.as_str()), (2, "888"));
    let again = answer(&clients, "888", &reference, accept).await.expect("the same answer");
    assert_eq!(again.receipt, accepted.receipt);
    assert_eq!(
        answer(&clients, "888", &reference, decline()).await.expect_err("refused").code(),
        Code::FailedPrecondition
    );
    world.settled().await;

    let found = case(&clients, &reference).await;
    let entry = found.entry.expect("an entry");
    assert_eq!((entry.notifying_authority.as_str(), entry.lane()), ("888", Lane::Decision));
    assert_eq!(entry.outcome(), Outcome::DutyInArea);
    assert_eq!(found.notification.expect("facts").handed_over_from, "373");
    let read = read(&clients, "888", &reference).await.expect("it is responsible now");
    assert_eq!(read.children[0].identity.as_ref().expect("an identity").name, NAME);
    let sender = clients.reached("373", &reference, Stage::Queued).await;
    assert_eq!(sender.hand_over.expect("told").state(), HandOverState::Accepted);
}

both_worlds!(where_it_is_declined_a_person_decides_and_it_stays_held);

async fn where_it_is_declined_a_person_decides_and_it_stays_held(world: World) {
    let clients = world.clients();
    let reference = submit(&clients).await;
    world.settled().await;
    let declined = answer(&clients, "888", &reference, decline()).await.expect("declined");
    assert_eq!(declined.hand_over.expect("it stands").state(), HandOverState::Declined);
    let told = until("the refusal to reach the panel", async || {
        let told = case(&clients, &reference).await;
        let lane = told.entry.as_ref().expect("an entry").lane();
        (lane == Lane::Decision).then_some(told)
    })
    .await;
    assert!(told.reasons.iter().any(|reason| reason.code == "HAND_OVER_DECLINED"), "{:?}", told.reasons);
    assert!(!contracts::json::to_json(&told).contains("zeisig-words"), "the words stay with intake");
    read(&clients, "373", &reference).await.expect("it stays the sender's");
}

both_worlds!(an_offer_lapses_where_a_newer_revision_is_found_otherwise);

async fn an_offer_lapses_where_a_newer_revision_is_found_otherwise(world: World) {
    let clients = world.clients();
    let reference = submit(&clients).await;
    world.settled().await;
    let here = contracts::intake::v1::AmendRequest {
        reference: reference.clone(),
        revision: 2,
        notification: Some(notification("373", "CASE-1")),
    };
    clients.intake("373").await.amend(here).await.expect("held");
    world.settled().await;
    let told = hand_overs(&clients, "888").await;
    assert_eq!(told[0].hand_over.as_ref().expect("it stands").state(), HandOverState::Lapsed);
    let accept = Answer::Accept(Acceptance::default());
    let late = answer(&clients, "888", &reference, accept).await.expect_err("nothing is offered any more");
    assert!(matches!(late.code(), Code::FailedPrecondition | Code::NotFound), "{late}");
    let entry = case(&clients, &reference).await.entry.expect("an entry");
    assert_eq!((entry.lane(), entry.notifying_authority.as_str()), (Lane::Decision, "373"));
}

both_worlds!(nobody_but_the_authority_that_is_asked_can_answer);

async fn nobody_but_the_authority_that_is_asked_can_answer(world: World) {
    let clients = world.clients();
    let reference = submit(&clients).await;
    world.settled().await;
    for stranger in ["373", "202"] {
        let accept = Answer::Accept(Acceptance::default());
        let refused = answer(&clients, stranger, &reference, accept).await.expect_err("refused");
        assert_eq!(refused.code(), Code::NotFound, "{refused}");
    }
    assert!(hand_overs(&clients, "202").await.is_empty());
}
