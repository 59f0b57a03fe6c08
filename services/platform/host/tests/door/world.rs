//! A server with a development authority of its own, and clients of every kind.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ambient::{Ambient, SetClock, SystemChance};
use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use contracts::audit::v1::{CheckpointRequest, TimelineRequest};
use host::server::{self, Rules};
use host::{Files, Limits, Standing, Trusted};
use identity::{Caller, Credentials, DevelopmentAuthority, Role, Trust};
use lifecycle::{CancellationToken, Lifecycle, pause};
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::Status;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::service::{StandIn, StandInOfIntake};

/// A server, and its authority's folder.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) pki: DevelopmentAuthority,
    pub(crate) address: SocketAddr,
    /// The server's clock. It stands still at the time when the world began.
    pub(crate) clock: SetClock,
    lifecycle: Lifecycle,
}

impl World {
    pub(crate) async fn new(limits: Limits) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = SetClock::at(Ambient::system().now());
        let ambient = Ambient::new(clock.clone(), SystemChance);
        let pki = DevelopmentAuthority::open(folder.path(), &ambient).expect("opens");
        pki.server().expect("a certificate");
        let lifecycle = Lifecycle::new();
        let files = Files::of_development(folder.path(), "server");
        let (trusted, looking) =
            Trusted::from_files(files, &ambient, lifecycle.stopping()).expect("fits together");
        lifecycle.run(looking);
        let listener = server::listen(([127, 0, 0, 1], 0).into()).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let rules = Rules { trusted, limits, reflection: true, ambient, standing: Standing::default() };
        let routes = Routes::new(StandIn).add_service(StandInOfIntake);
        server::serve(listener, rules, routes, &[], &lifecycle).await.expect("serves");
        Self { folder, pki, address, clock, lifecycle }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn credentials(&self, number: &str) -> Credentials {
        self.pki.caller(&Caller::authority(number)).expect("a certificate")
    }

    /// A connection of an authority's.
    pub(crate) async fn channel(&self, number: &str) -> Channel {
        self.channel_with(&self.credentials(number)).await.expect("connects")
    }

    pub(crate) async fn channel_with(
        &self,
        credentials: &Credentials,
    ) -> Result<Channel, tonic::transport::Error> {
        let endpoint = Endpoint::from_shared(format!("https://{}", self.address)).expect("an address");
        endpoint.tls_config(credentials.client_tls("127.0.0.1")).expect("fits together").connect().await
    }

    /// Whether whoever shows these gets through the handshake and is answered.
    pub(crate) async fn lets_in(&self, credentials: &Credentials) -> bool {
        match self.channel_with(credentials).await {
            Ok(channel) => healthy(channel).await.is_ok(),
            Err(_) => false,
        }
    }

    /// A connection by TLS alone: what comes over it is the test's affair.
    pub(crate) async fn tls(&self, number: &str) -> std::io::Result<TlsStream<TcpStream>> {
        // A client goes by no list.
        let credentials = Credentials { revoked: None, ..self.credentials(number) };
        let trust = Trust::of(&credentials, &Ambient::system()).expect("fits together");
        self.tls_with(trust.client()).await
    }

    pub(crate) async fn tls_with(&self, config: Arc<ClientConfig>) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("127.0.0.1").expect("a name");
        TlsConnector::from(config).connect(name, stream).await
    }

    /// The certificate that the server shows.
    pub(crate) async fn shown(&self) -> Vec<u8> {
        let stream = self.tls("373").await.expect("connects");
        let (_, session) = stream.get_ref();
        session.peer_certificates().expect("a certificate")[0].to_vec()
    }

    pub(crate) async fn stop(self) {
        self.lifecycle.wind_down(Duration::from_secs(30)).await;
    }
}

/// Asks for health.
pub(crate) async fn healthy(channel: Channel) -> Result<(), Status> {
    HealthClient::new(channel).check(HealthCheckRequest::default()).await.map(drop)
}

/// Who the server says calls.
pub(crate) async fn named(channel: Channel) -> String {
    let asked = AuditServiceClient::new(channel).timeline(TimelineRequest::default()).await;
    asked.expect_err("the stand-in says it so").message().to_owned()
}

/// A call that is never answered.
pub(crate) fn unanswered(channel: Channel) -> tokio::task::JoinHandle<Result<(), Status>> {
    tokio::spawn(async move {
        AuditServiceClient::new(channel).checkpoint(CheckpointRequest::default()).await.map(drop)
    })
}

/// The catalogued code of a status.
pub(crate) fn code(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

pub(crate) fn service(name: &str) -> Caller {
    Caller::new(Role::Service, name)
}

/// Asks again and again until there is an answer.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let never = CancellationToken::new();
    let answered = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            pause(Duration::from_millis(20), &never).await;
        }
    };
    match tokio::time::timeout(Duration::from_secs(60), answered).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited in vain for {what}"),
    }
}
