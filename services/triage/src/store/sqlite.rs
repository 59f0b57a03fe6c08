//! Triage's store in a SQLite file: the queries of `queries/`, compiled for SQLite, and what differs from PostgreSQL.

use std::path::Path;

use sqlx::migrate::Migrator;
use storage::sqlite::OpenError;

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::sqlite::{admit, append};
    pub(super) use storage::sqlite::{
        Connection, Database, Db, Pool, Row, Transaction, execute, fetch_all, push_among, push_rows,
    };
    use storage::{Doing, StoreError};

    /// That something is so. An index for some rows alone is only found by the number that it was made with.
    pub(super) const YES: &str = "1";

    /// Begins reading several statements as one picture: a transaction of SQLite sees one.
    pub(super) async fn snapshot(readers: &Pool, name: &'static str) -> Result<Transaction, StoreError> {
        readers.begin().await.doing(name)
    }

    /// The end of a statement that begins `WITH sought (…) AS (…`: of each row of `sought`, the first of `others`. CROSS
    /// JOIN keeps SQLite from turning the loops round: for each that seeks, a few that are found.
    pub(super) fn cases_found(others: &str, at_most: usize) -> String {
        format!(
            ") SELECT sought.reference AS reference, found.reference AS other FROM sought \
             CROSS JOIN linkable AS found WHERE found.reference IN ({others} LIMIT {at_most})"
        )
    }

    /// The same for what cases mention: of each subject of `sought`, the newest mentions.
    pub(super) fn newest_mentions(at_most: usize) -> String {
        format!(
            ") SELECT mention.reference, mention.kind, mention.code, authority, dated_on, facts, window_months, authorities \
             FROM sought CROSS JOIN cluster_mention AS mention \
             WHERE mention.kind = sought.kind AND mention.code = sought.code AND mention.reference IN \
             (SELECT reference FROM cluster_mention WHERE kind = sought.kind AND code = sought.code \
              ORDER BY dated_on DESC, reference LIMIT {at_most})"
        )
    }

    #[cfg(test)]
    pub(super) use super::tested::{empty, plan};
}

#[path = "queries/sql_store.rs"]
mod sql_store;
#[cfg(test)]
mod tested;

use dialect::Database;
pub use sql_store::SqlStore as SqliteStore;

/// Opens triage's file and brings its schema up to date.
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
