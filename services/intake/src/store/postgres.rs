//! Intake's store in a schema of PostgreSQL: the queries of `queries/`, compiled for PostgreSQL, and what differs from
//! SQLite.
//!
//! What a reader would get wrong: a text of PostgreSQL has no NUL character. A sender's reference has none by the contract's
//! rules, and a key with one finds nothing on either database.

#![expect(clippy::duplicate_mod, reason = "the same queries are compiled for each database")]

use sqlx::migrate::Migrator;
use storage::postgres::{Database, OpenError, Place};

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::postgres::{admit, append};
    use storage::StoreError;
    pub(super) use storage::postgres::{
        Connection, Database, Db, Pool, Row, Transaction, execute, fetch_all, push_among, push_rows,
    };

    /// While the disk takes one commit, the statements of the next run. Measured on two cores: one leaves a core idle, four
    /// make batches too small.
    pub(super) const COMMITS_AT_ONCE: usize = 2;

    /// Joins what was sent to the table in which it is looked up.
    pub(super) const LOOKED_UP_IN: &str = "JOIN";

    /// Begins reading several statements as one picture: a plain transaction would see what others commit meanwhile.
    pub(super) async fn snapshot(readers: &Pool, name: &'static str) -> Result<Transaction, StoreError> {
        let begun = readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
        storage::Doing::doing(begun, name)
    }

    /// The type of bytes.
    pub(super) const BYTES: &str = "BYTEA";

    /// What was overwritten stays in the pages of a table until its owner has it written anew, which a service may not.
    pub(super) async fn compact(_database: &Database) -> Result<(), StoreError> {
        tracing::warn!(
            "notifications that were held in clear are sealed now; what was overwritten stays in old pages and in older \
             backups. To do: as the owner, VACUUM FULL intake.revision, intake.hand_over"
        );
        Ok(())
    }
}

#[path = "queries/asides.rs"]
mod asides;
#[path = "queries/hand_overs.rs"]
mod hand_overs;
#[path = "queries/hold.rs"]
mod hold;
#[path = "queries/keeping.rs"]
mod keeping;
#[path = "queries/keys.rs"]
mod keys;
#[path = "queries/outcomes.rs"]
mod outcomes;
#[path = "queries/read.rs"]
mod read;
#[path = "queries/retention.rs"]
mod retention;
#[path = "queries/rows.rs"]
mod rows;
#[path = "queries/sql_records.rs"]
mod sql_records;
#[path = "queries/sql_store.rs"]
mod sql_store;
#[path = "queries/steps.rs"]
mod steps;
#[path = "queries/under_way.rs"]
mod under_way;
#[path = "queries/writing.rs"]
mod writing;

pub use sql_store::SqlStore as PostgresStore;

/// Connects to intake's schema, which is up to date.
///
/// # Errors
/// As [`Database::open`].
pub async fn open(place: &Place) -> Result<Database, OpenError> {
    Database::open(place, &migrators().each_ref()).await
}

/// Brings intake's schema up to date, and returns the names of the migrations that this took.
///
/// # Errors
/// As [`Database::migrate`].
pub async fn migrate(place: &Place) -> Result<Vec<String>, OpenError> {
    Database::migrate(place, &migrators().each_ref()).await
}

/// What brings the schema up to date: what every service has there, and this one's own.
pub fn migrators() -> [Migrator; 2] {
    [delivery::postgres::migrator(), sqlx::migrate!("migrations/postgres")]
}
