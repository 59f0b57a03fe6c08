//! A gRPC server: mutual TLS, health, reflection, limits. The same for one service and for all four.
//!
//! The library's own TLS is not used: it never reads a certificate again, and works out nobody. [`crate::door`] hands it
//! connections whose caller is known.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use ambient::Ambient;
use anyhow::{Context, Result};
use lifecycle::Lifecycle;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::door::{Door, READY};
use crate::guard::GuardLayer;
use crate::limits::Limits;
use crate::measured::MeasuredLayer;
use crate::trusted::Trusted;
use crate::watch::{Standing, Stands};

/// What a server goes by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Its certificate, and whom it trusts.
    pub trusted: Trusted,
    /// How much callers may take.
    pub limits: Limits,
    /// Whether it describes its contract to whoever asks.
    pub reflection: bool,
    /// Clock and chance.
    pub ambient: Ambient,
    /// Where it says whether it takes calls.
    pub standing: Standing,
}

/// Every call that a server of Lapwing may answer, such as `lapwing.intake.v1.IntakeService/Submit`: in traces others have no
/// name, for it may be a child's.
pub(crate) static ANSWERED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
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

/// Says of services whether they serve, to callers and to whoever watches.
#[derive(Debug, Clone)]
pub struct Health {
    reporter: HealthReporter,
    names: Vec<&'static str>,
    standing: Standing,
}

impl Health {
    /// They do.
    pub async fn serving(&self) {
        self.set(ServingStatus::Serving, Stands::Serving).await;
    }

    /// They do not, or no more, for this reason.
    pub async fn not_serving(&self, why: &'static str) {
        self.set(ServingStatus::NotServing, Stands::NotServing(why)).await;
    }

    async fn set(&self, status: ServingStatus, stands: Stands) {
        self.standing.is(stands);
        for name in &self.names {
            self.reporter.set_service_status(*name, status).await;
        }
    }
}

/// Serves `routes` until the lifecycle stops. `names` are the services by their names in the contracts; the whole server is
/// known to health checks by the empty name.
///
/// # Errors
/// Where a limit is none, the table of rights is not whole, or the description of the contract cannot be made.
pub async fn serve(
    listener: TcpListener,
    rules: Rules,
    routes: Routes,
    names: &[&'static str],
    lifecycle: &Lifecycle,
) -> Result<Health> {
    rights::check()?;
    let (reporter, health_service) = tonic_health::server::health_reporter();
    let health = Health { reporter, names: [&[""], names].concat(), standing: rules.standing.clone() };
    health.serving().await;
    let mut routes = routes.add_service(health_service);
    if rules.reflection {
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(contracts::DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()?;
        routes = routes.add_service(reflection);
    }
    rules.limits.judge()?;
    let door = Door::new(rules.trusted, rules.limits, rules.ambient);
    let router = limited(&door.limits)
        .trace_fn(|request| telemetry::server_span(request, |path| ANSWERED.contains(path)))
        // What is refused is measured too.
        .layer(MeasuredLayer)
        // The guard comes next: it says whose connection a call came by, and the table of rights asks that.
        .layer(GuardLayer(door.clone()))
        .layer(rights::RightsLayer)
        .add_routes(routes);
    let (through, connections) = mpsc::channel(READY);
    lifecycle.run(door.open(listener, through, lifecycle.stopping()));
    let stop = lifecycle.stopping();
    lifecycle.run(async move {
        let connections = ReceiverStream::new(connections);
        if let Err(error) = router.serve_with_incoming_shutdown(connections, stop.cancelled_owned()).await {
            tracing::error!(%error, "the server ended");
        }
    });
    Ok(health)
}

/// A server whose connections are held to the limits that HTTP/2 has itself.
fn limited(limits: &Limits) -> Server {
    let server = Server::builder()
        .max_concurrent_streams(limits.streams_of_connection)
        .initial_connection_window_size(limits.connection_window)
        .initial_stream_window_size(limits.stream_window)
        .max_frame_size(limits.frame_bytes)
        .http2_max_header_list_size(limits.header_bytes)
        .http2_max_pending_accept_reset_streams(Some(limits.pending_resets))
        .http2_keepalive_interval(Some(Duration::from_secs(limits.keepalive_seconds)))
        .http2_keepalive_timeout(Some(Duration::from_secs(limits.keepalive_timeout_seconds)));
    match limits.connection_age_seconds {
        Some(age) => server.max_connection_age(Duration::from_secs(age)),
        None => server,
    }
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
