//! A schema that is looked at and left as it is: for whoever asks whether all is well.

use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use tokio::sync::Notify;

use super::{Database, OpenError, Place, WAIT_FOR_CONNECTION, differs, not_opened, options};
use crate::{Difference, Doing, StoreError};

/// Connections of whoever looks.
const LOOKING: u32 = 2;

/// What a connection to the database is like, and what its role is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Whether it goes by TLS.
    pub encrypted: bool,
    /// Whether it stays on this machine.
    pub local: bool,
    /// Whether the server's certificate and name are checked (`sslmode=verify-full`).
    pub verified: bool,
    /// Whether the role owns tables of the schema, or may do everything: no service needs that.
    pub owner: bool,
}

/// What a role may do with a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRights {
    /// The table.
    pub table: String,
    /// SELECT.
    pub read: bool,
    /// INSERT.
    pub add: bool,
    /// UPDATE.
    pub alter: bool,
    /// DELETE.
    pub take_away: bool,
}

impl Database {
    /// Connects to a schema to look at it: the server refuses whatever would write. Nothing is tried twice.
    ///
    /// # Errors
    /// [`OpenError`]; how far the schema differs is for [`Database::difference`] to say.
    pub async fn look(place: &Place) -> Result<Self, OpenError> {
        let options = options(place)?.options([("default_transaction_read_only", "on")]);
        // A pool would go on trying for as long as it may, and then tell of nothing but that.
        let first = options.connect().await.map_err(|source| not_opened(place, source))?;
        // Whether it closes well is of no use to anybody.
        let _closed = first.close().await;
        let pool = PgPoolOptions::new().max_connections(LOOKING).acquire_timeout(WAIT_FOR_CONNECTION);
        Ok(Self { pool: pool.connect_lazy_with(options), committed: Arc::new(Notify::new()) })
    }

    /// How the schema differs from what this version expects, if it does.
    ///
    /// # Errors
    /// Where there is no such schema, or it cannot be read.
    pub async fn difference(
        &self,
        place: &Place,
        migrators: &[&Migrator],
    ) -> Result<Option<Difference>, OpenError> {
        let mut connection = self.pool.acquire().await.map_err(|source| not_opened(place, source))?;
        for migrator in migrators {
            if let Some(difference) = differs(&mut connection, place, migrator).await? {
                return Ok(Some(difference));
            }
        }
        Ok(None)
    }

    /// What this connection is like.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn session(&self, place: &Place) -> Result<Session, StoreError> {
        const DOING: &str = "look at its own session";
        let row = sqlx::query(
            "SELECT COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), FALSE) AS encrypted, \
             EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = to_regnamespace(current_schema()::text) \
               AND c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE')) AS owner",
        )
        .fetch_one(&self.pool)
        .await
        .doing(DOING)?;
        let options = options(place).ok();
        let host = options.as_ref().map_or("", |options| options.get_host());
        let verified = options
            .as_ref()
            .is_some_and(|options| matches!(options.get_ssl_mode(), sqlx::postgres::PgSslMode::VerifyFull));
        Ok(Session {
            encrypted: row.try_get("encrypted").doing(DOING)?,
            local: stays_here(host) || options.as_ref().is_some_and(|options| options.get_socket().is_some()),
            verified,
            owner: row.try_get("owner").doing(DOING)?,
        })
    }

    /// What this role may do with each table of the schema.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn rights(&self) -> Result<Vec<TableRights>, StoreError> {
        const DOING: &str = "look at its own rights";
        let rows = sqlx::query(
            "SELECT c.relname::text AS name, has_table_privilege(c.oid, 'SELECT') AS may_read, \
             has_table_privilege(c.oid, 'INSERT') AS may_add, has_table_privilege(c.oid, 'UPDATE') AS may_alter, \
             has_table_privilege(c.oid, 'DELETE') AS may_take_away FROM pg_class c \
             WHERE c.relnamespace = to_regnamespace(current_schema()::text) AND c.relkind = 'r' ORDER BY c.relname",
        )
        .fetch_all(&self.pool)
        .await
        .doing(DOING)?;
        let right = |row: &super::Row, name: &str| row.try_get(name).doing(DOING);
        rows.iter()
            .map(|row| {
                Ok(TableRights {
                    table: row.try_get("name").doing(DOING)?,
                    read: right(row, "may_read")?,
                    add: right(row, "may_add")?,
                    alter: right(row, "may_alter")?,
                    take_away: right(row, "may_take_away")?,
                })
            })
            .collect()
    }
}

/// Whether a host is this machine.
fn stays_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || host.starts_with('/') || address.is_ok_and(|address| address.is_loopback())
}
