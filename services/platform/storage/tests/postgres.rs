//! Promises of the PostgreSQL side, on a real server.

use ambient::Ambient;
use identity::{Caller, DevelopmentAuthority, Role};
use secrecy::ExposeSecret;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use storage::postgres::{Database, OpenError, Place};
use storage::{Doing, StoreError};
use testbed::postgres::Server;

const BIRDS: &str = "CREATE TABLE bird (name TEXT NOT NULL UNIQUE)";

fn migrator(texts: &[&'static str]) -> Migrator {
    let migrations = (1..).zip(texts).map(|(version, text)| {
        let sql = sqlx::SqlStr::from_static(text);
        Migration::new(version, "birds".into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

async fn migrated() -> (Place, Database) {
    let place = Server::shared().await.schema("birds").await;
    let done = Database::migrate(&place, &[&migrator(&[BIRDS])]).await.expect("migrates");
    assert_eq!(done, ["0001 birds"]);
    let database = Database::open(&place, &[&migrator(&[BIRDS])]).await.expect("opens");
    (place, database)
}

async fn refusal(place: &Place, migrator: &Migrator) -> String {
    Database::open(place, &[migrator]).await.expect_err("refused").to_string()
}

#[tokio::test]
async fn what_is_committed_is_there_and_what_is_dropped_never_was() {
    let (_, database) = migrated().await;
    let mut transaction = database.begin("add a bird").await.expect("begins");
    sqlx::query("INSERT INTO bird VALUES ('lapwing')").execute(&mut *transaction).await.expect("inserts");
    database.commit(transaction, "add a bird").await.expect("commits");
    database.committed().await;
    let mut transaction = database.begin("add a bird").await.expect("begins");
    sqlx::query("INSERT INTO bird VALUES ('dodo')").execute(&mut *transaction).await.expect("inserts");
    drop(transaction);
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM bird").fetch_all(database.readers()).await.expect("reads");
    assert_eq!(names, ["lapwing"]);
}

#[tokio::test]
async fn writers_of_one_schema_take_turns_over_all_replicas_and_a_dropped_one_lets_go() {
    let (place, one) = migrated().await;
    let other = Database::open(&place, &[&migrator(&[BIRDS])]).await.expect("opens");
    let held = one.begin("hold the turn").await.expect("begins");
    let waits = tokio::spawn(async move { other.begin("wait for the turn").await.map(drop) });
    // The database itself says that somebody waits for the lock.
    loop {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database \
             WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()",
        )
        .fetch_one(one.readers())
        .await
        .expect("reads");
        if waiting == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(!waits.is_finished());
    drop(held);
    waits.await.expect("no panic").expect("its turn has come");
}

#[tokio::test]
async fn a_schema_that_is_not_this_versions_is_refused_with_what_to_do() {
    let (place, _) = migrated().await;
    let two = migrator(&[BIRDS, "CREATE TABLE nest (place TEXT)"]);
    let text = refusal(&place, &two).await;
    assert!(text.contains("lapwing migrate") && text.contains("0002 birds"), "{text}");
    Database::migrate(&place, &[&two]).await.expect("migrates");
    let text = refusal(&place, &migrator(&[BIRDS])).await;
    assert!(text.contains("newer version"), "{text}");
    let edited = migrator(&["CREATE TABLE bird (name TEXT)", "CREATE TABLE nest (place TEXT)"]);
    let text = refusal(&place, &edited).await;
    assert!(text.contains("never edited"), "{text}");
    let error = Database::migrate(&place, &[&edited]).await.expect_err("refused");
    assert!(matches!(error, OpenError::Schema { .. }), "{error}");
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_told_with_what_to_do() {
    let server = Server::shared().await;
    let no_database = Place {
        url: server.url("nowhere").into(),
        password_file: None,
        schema: "birds".into(),
        connections: 1,
    };
    let text = refusal(&no_database, &migrator(&[BIRDS])).await;
    assert!(text.contains("nowhere") && text.contains("deploy/README.md"), "{text}");
    let place = server.schema("birds").await;
    let text = refusal(&Place { schema: "fish".into(), ..place.clone() }, &migrator(&[BIRDS])).await;
    assert!(text.contains("schema fish") && text.contains("roles.sql"), "{text}");
    let no_file = Place { password_file: Some("/nowhere/password".into()), ..place.clone() };
    let text = refusal(&no_file, &migrator(&[BIRDS])).await;
    assert!(text.contains("/nowhere/password") && text.contains("password_file"), "{text}");
    let nobody = Place { url: format!("postgres://127.0.0.1:{}/x", testbed::free_port()).into(), ..place };
    let text = refusal(&nobody, &migrator(&[BIRDS])).await;
    assert!(text.contains("check that the server runs"), "{text}");
}

#[tokio::test]
async fn what_the_value_is_wrong_for_is_refused_and_what_the_moment_is_wrong_for_is_not() {
    let (_, database) = migrated().await;
    let insert = |name: &'static str| {
        let readers = database.readers().clone();
        async move {
            let inserted = sqlx::query("INSERT INTO bird VALUES ($1)").bind(name).execute(&readers).await;
            inserted.doing("add a bird")
        }
    };
    insert("lapwing").await.expect("inserts");
    assert!(insert("lapwing").await.expect_err("refused").is_unique_violation());
    let refused = insert("lap\0wing").await.expect_err("refused");
    assert!(matches!(refused, StoreError::Refused { .. }), "{refused}");
    database.close().await;
    let gone = insert("dodo").await.expect_err("not now");
    assert!(matches!(gone, StoreError::Unavailable { .. }), "{gone}");
}

#[tokio::test]
async fn writers_see_what_was_committed_before_their_turn_whatever_the_database_is_set_to() {
    let (place, _) = migrated().await;
    let database =
        place.url.expose_secret().rsplit('/').next().and_then(|name| name.split('?').next()).expect("a name");
    let set = format!("ALTER DATABASE {database} SET default_transaction_isolation = 'repeatable read'");
    Server::shared().await.sql(database, &set).await;
    let one = Database::open(&place, &[&migrator(&[BIRDS])]).await.expect("opens");
    let mut first = one.begin("add a bird").await.expect("begins");
    let second = {
        let other = Database::open(&place, &[&migrator(&[BIRDS])]).await.expect("opens");
        tokio::spawn(async move {
            let mut transaction = other.begin("count birds").await.expect("its turn comes");
            let query = sqlx::query_scalar("SELECT count(*) FROM bird");
            query.fetch_one(&mut *transaction).await.map(|birds: i64| birds).expect("counts")
        })
    };
    // Not before the other waits for its turn: its transaction has begun then.
    loop {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()";
        let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(one.readers()).await.expect("reads");
        if waiting == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    sqlx::query("INSERT INTO bird VALUES ('lapwing')").execute(&mut *first).await.expect("inserts");
    one.commit(first, "add a bird").await.expect("commits");
    assert_eq!(second.await.expect("no panic"), 1);
}

#[tokio::test]
async fn a_database_is_used_over_tls_and_who_is_not_trusted_is_told_what_to_set() {
    let (ours, theirs) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let authority = |folder| DevelopmentAuthority::open(folder, &Ambient::system()).expect("an authority");
    let caller = Caller::new(Role::Service, "intake");
    let authority_of_ours = authority(ours.path());
    authority_of_ours.caller(&caller).expect("a certificate");
    authority(theirs.path()).caller(&caller).expect("a certificate");
    let server = Server::start_with_tls(&authority_of_ours.server().expect("a certificate")).await;
    let place = |trusts: &std::path::Path, shows: Option<&std::path::Path>| {
        let shown = shows.map(|folder| {
            let file = folder.join("service-intake").display().to_string();
            format!("&sslcert={file}.pem&sslkey={file}.key")
        });
        let url = format!(
            "postgres://postgres@127.0.0.1:{}/postgres?sslmode=verify-full&sslrootcert={}{}",
            server.port(),
            trusts.join("authority.pem").display(),
            shown.unwrap_or_default()
        );
        Place { url: url.into(), password_file: None, schema: "public".into(), connections: 1 }
    };
    let birds = migrator(&[BIRDS]);
    let trusting = place(ours.path(), Some(ours.path()));
    assert_eq!(Database::migrate(&trusting, &[&birds]).await.expect("migrates").len(), 1);
    Database::open(&trusting, &[&birds]).await.expect("opens");

    let strangers = [
        ("the server is a stranger to us", place(theirs.path(), Some(ours.path()))),
        ("we are a stranger to the server", place(ours.path(), Some(theirs.path()))),
        ("we show the server nothing", place(ours.path(), None)),
    ];
    for (what, place) in strangers {
        let text = refusal(&place, &birds).await;
        assert!(text.contains("sslcert"), "{what}: {text}");
    }
}
