//! Faults: whatever happens to processes, servers and links, what has a receipt reaches the panel with one effect.
//!
//! Each plan runs in a world of its own. `tests/run --faults` runs all of them with 20,000 notifications; the ordinary run is a
//! shorter one of the same plans. The seed fixes what falls and on whom; the moment within the work is the machine's.

mod blows;

use std::sync::Arc;
use std::time::Duration;

use acceptance::{Counts, Ground, Link, Production, Senders};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use testbed::{postgres, rabbitmq};

use blows::{Blow, Echo, STEPS, Target, any_service};

/// What falls on one world.
struct Plan {
    name: &'static str,
    replicas: usize,
    echo: bool,
    blows: Vec<Blow>,
}

/// What the database's disk holds where it is to be filled: more than a run writes.
const SMALL_DISK_MEGABYTES: u32 = 512;

impl Plan {
    /// The servers that all plans share, or a database server on a disk of its own where that is to be filled. `None` where this
    /// user may not mount one.
    async fn ground(&self, shared: &Ground) -> Option<Ground> {
        let rabbitmq = shared.rabbitmq.clone();
        if !self.blows.iter().any(|blow| matches!(blow, Blow::DatabaseFull)) {
            return Some(Ground { postgres: shared.postgres.clone(), rabbitmq });
        }
        let postgres = postgres::Server::start_on_a_disk_of(SMALL_DISK_MEGABYTES).await?;
        Some(Ground { postgres: Arc::new(postgres), rabbitmq })
    }
}

/// How much of each plan is run.
struct Measure {
    seed: u64,
    notifications: usize,
    whole: bool,
}

impl Measure {
    /// `LAPWING_FAULTS_RUN=full` is the whole; `LAPWING_FAULTS_SEED` draws other lots; `LAPWING_FAULTS_PLAN` names the only
    /// plan that is run.
    fn of_this_run() -> Self {
        let whole = std::env::var("LAPWING_FAULTS_RUN").is_ok_and(|run| run == "full");
        let seed = std::env::var("LAPWING_FAULTS_SEED").ok().and_then(|seed| seed.parse().ok());
        Self { seed: seed.unwrap_or(20_261_123), notifications: if whole { 2_900 } else { 240 }, whole }
    }
}

fn plans(measure: &Measure, chance: &mut ChaCha8Rng) -> Vec<Plan> {
    let kills = |number: usize, chance: &mut ChaCha8Rng| -> Vec<Blow> {
        (0..number).map(|_| Blow::Kill(any_service(chance))).collect()
    };
    let mut steps: Vec<Blow> = STEPS.iter().map(|(service, step)| Blow::EndAt(service, step)).collect();
    steps.shuffle(chance);
    let links = |blow: fn(Link) -> Blow| {
        [Link::Cut, Link::BlackHole, Link::Slow(Duration::from_millis(200))].map(blow).to_vec()
    };
    let servers = vec![Blow::BrokerRestart, Blow::DatabaseRestart, Blow::BrokerKill, Blow::DatabaseCrash];
    if !measure.whole {
        steps.truncate(5);
        return vec![
            Plan { name: "killed at steps", replicas: 1, echo: false, blows: steps },
            Plan {
                name: "servers",
                replicas: 1,
                echo: false,
                blows: vec![Blow::BrokerKill, Blow::DatabaseCrash],
            },
            Plan { name: "disk full", replicas: 1, echo: false, blows: vec![Blow::DatabaseFull] },
            Plan {
                name: "two of each",
                replicas: 2,
                echo: true,
                blows: [kills(3, chance), vec![Blow::BrokerLink(Link::Cut)]].concat(),
            },
        ];
    }
    vec![
        Plan { name: "killed anywhere", replicas: 1, echo: false, blows: kills(30, chance) },
        Plan { name: "killed at steps", replicas: 1, echo: false, blows: steps },
        Plan {
            name: "stopped softly",
            replicas: 1,
            echo: false,
            blows: (0..12).map(|_| Blow::Stop(any_service(chance))).collect(),
        },
        Plan { name: "servers", replicas: 1, echo: false, blows: [servers.clone(), servers].concat() },
        Plan {
            name: "links",
            replicas: 1,
            echo: false,
            blows: [links(Blow::BrokerLink), links(Blow::DatabaseLink)].concat(),
        },
        Plan { name: "disk full", replicas: 2, echo: false, blows: vec![Blow::DatabaseFull; 3] },
        Plan { name: "repeated, reordered, delayed", replicas: 1, echo: true, blows: kills(4, chance) },
        Plan {
            name: "two of each",
            replicas: 2,
            echo: true,
            blows: [
                kills(12, chance),
                vec![Blow::BrokerRestart, Blow::DatabaseCrash, Blow::BrokerLink(Link::BlackHole)],
            ]
            .concat(),
        },
    ]
}

