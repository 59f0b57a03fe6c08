//! Where a service's store is, as its settings say it: a SQLite file, or a schema of PostgreSQL.

use std::path::PathBuf;

use serde::Deserialize;

use crate::{StoreError, postgres, sqlite};

/// Where a store is. In a settings file: `store.sqlite = "/var/lib/lapwing/intake.sqlite"`, or a table
/// `[store.postgres]` with `url` and `schema`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// A file, made where there is none. One process at a time uses it.
    Sqlite(PathBuf),
    /// A schema, for any number of processes.
    Postgres(postgres::Place),
}

/// An open store, whichever database it is in: for whoever closes it.
#[derive(Debug, Clone)]
pub enum Opened {
    /// A SQLite file.
    Sqlite(sqlite::Database),
    /// A schema of PostgreSQL.
    Postgres(postgres::Database),
}

/// How the connections of a store stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open and in use.
    pub used: u32,
    /// Open and free.
    pub idle: u32,
    /// The most that there may be.
    pub at_most: u32,
}

impl Connections {
    /// Of some pools together.
    pub(crate) fn of<DB: sqlx::Database>(pools: &[&sqlx::Pool<DB>]) -> Self {
        let number = |idle: usize| u32::try_from(idle).unwrap_or(u32::MAX);
        let idle = pools.iter().map(|pool| number(pool.num_idle())).sum();
        let open: u32 = pools.iter().map(|pool| pool.size()).sum();
        let at_most = pools.iter().map(|pool| pool.options().get_max_connections()).sum();
        Self { used: open.saturating_sub(idle), idle, at_most }
    }
}

impl Location {
    /// Opens a store to look at it: nothing is made, migrated or altered.
    ///
    /// # Errors
    /// [`OpenError`]: why it cannot be opened, and what to do.
    pub async fn look(&self) -> Result<Opened, OpenError> {
        Ok(match self {
            Self::Sqlite(file) => Opened::Sqlite(sqlite::Database::look(file).await?),
            Self::Postgres(place) => Opened::Postgres(postgres::Database::look(place).await?),
        })
    }
}

impl Opened {
    /// How far a clock, in microseconds since 1970, is from the database's: positive where it is ahead. A file has no clock.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn ahead(&self, microseconds: i64) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(None),
            Self::Postgres(database) => database.ahead(microseconds).await.map(Some),
        }
    }

    /// How its connections stand: those that write and those that read.
    pub fn connections(&self) -> Connections {
        match self {
            Self::Sqlite(database) => database.connections(),
            Self::Postgres(database) => database.connections(),
        }
    }

    /// Closes it.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database) => database.close().await,
        }
    }
}

/// Why a store could not be opened, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A SQLite file.
    #[error(transparent)]
    Sqlite(#[from] sqlite::OpenError),
    /// A schema of PostgreSQL.
    #[error(transparent)]
    Postgres(#[from] postgres::OpenError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_in_no_print_and_in_no_error() {
        for url in ["postgres://lapwing:s3cret@[::1", "postgres://lapwing:s3cret@localhost:no/x"] {
            let place = postgres::Place {
                url: url.into(),
                password_file: None,
                schema: "birds".into(),
                connections: 1,
            };
            let location = Location::Postgres(place.clone());
            assert!(!format!("{location:?}{location:#?}").contains("s3cret"));
            let refused = postgres::Database::open(&place, &[]).await.expect_err("no URL");
            assert!(!format!("{refused} {refused:?}").contains("s3cret"), "{refused:?}");
        }
    }
}
