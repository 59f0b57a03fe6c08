//! Two versions at once: what is sent while programs of one give way to those of another is held once and reaches the panel.

mod life;

use std::path::{Path, PathBuf};

use acceptance::{Counts, Ground, Production, Replica, SERVICES, Senders};
use tempfile::TempDir;

/// What each step of an upgrade has to go on beside it.
const SENT_BESIDE_A_STEP: usize = 48;

/// What a process says that has left nothing behind.
const NOTHING_LEFT: &str = "every call was answered and every event is with the broker";

struct Upgrade {
    world: Production,
    _folder: TempDir,
    senders: Senders,
    sent: usize,
    rounds: Vec<String>,
}

impl Upgrade {
    /// A world of one version's programs, migrated by them: two of intake, as the runbook asks, and one of each other service.
    async fn from(programs: Option<PathBuf>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ground = Ground::shared().await;
        let mut world = match programs {
            Some(programs) => Production::prepare_for(folder.path(), ground, programs).await,
            None => Production::prepare(folder.path(), ground).await,
        };
        world.start_all(1).await;
        world.start_one(("intake", 1), "").await;
        Self { world, _folder: folder, senders: Senders::default(), sent: 0, rounds: Vec::new() }
    }

    /// Takes some notifications through their lives, by the first intake or the second.
    async fn live(&mut self, round: &str, intake: usize) {
        let clients = self.world.clients_of(intake);
        self.rounds.extend(life::live(&clients, &format!("{round}-{intake}")).await);
    }

    /// Does something to the world while case systems send to whichever intake answers, and waits for their receipts.
    async fn beside_senders(&mut self, step: impl AsyncFnOnce(&mut Production)) {
        let clients = [0, 1].map(|replica| self.world.clients_of(replica).patient_intake("373"));
        let numbers = self.sent..self.sent + SENT_BESIDE_A_STEP;
        self.sent = numbers.end;
        let mut sending = self.senders.send(numbers, &clients);
        step(&mut self.world).await;
        while let Some(sent) = sending.join_next().await {
            sent.expect("a sender does not give up");
        }
    }

    /// Stops a process softly and starts it again, with the programs of now.
    async fn replace(&mut self, replica: Replica) {
        self.beside_senders(async |world| {
            let said = world.take(replica).expect("it runs").terminate().await;
            assert!(said.contains(NOTHING_LEFT), "{replica:?} left something behind: {said}");
            world.start_one(replica, "").await;
        })
        .await;
    }

    /// Waits until nothing is under way, and counts.
    async fn end(mut self) {
        self.world.settled().await;
        let counts = Counts::of(&self.world, &self.senders, &self.rounds).await;
        assert_eq!((counts.receipted, counts.queued), (self.sent, self.sent), "{counts:?}");
        assert_eq!((counts.lost, counts.duplicated, counts.parked), (0, 0, 0), "{counts:?}");
        for (replica, said) in self.world.stop_all().await {
            assert!(said.contains(NOTHING_LEFT), "{replica:?} left something behind: {said}");
        }
    }
}

/// Every process, readers before senders: whoever hears a new kind of message is there before it is said.
fn in_order() -> impl Iterator<Item = Replica> {
    ["audit", "triage", "eligibility", "intake"]
        .into_iter()
        .map(|service| (service, 0))
        .chain([("intake", 1)])
}

/// Does to every table what a newer version may do while this one runs: it adds a column, and keeps that on record.
async fn add_to_every_table(world: &Production) {
    for schema in SERVICES {
        let tables = world
            .ask(&format!(
                "SELECT relname FROM pg_class WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r'"
            ))
            .await;
        for table in tables.lines().filter(|table| !table.ends_with("_migrations")) {
            world.ask(&format!("ALTER TABLE {schema}.{table} ADD COLUMN of_tomorrow TEXT")).await;
        }
        for bookkeeping in ["_sqlx_migrations", "delivery_migrations"] {
            let row = "9999, 'adds of tomorrow', now(), true, '\\x00', 0";
            world.ask(&format!("INSERT INTO {schema}.{bookkeeping} VALUES ({row})")).await;
        }
    }
}

#[tokio::test]
async fn programs_run_on_and_start_again_on_a_schema_to_which_a_newer_version_has_added() {
    let mut upgrade = Upgrade::from(None).await;
    // Before and after by both: what a connection keeps prepared must not be in the way.
    for intake in [0, 1] {
        upgrade.live("before", intake).await;
    }
    upgrade.beside_senders(async |world| add_to_every_table(world).await).await;
    for intake in [0, 1] {
        upgrade.live("after", intake).await;
    }
    for replica in in_order() {
        upgrade.replace(replica).await;
    }
    upgrade.live("again", 0).await;
    upgrade.end().await;
}

#[tokio::test]
#[ignore = "an earlier version takes minutes to build: tests/run --upgrade"]
async fn programs_of_an_earlier_version_and_of_this_one_run_side_by_side() {
    let earlier = std::env::var("LAPWING_EARLIER_PROGRAMS").expect("tests/run --upgrade says where they are");
    let earlier = Path::new(&earlier);
    let mut upgrade = Upgrade::from(Some(earlier.to_owned())).await;
    upgrade.live("earlier", 0).await;

    // By the runbook: the newer command migrates and looks at the broker, while the earlier services run.
    upgrade.world.use_programs(None);
    upgrade
        .beside_senders(async |world| {
            world.by_command(&["migrate", "--database", &world.database_url()]).await;
            world.by_command(&["topology", "check", "--broker", world.broker()]).await;
        })
        .await;
    upgrade.live("migrated", 0).await;

    // One of each beside the other: they share queues, and each hears what the other says.
    upgrade.replace(("intake", 1)).await;
    upgrade
        .beside_senders(async |world| {
            for service in ["audit", "triage", "eligibility"] {
                world.start_one((service, 1), "").await;
            }
        })
        .await;
    for intake in [0, 1] {
        upgrade.live("side-by-side", intake).await;
    }
    for replica in in_order().filter(|replica| *replica != ("intake", 1)) {
        upgrade.replace(replica).await;
    }
    upgrade.live("upgraded", 0).await;

    // And back, where the newer version has only added to what is kept.
    upgrade.world.use_programs(Some(earlier));
    if let Err(said) = upgrade.world.run(("audit", 2), "").await {
        assert!(said.contains("newer version"), "{said}");
        return upgrade.end().await;
    }
    for replica in in_order() {
        upgrade.replace(replica).await;
    }
    upgrade.live("back", 1).await;
    upgrade.end().await;
}
