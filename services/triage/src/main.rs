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

async fn start(config: Config, host: Host) -> anyhow::Result<(Hosted, Host)> {
    let triage = Triage::start(&config, &host.ambient).await?;
    let hosted = Hosted {
        routes: Routes::new(triage.grpc),
        names: &["lapwing.triage.v1.TriageService"],
        subscribers: vec![triage.findings],
        // Their readers are not Lapwing's; triage is who tells them.
        keeps_parked_of: &["panel.decisions", "panel.information", "dfe.notices", "ofsted.notices"],
        post_room: triage.post_room,
        tells: Vec::new(),
    };
    Ok((hosted, host))
}
