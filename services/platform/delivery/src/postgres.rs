//! Outbox, inbox and parked events in a service's own PostgreSQL schema.

use sqlx::migrate::Migrator;

/// What differs between the databases.
mod dialect {
    use sqlx::AssertSqlSafe;
    use storage::postgres::Transaction;
    pub(super) use storage::postgres::{
        Connection, Database, Db, Row, execute, fetch_all, push_among, push_rows,
    };
    use storage::{Doing, StoreError};

    /// What ends a claim: the transaction in which its rows are locked. Only other relays heed such a lock, and pass the
    /// rows over; a relay that dies lets go of them at once, and no lease has to run out.
    pub(super) type Hold = Transaction;

    /// Locks and reads the oldest events that no other relay has, of each these columns.
    pub(super) async fn claim(
        database: &Database,
        columns: &str,
        at_most: u32,
        name: &'static str,
    ) -> Result<(Vec<Row>, Hold), StoreError> {
        let mut transaction = database.begin_beside(name).await?;
        let select =
            format!("SELECT {columns} FROM outbox ORDER BY sequence LIMIT $1 FOR UPDATE SKIP LOCKED");
        let rows = sqlx::query(AssertSqlSafe(select))
            .bind(i64::from(at_most))
            .fetch_all(&mut *transaction)
            .await
            .doing(name)?;
        Ok((rows, transaction))
    }

    /// The transaction that ends the claim.
    pub(super) async fn settling(mut hold: Hold, name: &'static str) -> Result<Transaction, StoreError> {
        // A crash of the server may forget that these events have arrived: they are then carried again, without effect.
        // Nobody waits for the disk to be told so.
        sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *hold).await.doing(name)?;
        Ok(hold)
    }
}

#[expect(clippy::duplicate_mod, reason = "written once, compiled for each database")]
#[path = "queries/inbox.rs"]
mod inbox;
#[expect(clippy::duplicate_mod, reason = "written once, compiled for each database")]
#[path = "queries/outbox.rs"]
mod outbox;
#[expect(clippy::duplicate_mod, reason = "written once, compiled for each database")]
#[path = "queries/parked.rs"]
mod parking;

pub use inbox::{admit, park, parked};
pub use outbox::{SqlOutbox as Outbox, append};
pub use parking::SqlParked as Parked;

/// Makes the tables of this crate in a service's schema, with a bookkeeping of their own.
pub fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("migrations/postgres");
    migrator.dangerous_set_table_name("delivery_migrations");
    migrator
}
