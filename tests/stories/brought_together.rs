//! Cases of one incident are proposed to a person and linked by a person; one setting named by several authorities is
//! seen at once; and each recipient gets what is due to it.

use acceptance::{Clients, World, both_worlds, fixtures};
use contracts::audit::v1::TimelineRequest;
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Lane;
use contracts::triage::v1::{
    DecideLinkRequest, GetCaseRequest, GetCaseResponse, LinkState, ListNoticesRequest, Recipient,
};

/// Sends the fixture whose name begins so.
async fn send(clients: &Clients, number: &str) -> String {
    let fixture = fixtures().into_iter().find(|fixture| fixture.name.starts_with(number));
    let notification = fixture.expect("a fixture").notification;
    let mut intake = clients.intake(&notification.notifying_authority).await;
    let request = SubmitRequest { notification: Some(notification) };
    intake.submit(request).await.expect("held").into_inner().receipt.expect("a receipt").reference
}

async fn case(clients: &Clients, reference: &str) -> GetCaseResponse {
    let request = GetCaseRequest { reference: reference.to_owned() };
    clients.triage().await.get_case(request).await.expect("there is a case").into_inner()
}

async fn events_of(clients: &Clients, reference: &str) -> Vec<String> {
    let request = TimelineRequest { reference: reference.to_owned() };
    let told = clients.audit().await.timeline(request).await.expect("recorded").into_inner();
    told.entries.into_iter().map(|entry| entry.event_type).collect()
}

both_worlds!(a_victim_and_a_perpetrator_notified_apart_are_proposed_and_linked_by_a_person);

async fn a_victim_and_a_perpetrator_notified_apart_are_proposed_and_linked_by_a_person(world: World) {
    let clients = world.clients();
    let (perpetrator, victim) = (send(&clients, "16-").await, send(&clients, "17-").await);
    world.settled().await;
    for (one, other) in [(&perpetrator, &victim), (&victim, &perpetrator)] {
        let told = case(&clients, one).await;
        let link = told.links.iter().find(|link| link.reference == *other).expect("both sides see it");
        assert_eq!(link.state(), LinkState::Proposed);
        assert!(!link.reasons.is_empty() && link.decisions.is_empty());
    }

    let mut triage = clients.triage().await;
    for decision in [LinkState::SameIncident, LinkState::NotADuplicate] {
        let request = DecideLinkRequest {
            reference: victim.clone(),
            other_reference: perpetrator.clone(),
            decision: decision.into(),
        };
        let link = triage.decide_link(request).await.expect("decided").into_inner().link.expect("a link");
        assert_eq!(link.state(), decision);
        let linked = case(&clients, &perpetrator).await.entry.expect("an entry").linked;
        assert_eq!(linked.contains(&victim), decision == LinkState::SameIncident);
    }
    let told = case(&clients, &victim).await;
    let kept: Vec<LinkState> =
        told.links[0].decisions.iter().map(contracts::triage::v1::LinkDecision::state).collect();
    assert_eq!(kept, [LinkState::SameIncident, LinkState::NotADuplicate], "every decision is kept");
    world.settled().await;
    let decided = events_of(&clients, &victim).await;
    assert_eq!(decided.iter().filter(|event| *event == "link.decided.v1").count(), 2, "{decided:?}");
}

both_worlds!(one_setting_named_by_its_host_and_three_placing_authorities_is_a_cluster_on_every_case);

async fn one_setting_named_by_its_host_and_three_placing_authorities_is_a_cluster_on_every_case(
    world: World,
) {
    let clients = world.clients();
    let mut references = Vec::new();
    for number in ["23-", "24-", "25-", "26-"] {
        references.push(send(&clients, number).await);
        world.settled().await;
    }
    for reference in &references {
        let told = case(&clients, reference).await;
        let cluster = told.clusters.first().unwrap_or_else(|| panic!("{reference} is in no cluster"));
        let members: Vec<&String> = cluster.members.iter().map(|member| &member.reference).collect();
        assert!(references.iter().all(|other| members.contains(&other)), "{members:?}");
        assert_eq!(cluster.authorities, 4);
        assert!(!told.order.is_empty(), "{reference}");
        let decision = told.entry.as_ref().is_some_and(|entry| entry.lane() == Lane::Decision);
        let urgent = told.reasons.iter().any(|reason| reason.code == "IN_A_CLUSTER");
        assert_eq!(urgent, decision, "nothing is urgent in the information lane: {:?}", told.reasons);
    }
    let events = events_of(&clients, &references[3]).await;
    assert!(events.iter().any(|event| event == "cluster.raised.v1"), "{events:?}");
}

both_worlds!(each_recipient_gets_what_is_due_and_whoever_does_not_is_told_why_not);

async fn each_recipient_gets_what_is_due_and_whoever_does_not_is_told_why_not(world: World) {
    let clients = world.clients();
    // A duty; a care leaver's death; outside; the duty of another authority.
    let (duty, care_leaver) = (send(&clients, "01-").await, send(&clients, "13-").await);
    let (outside, elsewhere) = (send(&clients, "20-").await, send(&clients, "08-").await);
    world.settled().await;

    let mut triage = clients.triage().await;
    for recipient in [Recipient::Dfe, Recipient::Ofsted] {
        let request = ListNoticesRequest { recipient: recipient.into(), ..Default::default() };
        let notices = triage.list_notices(request).await.expect("listed").into_inner().notices;
        let mut told: Vec<&str> = notices.iter().map(|notice| notice.reference.as_str()).collect();
        told.sort_unstable();
        let mut due = [duty.as_str(), care_leaver.as_str()];
        due.sort_unstable();
        assert_eq!(told, due, "{recipient:?}");
        assert!(notices.iter().all(|notice| !notice.reasons.is_empty()));
    }
    for (reference, due) in [(&duty, true), (&care_leaver, true), (&outside, false), (&elsewhere, false)] {
        let told = case(&clients, reference).await;
        for delivery in &told.recipients {
            assert!(!delivery.reasons.is_empty(), "{reference}: {delivery:?}");
            if matches!(delivery.recipient(), Recipient::Dfe | Recipient::Ofsted) {
                assert_eq!(delivery.due, due, "{reference}: {delivery:?}");
            }
        }
        assert_eq!(told.recipients.len(), 4, "{reference}");
    }
    let events = events_of(&clients, &duty).await;
    for event in ["notice.dfe.v1", "notice.ofsted.v1"] {
        assert!(events.iter().any(|told| told == event), "{events:?}");
    }
}
