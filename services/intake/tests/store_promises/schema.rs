//! A schema of PostgreSQL that is not this version's: refused at a start, with what to do.

use intake::store::postgres::{migrate, open};
use storage::postgres::{Database, OpenError, Place};
use testbed::postgres::Server;

async fn migrated() -> Place {
    let place = Server::shared().await.schema("intake").await;
    migrate(&place).await.expect("migrates");
    place
}

async fn in_schema(place: &Place, statement: &'static str) {
    let database = Database::open(place, &[]).await.expect("opens");
    let changed = sqlx::query(statement).execute(database.readers()).await.expect("changes");
    assert_eq!(changed.rows_affected(), 1, "{statement}");
    database.close().await;
}

async fn refusal(place: &Place) -> String {
    let error = open(place).await.expect_err("refused");
    assert!(matches!(error, OpenError::Schema { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_schema_with_pending_migrations_is_refused_and_names_what_brings_it_up_to_date() {
    let place = Server::shared().await.schema("intake").await;
    let text = refusal(&place).await;
    assert!(text.contains("schema intake") && text.contains("lapwing migrate"), "{text}");
    let done = migrate(&place).await.expect("migrates");
    assert!(done.len() >= 2, "{done:?}");
    open(&place).await.expect("opens").close().await;
    assert!(migrate(&place).await.expect("has nothing to do").is_empty());
}

#[tokio::test]
async fn an_edited_migration_is_refused_at_a_start_and_by_migrate() {
    let place = migrated().await;
    in_schema(&place, "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 1").await;
    let text = refusal(&place).await;
    assert!(text.contains("never edited") && text.contains("0001"), "{text}");
    let error = migrate(&place).await.expect_err("refused");
    assert!(error.to_string().contains("never edited"), "{error}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_at_a_start_and_by_migrate() {
    let place = migrated().await;
    in_schema(
        &place,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'of tomorrow', true, '\\x00', 0)",
    )
    .await;
    let text = refusal(&place).await;
    assert!(text.contains("9999") && text.contains("newer version"), "{text}");
    let error = migrate(&place).await.expect_err("refused");
    assert!(error.to_string().contains("newer version"), "{error}");
}