async fn run(plan: &Plan, measure: &Measure, chance: &mut ChaCha8Rng, ground: Ground) -> Counts {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = Production::prepare(folder.path(), ground).await;
    let (database, broker) = world.behind_proxies().await;
    world.start_all(plan.replicas).await;
    let echo =
        if plan.echo { Some(Echo::start(world.broker(), ChaCha8Rng::from_rng(chance)).await) } else { None };
    let clients: Vec<_> =
        (0..plan.replicas).map(|replica| world.clients_of(replica).patient_intake("373")).collect();
    let senders = Senders::default();
    let mut sending = senders.send(0..measure.notifications, &clients);
    let mut target = Target { world: &mut world, database, broker, replicas: plan.replicas };
    for (number, blow) in plan.blows.iter().enumerate() {
        let due = measure.notifications * (number + 1) / (plan.blows.len() + 2);
        target.keep_up(senders.receipted(due)).await;
        target.take(*blow, chance).await;
    }
    target
        .keep_up(async {
            while let Some(sent) = sending.join_next().await {
                sent.expect("a sender does not give up");
            }
        })
        .await;
    target.settle().await;
    if let Some(echo) = echo {
        assert!(echo.end().await > 0, "nothing was repeated");
        target.settle().await;
    }
    let counts = Counts::of(&world, &senders, &[]).await;
    world.kill_all().await;
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_nothing_is_lost_and_nothing_takes_effect_twice() {
    let measure = Measure::of_this_run();
    let mut chance = ChaCha8Rng::seed_from_u64(measure.seed);
    let (postgres, rabbitmq) = (postgres::Server::start().await, rabbitmq::Server::start().await);
    let shared = Ground { postgres: Arc::new(postgres), rabbitmq: Arc::new(rabbitmq) };
    let mut table = String::new();
    let only = std::env::var("LAPWING_FAULTS_PLAN").ok();
    for plan in plans(&measure, &mut chance) {
        if only.as_ref().is_some_and(|only| only != plan.name) {
            continue;
        }
        let Some(ground) = plan.ground(&shared).await else {
            table.push_str(&format!(
                "{:30} not run: to fill a disk takes one, and root alone may mount it\n",
                plan.name
            ));
            continue;
        };
        say(&format!("{}: {} blows", plan.name, plan.blows.len()));
        let counts = run(&plan, &measure, &mut chance, ground).await;
        table.push_str(&format!(
            "{:30} {:6} {:6} {:9} {:6} {:4} {:10} {:8} {:6}\n",
            plan.name,
            plan.blows.len(),
            counts.sent,
            counts.receipted,
            counts.queued,
            counts.lost,
            counts.duplicated,
            counts.repeated,
            counts.parked
        ));
        assert_eq!(counts.receipted, measure.notifications, "{}\n{table}", plan.name);
        assert_eq!((counts.lost, counts.duplicated, counts.parked), (0, 0, 0), "{}\n{table}", plan.name);
    }
    print(&table, measure.seed);
}

#[expect(clippy::print_stderr, reason = "a run that stops in the middle is to say where")]
fn say(what: &str) {
    eprintln!("{what}");
}

#[expect(clippy::print_stdout, reason = "the table is what a run of faults is for")]
fn print(table: &str, seed: u64) {
    println!(
        "seed {seed}\n{:30} {:>6} {:>6} {:>9} {:>6} {:>4} {:>10} {:>8} {:>6}\n{table}",
        "plan", "blows", "sent", "receipted", "queued", "lost", "duplicated", "repeated", "parked"
    );
}
