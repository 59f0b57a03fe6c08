//! Audit's store on SQLite.

use std::path::Path;

use sqlx::migrate::Migrator;
use storage::sqlite::OpenError;

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::sqlite::admit;
    pub(super) use storage::sqlite::{
        Connection, Database, Db, Pool, Row, execute, fetch_all, push_among, push_rows,
    };

    /// Destroys the salt of one notification, and with it its entries.
    pub(super) const DESTROY_SALT: &str = "DELETE FROM salt WHERE reference = $1";
}

#[path = "queries.rs"]
mod queries;
#[path = "rows.rs"]
mod rows;
#[path = "salts.rs"]
mod salts;
#[path = "whole.rs"]
mod whole;

use dialect::Database;
pub use queries::SqlStore as SqliteStore;

/// Opens audit's file and brings its schema up to date.
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
