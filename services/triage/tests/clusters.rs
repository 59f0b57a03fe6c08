//! Clusters, from the events that triage hears to the panel's calls: one setting named by two authorities is seen on
//! every case concerned, and told.

use ambient::Ambient;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::{CLUSTER_RAISED, NOTIFICATION_ASSESSED};
use contracts::notification::v1::{
    Assessment, ChildFacts, CodedChild, CodedNotification, IncidentFacts, Outcome, Placement,
};
use contracts::time::to_wire;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{Cluster, ClusterKind, ClusterRaised, GetCaseRequest, GetCaseResponse};
use delivery::{Delivered, Envelope, Origin, Subscriber};
use identity::{Caller, Role};
use ids::Reference;
use prost::Message;
use rights::Enforced;
use tempfile::TempDir;
use tonic::Request;
use triage::Triage;
use triage::config::Config;

const HOME: &str = "SC123456";

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

    /// A notification of an authority about a child who was placed in a home when it happened.
    fn notification(&self, authority: &str, occurred_on: &str, home: &str) -> CodedNotification {
        let placement = Placement { setting_urn: home.into(), ..Default::default() };
        let facts = ChildFacts { placement: Some(placement), ..Default::default() };
        let incident = IncidentFacts { occurred_on: occurred_on.into(), ..Default::default() };
        CodedNotification {
            reference: Reference::mint(&self.ambient).to_string(),
            revision: 1,
            notifying_authority: authority.into(),
            received_at: Some(to_wire(self.ambient.now())),
            incident: Some(incident),
            children: vec![CodedChild { key: "1".into(), facts: Some(facts), ..Default::default() }],
            ..Default::default()
        }
    }

    fn finding(&self, notification: &CodedNotification) -> Delivered {
        let origin = Origin {
            kind: NOTIFICATION_ASSESSED,
            source: "eligibility",
            subject: notification.reference.parse().expect("a reference"),
            owner: &notification.notifying_authority,
        };
        let assessment = Assessment { outcome: Outcome::DutyInArea.into(), ..Default::default() };
        let event = NotificationAssessed {
            notification: Some(notification.clone()),
            assessment: Some(assessment),
            ..Default::default()
        };
        Delivered::on("triage.findings", Envelope::seal(origin, &event, &self.ambient))
    }

    async fn hear(&self, notifications: &[&CodedNotification]) {
        let findings: Vec<Delivered> =
            notifications.iter().map(|notification| self.finding(notification)).collect();
        self.triage.findings.handle(&findings).await.expect("hears");
    }

    async fn case(&self, notification: &CodedNotification) -> GetCaseResponse {
        let mut request = Request::new(GetCaseRequest { reference: notification.reference.clone() });
        request.extensions_mut().insert(Caller::new(Role::Secretariat, "desk"));
        let mut client = TriageServiceClient::new(Enforced::new(self.triage.grpc.clone()));
        client.get_case(request).await.expect("is there").into_inner()
    }

    async fn raised(&self) -> Vec<Cluster> {
        let events =
            self.triage.post_room.outbox.claim(100).await.expect("reads").let_go().await.expect("lets go");
        let raised = events.into_iter().filter(|event| event.kind == CLUSTER_RAISED);
        let clusters = raised.map(|event| ClusterRaised::decode(event.payload).expect("decodes").cluster);
        clusters.map(|cluster| cluster.expect("a cluster")).collect()
    }
}

fn members(cluster: &Cluster) -> Vec<&str> {
    cluster.members.iter().map(|member| member.reference.as_str()).collect()
}

#[tokio::test]
async fn one_home_named_by_two_authorities_is_seen_on_both_cases_and_told_once() {
    let world = World::new().await;
    let first = world.notification("330", "2026-01-05", HOME);
    let second = world.notification("373", "2026-03-01", HOME);
    world.hear(&[&first]).await;
    assert!(world.raised().await.is_empty());
    world.hear(&[&second]).await;
    let [told] = &world.raised().await[..] else { panic!("told once") };
    assert_eq!((told.kind(), told.code.as_str(), told.authorities), (ClusterKind::Setting, HOME, 2));
    assert_eq!(members(told), [&*first.reference, &*second.reference], "by day");
    for notification in [&first, &second] {
        let case = world.case(notification).await;
        let [cluster] = &case.clusters[..] else { panic!("one cluster") };
        assert_eq!(members(cluster), members(told));
        let reason = cluster.reason.as_ref().expect("a reason");
        assert_eq!(reason.code, "IN_A_CLUSTER");
        assert_eq!(reason.facts, ["children[0].facts.placement.setting_urn"]);
        assert_eq!(case.entry.expect("a place").clusters, 1, "the earlier case is shown anew as well");
    }
}

#[tokio::test]
async fn a_second_delivery_raises_nothing_more() {
    let world = World::new().await;
    let notifications =
        [world.notification("330", "2026-01-05", HOME), world.notification("373", "2026-03-01", HOME)];
    let findings = notifications.each_ref().map(|notification| world.finding(notification));
    for _ in 0..2 {
        world.triage.findings.handle(&findings).await.expect("hears");
    }
    assert_eq!(world.raised().await.len(), 1);
}

#[tokio::test]
async fn one_authority_and_days_far_apart_raise_nothing() {
    let world = World::new().await;
    let notifications = [
        world.notification("330", "2020-01-05", HOME),
        world.notification("330", "2020-03-01", HOME),
        world.notification("373", "2026-03-01", HOME),
    ];
    world.hear(&notifications.each_ref()).await;
    assert!(world.raised().await.is_empty());
    assert!(world.case(&notifications[0]).await.clusters.is_empty());
}

#[tokio::test]
async fn a_revision_that_names_another_home_takes_the_case_out_on_both_sides() {
    let world = World::new().await;
    let first = world.notification("330", "2026-01-05", HOME);
    let second = world.notification("373", "2026-03-01", HOME);
    world.hear(&[&first, &second]).await;
    let mut corrected = world.notification("373", "2026-03-01", "SC654321");
    corrected.reference.clone_from(&second.reference);
    corrected.revision = 2;
    world.hear(&[&corrected]).await;
    for notification in [&first, &second] {
        let case = world.case(notification).await;
        assert_eq!((case.clusters.len(), case.entry.expect("a place").clusters), (0, 0));
    }
    assert_eq!(world.raised().await.len(), 1, "that a cluster is no more is shown and not told");
}

#[tokio::test]
async fn a_third_case_is_told_and_every_case_shows_all_three() {
    let world = World::new().await;
    let notifications = [
        world.notification("330", "2026-01-05", HOME),
        world.notification("373", "2026-03-01", HOME),
        world.notification("330", "2025-06-01", HOME),
    ];
    for notification in &notifications {
        world.hear(&[notification]).await;
    }
    let sizes: Vec<usize> = world.raised().await.iter().map(|cluster| cluster.members.len()).collect();
    assert_eq!(sizes, [2, 3]);
    for notification in &notifications {
        assert_eq!(world.case(notification).await.clusters[0].members.len(), 3);
    }
}
