//! Eligibility's store on SQLite.

use std::path::Path;

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
    Database::open(file, &[&delivery::sqlite::migrator(), &sqlx::migrate!("migrations/sqlite")]).await
}
