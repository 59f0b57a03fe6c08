//! What telemetry costs: the embedded mode with no span, with a tenth of all traces, and with all of them sent to a collector.
//!
//! `cargo bench -p acceptance --bench telemetry` prints the figures and asserts none. The three take turns, so that a machine that
//! drifts drifts for all of them; only the ratios count. The collector runs in this process, as the sender does.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::time::{Duration, Instant};

use acceptance::{Collector, Process, cases_waiting, samples_by_authority, send_all, until};
use lifecycle::Lifecycle;

const SAMPLES: usize = 2_000;
const ROUNDS: usize = 5;

/// What takes turns: a name, and the arguments of the command.
const MODES: [(&str, &str); 3] = [("no spans", "0"), ("a tenth", "0.1"), ("all", "1")];

#[tokio::main]
async fn main() {
    let lifecycle = Lifecycle::new();
    let collector = Collector::start(&lifecycle).await;
    let mut figures: Vec<Vec<Figures>> = vec![Vec::new(); MODES.len()];
    for round in 0..ROUNDS {
        for (mode, (name, share)) in MODES.iter().enumerate() {
            let seen = run(share, &collector).await;
            println!(
                "round {round}, {name:<9} {:>8.0} receipts a second {:>8.0} queued a second",
                seen.receipts, seen.queued
            );
            figures[mode].push(seen);
        }
    }
    let median = |of: &[Figures], figure: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = of.iter().map(figure).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let off = &figures[0];
    for (mode, (name, _)) in MODES.iter().enumerate() {
        let receipts = median(&figures[mode], |seen| seen.receipts);
        let queued = median(&figures[mode], |seen| seen.queued);
        println!(
            "{name:<9} median {receipts:>8.0} receipts a second ({:.2} x of no spans) {queued:>8.0} queued a second ({:.2} x)",
            receipts / median(off, |seen| seen.receipts),
            queued / median(off, |seen| seen.queued),
        );
    }
    lifecycle.wind_down(Duration::from_secs(5)).await;
}

#[derive(Clone)]
struct Figures {
    receipts: f64,
    queued: f64,
}

/// A world of its own, from its first notification until all are queued.
async fn run(share: &str, collector: &Collector) -> Figures {
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--otlp", &collector.endpoint(), "--sampled", share];
    let process = Process::up_with(program, folder.path(), &arguments).await;
    let clients = process.clients();
    let batch = samples_by_authority(SAMPLES);
    let begun = Instant::now();
    send_all(&clients, batch).await;
    let receipted = begun.elapsed();
    until("every sample to be queued", async || {
        (cases_waiting(&clients).await >= SAMPLES as u64).then_some(())
    })
    .await;
    let queued = begun.elapsed();
    process.kill().await;
    Figures {
        receipts: SAMPLES as f64 / receipted.as_secs_f64(),
        queued: SAMPLES as f64 / queued.as_secs_f64(),
    }
}
