//! Audit's store on PostgreSQL, which any number of replicas share.
//!
//! What a reader would get wrong: the log has no sequencer that somebody must elect. Whoever holds the schema's advisory
//! lock is it, for one transaction. A replica that dies lets go at once, because the server ends the transaction of a
//! connection that is gone, and whoever waits goes on.

use sqlx::migrate::Migrator;
use storage::postgres::{OpenError, Place};

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::postgres::admit;
    pub(super) use storage::postgres::{
        Connection, Database, Db, Row, execute, fetch_all, push_among, push_rows,
    };
}

#[expect(clippy::duplicate_mod, reason = "one set of queries, compiled for each database")]
#[path = "queries.rs"]
mod queries;
#[expect(clippy::duplicate_mod, reason = "one set of queries, compiled for each database")]
#[path = "rows.rs"]
mod rows;

use dialect::Database;
pub use queries::SqlStore as PostgresStore;

/// Connects to audit's schema, which must be up to date.
///
/// # Errors
/// As [`Database::open`]: a schema with pending migrations is refused.
pub async fn open(place: &Place) -> Result<Database, OpenError> {
    Database::open(place, &[&delivery::postgres::migrator(), &migrator()]).await
}

/// Brings audit's schema up to date, as the role that owns it, and returns how many migrations that took.
///
/// # Errors
/// As [`Database::migrate`].
pub async fn migrate(place: &Place) -> Result<usize, OpenError> {
    Database::migrate(place, &[&delivery::postgres::migrator(), &migrator()]).await
}

fn migrator() -> Migrator {
    sqlx::migrate!("migrations/postgres")
}
