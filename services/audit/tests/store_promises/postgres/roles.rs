//! The roles of `deploy/postgres`, as the database itself enforces them: audit may read and add to its log, destroy the
//! salt of one notification at a time, and do nothing else to it, and no service sees the schema of another.

use std::sync::Arc;

use audit::store::postgres::{migrate, open};
use delivery::{Keeper as _, Subscriber};
use identity::{Caller, Role};
use sqlx::{Connection, PgConnection};
use storage::Location;
use storage::postgres::Place;
use testbed::postgres::Server;

use super::world::World;
use crate::teller::Teller;

const ROLES: &str = include_str!("../../../../../deploy/postgres/roles.sql");
const GRANTS: &str = include_str!("../../../../../deploy/postgres/grants.sql");
const SERVICES: [&str; 4] = ["intake", "eligibility", "triage", "audit"];

/// A table of each service, for those who look into another's schema.
const WITNESSES: &str = "CREATE TABLE intake.witness (bird TEXT); CREATE TABLE eligibility.witness (bird TEXT); \
                         CREATE TABLE triage.witness (bird TEXT); CREATE TABLE audit.witness (bird TEXT)";

/// A database that was set up as `deploy/README.md` says.
struct Deployed {
    server: Arc<Server>,
    database: String,
}

impl Deployed {
    async fn new() -> Self {
        let deployed = Self::before_grants().await;
        deployed.run_as("lapwing_owner", GRANTS).await.expect("grants");
        deployed
    }

    async fn before_grants() -> Self {
        let server = Server::shared().await;
        let database = server.database().await;
        let deployed = Self { server, database };
        deployed.run_as("postgres", ROLES).await.expect("makes roles and schemas");
        assert!(!migrate(&deployed.audit("lapwing_owner")).await.expect("migrates").is_empty());
        deployed.run_as("lapwing_owner", WITNESSES).await.expect("makes tables");
        deployed
    }

    /// Runs statements as a role, and returns what the database says of it.
    async fn run_as(&self, role: &str, statements: &'static str) -> Result<(), sqlx::Error> {
        let url = self.server.url_of(role, &self.database);
        let mut connection = PgConnection::connect(&url).await.expect("connects");
        sqlx::raw_sql(statements).execute(&mut connection).await.map(drop)
    }

    /// Audit's schema, as a role.
    fn audit(&self, role: &str) -> Place {
        let url = self.server.url_of(role, &self.database);
        Place { url: url.into(), ..self.server.place(&self.database, "audit") }
    }

    /// An audit that runs as its own role.
    async fn world(&self) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        World::at(Location::Postgres(self.audit("lapwing_audit")), folder, 1).await
    }
}

/// Whether the database says that the role may not (`insufficient_privilege`).
fn is_denied(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() == Some("42501")
}

#[tokio::test]
async fn audits_role_appends_answers_and_parks() {
    let deployed = Deployed::new().await;
    let world = deployed.world().await;
    let events = Teller::new(30).events(7);
    world.hear(&events[..6]).await.expect("heard");
    let queue = world.audit.events.queue();
    world.audit.post_room.park(queue, &events[6], "it made the handler panic").await.expect("parked");

    assert_eq!(world.size_and_root().await.0, 6);
    let auditor = Caller::new(Role::Auditor, "national");
    assert!(!world.timeline(&auditor, &events[0].subject).await.expect("a timeline").is_empty());
    assert_eq!(world.audit.post_room.parked().await.expect("counts"), 1);
    deployed.run_as("lapwing_audit", "DELETE FROM audit.parked").await.expect("what is retried is taken out");
}

#[tokio::test]
async fn the_database_refuses_audits_role_to_alter_the_log() {
    let deployed = Deployed::new().await;
    let world = deployed.world().await;
    world.hear(&Teller::new(31).events(4)).await.expect("heard");
    let before = world.size_and_root().await;
    let forbidden = [
        "UPDATE audit.entry SET kind = 'another'",
        "DELETE FROM audit.entry",
        "TRUNCATE audit.entry",
        "UPDATE audit.hash SET position = position + 1",
        "DELETE FROM audit.hash",
        "TRUNCATE audit.hash CASCADE",
        "UPDATE audit.salt SET reference = 'another'",
        "DELETE FROM audit.salt",
        "TRUNCATE audit.salt CASCADE",
        "DROP TRIGGER a_hash_is_never_altered ON audit.hash",
        "ALTER TABLE audit.entry DISABLE TRIGGER ALL",
        "DROP TABLE audit.entry",
        "DELETE FROM audit._sqlx_migrations",
        "INSERT INTO audit.delivery_migrations SELECT * FROM audit.delivery_migrations",
        "SET ROLE lapwing_owner",
    ];
    for statement in forbidden {
        let error = deployed.run_as("lapwing_audit", statement).await.expect_err(statement);
        assert!(is_denied(&error), "{statement}: {error}");
    }
    assert_eq!(world.size_and_root().await, before);
    assert_eq!(world.leaves_made_anew().await.len(), 4);
}

