//! The four services as processes of their own, on a private PostgreSQL and a private RabbitMQ.
//!
//! Every world has a database and a virtual host of its own on servers that the whole test program shares, so that worlds
//! live side by side; or servers of its own, where they are to be restarted and killed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ambient::Ambient;
use broker::topology::{USERS, User};
use identity::DevelopmentAuthority;
use secrecy::SecretString;
use storage::Location;
use testbed::{postgres, rabbitmq};

use crate::process::{Running, command};
use crate::proxy::Proxy;
use crate::world::under_way;
use crate::{Addresses, Clients, until};

/// The services, in the order in which they start: intake asks eligibility.
pub const SERVICES: [&str; 4] = ["eligibility", "triage", "audit", "intake"];

/// The queues that Lapwing's own services read.
const READ_BY_SERVICES: [&str; 4] =
    ["eligibility.notifications", "triage.findings", "intake.outcomes", "audit.events"];

/// A process: its service, and which replica of it.
pub type Replica = (&'static str, usize);

/// What the services stand on.
pub struct Ground {
    /// The database server.
    pub postgres: Arc<postgres::Server>,
    /// The broker.
    pub rabbitmq: Arc<rabbitmq::Server>,
}

impl Ground {
    /// The servers that all tests of a program share.
    ///
    /// # Panics
    /// Where one does not start.
    pub async fn shared() -> Self {
        Self { postgres: postgres::Server::shared().await, rabbitmq: rabbitmq::Server::shared().await }
    }
}

/// Processes and what they stand on.
pub struct Production {
    folder: PathBuf,
    /// Where the programs are.
    programs: PathBuf,
    ground: Ground,
    database: String,
    broker: String,
    /// In the place of the database's port and the broker's, for services alone.
    proxies: Option<(Proxy, Proxy)>,
    processes: BTreeMap<Replica, Running>,
    /// Where spans go, and the folder for every log line; else errors alone are told, and no span leaves.
    heard: Option<(String, PathBuf)>,
    /// Each keeps its port over restarts: its callers find it again by themselves.
    ports: Mutex<BTreeMap<Replica, u16>>,
}

impl Production {
    /// Makes schemas, certificates and settings below `folder`, on servers that all tests share, and starts one process of
    /// each service.
    ///
    /// # Panics
    /// Where a server or a service does not start: the text says why.
    pub async fn start(folder: &Path) -> Self {
        let mut world = Self::prepare(folder, Ground::shared().await).await;
        world.start_all(1).await;
        world
    }

    /// The same with nothing started yet.
    ///
    /// # Panics
    /// As [`Production::start`].
    pub async fn prepare(folder: &Path, ground: Ground) -> Self {
        Self::prepare_for(folder, ground, built_here()).await
    }

    /// The same for other programs than those that are built beside the test program: their migrations make the schemas.
    ///
    /// # Panics
    /// As [`Production::start`].
    pub async fn prepare_for(folder: &Path, ground: Ground, programs: PathBuf) -> Self {
        let database = ground.postgres.database().await;
        for schema in SERVICES {
            ground.postgres.sql(&database, &format!("CREATE SCHEMA {schema}")).await;
        }
        let broker = ground.rabbitmq.vhost_of(definitions).await;
        let world = Self {
            folder: folder.to_owned(),
            programs,
            ground,
            database,
            broker,
            proxies: None,
            processes: BTreeMap::new(),
            heard: None,
            ports: Mutex::default(),
        };
        world.by_command(&["migrate", "--database", &world.database_url()]).await;
        world
    }

    /// Has the programs of another version started from now on, which are in a folder; or those that are built here.
    pub fn use_programs(&mut self, folder: Option<&Path>) {
        self.programs = folder.map_or_else(built_here, Path::to_owned);
    }

    /// Runs a verb of the command.
    ///
    /// # Panics
    /// Where it fails: the text says why.
    pub async fn by_command(&self, words: &[&str]) {
        let done =
            command(&self.program("lapwing"), &self.folder).args(words).output().await.expect("it starts");
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn program(&self, name: &str) -> PathBuf {
        self.programs.join(format!("{name}-under-test"))
    }

    /// Puts a proxy between the services and the database, and one between them and the broker, and returns both. For
    /// processes that are started after it.
    pub async fn behind_proxies(&mut self) -> (Proxy, Proxy) {
        let database = Proxy::before(self.ground.postgres.port()).await;
        let broker = Proxy::before(self.ground.rabbitmq.port()).await;
        self.proxies = Some((database.clone(), broker.clone()));
        (database, broker)
    }

    /// Has every process that is started from now on log all there is into a file of its own in a folder, and send its spans
    /// to a collector.
    pub fn hear_everything(&mut self, collector: &str, logs: &Path) {
        self.heard = Some((collector.to_owned(), logs.to_owned()));
    }

    /// Starts what does not run of so many replicas of every service.
    pub async fn start_all(&mut self, replicas: usize) {
        for service in SERVICES {
            for number in 0..replicas {
                if !self.processes.contains_key(&(service, number)) {
                    self.start_one((service, number), "").await;
                }
            }
        }
    }

    /// Starts a process that is to end at the steps that `faults` names, if any. Where it comes to its step before it is
    /// ready, it is started again without them.
    ///
    /// # Panics
    /// Where it does not start: the text says why.
    pub async fn start_one(&mut self, replica: Replica, faults: &str) {
        let started = match self.run(replica, faults).await {
            // Whoever refuses to start says why; only a step ends a process without a word.
            Err(said) if said.is_empty() && !faults.is_empty() => self.run(replica, "").await,
            started => started,
        };
        let running = started.unwrap_or_else(|error| panic!("{replica:?}: {error}"));
        self.processes.insert(replica, running);
    }

    /// Starts one more process of a service, which is the caller's.
    ///
    /// # Errors
    /// What it says where it refuses to start.
    ///
    /// # Panics
    /// Where its settings cannot be written.
    pub async fn run(&self, replica: Replica, faults: &str) -> Result<Running, String> {
        self.run_with(replica, faults, &self.settings(replica)).await
    }

    /// The same with other settings.
    ///
    /// # Errors
    /// What it says where it refuses to start.
    ///
    /// # Panics
    /// Where its settings cannot be written.
    pub async fn run_with(&self, replica: Replica, faults: &str, settings: &str) -> Result<Running, String> {
        let (service, number) = replica;
        let file = self.folder.join(format!("{service}-{number}.toml"));
        std::fs::write(&file, settings).expect("written");
        let mut command = command(&self.program(service), &self.folder);
        command.arg("--config").arg(file).arg("--json").env("LAPWING_FAULTS", faults);
        let Some((collector, logs)) = &self.heard else {
            command.args(["--log", "error"]);
            return Running::start(command).await;
        };
        command.args(["--log", "trace", "--otlp", collector]);
        Running::start_into(command, &logs.join(format!("{service}-{number}.log"))).await
    }

    /// Takes a process out of the world, to kill or to stop it.
    pub fn take(&mut self, replica: Replica) -> Option<Running> {
        self.processes.remove(&replica)
    }

    /// Starts again whatever has ended by itself, and returns how many those were.
    pub async fn revive(&mut self) -> usize {
        let ended: Vec<Replica> = self
            .processes
            .iter_mut()
            .filter_map(|(replica, running)| running.has_ended().then_some(*replica))
            .collect();
        for replica in &ended {
            self.start_one(*replica, "").await;
        }
        ended.len()
    }

    /// Stops all softly, and returns what each said last.
    pub async fn stop_all(&mut self) -> Vec<(Replica, String)> {
        let mut said = Vec::new();
        while let Some((replica, running)) = self.processes.pop_last() {
            said.push((replica, running.terminate().await));
        }
        said
    }

    /// Kills all as `kill -9` does: for a world that is over, whose processes may be armed to end at a step.
    pub async fn kill_all(&mut self) {
        while let Some((_, running)) = self.processes.pop_last() {
            running.kill().await;
        }
    }

    /// Clients that call the first replica of each service.
    pub fn clients(&self) -> Clients {
        self.clients_of(0)
    }

    /// Clients that call one replica of intake, and the first of each other service.
    pub fn clients_of(&self, intake: usize) -> Clients {
        let of = |replica| self.address(replica);
        let addresses =
            Addresses { intake: of(("intake", intake)), triage: of(("triage", 0)), audit: of(("audit", 0)) };
        Clients::new(addresses, &self.folder)
    }

    /// Where a replica is called.
    pub fn address(&self, replica: Replica) -> String {
        format!("https://127.0.0.1:{}", self.port(replica))
    }

    fn port(&self, replica: Replica) -> u16 {
        *self.ports.lock().expect("nobody panicked here").entry(replica).or_insert_with(testbed::free_port)
    }

    /// What a process's ready line says.
    pub fn said(&self, replica: Replica, name: &str) -> &str {
        self.processes[&replica].said(name)
    }

    /// Where the panel's consumer finds its queue.
    pub fn broker(&self) -> &str {
        &self.broker
    }

    /// The database's URL, for a role that may do everything.
    pub fn database_url(&self) -> String {
        self.ground.postgres.url(&self.database)
    }

    /// The number of a process.
    pub fn id(&self, replica: Replica) -> u32 {
        self.processes[&replica].id()
    }

    /// What the services stand on.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// Answers a question about a database with one value.
    ///
    /// # Panics
    /// Where the database does not answer.
    pub async fn ask(&self, question: &str) -> String {
        self.ground.postgres.sql(&self.database, question).await
    }

    /// A service's schema as `pg_dump` writes it.
    ///
    /// # Panics
    /// Where it cannot be read.
    pub async fn dump(&self, service: &str) -> Vec<u8> {
        self.dump_with(&["--schema", service]).await
    }

    /// What `pg_dump` writes with these arguments.
    ///
    /// # Panics
    /// Where it cannot be read.
    pub async fn dump_with(&self, arguments: &[&str]) -> Vec<u8> {
        let mut dump = tokio::process::Command::new("pg_dump");
        let output = dump.args(arguments).arg(self.database_url()).output().await.expect("pg_dump runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Rows in a service's table.
    ///
    /// # Panics
    /// Where the database does not answer.
    pub async fn count(&self, service: &str, table: &str) -> usize {
        let answer = self.ask(&format!("SELECT count(*) FROM {service}.{table}")).await;
        answer.parse().expect("a number")
    }

    /// Events that wait: in the outboxes, and in the queues that services read.
    ///
    /// # Panics
    /// Where a server does not answer.
    pub async fn waiting(&self) -> usize {
        let mut waiting = 0;
        for service in SERVICES {
            waiting += self.count(service, "outbox").await;
        }
        if waiting > 0 {
            return waiting;
        }
        let depths = self.ground.rabbitmq.depths(&self.broker).await;
        READ_BY_SERVICES.iter().filter_map(|queue| depths.get(*queue)).sum()
    }

    /// Events that were put aside, over all services.
    pub async fn parked(&self) -> usize {
        let mut parked = 0;
        for service in SERVICES {
            parked += self.count(service, "parked").await;
        }
        parked
    }

    /// Waits until every event is delivered, and checks that none was put aside and that every notification is before the panel.
    ///
    /// # Panics
    /// Where an event was put aside, or is nowhere any more.
    pub async fn settled(&self) {
        self.delivered().await;
        let place = self.ground.postgres.place(&self.database, "intake");
        assert_eq!(under_way(&Location::Postgres(place)).await, 0, "held, and not queued for the panel");
    }

    /// Waits until every event is delivered, and checks that none was put aside.
    ///
    /// # Panics
    /// Where an event was put aside.
    pub async fn delivered(&self) {
        // Twice, for what is read from a queue may be told anew a moment later.
        for _ in 0..2 {
            until("every event to be delivered", async || (self.waiting().await == 0).then_some(())).await;
        }
        assert_eq!(self.parked().await, 0, "an event was parked");
    }

    /// The settings of a service's processes.
    ///
    /// # Panics
    /// Where its certificate cannot be made.
    pub fn settings(&self, replica: Replica) -> String {
        let service = replica.0;
        let pki = DevelopmentAuthority::open(&self.folder.join("pki"), &Ambient::system()).expect("opens");
        pki.service(service).expect("a certificate");
        let folder = self.folder.display();
        let ports = (self.ground.postgres.port(), self.ground.rabbitmq.port());
        let (mut database, mut broker) = (self.ground.postgres.url(&self.database), self.broker.clone());
        if let Some((before_database, before_broker)) = &self.proxies {
            database = database.replace(&format!(":{}", ports.0), &format!(":{}", before_database.port()));
            broker = broker.replace(&format!(":{}", ports.1), &format!(":{}", before_broker.port()));
        }
        broker = broker.replace("guest:guest", &format!("lapwing_{service}:{BROKER_PASSWORD}"));
        let mut text = format!(
            "[process]\nlisten = \"127.0.0.1:{}\"\ncertificate = \"{folder}/pki/service-{service}.pem\"\n\
             key = \"{folder}/pki/service-{service}.key\"\nauthority = \"{folder}/pki/authority.pem\"\n\
             revoked = \"{folder}/pki/revoked.pem\"\n\n\
             [broker]\nurl = \"{broker}\"\ndeclare = false\n\n[service]\n",
            self.port(replica)
        );
        match service {
            "intake" => {
                let eligibility = self.address(("eligibility", 0));
                write!(
                    text,
                    "eligibility = \"{eligibility}\"\nreceipt_key = \"{folder}/intake-receipts.key\"\n\
                     match_key = \"{folder}/intake-match.key\"\n\
                     wrapping_keys = {{ file = \"{folder}/intake-wrapping.keys\" }}\n"
                )
            }
            "audit" => writeln!(text, "checkpoint_key = \"{folder}/audit-checkpoints.key\""),
            _ => Ok(()),
        }
        .expect("a text takes what is written");
        write!(
            text,
            "[service.store.postgres]\nurl = \"{database}\"\nschema = \"{service}\"\nconnections = 6\n"
        )
        .expect("a text takes what is written");
        text
    }
}

/// The password of every user of the broker. A world's users have rights in its own virtual host; tests share the broker, not it.
const BROKER_PASSWORD: &str = "for-tests-only";

/// What a broker is given before services start, as an operator gives it: so every story shows that each service's user may do
/// what it needs, though it may do no more.
fn definitions(vhost: &str) -> String {
    let password = SecretString::from(BROKER_PASSWORD);
    let users: Vec<User<'_>> =
        USERS.iter().map(|name| User { name, password: &password, salt: [1, 2, 3, 4] }).collect();
    broker::topology::export(vhost, &users).to_string()
}

/// The programs that are built beside the test program.
fn built_here() -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    own.ancestors().nth(2).expect("target/debug").to_owned()
}
