//! A schema is migrated apart, by the role that owns it: audit starts on none that is not up to date.

use ambient::Ambient;
use audit::config::Config;
use audit::store::postgres::{migrate, open};
use audit::{Audit, StartError};
use storage::Location;
use storage::postgres::Database;
use testbed::postgres::Server;

#[tokio::test]
async fn a_schema_with_pending_migrations_is_refused_with_what_to_do() {
    let place = Server::shared().await.schema("audit").await;
    let text = open(&place).await.expect_err("refused").to_string();
    assert!(text.contains("schema audit") && text.contains("lapwing migrate"), "{text}");

    // The tables of the post room are there, and those of the log are not.
    Database::migrate(&place, &[&delivery::postgres::migrator()]).await.expect("migrates");
    let text = open(&place).await.expect_err("refused").to_string();
    assert!(text.contains("0001 hash salt entry") && text.contains("lapwing migrate"), "{text}");

    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { store: Location::Postgres(place), ..Config::below(folder.path()) };
    let Err(error) = Audit::start(&config, &Ambient::system()).await else { panic!("it started") };
    assert!(matches!(error, StartError::Store(_)), "{error}");
}

#[tokio::test]
async fn a_schema_is_migrated_once_and_then_opened() {
    let place = Server::shared().await.schema("audit").await;
    assert!(!migrate(&place).await.expect("migrates").is_empty());
    assert!(migrate(&place).await.expect("migrates again").is_empty());
    open(&place).await.expect("opens");
}
