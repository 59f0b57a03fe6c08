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

async fn start(config: Config, host: Host) -> anyhow::Result<(Hosted, Host)> {
    let eligibility = Eligibility::start(&config, &host.ambient).await?;
    let hosted = Hosted {
        routes: Routes::new(eligibility.grpc),
        names: &["lapwing.eligibility.v1.EligibilityService"],
        subscribers: vec![eligibility.notifications],
        keeps_parked_of: &[],
        post_room: eligibility.post_room,
        tells: Vec::new(),
    };
    Ok((hosted, host))
}
