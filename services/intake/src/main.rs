//! `intake`: as a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use host::{Host, Hosted};
use intake::Intake;
use intake::assessor::GrpcAssessor;
use intake::config::Config;
use tonic::service::Routes;

#[tokio::main]
async fn main() -> ExitCode {
    host::run(intake::SERVICE, "Accepts notifications, gives receipts, and shows what became of them", start)
        .await
}

async fn start(config: Config, host: &Host) -> anyhow::Result<Hosted> {
    host.limits().judge_largest(config.largest_message)?;
    let eligibility = config.eligibility.as_deref().context(
        "`eligibility` is missing in [service]: the address of eligibility, such as https://127.0.0.1:7442",
    )?;
    let assessor = Arc::new(GrpcAssessor::new(host.channel(eligibility)?));
    let intake = Intake::start(&config, assessor, &host.ambient, host.background(), host.stopping()).await?;
    Ok(Hosted {
        routes: Routes::new(intake.grpc).add_service(intake.records),
        names: &["lapwing.intake.v1.IntakeService", "lapwing.intake.v1.RecordsService"],
        subscribers: vec![intake.outcomes],
        post_room: intake.post_room,
        tells: vec![("receipt_key", intake.receipt_key)],
        observed: vec![intake.way],
    })
}
