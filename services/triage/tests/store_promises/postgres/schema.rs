//! A schema is migrated apart, by the role that owns it: triage starts on none that is not up to date.

use ambient::Ambient;
use storage::Location;
use storage::postgres::Database;
use testbed::postgres::Server;
use triage::config::Config;
use triage::store::postgres::{migrate, open};
use triage::{StartError, Triage};

#[tokio::test]
async fn a_schema_with_pending_migrations_is_refused_with_what_to_do() {
    let place = Server::shared().await.schema("triage").await;
    let text = open(&place).await.expect_err("refused").to_string();
    assert!(text.contains("schema triage") && text.contains("lapwing migrate"), "{text}");

    // The tables of the post room are there, and those of the cases are not.
    Database::migrate(&place, &[&delivery::postgres::migrator()]).await.expect("migrates");
    let text = open(&place).await.expect_err("refused").to_string();
    assert!(text.contains("0001 case link cluster notice") && text.contains("lapwing migrate"), "{text}");

    let config = Config { store: Location::Postgres(place) };
    let Err(error) = Triage::start(&config, &Ambient::system()).await else { panic!("it started") };
    assert!(matches!(error, StartError::Store(_)), "{error}");
}

#[tokio::test]
async fn a_schema_is_migrated_once_and_then_triage_starts() {
    let place = Server::shared().await.schema("triage").await;
    assert!(!migrate(&place).await.expect("migrates").is_empty());
    assert!(migrate(&place).await.expect("migrates again").is_empty());
    let config = Config { store: Location::Postgres(place) };
    Triage::start(&config, &Ambient::system()).await.expect("starts").close().await;
}
