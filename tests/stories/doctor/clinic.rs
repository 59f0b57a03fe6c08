//! One world of four processes that a doctor looks at, by settings in which something is made wrong each time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use acceptance::{Ground, Process, Production, Running, SERVICES, notification};
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Stage;
use futures::StreamExt;
use lapin::options::{BasicConsumeOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use serde_json::Value;
use tempfile::TempDir;

/// The password of every role, which nobody is to be shown.
pub(super) const PASSWORD: &str = "zilpzalp-in-the-reeds";

/// The queues that are not Lapwing's to read.
const OF_OTHERS: [&str; 4] = ["panel.decisions", "panel.information", "dfe.notices", "ofsted.notices"];

pub(super) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"))
}

pub(super) struct Clinic {
    pub(super) world: Production,
    folder: TempDir,
    settings: BTreeMap<&'static str, String>,
    running: Vec<Running>,
    readers: Connection,
}

impl Clinic {
    /// A world with the roles and rights that operators are told to give, one case on its way, and the panel's readers there.
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ground = Ground {
            // Its own: who is let in by which password is changed on it.
            postgres: Arc::new(testbed::postgres::Server::start().await),
            rabbitmq: testbed::rabbitmq::Server::shared().await,
        };
        let world = Production::prepare(folder.path(), ground).await;
        ask_for_passwords(&world).await;
        let (mut settings, mut running) = (BTreeMap::new(), Vec::new());
        for service in SERVICES {
            let role = format!("postgres://lapwing_{service}:{PASSWORD}@");
            let text = world.settings((service, 0)).replace("postgres://postgres@", &role);
            running.push(world.run_with((service, 0), "", &text).await.expect("it starts"));
            settings.insert(service, text);
        }
        let readers = connect(world.broker()).await;
        for queue in OF_OTHERS {
            read(&readers, queue).await;
        }
        let request = SubmitRequest { notification: Some(notification("373", "CASE-1")) };
        let held = world.clients().intake("373").await.submit(request).await.expect("held").into_inner();
        let reference = held.receipt.expect("a receipt").reference;
        world.clients().reached("373", &reference, Stage::Queued).await;
        world.settled().await;
        Self { world, folder, settings, running, readers }
    }

    /// What the doctor finds where nothing is wrong, or where one text stands for another in a service's settings.
    pub(super) async fn look(&self, name: &str, wrong: &[(&str, &str, &str)]) -> Told {
        Told::of(&self.run(name, wrong, &["--json", "doctor"]).await)
    }

    /// Runs the doctor as a person or as a machine does.
    pub(super) async fn run(&self, name: &str, wrong: &[(&str, &str, &str)], words: &[&str]) -> Output {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut arguments: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for (service, text) in &self.settings {
            let mut text = text.clone();
            for (_, right, instead) in wrong.iter().filter(|(of, ..)| of == service) {
                assert!(text.contains(right), "{right} is not in the settings of {service}");
                text = text.replace(right, instead);
            }
            let file = folder.join(format!("{service}.toml"));
            std::fs::write(&file, text).expect("written");
            arguments.extend(["--config".to_owned(), file.display().to_string()]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Process::run(program(), self.folder.path(), &arguments).await
    }

    /// What a service's settings say of the broker.
    pub(super) fn broker_of(&self, service: &str) -> String {
        let (_, after) = self.settings[service].split_once("[broker]\n").expect("a broker");
        after.split_once("\n\n").expect("an end").0.to_owned()
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn pki(&self, name: &str) -> PathBuf {
        self.folder.path().join("pki").join(name)
    }

    /// Statements as the role that may do everything.
    pub(super) async fn sql(&self, statements: &str) {
        self.world.ask(statements).await;
    }

    /// A virtual host with all that is needed and no reader.
    pub(super) async fn lonely_broker(&self) -> String {
        let url = self.world.ground().rabbitmq.vhost().await;
        let declared =
            Process::run(program(), self.folder(), &["topology", "declare", "--broker", &url]).await;
        assert!(declared.status.success(), "{declared:?}");
        url
    }

    pub(super) async fn close(self) {
        let _gone = self.readers.close(200, "done".into()).await;
        for running in self.running {
            running.terminate().await;
        }
    }
}

/// Roles and rights as deploy/ has them; and from here on, whoever comes as one of them shows a password.
async fn ask_for_passwords(world: &Production) {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/postgres");
    for file in ["roles.sql", "grants.sql"] {
        world.ask(&std::fs::read_to_string(deploy.join(file)).expect("reads")).await;
    }
    for service in SERVICES {
        world.ask(&format!("ALTER ROLE lapwing_{service} PASSWORD '{PASSWORD}'")).await;
    }
    let file = world.ground().postgres.folder().join("data/pg_hba.conf");
    let before = std::fs::read_to_string(&file).expect("reads");
    let roles = SERVICES.map(|service| format!("lapwing_{service}")).join(",");
    std::fs::write(&file, format!("host all {roles} 127.0.0.1/32 scram-sha-256\n{before}")).expect("written");
    world.ask("SELECT pg_reload_conf()").await;
}

pub(super) async fn connect(broker: &str) -> Connection {
    Connection::connect(broker, ConnectionProperties::default()).await.expect("connects")
}

async fn read(connection: &Connection, queue: &str) {
    let channel = connection.create_channel().await.expect("a channel");
    let options = BasicConsumeOptions { no_ack: true, ..Default::default() };
    let reader = channel.basic_consume(queue.into(), "reader".into(), options, FieldTable::default()).await;
    let mut reader = reader.expect("reads");
    tokio::spawn(async move { while reader.next().await.is_some() {} });
}

/// Takes a queue away, and makes another of its name where `otherwise` says so.
pub(super) async fn take_away(channel: &Channel, queue: &str, otherwise: bool) {
    channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.expect("deleted");
    if otherwise {
        let durable = QueueDeclareOptions { durable: true, ..Default::default() };
        channel.queue_declare(queue.into(), durable, FieldTable::default()).await.expect("declared");
    }
}

/// What a doctor has told a machine.
pub(super) struct Told {
    pub(super) code: i32,
    findings: Vec<Value>,
    text: String,
}

impl Told {
    pub(super) fn of(output: &Output) -> Self {
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!text.contains(PASSWORD) && !text.contains("guest:guest"), "a password was told: {text}");
        let printed = String::from_utf8_lossy(&output.stdout);
        let lines = printed.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let findings = lines.filter(|line: &Value| line.get("summary").is_none()).collect();
        Self { code: output.status.code().expect("it ended by itself"), findings, text }
    }

    /// Nothing is wrong.
    pub(super) fn well(&self) {
        self.rest_is_well(&[]);
        assert_eq!(self.code, 0, "{}", self.text);
        assert!(self.findings.len() > 20, "was anything looked at? {}", self.text);
    }

    /// Whether this is among what was found: level, whose, check, and words of what is wrong and what to do.
    pub(super) fn finds(&self, level: &str, of: &str, check: &str, what: &str, to_do: &str) -> &Self {
        let is = |finding: &&Value, name: &str, words: &str| {
            finding[name].as_str().is_some_and(|text| text.contains(words))
        };
        let found = self.findings.iter().find(|found| {
            is(found, "of", of)
                && found["check"] == check
                && found["level"] == level
                && is(found, "what", what)
        });
        let found = found.unwrap_or_else(|| panic!("no {level} of {of}, {check}: {what}\n{}", self.text));
        assert!(is(&found, "to_do", to_do), "{to_do:?} is not what to do: {found}");
        assert!(
            level == "not_checked" || !found["why"].as_str().unwrap_or_default().is_empty(),
            "no why: {found}"
        );
        self
    }

    /// Whether something was told at all.
    pub(super) fn mentions(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    /// Everything is well but what is named: whose it is, and the check.
    pub(super) fn rest_is_well(&self, but: &[(&str, &str)]) -> &Self {
        for finding in &self.findings {
            let of = finding["of"].as_str().expect("whose");
            let known = but.iter().any(|(name, check)| {
                of.starts_with(name) && (check.is_empty() || finding["check"] == *check)
            });
            let well = finding["level"] == "ok" || finding["level"] == "not_here";
            assert!(well || known, "{finding}\n{}", self.text);
        }
        self
    }
}