/// How many notifications have a salt.
async fn salts(world: &World) -> i64 {
    world.count("salt").await
}

#[tokio::test]
async fn audits_role_erases_one_notification_at_a_time_and_no_other_role_does() {
    let deployed = Deployed::new().await;
    let world = deployed.world().await;
    let teller = Teller::new(32);
    let references: Vec<String> = (0..3).map(|_| teller.reference().to_string()).collect();
    let tell = |kind, reference: &String| teller.event(kind, reference, vec![7]);
    let queued: Vec<_> = references.iter().map(|reference| tell("case.queued.v1", reference)).collect();
    world.hear(&queued).await.expect("heard");
    world.hear(&[tell("notification.erased.v1", &references[0])]).await.expect("heard");
    let auditor = Caller::new(Role::Auditor, "national");
    let entries = world.timeline(&auditor, &references[0]).await.expect("a timeline");
    let told: Vec<&str> = entries.iter().map(|entry| entry.event_type.as_str()).collect();
    assert_eq!((told.as_slice(), world.size_and_root().await.0), (["notification.erased.v1"].as_slice(), 4));

    for role in ["lapwing_intake", "lapwing_eligibility", "lapwing_triage"] {
        let erase = "SELECT audit.destroy_salt('LW-7K4-MXP-2R9')";
        let error = deployed.run_as(role, erase).await.expect_err("refused");
        assert!(is_denied(&error), "{role}: {error}");
    }
    // A table of the caller's own by the same name deceives nobody: the function has a search path of its own.
    let deceiving = "CREATE TEMP TABLE salt (reference TEXT); SET search_path = pg_temp, audit; \
                     SELECT audit.destroy_salt((SELECT min(reference) FROM audit.salt))";
    assert_eq!(salts(&world).await, 3);
    deployed.run_as("lapwing_audit", deceiving).await.expect("erases the one that it names");
    assert_eq!(salts(&world).await, 2);
    assert_eq!(world.size_and_root().await.0, 4, "no hash goes with it");
}

#[tokio::test]
async fn no_service_reads_or_makes_a_table_where_it_has_no_business() {
    let deployed = Deployed::new().await;
    for role in SERVICES {
        let url = deployed.server.url_of(&format!("lapwing_{role}"), &deployed.database);
        let mut connection = PgConnection::connect(&url).await.expect("connects");
        for schema in SERVICES {
            let select = sqlx::AssertSqlSafe(format!("SELECT * FROM {schema}.witness"));
            let read = sqlx::raw_sql(select).execute(&mut connection).await;
            assert_eq!(read.is_ok(), role == schema, "{role} reads {schema}");
            assert!(read.err().is_none_or(|error| is_denied(&error)), "{role} reads {schema}");
            let create = sqlx::AssertSqlSafe(format!("CREATE TABLE {schema}.nest (place TEXT)"));
            let error = sqlx::raw_sql(create).execute(&mut connection).await.expect_err("refused");
            assert!(is_denied(&error), "{role} makes a table in {schema}: {error}");
        }
        for statement in ["CREATE TABLE public.nest (place TEXT)", "CREATE SCHEMA nest"] {
            let error = sqlx::raw_sql(statement).execute(&mut connection).await.expect_err("refused");
            assert!(is_denied(&error), "{role}, {statement}: {error}");
        }
    }
}

#[tokio::test]
async fn both_files_may_be_run_again_and_take_back_what_was_granted_besides() {
    let deployed = Deployed::new().await;
    deployed.run_as("postgres", ROLES).await.expect("once more");
    deployed.run_as("lapwing_owner", "GRANT ALL ON audit.entry TO lapwing_audit").await.expect("too much");
    let erase = "DELETE FROM audit.entry";
    deployed.run_as("lapwing_audit", erase).await.expect("for now it may");
    deployed.run_as("postgres", GRANTS).await.expect("once more, by another");
    let error = deployed.run_as("lapwing_audit", erase).await.expect_err("refused again");
    assert!(is_denied(&error), "{error}");
    assert!(migrate(&deployed.audit("lapwing_owner")).await.expect("nothing is pending").is_empty());
    deployed.world().await;
}

#[tokio::test]
async fn audit_does_not_start_where_it_could_erase_nothing() {
    let deployed = Deployed::new().await;
    let take_back = "REVOKE ALL ON FUNCTION audit.destroy_salt(TEXT) FROM lapwing_audit";
    deployed.run_as("lapwing_owner", take_back).await.expect("takes back");
    let text = open(&deployed.audit("lapwing_audit")).await.expect_err("refused").to_string();
    assert!(text.contains("destroy_salt") && text.contains("grants.sql"), "{text}");
    deployed.run_as("lapwing_owner", GRANTS).await.expect("grants");
    open(&deployed.audit("lapwing_audit")).await.expect("opens");
}

#[tokio::test]
async fn audits_role_cannot_start_before_it_was_granted_anything() {
    let deployed = Deployed::before_grants().await;
    let error = open(&deployed.audit("lapwing_audit")).await.expect_err("refused");
    assert!(error.to_string().contains("permission denied"), "{error}");
}
