//! `eligibility`: as a process of its own.

use std::process::ExitCode;

use eligibility::Eligibility;
use eligibility::config::Config;
use host::{Host, Hosted};
use tonic::service::Routes;

#[tokio::main]
async fn main() -> ExitCode {
    host::run(eligibility::SERVICE, "Finds, with reasons, what the law makes of a notification", start).await
}

async fn start(config: Config, host: &Host) -> anyhow::Result<Hosted> {
    let eligibility = Eligibility::start(&config, &host.ambient).await?;
    Ok(Hosted {
        routes: Routes::new(eligibility.grpc),
        names: &["lapwing.eligibility.v1.EligibilityService"],
        subscribers: vec![eligibility.notifications],
        post_room: eligibility.post_room,
        tells: Vec::new(),
        observed: Vec::new(),
    })
}
