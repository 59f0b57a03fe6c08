//! `lapwing doctor` finds what is wrong, says what to do, lets everything else be well, and alters nothing.

mod clinic;

use std::collections::BTreeMap;
use std::path::Path;

use acceptance::{Process, until};
use ambient::{Ambient, SetClock, SystemChance};
use clinic::{Clinic, PASSWORD, Told, connect, program, take_away};
use identity::DevelopmentAuthority;
use lapin::BasicProperties;
use lapin::options::BasicPublishOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

#[tokio::test]
async fn every_broken_set_up_of_the_production_mode_is_told_with_its_remedy() {
    let clinic = Clinic::open().await;
    clinic.look("sound", &[]).await.well();
    let said = clinic.run("sound", &[], &["doctor"]).await;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.lines().last().is_some_and(|last| last.starts_with("all is well: ")), "{said}");
    assert!(said.contains("  ok           log: 5 leaves verify") && !said.contains(PASSWORD), "{said}");
    // The settings alone are wrong: they can be looked at side by side.
    tokio::join!(settings(&clinic), certificates(&clinic), database(&clinic), servers(&clinic));
    schemas(&clinic).await;
    way(&clinic).await;
    log(&clinic).await;
    queues(&clinic).await;
    clinic.look("sound-again", &[]).await.well();
    clinic.close().await;
}

async fn settings(clinic: &Clinic) {
    let told = clinic.look("misspelt", &[("triage", "[broker]\n", "[broker]\nprefech = 5\n")]).await;
    told.finds("fail", "triage", "settings", "unknown field `prefech`", "deploy/samples/triage.toml");
    told.finds(
        "not_checked",
        "triage",
        "everything else",
        "its settings cannot be read",
        "correct the settings",
    );
    told.rest_is_well(&[("triage", "")]);
    assert_eq!(told.code, 1);
}

async fn certificates(clinic: &Clinic) {
    let (certificate, key) = (clinic.pki("service-triage.pem"), clinic.pki("service-triage.key"));
    let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
    let no_health = [("triage", "certificate"), ("triage", "health")];

    let expired = clinic.folder().join("expired-pki");
    std::fs::create_dir(&expired).expect("a folder");
    for file in ["authority.pem", "authority.key", "revoked.pem"] {
        std::fs::copy(clinic.pki(file), expired.join(file)).expect("copied");
    }
    let past = Ambient::new(SetClock::at("2021-06-01T00:00:00Z".parse().expect("a time")), SystemChance);
    DevelopmentAuthority::open(&expired, &past).expect("opens").service("triage").expect("made");
    let instead = |file: &str| expired.join(file).display().to_string();
    let wrong = [
        ("triage", &*certificate, &*instead("service-triage.pem")),
        ("triage", &*key, &*instead("service-triage.key")),
    ];
    let told = clinic.look("expired", &wrong).await;
    told.finds(
        "fail",
        "triage",
        "certificate",
        "the certificate is over since 2023-06-01",
        "ask the authority for a new one",
    );
    told.finds("not_checked", "triage", "health", "there is no certificate", "see to the certificate first");
    told.rest_is_well(&no_health);

    let other = clinic.pki("service-audit.key").display().to_string();
    let told = clinic.look("another-key", &[("triage", &key, &other)]).await;
    told.finds(
        "fail",
        "triage",
        "certificate",
        "do not fit together",
        "put the certificate's own key in place",
    );
    told.rest_is_well(&no_health);

    let elsewhere = clinic.folder().join("elsewhere-pki");
    let authority = DevelopmentAuthority::open(&elsewhere, &Ambient::system()).expect("opens");
    authority.service("triage").expect("made");
    let instead = |file: &str| elsewhere.join(file).display().to_string();
    let wrong = [
        ("triage", &*certificate, &*instead("service-triage.pem")),
        ("triage", &*key, &*instead("service-triage.key")),
    ];
    let told = clinic.look("another-authority", &wrong).await;
    let what = "none of those in `authority` has signed the certificate";
    told.finds("fail", "triage", "certificate", what, "name the one that issued this");
    told.rest_is_well(&no_health);
}

