//! How fast the production mode is on this machine, beside the limits that its database and its broker set in the same run.
//!
//! `cargo bench -p acceptance --bench production` prints the figures and asserts none. Figures of two runs are not to be
//! compared: machines drift. Ratios of one run are.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod latency;
mod limits;
mod load;

use std::time::{Duration, Instant};

use acceptance::{Ground, Production, SERVICES, until};
use testbed::{postgres, rabbitmq};

/// Notifications of each measurement.
const NOTIFICATIONS: usize = 10_000;

/// Calls under way at once, and clients of the database beside them.
const IN_FLIGHT: usize = 64;

/// Events that one notification makes: received, assessed, queued, and told to DfE and to Ofsted.
const EVENTS: usize = 5;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let ground =
        Ground { postgres: postgres::Server::shared().await, rabbitmq: rabbitmq::Server::shared().await };
    let mut world = Production::prepare(folder.path(), ground).await;
    let size = load::size();
    println!("{NOTIFICATIONS} notifications of {size} bytes, {IN_FLIGHT} in flight");

    let inserts = limits::one_row_inserts(&world, size, IN_FLIGHT).await;
    println!("limit: pgbench, one-row inserts      {inserts:>9.0} a second");
    // Beside the other services on two cores nothing of intake alone would be seen.
    world.start_one(("intake", 0), "").await;
    let begun = Instant::now();
    load::submit(&world, "ALONE", NOTIFICATIONS, IN_FLIGHT).await;
    let accepted = rate(NOTIFICATIONS, begun.elapsed());
    println!(
        "accepted, receipts durable           {accepted:>9.0} a second = {:.2} × one-row inserts",
        accepted / inserts
    );

    let begun = Instant::now();
    world.start_all(1).await;
    arrived(&world, NOTIFICATIONS).await;
    println!("then queued, from the outbox on      {:>9.0} a second", rate(NOTIFICATIONS, begun.elapsed()));

    let relayed = limits::bare_relay(world.broker(), size, NOTIFICATIONS).await;
    println!("limit: bare confirmed relay          {relayed:>9.0} messages a second");
    let begun = Instant::now();
    load::submit(&world, "WHOLE", NOTIFICATIONS, IN_FLIGHT).await;
    let together = rate(NOTIFICATIONS, begun.elapsed());
    arrived(&world, 2 * NOTIFICATIONS).await;
    let whole = rate(NOTIFICATIONS, begun.elapsed());
    let bound = relayed / EVENTS as f64;
    println!("accepted with every service running  {together:>9.0} a second");
    println!(
        "end to end                           {whole:>9.0} a second = {:.2} × ({relayed:.0} ÷ {EVENTS} events)",
        whole / bound
    );

    settled(&world).await;
    latency::at(&world, 200, 20).await;
    for service in SERVICES {
        let (megabytes, seconds) = used(world.id((service, 0)));
        println!("{service:12} {megabytes:>6.1} MB, {seconds:>6.1} s of processor time");
    }
    world.stop_all().await;
}

/// Waits until triage has so many cases.
async fn arrived(world: &Production, cases: usize) {
    until("every notification to be queued", async || {
        (world.count("triage", "panel_case").await >= cases && world.count("triage", "outbox").await == 0)
            .then_some(())
    })
    .await;
}

async fn settled(world: &Production) {
    until("every event to be delivered", async || (world.waiting().await == 0).then_some(())).await;
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// Resident memory of a process in megabytes, and the processor time that it has used in seconds.
fn used(process: u32) -> (f64, f64) {
    /// `getconf CLK_TCK` on Linux.
    const TICKS: f64 = 100.0;
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its resident size");
    let kibibytes: f64 = line.split_whitespace().nth(1).and_then(|size| size.parse().ok()).expect("a number");
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux tells");
    // proc(5): user and system time are the 14th and 15th field; the second may hold spaces and ends in a parenthesis.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks: f64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    (kibibytes * 1024.0 / 1e6, ticks / TICKS)
}
