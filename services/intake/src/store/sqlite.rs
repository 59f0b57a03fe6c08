//! Intake's store in a SQLite file: the queries of `queries/`, compiled for SQLite, and what differs from PostgreSQL.

use std::path::Path;

use sqlx::migrate::Migrator;
use storage::sqlite::{Database, OpenError};

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::sqlite::{admit, append};
    use storage::StoreError;
    pub(super) use storage::sqlite::{
        Connection, Database, Db, Pool, Row, Transaction, execute, fetch_all, push_among, push_rows,
    };

    /// There is one writer.
    pub(super) const COMMITS_AT_ONCE: usize = 1;

    /// Joins what was sent to the table in which it is looked up. CROSS JOIN keeps the order of the tables (SQLite's query
    /// planner, "Manual Control"): what was sent is looked up, and no table is read through.
    pub(super) const LOOKED_UP_IN: &str = "CROSS JOIN";

    /// Begins reading several statements as one picture: a transaction of SQLite sees one.
    pub(super) async fn snapshot(readers: &Pool, name: &'static str) -> Result<Transaction, StoreError> {
        storage::Doing::doing(readers.begin().await, name)
    }

    /// The type of bytes.
    pub(super) const BYTES: &str = "BLOB";

    /// Writes the file anew, so that nothing is left of what was overwritten, neither in it nor in its log.
    pub(super) async fn compact(database: &Database) -> Result<(), StoreError> {
        storage::Doing::doing(database.write_anew().await, "write the file anew")
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

pub use sql_store::SqlStore as SqliteStore;

/// Opens intake's file and brings its schema up to date.
///
/// # Errors
/// As [`Database::open`].
pub async fn open(file: &Path) -> Result<Database, OpenError> {
    Database::open(file, &migrators().each_ref()).await
}

/// What brings the schema up to date: what every service has there, and this one's own.
pub fn migrators() -> [Migrator; 2] {
    [delivery::sqlite::migrator(), sqlx::migrate!("migrations/sqlite")]
}
