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
    Database::open(place, &[&delivery::postgres::migrator(), &migrator()]).await
}

/// Brings eligibility's schema up to date, as the role that owns it, and returns how many migrations that took.
///
/// # Errors
/// As [`Database::migrate`].
pub async fn migrate(place: &Place) -> Result<usize, OpenError> {
    Database::migrate(place, &[&delivery::postgres::migrator(), &migrator()]).await
}

fn migrator() -> Migrator {
    sqlx::migrate!("migrations/postgres")
}
