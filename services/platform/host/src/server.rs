//! A gRPC server: mutual TLS, health, reflection, limits. The same for one service and for all four.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, Result};
use identity::Credentials;
use lifecycle::Lifecycle;
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// Calls of one connection that may be under way at once.
const CALLS_PER_CONNECTION: usize = 256;

/// Every call that a server of Lapwing may answer, such as `lapwing.intake.v1.IntakeService/Submit`: in traces others have no
/// name, for it may be a child's.
static ANSWERED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let ours = contracts::DESCRIPTOR_POOL.services().flat_map(|service| {
        let name = service.full_name().to_owned();
        service.methods().map(|method| format!("{name}/{}", method.name())).collect::<Vec<_>>()
    });
    let usual = [
        "grpc.health.v1.Health/Check",
        "grpc.health.v1.Health/Watch",
        "grpc.health.v1.Health/List",
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ];
    ours.chain(usual.map(str::to_owned)).collect()
});

/// Takes the address, before anything else is started.
///
/// # Errors
/// Where another program has it.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "{address} cannot be listened at; another program may use it: name another address, such as 127.0.0.1:0 for a \
             free port"
        )
    })
}

/// Says of services whether they serve.
#[derive(Debug, Clone)]
pub struct Health {
    reporter: HealthReporter,
    names: Vec<&'static str>,
}

impl Health {
    /// They do.
    pub async fn serving(&self) {
        self.set(ServingStatus::Serving).await;
    }

    /// They do not, or no more.
    pub async fn not_serving(&self) {
        self.set(ServingStatus::NotServing).await;
    }

    async fn set(&self, status: ServingStatus) {
        for name in &self.names {
            self.reporter.set_service_status(*name, status).await;
        }
    }
}

/// Serves `routes` until the lifecycle stops. `names` are the services by their names in the contracts; the whole server is
/// known to health checks by the empty name.
///
/// # Errors
/// Where the certificate or its key cannot be used.
pub async fn serve(
    listener: TcpListener,
    credentials: &Credentials,
    routes: Routes,
    names: &[&'static str],
    lifecycle: &Lifecycle,
) -> Result<Health> {
    let (reporter, health_service) = tonic_health::server::health_reporter();
    let health = Health { reporter, names: [&[""], names].concat() };
    health.serving().await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(contracts::DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let router = Server::builder()
        .tls_config(credentials.server_tls())
        .context("the server's certificate or its key cannot be used")?
        .concurrency_limit_per_connection(CALLS_PER_CONNECTION)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(20)))
        .trace_fn(|request| telemetry::server_span(request, |path| ANSWERED.contains(path)))
        .add_routes(routes.add_service(health_service).add_service(reflection));
    let stop = lifecycle.stopping();
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    lifecycle.run(async move {
        if let Err(error) = router.serve_with_incoming_shutdown(incoming, stop.cancelled_owned()).await {
            tracing::error!(%error, "the server ended");
        }
    });
    Ok(health)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_the_contracts_have_a_name_in_traces_and_no_other_has() {
        assert!(ANSWERED.contains("lapwing.intake.v1.IntakeService/Submit"));
        assert!(ANSWERED.contains("lapwing.operations.v1.ParkedService/Retry"));
        assert!(!ANSWERED.contains("lapwing.intake.v1.IntakeService/Wren") && !ANSWERED.contains(""));
    }
}
