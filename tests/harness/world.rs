//! A world of its own for each story: a temporary folder, free ports, all four services.

use std::path::{Path, PathBuf};

use ambient::Ambient;
use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{GetRequest, get_request};
use contracts::notification::v1::{
    Answer, Area, Child, ChildFacts, Event, Incident, IncidentFacts, Judgement, Nation, Notification, Stage,
    Status,
};
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use identity::{Caller, DevelopmentAuthority, Role};
use lapwing::embedded::{Config, Embedded, Stopped};
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use crate::until;

/// All four services in this process.
pub struct World {
    embedded: Embedded,
    folder: TempDir,
}

impl World {
    /// A new world.
    pub async fn embedded() -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), &Ambient::system()).await
    }

    /// A new world with a clock and chance of its own.
    pub async fn with(ambient: &Ambient) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), ambient).await
    }

    async fn in_folder(folder: TempDir, ambient: &Ambient) -> Self {
        let config = Config { folder: folder.path().to_owned(), listen: ([127, 0, 0, 1], 0).into() };
        let embedded = Embedded::start(&config, ambient).await.expect("a world starts");
        Self { embedded, folder }
    }

    /// Stops softly and starts again in the same folder.
    pub async fn restart(self) -> (Self, Stopped) {
        let stopped = self.embedded.stop().await;
        (Self::in_folder(self.folder, &Ambient::system()).await, stopped)
    }

    /// Stops softly, and gives the folder back.
    pub async fn stop(self) -> (TempDir, Stopped) {
        let stopped = self.embedded.stop().await;
        (self.folder, stopped)
    }

    /// Clients that call this world.
    pub fn clients(&self) -> Clients {
        Clients::new(self.embedded.url(), self.folder.path())
    }

    /// The running services.
    pub fn services(&self) -> &Embedded {
        &self.embedded
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until every event is delivered, and checks that none was put aside.
    pub async fn settled(&self) {
        until("every event to be delivered", async || {
            let waiting = self.embedded.waiting().await.expect("the stores can be read");
            assert_eq!(waiting.parked, 0, "an event was parked");
            (waiting.events == 0).then_some(())
        })
        .await;
    }
}

/// Clients with the development certificates of a folder.
#[derive(Debug, Clone)]
pub struct Clients {
    url: String,
    pki: PathBuf,
}

impl Clients {
    /// Clients that call `url` with certificates from `folder`.
    pub fn new(url: String, folder: &Path) -> Self {
        Self { url, pki: folder.join("pki") }
    }

    /// A connection as some caller.
    pub async fn channel(&self, caller: &Caller) -> Channel {
        let pki = DevelopmentAuthority::open(&self.pki, &Ambient::system())
            .expect("the development authority is there");
        let tls = pki.caller(caller).expect("a certificate").client_tls("127.0.0.1");
        let endpoint = Endpoint::from_shared(self.url.clone())
            .and_then(|endpoint| endpoint.tls_config(tls))
            .expect("an endpoint");
        endpoint.connect().await.expect("connects")
    }

    /// Intake, as an authority's case system.
    pub async fn intake(&self, authority: &str) -> IntakeServiceClient<Channel> {
        IntakeServiceClient::new(self.channel(&Caller::authority(authority)).await)
    }

    /// Triage, as the panel's secretariat.
    pub async fn triage(&self) -> TriageServiceClient<Channel> {
        TriageServiceClient::new(self.channel(&Caller::new(Role::Panel, "secretariat")).await)
    }

    /// Audit, as an auditor.
    pub async fn audit(&self) -> AuditServiceClient<Channel> {
        AuditServiceClient::new(self.channel(&Caller::new(Role::Auditor, "tests")).await)
    }

    /// Waits until a notification has come so far, and returns where it stands.
    pub async fn reached(&self, authority: &str, reference: &str, stage: Stage) -> Status {
        let intake = self.intake(authority).await;
        until(&format!("{reference} to be {}", stage.as_str_name()), async || {
            let key = Some(get_request::Key::Reference(reference.to_owned()));
            let answer = intake.clone().get(GetRequest { key }).await.expect("intake answers").into_inner();
            answer.status.filter(|status| status.stage >= i32::from(stage))
        })
        .await
    }
}

/// A well-formed notification with a duty under s.16C(1)(a), for stories about something else.
pub fn notification(authority: &str, sender_reference: &str) -> Notification {
    let here = Some(Area { nation: Nation::England.into(), authority: authority.into() });
    let yes = Some(Judgement { answer: Answer::Yes.into(), ..Default::default() });
    Notification {
        sender_reference: sender_reference.into(),
        notifying_authority: authority.into(),
        became_aware_on: "2026-03-16".into(),
        incident: Some(Incident {
            facts: Some(IncidentFacts {
                occurred_on: "2026-03-14".into(),
                area: here.clone(),
                ..Default::default()
            }),
            place: "12 Reed Lane".into(),
            narrative: "An invented narrative.".into(),
        }),
        children: vec![Child {
            key: "1".into(),
            identity: None,
            facts: Some(ChildFacts {
                event: Event::Death.into(),
                abuse_or_neglect: yes,
                age: Some(contracts::notification::v1::Age { years: 4, months: None }),
                normal_residence: here,
                ..Default::default()
            }),
        }],
        ..Default::default()
    }
}
