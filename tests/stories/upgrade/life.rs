//! What happens to notifications between receipt and erasure, so that every table is written and read by whoever runs.

use acceptance::{Clients, fixtures, notification, until};
use contracts::intake::v1::answer_hand_over_request::Answer;
use contracts::intake::v1::client::records_service_client::RecordsServiceClient;
use contracts::intake::v1::{
    Acceptance, AmendRequest, AnswerHandOverRequest, EraseRequest, ListHandOversRequest, ListReadingsRequest,
    PlaceHoldRequest, ReadIdentitiesRequest, ReleaseHoldRequest, SubmitRequest, WithdrawRequest,
};
use contracts::notification::v1::{
    ErasureReason, HoldReason, Lane, Notification, ReadingPurpose, Stage, WithdrawalReason,
};
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{
    AcknowledgeRequest, DecideLinkRequest, GetCaseRequest, LiftStandAsideRequest, LinkState,
    ListNoticesRequest, ListQueueRequest, Recipient, StandAsideReason, StandAsideRequest, TakeNextRequest,
};
use identity::{Caller, Role};

/// Takes notifications through all of it, and returns their references. `round` tells those of one round from another's.
pub(super) async fn live(clients: &Clients, round: &str) -> Vec<String> {
    let amended = submit(clients, notification("373", &format!("{round}-1"))).await;
    let withdrawn = submit(clients, notification("373", &format!("{round}-2"))).await;
    let erased = submit(clients, notification("373", &format!("{round}-3"))).await;
    let handed_over = submit(clients, elsewhere(&format!("{round}-4"))).await;
    let linked = [fixture(clients, "16-", round).await, fixture(clients, "17-", round).await];
    let all =
        [vec![amended.clone(), withdrawn.clone(), erased.clone(), handed_over.clone()], linked.to_vec()];
    for reference in &all[0] {
        clients.reached("373", reference, Stage::Queued).await;
    }

    hand_over(clients, &handed_over).await;
    amend(clients, &amended, round).await;
    let reason = WithdrawalReason::SentByMistake.into();
    let withdraw = WithdrawRequest { reference: withdrawn, revision: 2, reason, ..Default::default() };
    clients.intake("373").await.withdraw(withdraw).await.expect("withdrawn");
    link(clients, &linked).await;
    panel(clients, &amended).await;
    records(clients, &amended, &erased).await;
    all.concat()
}

async fn submit(clients: &Clients, notification: Notification) -> String {
    let authority = notification.notifying_authority.clone();
    let request = SubmitRequest { notification: Some(notification) };
    let held = clients.intake(&authority).await.submit(request).await.expect("held").into_inner();
    held.receipt.expect("a receipt").reference
}

/// Sheffield notifies what happened in Lancashire's area.
fn elsewhere(sender_reference: &str) -> Notification {
    let mut sent = notification("373", sender_reference);
    let facts = sent.incident.as_mut().and_then(|incident| incident.facts.as_mut()).expect("facts");
    facts.area.as_mut().expect("an area").authority = "888".into();
    sent
}

async fn fixture(clients: &Clients, number: &str, round: &str) -> String {
    let fixture = fixtures().into_iter().find(|fixture| fixture.name.starts_with(number));
    let mut notification = fixture.expect("a fixture").notification;
    notification.sender_reference = format!("{round}-{number}");
    submit(clients, notification).await
}

async fn amend(clients: &Clients, reference: &str, round: &str) {
    let mut newer = notification("373", &format!("{round}-1"));
    newer.became_aware_on = "2026-03-15".into();
    let amend = AmendRequest { reference: reference.into(), revision: 2, notification: Some(newer) };
    clients.intake("373").await.amend(amend).await.expect("amended");
}

async fn hand_over(clients: &Clients, reference: &str) {
    let mut asked = clients.intake("888").await;
    until("the hand-over to be offered", async || {
        let listed = asked.list_hand_overs(ListHandOversRequest { include_answered: false }).await;
        let offers = listed.expect("listed").into_inner().hand_overs;
        let mut offered = offers.iter().filter_map(|offer| offer.hand_over.as_ref());
        offered.any(|hand_over| hand_over.reference == reference).then_some(())
    })
    .await;
    let accept = Answer::Accept(Acceptance { became_aware_on: "2026-03-18".into() });
    let answer = AnswerHandOverRequest { reference: reference.into(), answer: Some(accept) };
    asked.answer_hand_over(answer).await.expect("accepted");
}

async fn link(clients: &Clients, [one, other]: &[String; 2]) {
    let mut triage = clients.triage().await;
    until("both cases to be there", async || {
        let mut found = true;
        for reference in [one, other] {
            let case = triage.get_case(GetCaseRequest { reference: reference.clone() }).await;
            found &= case.is_ok();
        }
        found.then_some(())
    })
    .await;
    let decide = DecideLinkRequest {
        reference: one.clone(),
        other_reference: other.clone(),
        decision: LinkState::SameIncident.into(),
    };
    triage.decide_link(decide).await.expect("linked");
}

async fn panel(clients: &Clients, reference: &str) {
    let member = clients.channel_to(clients.triage_address(), &Caller::new(Role::Panel, "bert")).await;
    let reason = StandAsideReason::KnowsTheFamily.into();
    let aside = StandAsideRequest { reference: reference.into(), reason };
    TriageServiceClient::new(member).stand_aside(aside).await.expect("stands aside");
    let mut desk = clients.triage().await;
    let lift = LiftStandAsideRequest { reference: reference.into(), member: "lapwing://panel/bert".into() };
    desk.lift_stand_aside(lift).await.expect("lifted");
    let listing = ListQueueRequest { lane: Lane::Decision.into(), page_size: 10, ..Default::default() };
    desk.list_queue(listing).await.expect("listed");
    let notices = ListNoticesRequest { recipient: Recipient::Dfe.into(), ..Default::default() };
    desk.list_notices(notices).await.expect("listed");
    let take = TakeNextRequest { lane: Lane::Decision.into(), lease: None };
    let taken = desk.take_next(take).await.expect("taken").into_inner();
    let reference = taken.entry.expect("a case waits").reference;
    desk.acknowledge(AcknowledgeRequest { reference, lease_id: taken.lease_id }).await.expect("acknowledged");
}

async fn records(clients: &Clients, read: &str, erased: &str) {
    let reader = clients.channel(&Caller::new(Role::Panel, "ada")).await;
    let purpose = ReadingPurpose::Decision.into();
    let request = ReadIdentitiesRequest { reference: read.into(), purpose };
    RecordsServiceClient::new(reader).read_identities(request).await.expect("read");
    let own = clients.channel(&Caller::authority("373")).await;
    let listing = ListReadingsRequest { reference: read.into() };
    let listed = RecordsServiceClient::new(own).list_readings(listing).await.expect("listed").into_inner();
    assert_eq!(listed.readings.len(), 1, "{listed:?}");

    let desk = clients.channel(&Caller::new(Role::Secretariat, "desk")).await;
    let mut desk = RecordsServiceClient::new(desk);
    let hold = PlaceHoldRequest { reference: read.into(), reason: HoldReason::Inquiry.into() };
    desk.place_hold(hold).await.expect("held");
    desk.release_hold(ReleaseHoldRequest { reference: read.into() }).await.expect("released");
    let erase = EraseRequest { reference: erased.into(), reason: ErasureReason::CourtOrder.into() };
    desk.erase(erase).await.expect("erased");
}