async fn database(clinic: &Clinic) {
    let port = format!("127.0.0.1:{}/", clinic.world.ground().postgres.port());
    let nobody = format!("127.0.0.1:{}/", testbed::free_port());
    let told = clinic.look("database-away", &[("audit", &port, &nobody)]).await;
    told.finds("fail", "audit", "database", "Connection refused", "check that the server runs");
    told.finds("not_checked", "audit", "log", "the store cannot be read", "see to the store first");
    told.rest_is_well(&[("audit", "database"), ("audit", "log")]);

    let told = clinic.look("wrong-password", &[("eligibility", PASSWORD, "wren")]).await;
    let what = "password authentication failed for user \"lapwing_eligibility\"";
    told.finds("fail", "eligibility", "database", what, "check in the URL the role and its password");
    told.rest_is_well(&[("eligibility", "database")]);
}

async fn servers(clinic: &Clinic) {
    let port = format!("127.0.0.1:{}/", clinic.world.ground().rabbitmq.port());
    let nobody = format!("127.0.0.1:{}/", testbed::free_port());
    let told = clinic.look("broker-away", &[("triage", &port, &nobody)]).await;
    told.finds(
        "fail",
        "triage",
        "broker",
        "the broker cannot be reached",
        "start it, or correct its address",
    );
    told.finds(
        "not_checked",
        "broker",
        "topology",
        "the broker cannot be reached",
        "see to the broker first",
    );
    told.rest_is_well(&[("triage", "broker"), ("broker", "")]);

    let told = clinic.look("broker-password", &[("triage", "amqp://lapwing_triage:", "amqp://wren:")]).await;
    told.finds(
        "fail",
        "triage",
        "broker",
        "the broker refuses this user",
        "check user and password in the URL",
    );
    told.rest_is_well(&[("triage", "broker")]);

    let keys = clinic.folder().join("other.keys");
    std::fs::write(&keys, format!("* another-one {}\n", "0c".repeat(32))).expect("written");
    std::fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("ours");
    let told = clinic.look("wrapping-key", &[("intake", "intake-wrapping.keys", "other.keys")]).await;
    told.finds("fail", "intake", "wrapping keys", "is not among them", "from where its copy is kept");
    told.rest_is_well(&[("intake", "wrapping keys")]);

    let listen = clinic.world.address(("eligibility", 0)).replace("https://", "listen = \"");
    let nobody = format!("listen = \"127.0.0.1:{}", testbed::free_port());
    let told = clinic.look("not-serving", &[("eligibility", &listen, &nobody)]).await;
    told.finds("fail", "eligibility", "health", "it does not answer", "start it where it does not run");
    told.rest_is_well(&[("eligibility", "health")]);
}

async fn schemas(clinic: &Clinic) {
    clinic.sql("CREATE SCHEMA unmigrated; GRANT USAGE ON SCHEMA unmigrated TO lapwing_triage").await;
    let wrong = [("triage", "schema = \"triage\"", "schema = \"unmigrated\"")];
    let told = clinic.look("pending", &wrong).await;
    told.finds(
        "fail",
        "triage",
        "migrations",
        "migrations are pending, the first is 0001",
        "run `lapwing migrate`",
    );
    told.rest_is_well(&[("triage", "migrations")]);

    let edit = "UPDATE triage._sqlx_migrations SET checksum = checksum || '\\x00' WHERE version = 1";
    clinic.sql(edit).await;
    let told = clinic.look("edited", &[]).await;
    told.finds("fail", "triage", "migrations", "was applied as another text", "restore the database");
    told.rest_is_well(&[("triage", "migrations")]);
    let restore = "UPDATE triage._sqlx_migrations SET checksum = substring(checksum FROM 1 FOR length(checksum) - 1) WHERE version = 1";
    clinic.sql(restore).await;

    clinic.sql("REVOKE INSERT ON intake.outbox FROM lapwing_intake").await;
    let told = clinic.look("rights", &[]).await;
    told.finds("fail", "intake", "privileges", "needs with outbox", "run deploy/postgres/grants.sql");
    told.rest_is_well(&[("intake", "privileges")]);
    clinic.sql("GRANT INSERT ON intake.outbox TO lapwing_intake").await;
}

