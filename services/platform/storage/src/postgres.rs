//! PostgreSQL 15 or newer: a schema and a role for each service.
//!
//! What a reader would get wrong: [`Database::begin`] lets one writing transaction of a schema run at a time, over all
//! replicas, as SQLite does: an advisory lock that ends with the transaction. What a service's queries promise on one
//! database they so promise on the other. What may run side by side says so: [`Database::begin_beside`].

mod look;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
pub use sqlx::postgres::{PgConnection as Connection, PgPool as Pool, PgRow as Row};
use sqlx::{AssertSqlSafe, Connection as _, Postgres, QueryBuilder};
use tokio::sync::Notify;

use crate::columns::{Column, Columns};
use crate::schema::{Applied, Difference};
use crate::{Doing, StoreError};
pub use look::{Session, TableRights};

/// The database, as sqlx names it.
pub type Db = Postgres;

/// A transaction that has begun.
pub type Transaction = sqlx::Transaction<'static, Postgres>;

/// How long a call waits for a connection: a slow database makes deadlines, not piles.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);

/// How long an unused connection is taken to be there without being asked.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Where a service's store is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// A URL such as `postgres://lapwing_intake@db.example/lapwing?sslmode=verify-full&sslrootcert=/etc/lapwing/db.pem`.
    /// The password may stand in `PGPASSFILE` in its place; it is never printed.
    pub url: SecretString,
    /// The file with the password of the role in `url`, where neither has one. It is read at the start.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The schema, which `deploy/postgres/roles.sql` makes.
    pub schema: String,
    /// The most connections that one process opens. More lets more calls read at once; each costs the database some
    /// megabytes.
    #[serde(default = "connections")]
    pub connections: u32,
}

fn connections() -> u32 {
    8
}

/// A service's store.
#[derive(Debug, Clone)]
pub struct Database {
    pool: Pool,
    committed: Arc<Notify>,
}

impl Database {
    /// Connects to a schema that is up to date.
    ///
    /// # Errors
    /// [`OpenError`]: where it cannot be reached, or is not what this version expects. Nothing is migrated here.
    pub async fn open(place: &Place, migrators: &[&Migrator]) -> Result<Self, OpenError> {
        let pool = pool(place, place.connections).await?;
        let mut connection = pool.acquire().await.map_err(|source| not_opened(place, source))?;
        for migrator in migrators {
            match differs(&mut connection, place, migrator).await? {
                Some(difference) if difference.bars_a_start() => {
                    return Err(OpenError::Schema { schema: place.schema.clone(), difference });
                }
                Some(added) => tracing::warn!(schema = place.schema, "{added}"),
                None => (),
            }
        }
        drop(connection);
        Ok(Self { pool, committed: Arc::new(Notify::new()) })
    }

    /// How far a clock is from the database's, in microseconds: positive where it is ahead.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn ahead(&self, microseconds: i64) -> Result<i64, StoreError> {
        let there: i64 =
            sqlx::query_scalar("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
                .fetch_one(&self.pool)
                .await
                .doing("read the database's clock")?;
        Ok(microseconds - there)
    }

    /// Brings a schema up to date, and returns the names of the migrations that this took.
    ///
    /// # Errors
    /// [`OpenError`]: each migration is a transaction, so those before the one that failed hold.
    pub async fn migrate(place: &Place, migrators: &[&Migrator]) -> Result<Vec<String>, OpenError> {
        let pool = pool(place, 1).await?;
        let mut applied = Vec::new();
        for migrator in migrators {
            let mut connection = pool.acquire().await.map_err(|source| not_opened(place, source))?;
            match differs(&mut connection, place, migrator).await? {
                None | Some(Difference::Added(_)) => continue,
                Some(Difference::Pending(names)) => applied.extend(names),
                Some(difference) => {
                    return Err(OpenError::Schema { schema: place.schema.clone(), difference });
                }
            }
            migrator.run(&mut *connection).await.map_err(|source| not_migrated(place, source))?;
        }
        pool.close().await;
        Ok(applied)
    }

