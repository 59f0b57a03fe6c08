//! One gRPC server for all four services: mutual TLS, health, reflection, limits.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use identity::Credentials;
use lifecycle::Lifecycle;
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::{Router, TcpIncoming};
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::server::HealthReporter;

use super::Services;

/// The services by their names in the contracts, and the whole server by the empty one.
const SERVICES: [&str; 5] = [
    "",
    "lapwing.intake.v1.IntakeService",
    "lapwing.eligibility.v1.EligibilityService",
    "lapwing.triage.v1.TriageService",
    "lapwing.audit.v1.AuditService",
];

/// Calls of one connection that may be under way at once.
const CALLS_PER_CONNECTION: usize = 256;

/// Takes the address, before anything else is started.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "{address} cannot be listened at; another program may use it: name another address with --listen, such as \
             127.0.0.1:0"
        )
    })
}

/// Serves until the lifecycle stops.
pub(super) async fn serve(
    listener: TcpListener,
    credentials: &Credentials,
    services: &Services,
    lifecycle: &Lifecycle,
) -> Result<HealthReporter> {
    let (health, health_service) = tonic_health::server::health_reporter();
    set_status(&health, ServingStatus::Serving).await;
    let router = router(credentials, services, health_service)?;
    let stop = lifecycle.stopping();
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    lifecycle.run(async move {
        if let Err(error) = router.serve_with_incoming_shutdown(incoming, stop.cancelled_owned()).await {
            tracing::error!(%error, "the server ended");
        }
    });
    Ok(health)
}

/// Says of each service whether it serves.
pub(super) async fn set_status(health: &HealthReporter, status: ServingStatus) {
    for name in SERVICES {
        health.set_service_status(name, status).await;
    }
}

fn router(
    credentials: &Credentials,
    services: &Services,
    health_service: HealthServer<impl Health>,
) -> Result<Router> {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(contracts::DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    Ok(Server::builder()
        .tls_config(credentials.server_tls())?
        .concurrency_limit_per_connection(CALLS_PER_CONNECTION)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(20)))
        .trace_fn(telemetry::server_span)
        .add_service(health_service)
        .add_service(reflection)
        .add_service(services.intake.grpc.clone())
        .add_service(services.eligibility.grpc.clone())
        .add_service(services.triage.grpc.clone())
        .add_service(services.audit.grpc.clone()))
}
