//! Links, from the events that triage hears to the panel's calls: coded facts propose, a person decides, and both are
//! seen from either case and told.

use ambient::Ambient;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{LINK_DECIDED, LINK_PROPOSED, NOTIFICATION_ASSESSED};
use contracts::notification::v1::{
    Area, Assessment, ChildFacts, CodedChild, CodedNotification, Event, IncidentFacts, Nation, Outcome,
};
use contracts::time::to_wire;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{
    DecideLinkRequest, GetCaseRequest, GetCaseResponse, Link, LinkDecided, LinkProposed, LinkState,
};
use delivery::{Delivered, Envelope, Origin, Subscriber};
use identity::{Caller, Role};
use ids::Reference;
use prost::Message;
use rights::Enforced;
use tempfile::TempDir;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use triage::Triage;
use triage::config::Config;

const SOMEBODY: &str = "0123456789abcdef0123456789abcdef";

struct World {
    triage: Triage,
    ambient: Ambient,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ambient = Ambient::system();
        let triage = Triage::start(&Config::below(folder.path()), &ambient).await.expect("starts");
        Self { triage, ambient, _folder: folder }
    }

    /// A finding about a notification, as it is heard.
    fn finding(&self, notification: CodedNotification) -> Delivered {
        let reference: Reference = notification.reference.parse().expect("a reference");
        let owner = notification.notifying_authority.clone();
        let assessment = Assessment { outcome: Outcome::DutyInArea.into(), ..Default::default() };
        let event = NotificationAssessed {
            notification: Some(notification),
            assessment: Some(assessment),
            ..Default::default()
        };
        let origin =
            Origin { kind: NOTIFICATION_ASSESSED, source: "eligibility", subject: reference, owner: &owner };
        Delivered::on("triage.findings", Envelope::seal(origin, &event, &self.ambient))
    }

    /// A notification of an authority about a child who was harmed in authority 330's area on 3 March 2026.
    fn notification(&self, authority: &str, child_token: &str) -> CodedNotification {
        let area = Area { nation: Nation::England.into(), authority: "330".into() };
        let incident =
            IncidentFacts { occurred_on: "2026-03-03".into(), area: Some(area), ..Default::default() };
        let facts = ChildFacts { event: Event::Harm.into(), ..Default::default() };
        let child = CodedChild {
            key: "1".into(),
            facts: Some(facts),
            child_token: child_token.into(),
            ..Default::default()
        };
        CodedNotification {
            reference: Reference::mint(&self.ambient).to_string(),
            revision: 1,
            notifying_authority: authority.into(),
            received_at: Some(to_wire(self.ambient.now())),
            incident: Some(incident),
            children: vec![child],
            ..Default::default()
        }
    }

    async fn hear(&self, findings: &[Delivered]) {
        self.triage.findings.handle(findings).await.expect("hears");
    }

    /// Hears of two notifications of the same child, one after the other: their references.
    async fn two_of_one_child(&self) -> (String, String) {
        let (one, other) = (self.notification("330", SOMEBODY), self.notification("330", SOMEBODY));
        let references = (one.reference.clone(), other.reference.clone());
        for notification in [one, other] {
            self.hear(&[self.finding(notification)]).await;
        }
        references
    }

    async fn case(&self, reference: &str) -> GetCaseResponse {
        let request = GetCaseRequest { reference: reference.to_owned() };
        let mut client = TriageServiceClient::new(Enforced::new(self.triage.grpc.clone()));
        client.get_case(by_panel(request)).await.expect("is there").into_inner()
    }

    async fn decide(&self, one: &str, other: &str, decision: LinkState) -> Result<Link, Status> {
        let request = DecideLinkRequest {
            reference: one.into(),
            other_reference: other.into(),
            decision: decision.into(),
        };
        let mut client = TriageServiceClient::new(Enforced::new(self.triage.grpc.clone()));
        let answer = client.decide_link(by_panel(request)).await?.into_inner();
        Ok(answer.link.expect("a link"))
    }

    async fn envelopes(&self, kind: &str) -> Vec<Envelope> {
        let events =
            self.triage.post_room.outbox.claim(100).await.expect("reads").let_go().await.expect("lets go");
        events.into_iter().filter(|event| event.kind == kind).collect()
    }

    async fn told<M: Message + Default>(&self, kind: &str) -> Vec<M> {
        let events = self.envelopes(kind).await;
        events.iter().map(|event| M::decode(event.payload.clone()).expect("decodes")).collect()
    }
}

fn by_panel<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(Caller::new(Role::Secretariat, "desk"));
    request
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().expect("error info").reason
}

#[tokio::test]
async fn two_cases_of_one_child_are_proposed_told_and_seen_from_both() {
    let world = World::new().await;
    let (one, other) = world.two_of_one_child().await;
    let [told] = &world.told::<LinkProposed>(LINK_PROPOSED).await[..] else { panic!("one proposal") };
    assert_eq!((&told.reference, &told.other_reference), (&other, &one));
    assert_eq!((told.reasons.len(), told.reasons[0].code.as_str()), (1, "SAME_CHILD"));
    assert_eq!(told.reasons[0].facts, ["children[0].child_token"]);
    for (seen, linked) in [(&one, &other), (&other, &one)] {
        let [link] = &world.case(seen).await.links[..] else { panic!("one link") };
        assert_eq!((&link.reference, link.state()), (linked, LinkState::Proposed));
        assert_eq!((link.notifying_authority.as_str(), link.decisions.len()), ("330", 0));
    }
    assert!(world.case(&one).await.entry.expect("a place").linked.is_empty());
}