    /// Begins a transaction that will write, alone among the writers of this schema. The name says what it is for.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the database is gone, or others wrote for longer than the timeout.
    pub async fn begin(&self, name: &'static str) -> Result<Transaction, StoreError> {
        // In a statement of its own: a call that is given up while it waits must leave a transaction that the driver knows
        // of and rolls back, or the connection would go back to the pool and take the lock there.
        let mut transaction = self.begin_beside(name).await?;
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 0))")
            .execute(&mut *transaction)
            .await
            .doing(name)?;
        Ok(transaction)
    }

    /// Begins a transaction that may run beside others: it locks the rows that it needs by itself.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the database is gone.
    pub async fn begin_beside(&self, name: &'static str) -> Result<Transaction, StoreError> {
        self.pool.begin().await.doing(name)
    }

    /// Commits, and wakes whoever relays the outbox. A caller that goes away meanwhile changes neither.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the database did not confirm. The commit may hold all the same, where the
    /// connection broke after it: whoever repeats the call finds it done.
    pub async fn commit(&self, transaction: Transaction, name: &'static str) -> Result<(), StoreError> {
        crate::commit(transaction, self.committed.clone(), name).await
    }

    /// To be called once a transaction that erases has committed. Nothing is done: deleted rows and the write-ahead log are
    /// the server's, and a service's role may rewrite neither (`deploy/README.md` says what an operator does).
    pub async fn after_erasing(&self) {}

    /// Connections that only read.
    pub fn readers(&self) -> &Pool {
        &self.pool
    }

    /// Resolves once a transaction of this process has committed since the last time it resolved; of several waiters, for one.
    /// Commits of other replicas are not heard: look again from time to time.
    pub async fn committed(&self) {
        self.committed.notified().await;
    }

    /// How its connections stand.
    pub fn connections(&self) -> crate::Connections {
        crate::Connections::of(&[&self.pool])
    }

    /// Closes the connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Writes what stands for rows: an array for each column.
pub fn push_rows<T>(query: &mut QueryBuilder<Db>, rows: &Columns<'_, T>) {
    let mut before = "SELECT * FROM UNNEST(";
    for column in rows.columns() {
        query.push(before);
        before = ", ";
        push_array(query, column);
    }
    query.push(")");
}

fn push_array(query: &mut QueryBuilder<Db>, column: &Column<'_>) {
    match column {
        Column::Texts(texts) => {
            query.push_bind(texts.iter().map(Option::as_deref).collect::<Vec<Option<&str>>>());
            query.push("::text[]")
        }
        Column::Wholes(numbers) => query.push_bind(numbers).push("::bigint[]"),
        Column::Flags(flags) => query.push_bind(flags).push("::boolean[]"),
        Column::Bytes(bytes) => {
            query.push_bind(bytes.iter().map(Option::as_deref).collect::<Vec<Option<&[u8]>>>());
            query.push("::bytea[]")
        }
        Column::Ids(ids) => query.push_bind(ids).push("::uuid[]"),
    };
}

/// Runs a statement whose rows are pushed, and keeps it prepared: its text is the same for any number of them.
///
/// # Errors
/// As the transaction has.
pub async fn execute(
    connection: &mut Connection,
    mut statement: QueryBuilder<Db>,
    doing: &'static str,
) -> Result<(), StoreError> {
    statement.build().persistent(true).execute(connection).await.doing(doing).map(drop)
}

/// Runs a statement whose rows are pushed, and keeps it prepared: its text is the same for any number of them, and returns its rows.
///
/// # Errors
/// As the transaction has.
pub async fn fetch_all(
    connection: &mut Connection,
    mut statement: QueryBuilder<Db>,
    doing: &'static str,
) -> Result<Vec<Row>, StoreError> {
    statement.build().persistent(true).fetch_all(connection).await.doing(doing)
}

/// Writes that a column is among the values of the only column of `values`. An array, and no sub-select: that would be a join, for
/// which PostgreSQL may rather read a table through when its statistics are old.
pub fn push_among<T>(query: &mut QueryBuilder<Db>, column: &str, values: &Columns<'_, T>) {
    query.push(format_args!("{column} = ANY("));
    if let Some(only) = values.columns().first() {
        push_array(query, only);
    }
    query.push(")");
}

