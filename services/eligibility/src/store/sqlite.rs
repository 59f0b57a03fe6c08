//! Eligibility's store on SQLite.

use std::path::Path;

use sqlx::migrate::Migrator;
use storage::sqlite::OpenError;

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::sqlite::{admit, append};
    pub(super) use storage::sqlite::{Connection, Database, Db, fetch_all, push_rows};
}

#[path = "queries.rs"]
mod queries;

use dialect::Database;
pub use queries::SqlStore as SqliteStore;

/// Opens eligibility's file and brings its schema up to date.
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