#[tokio::test]
async fn a_second_delivery_of_a_finding_proposes_nothing_more() {
    let world = World::new().await;
    let (one, other) = (world.notification("330", SOMEBODY), world.notification("330", SOMEBODY));
    let findings = [world.finding(one), world.finding(other)];
    world.hear(&findings).await;
    world.hear(&findings).await;
    assert_eq!(world.envelopes(LINK_PROPOSED).await.len(), 1);
}

#[tokio::test]
async fn two_authorities_that_notify_one_incident_are_proposed_and_one_authority_is_not() {
    let world = World::new().await;
    let notifications = ["330", "330", "373"].map(|authority| world.notification(authority, ""));
    let references = notifications.clone().map(|notification| notification.reference);
    world.hear(&notifications.map(|notification| world.finding(notification))).await;
    let told: Vec<LinkProposed> = world.told(LINK_PROPOSED).await;
    let mut pairs: Vec<(&str, &str)> =
        told.iter().map(|told| (told.reference.as_str(), told.other_reference.as_str())).collect();
    pairs.sort_unstable();
    let mut expected = [(&*references[2], &*references[0]), (&*references[2], &*references[1])];
    expected.sort_unstable();
    assert_eq!(pairs, expected);
    assert!(told.iter().all(|told| told.reasons[0].code == "TWO_AUTHORITIES"));
}

#[tokio::test]
async fn a_person_decides_and_every_decision_is_kept_and_told() {
    let world = World::new().await;
    let (one, other) = world.two_of_one_child().await;
    let link = world.decide(&one, &other, LinkState::SameIncident).await.expect("decided");
    assert_eq!((&link.reference, link.state()), (&other, LinkState::SameIncident));
    let of = |case: GetCaseResponse| case.entry.expect("a place").linked;
    assert_eq!(of(world.case(&one).await), [other.as_str()]);
    assert_eq!(of(world.case(&other).await), [one.as_str()]);
    world.decide(&other, &one, LinkState::NotADuplicate).await.expect("decided");
    let [link] = &world.case(&one).await.links[..] else { panic!("one link") };
    let states: Vec<LinkState> = link.decisions.iter().map(|decision| decision.state()).collect();
    assert_eq!(states, [LinkState::SameIncident, LinkState::NotADuplicate]);
    assert_eq!((link.state(), link.reasons.len()), (LinkState::NotADuplicate, 1));
    assert!(link.decisions.iter().all(|decision| decision.decided_by == "lapwing://secretariat/desk"));
    assert!(of(world.case(&one).await).is_empty());
    let told: Vec<LinkDecided> = world.told(LINK_DECIDED).await;
    let seen: Vec<(&str, &str)> =
        told.iter().map(|told| (told.reference.as_str(), told.other_reference.as_str())).collect();
    assert_eq!(seen, [(&*one, &*other), (&*other, &*one)]);
    assert_eq!(told[1].decision.as_ref(), link.decisions.last());
}

#[tokio::test]
async fn the_same_decision_again_answers_the_same_and_is_told_once() {
    let world = World::new().await;
    let (one, other) = world.two_of_one_child().await;
    let first = world.decide(&one, &other, LinkState::SameIncident).await.expect("decided");
    assert_eq!(world.decide(&one, &other, LinkState::SameIncident).await.expect("decided"), first);
    assert_eq!(world.envelopes(LINK_DECIDED).await.len(), 1);
}

#[tokio::test]
async fn a_pair_that_is_no_duplicate_is_not_proposed_again_by_a_revision() {
    let world = World::new().await;
    let (one, other) = (world.notification("330", SOMEBODY), world.notification("330", SOMEBODY));
    world.hear(&[world.finding(one.clone()), world.finding(other.clone())]).await;
    world.decide(&one.reference, &other.reference, LinkState::NotADuplicate).await.expect("decided");
    let amended = CodedNotification { revision: 2, ..other.clone() };
    world.hear(&[world.finding(amended)]).await;
    assert_eq!(world.envelopes(LINK_PROPOSED).await.len(), 1);
    let [link] = &world.case(&other.reference).await.links[..] else { panic!("one link") };
    assert_eq!(link.state(), LinkState::NotADuplicate);
}

#[tokio::test]
async fn a_case_that_is_not_there_is_named_and_a_case_is_not_linked_to_itself() {
    let world = World::new().await;
    let (one, _) = world.two_of_one_child().await;
    let nobody = Reference::mint(&world.ambient).to_string();
    for (first, second) in [(&one, &nobody), (&nobody, &one)] {
        let refused = world.decide(first, second, LinkState::SameIncident).await.expect_err("refused");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "CASE_NOT_FOUND"));
        assert!(refused.message().contains(&nobody), "{}", refused.message());
    }
    let refused = world.decide(&one, &one, LinkState::SameIncident).await.expect_err("refused");
    let fields = refused.get_error_details().bad_request().expect("a bad request").field_violations.clone();
    let named = [(fields[0].field.as_str(), fields[0].reason.as_str())];
    assert_eq!((refused.code(), named), (Code::InvalidArgument, [("other_reference", "LINK_TO_ITSELF")]));
    assert!(world.envelopes(LINK_DECIDED).await.is_empty());
}