fn options(place: &Place) -> Result<PgConnectOptions, OpenError> {
    let mut options =
        PgConnectOptions::from_str(place.url.expose_secret()).map_err(|source| not_opened(place, source))?;
    if let Some(file) = &place.password_file {
        let password = std::fs::read_to_string(file)
            .map_err(|source| OpenError::Password { file: file.display().to_string(), source })?;
        options = options.password(password.trim_end());
    }
    Ok(options.application_name(&format!("lapwing {}", place.schema)).options([
        ("search_path", place.schema.as_str()),
        // A snapshot taken before the writers' turn has come would be an old one once it has.
        ("default_transaction_isolation", "read committed"),
        // A receipt means that it is held (promise 1), whatever the server's own setting is.
        ("synchronous_commit", "on"),
        ("statement_timeout", "15s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "60s"),
        ("timezone", "UTC"),
        // Plans are kept, and a plan from when a table was small would read it through when it is not: so each goes along
        // an index where there is one. (To plan each time costs more than the statements: foreign keys are checked by
        // one for each row.) Where none helps, a cost that is only a warning must not have code made for it.
        ("enable_seqscan", "off"),
        ("jit", "off"),
    ]))
}

async fn pool(place: &Place, connections: u32) -> Result<Pool, OpenError> {
    let options = options(place)?;
    PgPoolOptions::new()
        // A connection that was used a moment ago is not asked whether it is there: that would be a round trip for each
        // transaction. Where it is gone, whoever finds out tries again.
        .test_before_acquire(false)
        .before_acquire(|connection, before| {
            Box::pin(async move {
                if before.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(WAIT_FOR_CONNECTION)
        .connect_with(options)
        .await
        .map_err(|source| not_opened(place, source))
}

async fn differs(
    connection: &mut Connection,
    place: &Place,
    migrator: &Migrator,
) -> Result<Option<Difference>, OpenError> {
    let there: Option<String> = sqlx::query_scalar("SELECT current_schema()::text")
        .fetch_one(&mut *connection)
        .await
        .map_err(|source| not_opened(place, source))?;
    if there.is_none() {
        return Err(OpenError::NoSchema { schema: place.schema.clone() });
    }
    let table = migrator.table_name.as_ref();
    let known: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(table)
        .fetch_one(&mut *connection)
        .await
        .map_err(|source| not_opened(place, source))?;
    if !known {
        return Ok(crate::schema::difference(migrator, &[]));
    }
    let applied = format!("SELECT {} FROM {table} ORDER BY version", Applied::COLUMNS);
    let rows = sqlx::query(AssertSqlSafe(applied))
        .persistent(false)
        .fetch_all(&mut *connection)
        .await
        // More often than not, a right that is missing.
        .map_err(|source| not_opened(place, source))?;
    let applied: Result<Vec<Applied>, _> = rows.iter().map(Applied::of).collect();
    Ok(crate::schema::difference(migrator, &applied.map_err(|source| not_opened(place, source))?))
}

fn not_opened(place: &Place, source: sqlx::Error) -> OpenError {
    OpenError::Open { schema: place.schema.clone(), to_do: to_do(&source), source }
}

fn not_migrated(place: &Place, source: sqlx::migrate::MigrateError) -> OpenError {
    OpenError::Migrate { schema: place.schema.clone(), source }
}

/// What to do about a database that cannot be opened, by its error code (PostgreSQL manual, appendix A).
fn to_do(error: &sqlx::Error) -> &'static str {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match (code.as_deref(), error) {
        (Some("28P01" | "28000"), _) => {
            "check in the URL the role and its password, and the certificate (sslcert, sslkey) where pg_hba.conf asks for one"
        }
        (Some("3D000"), _) => "make the database as deploy/README.md says, or correct its name in the URL",
        (Some("42501"), _) => "run deploy/postgres/grants.sql: the role may not do what its service needs",
        (Some("53300"), _) => {
            "the server has no connection left: lower `connections`, or raise max_connections"
        }
        (Some("57P03"), _) => "the server is starting up or shutting down: start again in a moment",
        (_, sqlx::Error::Tls(_)) => NOT_TRUSTED,
        (_, sqlx::Error::Io(error)) if speaks_of_certificates(&error.to_string()) => NOT_TRUSTED,
        (_, sqlx::Error::Io(error)) if hung_up(error.kind()) => {
            "the server hung up, and its log says why; where it asks for a certificate, check sslcert and sslkey in the URL"
        }
        (_, sqlx::Error::Configuration(_)) => {
            "correct the URL; it reads like postgres://role@host:5432/lapwing"
        }
        _ => "check that the server runs and that its address in the URL is right",
    }
}

const NOT_TRUSTED: &str = "one end does not trust the other's certificate: sslrootcert in the URL names the authority that \
     vouches for the server, and sslcert and sslkey the certificate that it asks for, if it does";

/// A server that refuses our certificate says so once the handshake is done for us: as an error of input and output.
fn speaks_of_certificates(text: &str) -> bool {
    let text = text.to_lowercase();
    ["certificate", "unknownca"].iter().any(|word| text.contains(word))
}

/// Where a server does not trust our certificate, its word and the end of the connection race each other.
fn hung_up(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// Why a store could not be opened, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The server cannot be reached, or does not let the role in.
    #[error("the database for schema {schema} cannot be opened: {source}; {to_do}")]
    Open {
        /// The schema.
        schema: String,
        /// What to do.
        to_do: &'static str,
        /// The database's own error.
        source: sqlx::Error,
    },
    /// The file with the password cannot be read.
    #[error("{file} cannot be read: {source}; correct `password_file`, or let this user read it")]
    Password {
        /// The file.
        file: String,
        /// The system's own error.
        source: std::io::Error,
    },
    /// There is no such schema, or the role may not see it.
    #[error(
        "there is no schema {schema} for this role; make it with deploy/postgres/roles.sql, or correct `schema`"
    )]
    NoSchema {
        /// The schema.
        schema: String,
    },
    /// The schema is not what this version expects.
    #[error("schema {schema}: {difference}")]
    Schema {
        /// The schema.
        schema: String,
        /// How it differs.
        difference: Difference,
    },
    /// A migration failed.
    #[error("schema {schema} cannot be brought up to date: {source}; the migrations before this one hold")]
    Migrate {
        /// The schema.
        schema: String,
        /// The migrator's own error.
        source: sqlx::migrate::MigrateError,
    },
}
