//! `audit`: as a process of its own.

use std::process::ExitCode;

use audit::Audit;
use audit::config::Config;
use host::{Host, Hosted};
use tonic::service::Routes;

#[tokio::main]
async fn main() -> ExitCode {
    host::run(audit::SERVICE, "Hears every event, alters nothing, and proves that nothing was altered", start)
        .await
}

async fn start(config: Config, host: &Host) -> anyhow::Result<Hosted> {
    let audit = Audit::start(&config, &host.ambient).await?;
    Ok(Hosted {
        routes: Routes::new(audit.grpc),
        names: &["lapwing.audit.v1.AuditService"],
        subscribers: vec![audit.events],
        post_room: audit.post_room,
        tells: vec![("checkpoint_key", audit.checkpoint_key)],
        observed: vec![audit.log],
    })
}
