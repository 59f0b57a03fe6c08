//! `lapwing`: arguments, log lines, and over to the verb.

use std::process::ExitCode;

use lapwing::cli::Lapwing;
use lapwing::ending::Failure;
use tracing::Instrument;

#[tokio::main]
async fn main() -> ExitCode {
    let lapwing = Lapwing::from_arguments();
    let telemetry = match telemetry::start(&lapwing.telemetry()) {
        Ok(telemetry) => telemetry,
        Err(error) => return Failure::from(anyhow::Error::from(error)).tell(),
    };
    let span = lapwing.span();
    let ended = lapwing::run(lapwing, telemetry.looked_at()).instrument(span).await;
    telemetry.stop().await;
    match ended {
        Ok(ending) => ending.code(),
        Err(failure) => failure.tell(),
    }
}
