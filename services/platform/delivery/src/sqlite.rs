//! Outbox, inbox and parked events in a service's own SQLite file.

use sqlx::migrate::Migrator;

/// What differs between the databases.
mod dialect {
    use sqlx::AssertSqlSafe;
    use storage::sqlite::Transaction;
    pub(super) use storage::sqlite::{
        Connection, Database, Db, Row, execute, fetch_all, push_among, push_rows,
    };
    use storage::{Doing, StoreError};

    /// What ends a claim: a transaction that is yet to begin. The one writer is nobody's while events travel, and one
    /// process has one relay.
    pub(super) type Hold = Database;

    /// Reads the oldest events, of each these columns.
    pub(super) async fn claim(
        database: &Database,
        columns: &str,
        at_most: u32,
        name: &'static str,
    ) -> Result<(Vec<Row>, Hold), StoreError> {
        let select = format!("SELECT {columns} FROM outbox ORDER BY sequence LIMIT $1");
        let rows = sqlx::query(AssertSqlSafe(select))
            .bind(i64::from(at_most))
            .fetch_all(database.readers())
            .await
            .doing(name)?;
        Ok((rows, database.clone()))
    }

    /// The transaction that ends the claim.
    pub(super) async fn settling(hold: Hold, name: &'static str) -> Result<Transaction, StoreError> {
        hold.begin(name).await
    }
}

#[path = "queries/inbox.rs"]
mod inbox;
#[path = "queries/outbox.rs"]
mod outbox;
#[path = "queries/parked.rs"]
mod parking;

pub use inbox::{admit, park, parked};
pub use outbox::{SqlOutbox as Outbox, append};
pub use parking::SqlParked as Parked;

/// Makes the tables of this crate in a service's file, with a bookkeeping of their own.
pub fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("migrations/sqlite");
    migrator.dangerous_set_table_name("delivery_migrations");
    migrator
}