/// As where an event was lost: intake has never heard that the case is queued.
async fn way(clinic: &Clinic) {
    let lose = "CREATE TABLE public.lost AS SELECT * FROM intake.step WHERE stage = 3; \
                DELETE FROM intake.step WHERE stage = 3; \
                UPDATE intake.revision SET received_at = received_at - 3600000000";
    clinic.sql(lose).await;
    let told = clinic.look("under-way", &[]).await;
    let what = "held, and not queued for the panel: 1, the first of them LW-";
    told.finds("fail", "intake", "way to the panel", what, "lapwing timeline LW-");
    told.rest_is_well(&[("intake", "way to the panel")]);
    let find = "INSERT INTO intake.step SELECT * FROM public.lost; DROP TABLE public.lost; \
                UPDATE intake.revision SET received_at = received_at + 3600000000";
    clinic.sql(find).await;
}

async fn log(clinic: &Clinic) {
    let alter = |owner: &str| {
        format!(
            "ALTER TABLE audit.entry DISABLE TRIGGER USER; UPDATE audit.entry SET owner = '{owner}' WHERE position = 2; \
             ALTER TABLE audit.entry ENABLE TRIGGER USER"
        )
    };
    clinic.sql(&alter("999")).await;
    let told = clinic.look("tampered", &[]).await;
    told.finds(
        "fail",
        "audit",
        "log",
        "entry 2 is not what its leaf was made of",
        "compare it with a backup",
    );
    told.rest_is_well(&[("audit", "log")]);
    clinic.sql(&alter("373")).await;
}

async fn queues(clinic: &Clinic) {
    let lonely = clinic.lonely_broker().await;
    // As a user that may declare, and so sees what is otherwise.
    let instead = format!("url = \"{lonely}\"");
    let services = ["intake", "eligibility", "triage", "audit"];
    let brokers = services.map(|service| (service, clinic.broker_of(service)));
    let wrong = brokers.each_ref().map(|(service, right)| (*service, right.as_str(), instead.as_str()));
    let connection = connect(&lonely).await;
    let channel = connection.create_channel().await.expect("a channel");
    let parked = "audit.events.parked";
    let published = channel.basic_publish(
        "".into(),
        parked.into(),
        BasicPublishOptions::default(),
        b"x",
        BasicProperties::default(),
    );
    published.await.expect("published");
    let told = until("the message to be counted", async || {
        let told = clinic.look("nobody-reads", &wrong).await;
        told.mentions("1 messages that the broker gave up").then_some(told)
    })
    .await;
    told.finds("fail", "broker", "queues", "nobody reads triage.findings", "start triage");
    told.finds(
        "warn",
        "broker",
        "queues",
        "nobody reads panel.decisions",
        "ask whoever runs the reader of panel",
    );
    told.finds("warn", "broker", "queues", "gave up are in audit.events.parked", "lapwing parked list");
    told.rest_is_well(&[("broker", "queues")]);

    take_away(&channel, "intake.outcomes", false).await;
    take_away(&channel, "dfe.notices", true).await;
    let told = clinic.look("queues", &wrong).await;
    told.finds(
        "fail",
        "broker",
        "topology",
        "intake.outcomes is missing",
        "`lapwing topology declare` makes",
    );
    told.finds("fail", "broker", "topology", "dfe.notices is otherwise", "let it run dry, delete it");
    told.rest_is_well(&[("broker", "queues"), ("broker", "topology")]);
    assert_eq!(told.code, 1);
    let again = clinic.look("queues", &wrong).await;
    again.finds("fail", "broker", "topology", "intake.outcomes is missing", "declare");
    let _gone = connection.close(200, "done".into()).await;
}

