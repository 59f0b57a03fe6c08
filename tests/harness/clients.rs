//! Clients that call Lapwing as its users do: by gRPC, each with a certificate of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ambient::Ambient;
use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{GetRequest, get_request};
use contracts::notification::v1::{Stage, Status};
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use identity::{Caller, DevelopmentAuthority, Role};
use tonic::transport::{Channel, Endpoint};

use crate::until;

/// Where each service is called.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Intake.
    pub intake: String,
    /// Triage.
    pub triage: String,
    /// Audit.
    pub audit: String,
}

/// Clients with the development certificates of a folder.
#[derive(Debug, Clone)]
pub struct Clients {
    addresses: Addresses,
    pki: PathBuf,
}

impl Clients {
    /// Clients of one server that answers for every service, with certificates from `folder`.
    pub fn of_one_server(url: &str, folder: &Path) -> Self {
        let url = url.to_owned();
        Self::new(Addresses { intake: url.clone(), triage: url.clone(), audit: url }, folder)
    }

    /// Clients of several servers, with certificates from `folder`.
    pub fn new(addresses: Addresses, folder: &Path) -> Self {
        Self { addresses, pki: folder.join("pki") }
    }

    /// A connection to intake's server as some caller.
    pub async fn channel(&self, caller: &Caller) -> Channel {
        self.channel_to(&self.addresses.intake, caller).await
    }

    /// Where triage is called.
    pub fn triage_address(&self) -> &str {
        &self.addresses.triage
    }

    /// A connection to a server as some caller.
    ///
    /// # Panics
    /// Where the server does not let the caller in.
    pub async fn channel_to(&self, address: &str, caller: &Caller) -> Channel {
        self.endpoint(address, caller).connect().await.expect("connects")
    }

    fn endpoint(&self, address: &str, caller: &Caller) -> Endpoint {
        let pki = DevelopmentAuthority::open(&self.pki, &Ambient::system())
            .expect("the development authority is there");
        let tls = pki.caller(caller).expect("a certificate").client_tls("127.0.0.1");
        Endpoint::from_shared(address.to_owned())
            .and_then(|endpoint| endpoint.tls_config(tls))
            .expect("an endpoint")
    }

    /// Intake, as an authority's case system that keeps its connection over restarts of the server.
    ///
    /// # Panics
    /// Where no certificate can be made.
    pub fn patient_intake(&self, authority: &str) -> IntakeServiceClient<Channel> {
        let endpoint = self.endpoint(&self.addresses.intake, &Caller::authority(authority));
        let endpoint = endpoint.connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(30));
        IntakeServiceClient::new(endpoint.connect_lazy())
    }

    /// Intake, as an authority's case system.
    pub async fn intake(&self, authority: &str) -> IntakeServiceClient<Channel> {
        IntakeServiceClient::new(self.channel(&Caller::authority(authority)).await)
    }

    /// Triage, as the panel's secretariat.
    pub async fn triage(&self) -> TriageServiceClient<Channel> {
        self.triage_of(&self.addresses.triage).await
    }

    /// One replica of triage, as the panel's secretariat.
    pub async fn triage_of(&self, address: &str) -> TriageServiceClient<Channel> {
        let secretariat = Caller::new(Role::Secretariat, "desk");
        TriageServiceClient::new(self.channel_to(address, &secretariat).await)
    }

    /// Audit, as an auditor.
    pub async fn audit(&self) -> AuditServiceClient<Channel> {
        let auditor = Caller::new(Role::Auditor, "tests");
        AuditServiceClient::new(self.channel_to(&self.addresses.audit, &auditor).await)
    }

    /// Waits until a notification has come so far, and returns where it stands.
    ///
    /// # Panics
    /// Where it does not come so far.
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
