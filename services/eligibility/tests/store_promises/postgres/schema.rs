//! A schema is migrated apart, by the role that owns it: eligibility starts on none that is not up to date.

use ambient::Ambient;
use eligibility::Eligibility;
use eligibility::config::Config;
use eligibility::store::postgres::{migrate, open};
use storage::Location;
use storage::postgres::Database;
use testbed::postgres::Server;

#[tokio::test]
async fn a_schema_with_pending_migrations_is_refused_with_what_to_do() {
    let place = Server::shared().await.schema("eligibility").await;
    let text = open(&place).await.expect_err("refused").to_string();
    assert!(text.contains("schema eligibility") && text.contains("lapwing migrate"), "{text}");

    // The tables of the post room are there, and that of the findings is not.
    Database::migrate(&place, &[&delivery::postgres::migrator()]).await.expect("migrates");
    let config = Config { store: Location::Postgres(place) };
    let Err(error) = Eligibility::start(&config, &Ambient::system()).await else { panic!("it started") };
    let text = error.to_string();
    assert!(text.contains("0001 finding") && text.contains("lapwing migrate"), "{text}");
}

#[tokio::test]
async fn a_schema_is_migrated_once_and_then_opened() {
    let place = Server::shared().await.schema("eligibility").await;
    assert!(!migrate(&place).await.expect("migrates").is_empty());
    assert!(migrate(&place).await.expect("migrates again").is_empty());
    open(&place).await.expect("opens");
}