/// What is in a folder: every file with its content.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut contents = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            contents.extend(self::contents(&path));
        } else {
            contents.insert(path.display().to_string(), std::fs::read(&path).expect("reads"));
        }
    }
    contents
}

async fn look(folder: &Path) -> Told {
    Told::of(&Process::run(program(), folder, &["--json", "doctor"]).await)
}

/// Writes into a store of a folder in which nothing runs.
async fn write(folder: &Path, store: &str, statements: &str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join(store));
    let mut connection = options.connect().await.expect("opens");
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.expect("writes");
    connection.close().await.expect("closes");
}

#[tokio::test]
async fn the_embedded_mode_is_looked_at_running_killed_and_stopped_and_is_not_altered() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let never = look(folder).await;
    never.finds("not_checked", "lapwing", "data folder", "no world has run", "start one with `lapwing up`");
    assert_eq!((never.code, contents(folder).len()), (9, 0));

    let world = Process::up(program(), folder).await;
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/notifications/01-death-by-violence-at-home.json");
    let held = Process::run(program(), folder, &["notify", fixture.to_str().expect("a path")]).await;
    assert!(held.status.success(), "{held:?}");
    until("the log to have what happened", async || {
        look(folder).await.mentions("5 leaves verify").then_some(())
    })
    .await;
    let running = look(folder).await;
    running.well();
    assert!(running.mentions("it agrees with the checkpoint that audit signs now"));
    world.kill().await;
    look(folder).await.well();

    Process::up(program(), folder).await.terminate().await;
    let before = contents(folder);
    let stopped = look(folder).await;
    stopped.well();
    assert!(stopped.mentions("5 leaves verify") && stopped.mentions("no world runs in"));
    assert_eq!(contents(folder), before, "whoever looks alters nothing");
}

#[tokio::test]
async fn what_is_wrong_in_a_data_folder_is_told_with_its_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let world = Process::up(program(), folder).await;
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/notifications/01-death-by-violence-at-home.json");
    let held = Process::run(program(), folder, &["notify", fixture.to_str().expect("a path")]).await;
    assert!(held.status.success(), "{held:?}");
    world.terminate().await;
    let checkpoint = folder.join("kept");
    std::fs::write(&checkpoint, "lapwing-audit-log\n9\nAAAA\n").expect("written");
    let kept = ["--json", "doctor", "--checkpoint", checkpoint.to_str().expect("a path")];
    let told = Told::of(&Process::run(program(), folder, &kept).await);
    told.finds("fail", "audit", "log", "does not verify with the key that is here", "the public key of then");
    told.rest_is_well(&[("audit", "log")]);

    write(
        folder,
        "audit.sqlite",
        "DROP TRIGGER a_hash_is_never_altered; UPDATE hash SET hash = zeroblob(32) WHERE position = 0",
    )
    .await;
    let told = look(folder).await;
    told.finds("fail", "audit", "log", "it was altered: the hash in place 2", "who could write it");
    told.rest_is_well(&[("audit", "log")]);
    assert_eq!(told.code, 1);

    write(folder, "triage.sqlite", "DELETE FROM _sqlx_migrations WHERE version = 5").await;
    let told = look(folder).await;
    told.finds("warn", "triage", "migrations", "1 migrations are pending", "the next `lapwing up` does it");
    write(folder, "triage.sqlite", "INSERT INTO _sqlx_migrations SELECT 99, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1").await;
    let told = look(folder).await;
    told.finds("fail", "triage", "migrations", "has had migration 0099", "start the newer version");

    std::fs::remove_file(folder.join("intake-wrapping.keys")).expect("removed");
    std::fs::remove_file(folder.join("intake-receipts.key")).expect("removed");
    let told = look(folder).await;
    told.finds(
        "fail",
        "intake",
        "wrapping keys",
        "is not there",
        "restore the file from where its copy is kept",
    );
    told.finds("fail", "intake", "receipt key", "is not there", "restore it from a backup");
    assert!(!folder.join("intake-receipts.key").exists(), "whoever looks draws no key");
}
