//! Eligibility's store on PostgreSQL, which any number of replicas share.

use sqlx::migrate::Migrator;
use storage::postgres::{OpenError, Place};

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::postgres::{admit, append};
    pub(super) use storage::postgres::{Connection, Database, Db, fetch_all, push_rows};
}

#[expect(clippy::duplicate_mod, reason = "one set of queries, compiled for each database")]
#[path = "queries.rs"]
mod queries;

use dialect::Database;
pub use queries::SqlStore as PostgresStore;

/// Connects to eligibility's schema, which must be up to date.
///
/// # Errors
/// As [`Database::open`]: a schema with pending migrations is refused.
pub async fn open(place: &Place) -> Result<Database, OpenError> {
    Database::open(place, &migrators().each_ref()).await
}

/// Brings eligibility's schema up to date, as the role that owns it, and returns the names of the migrations that this took.
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
