//! Stores, as adapters see them: how one is opened, and how a transaction begins and commits.
//!
//! A transaction has a name, which errors and logs carry, and a commit wakes whoever relays the outbox. The
//! SQL itself belongs to the services and to `delivery`.
//!
//! [`sqlite`] and [`postgres`] have the same names for the same things, so that a service writes its queries once and
//! compiles them for each. What a reader would get wrong: that the numbers of both are alike. PostgreSQL has no unsigned
//! ones, so queries bind and read `i64` alone, and every column of a number is `BIGINT` there: see [`number`].

mod columns;
pub mod copy;
mod location;
mod number;
pub mod postgres;
mod schema;
pub mod sqlite;

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::Notify;
use tracing::{Instrument, Span, info_span};

pub use columns::{Columns, ROWS};
pub use location::{Connections, Location, OpenError, Opened};
pub use number::{number, optional_number, whole};
pub use schema::{ADDS, Difference};
pub use sqlx::Error as SqlError;
pub use sqlx::migrate::Migrator;

/// What went wrong in a store, told by what the caller can do about it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The store cannot be reached or is busy or full: the same call may succeed later.
    #[error("the store could not {doing}: {source}")]
    Unavailable {
        /// The transaction or statement, in words.
        doing: &'static str,
        /// The database's own error.
        source: sqlx::Error,
    },
    /// The store refused this very content: the same call will fail again.
    #[error("the store refused to {doing}: {source}")]
    Refused {
        /// The transaction or statement, in words.
        doing: &'static str,
        /// The database's own error.
        source: sqlx::Error,
    },
    /// The store holds what it must never hold.
    #[error("the store holds something impossible in {table}.{column} of {row}: {reason}")]
    Impossible {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl StoreError {
    /// Sorts a database error by what can be done about it.
    pub fn from_sqlx(doing: &'static str, source: sqlx::Error) -> Self {
        let refused = match &source {
            sqlx::Error::Database(error) => {
                !matches!(error.kind(), sqlx::error::ErrorKind::Other)
                    || error.code().is_some_and(|code| says_the_value_is_wrong(&code))
            }
            sqlx::Error::RowNotFound
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_) => true,
            _ => false,
        };
        if refused { Self::Refused { doing, source } } else { Self::Unavailable { doing, source } }
    }

    /// The store did not answer within the time that a caller gives it.
    pub fn not_in_time(doing: &'static str) -> Self {
        Self::Unavailable { doing, source: sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()) }
    }

    /// Whether a column that must be unique already holds the value.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Refused { source: sqlx::Error::Database(error), .. } if error.is_unique_violation())
    }
}

/// Whether an error code speaks of the value, which stays wrong, and not of the moment. SQLite: 18 is `SQLITE_TOOBIG`.
/// PostgreSQL: class 22 is a data exception, such as a NUL in a text, and class 54 a limit of the program.
fn says_the_value_is_wrong(code: &str) -> bool {
    code == "18" || (code.len() == 5 && (code.starts_with("22") || code.starts_with("54")))
}

/// Commits, and wakes one waiter. In a task of its own: a caller that goes away meanwhile changes neither, for the commit is
/// the database's by then, and its events would otherwise lie in the outbox until the next one.
async fn commit<DB: sqlx::Database>(
    transaction: sqlx::Transaction<'static, DB>,
    wake: Arc<Notify>,
    name: &'static str,
) -> Result<(), StoreError> {
    let committing = async move {
        faults::pass("committing", name);
        let committed = transaction.commit().await;
        faults::pass("committed", name);
        wake.notify_one();
        committed
    };
    let committing = tokio::spawn(committing.instrument(span(DB::NAME, name)));
    match committing.await {
        Ok(committed) => committed.doing(name),
        // The runtime is going down, or the driver panicked: whether it holds is known only to the database.
        Err(_) => Err(sqlx::Error::WorkerCrashed).doing(name),
    }
}

/// The span of a commit, below that of whoever commits; what nobody traces has none.
fn span(database: &str, name: &'static str) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    info_span!(
        target: "lapwing",
        "commit",
        otel.name = format!("COMMIT {name}"),
        otel.kind = "client",
        db.system.name = if database == "SQLite" { "sqlite" } else { "postgresql" },
        db.operation.name = "COMMIT",
        db.query.summary = name,
    )
}

/// Puts the words of the statement to a database error.
pub trait Doing<T> {
    /// The same result, with what was being done.
    ///
    /// # Errors
    /// As the result had, sorted by what can be done about it.
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::from_sqlx(doing, source))
    }
}
