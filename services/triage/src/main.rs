//! `triage`: as a process of its own.

use std::process::ExitCode;

use host::{Host, Hosted};
use tonic::service::Routes;
use triage::Triage;
use triage::config::Config;

#[tokio::main]
async fn main() -> ExitCode {
    host::run(triage::SERVICE, "Opens cases, keeps them true, and keeps the panel's queue", start).await
}

async fn start(config: Config, host: &Host) -> anyhow::Result<Hosted> {
    let triage = Triage::start(&config, &host.ambient).await?;
    Ok(Hosted {
        routes: Routes::new(triage.grpc),
        names: &["lapwing.triage.v1.TriageService"],
        subscribers: vec![triage.findings],
        post_room: triage.post_room,
        tells: Vec::new(),
        observed: vec![triage.queue],
    })
}
