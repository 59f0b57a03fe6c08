//! `lapwing up`: starts everything, says where and what next, and stops softly.

use ambient::Ambient;
use lifecycle::Signals;

use super::Context;
use crate::cli::Up;
use crate::embedded::{Config, Embedded};
use crate::ending::{Ending, Failure};
use crate::printing::{aside, line};

const AT_ONCE: &str = "stopped at once: what was receipted is kept, and goes on at the next start";

/// Starts all four services and serves until Ctrl-C or SIGTERM; a second signal stops hard.
///
/// # Errors
/// What keeps it from starting.
pub(crate) async fn up(context: &Context, up: Up) -> Result<Ending, Failure> {
    let config = Config { folder: context.folder.clone(), listen: up.listen };
    let world = Embedded::start(&config, &Ambient::system()).await?;
    let page = match up.no_page {
        true => None,
        false => Some(world.serve_page(up.page, context.looked_at.clone()).await?.url()),
    };
    let mut signals = Signals::listen();
    say_ready(context, &world, page.as_deref());
    signals.next().await;
    aside("stopping: no new calls, and an end to what was begun (once more to stop at once)");
    let ending = tokio::select! {
        stopped = world.stop() => stopped.to_string(),
        () = signals.next() => AT_ONCE.to_owned(),
    };
    line(if context.json { serde_json::json!({ "stopped": ending }).to_string() } else { ending });
    Ok(Ending::Well)
}

fn say_ready(context: &Context, world: &Embedded, page: Option<&str>) {
    if context.json {
        let ready = serde_json::json!({ "ready": world.url(), "folder": context.folder, "page": page });
        line(ready.to_string());
        return;
    }
    let folder = context.folder.display();
    line(format!("lapwing is ready at {} (gRPC, mutual TLS); its data are in {folder}", world.url()));
    line("intake, eligibility, triage and audit run in this process; Ctrl-C stops them");
    if let Some(page) = page {
        line(format!("how things stand, for you alone: {page}"));
    }
    line("next, in another terminal:");
    let elsewhere = if context.folder == std::path::Path::new(".lapwing") {
        String::new()
    } else {
        format!("--folder {folder} ")
    };
    line(format!("    cargo run -- {elsewhere}notify tests/fixtures/notifications/*.json"));
}
