//! Triage's store in a schema of PostgreSQL, which any number of replicas share: the queries of `queries/`, compiled for
//! PostgreSQL, and what differs from SQLite.

use sqlx::migrate::Migrator;
use storage::postgres::{OpenError, Place};

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::postgres::{admit, append};
    pub(super) use storage::postgres::{
        Connection, Database, Db, Pool, Row, Transaction, execute, fetch_all, push_among, push_rows,
    };
    use storage::{Doing, StoreError};

    /// That something is so.
    pub(super) const YES: &str = "TRUE";

    /// Begins reading several statements as one picture: a plain transaction would see what others commit meanwhile.
    pub(super) async fn snapshot(readers: &Pool, name: &'static str) -> Result<Transaction, StoreError> {
        readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.doing(name)
    }

    /// The end of a statement that begins `WITH sought (…) AS (…`: of each row of `sought`, the first of `others`. Without
    /// LATERAL PostgreSQL would ask of every stored case whether it is among them.
    pub(super) fn cases_found(others: &str, at_most: usize) -> String {
        format!(
            ") SELECT sought.reference AS reference, found.reference AS other FROM sought \
             CROSS JOIN LATERAL ({others} LIMIT {at_most}) AS found"
        )
    }

    /// The same for what cases mention: of each subject of `sought`, the newest mentions.
    pub(super) fn newest_mentions(at_most: usize) -> String {
        format!(
            ") SELECT mention.reference, mention.kind, mention.code, authority, dated_on, facts, window_months, authorities \
             FROM sought CROSS JOIN LATERAL \
             (SELECT reference, kind, code, authority, dated_on, facts, window_months, authorities FROM cluster_mention WHERE kind = sought.kind AND code = sought.code \
              ORDER BY dated_on DESC, reference LIMIT {at_most}) AS mention"
        )
    }

    #[cfg(test)]
    pub(super) use super::tested::{empty, plan};
}

#[expect(clippy::duplicate_mod, reason = "one set of queries, compiled for each database")]
#[path = "queries/sql_store.rs"]
mod sql_store;
#[cfg(test)]
mod tested;

use dialect::Database;
pub use sql_store::SqlStore as PostgresStore;

/// Connects to triage's schema, which must be up to date.
///
/// # Errors
/// As [`Database::open`]: a schema with pending migrations is refused.
pub async fn open(place: &Place) -> Result<Database, OpenError> {
    Database::open(place, &migrators().each_ref()).await
}

/// Brings triage's schema up to date, as the role that owns it, and returns the names of the migrations that this took.
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
