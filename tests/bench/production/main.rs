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
use lifecycle::{CancellationToken, pause};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

/// Notifications of each measurement, where `LAPWING_BENCH_NOTIFICATIONS` says nothing else.
const NOTIFICATIONS: usize = 10_000;

/// Calls under way at once, and clients of the database beside them.
const IN_FLIGHT: usize = 64;

/// A broker that nobody answers for.
const BROKER_AWAY: &str = "amqp://guest:guest@127.0.0.1:1/away";

/// How often cases are counted.
const BETWEEN_COUNTS: Duration = Duration::from_millis(500);

/// Events that one notification makes: received, assessed, queued, and told to DfE and to Ofsted.
const EVENTS: usize = 5;

#[tokio::main]
async fn main() {
    let notifications = std::env::var("LAPWING_BENCH_NOTIFICATIONS").ok().and_then(|text| text.parse().ok());
    let notifications: usize = notifications.unwrap_or(NOTIFICATIONS);
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = Production::prepare(folder.path(), Ground::shared().await).await;
    let size = load::size();
    println!("{notifications} notifications of {size} bytes, {IN_FLIGHT} in flight");

    let inserts = limits::one_row_inserts(&world, size, IN_FLIGHT).await;
    println!("limit: pgbench, one-row inserts      {inserts:>9.0} a second");
    let counter = Counter::of(&world).await;
    // Accepting alone, as pgbench inserts alone: what the broker and the readers cost stands below.
    let away = world.settings(("intake", 0)).replace(world.broker(), BROKER_AWAY);
    let intake = world.run_with(("intake", 0), "", &away).await.expect("intake starts");
    load::submit(&world, "WARM", notifications / 10, IN_FLIGHT).await;
    let begun = Instant::now();
    load::submit(&world, "AWAY", notifications, IN_FLIGHT).await;
    print_accepted("accepted, the broker away", rate(notifications, begun.elapsed()), inserts);
    intake.kill().await;

    world.start_one(("intake", 0), "").await;
    let begun = Instant::now();
    load::submit(&world, "ALONE", notifications, IN_FLIGHT).await;
    print_accepted("accepted while a backlog is relayed", rate(notifications, begun.elapsed()), inserts);

    let backlog = 2 * notifications + notifications / 10;
    let begun = Instant::now();
    world.start_all(1).await;
    counter.arrived(backlog).await;
    println!("then queued, from the outbox on      {:>9.0} a second", rate(backlog, begun.elapsed()));

    let relayed = limits::bare_relay(world.broker(), size, notifications).await;
    println!("limit: bare confirmed relay          {relayed:>9.0} messages a second");
    let begun = Instant::now();
    load::submit(&world, "WHOLE", notifications, IN_FLIGHT).await;
    let together = rate(notifications, begun.elapsed());
    counter.arrived(backlog + notifications).await;
    let whole = rate(notifications, begun.elapsed());
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

fn print_accepted(what: &str, accepted: f64, inserts: f64) {
    println!("{what:36} {accepted:>9.0} a second = {:.2} × one-row inserts", accepted / inserts);
}

/// Counts cases over a connection that it keeps, and seldom: what counting costs, the services do not have.
struct Counter(PgPool);

impl Counter {
    async fn of(world: &Production) -> Self {
        let pool = PgPoolOptions::new().max_connections(1).connect(&world.database_url()).await;
        Self(pool.expect("connects"))
    }

    /// Waits until triage has told of so many cases.
    async fn arrived(&self, cases: usize) {
        let never = CancellationToken::new();
        let cases = i64::try_from(cases).expect("a number");
        loop {
            let (told, waiting): (i64, i64) = sqlx::query_as(
                "SELECT (SELECT count(*) FROM triage.case_revision), (SELECT count(*) FROM triage.outbox)",
            )
            .fetch_one(&self.0)
            .await
            .expect("answers");
            if told >= cases && waiting == 0 {
                return;
            }
            pause(BETWEEN_COUNTS, &never).await;
        }
    }
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
