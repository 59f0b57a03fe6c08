//! SQLite: one file a service, one writer and a few readers.
//!
//! Every write begins with `BEGIN IMMEDIATE`: a transaction that starts reading and then wants to write can be
//! refused half-way. `synchronous=FULL` makes a commit mean that the disk has it (promise 1).

mod look;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::query_builder::Separated;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
pub use sqlx::sqlite::{SqliteConnection as Connection, SqlitePool as Pool, SqliteRow as Row};
use sqlx::{QueryBuilder, Sqlite};
use tokio::sync::Notify;

use crate::columns::{Column, Columns};
use crate::{Difference, Doing, StoreError};

/// The database, as sqlx names it.
pub type Db = Sqlite;

/// A transaction that has begun.
pub type Transaction = sqlx::Transaction<'static, Sqlite>;

/// Readers of one file; SQLite reads are short, and each connection costs memory.
const READERS: u32 = 2;

/// A service's store.
#[derive(Debug, Clone)]
pub struct Database {
    writer: Pool,
    readers: Pool,
    committed: Arc<Notify>,
}

impl Database {
    /// Opens the file, makes it where there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// Where the file cannot be opened, or holds a schema that this version does not know.
    pub async fn open(file: &Path, migrators: &[&Migrator]) -> Result<Self, OpenError> {
        let opened = |source| OpenError::Open { file: file.display().to_string(), source };
        for_its_owner_alone(file).map_err(|error| opened(error.into()))?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            // Erased means overwritten: what is deleted must not stay readable in free pages (promise 7).
            .pragma("secure_delete", "ON");
        let pool = SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None);
        let writer = pool.clone().max_connections(1).connect_with(options.clone()).await.map_err(opened)?;
        let mut connection = writer.acquire().await.map_err(opened)?;
        for migrator in migrators {
            match look::differs(&mut connection, migrator).await.map_err(opened)? {
                None => (),
                Some(Difference::Pending(..)) => {
                    let migrated = migrator.run(&mut *connection).await;
                    migrated
                        .map_err(|source| OpenError::Migrate { file: file.display().to_string(), source })?;
                }
                Some(added @ Difference::Added(_)) => {
                    tracing::warn!(file = %file.display(), "{added}");
                }
                Some(difference) => {
                    return Err(OpenError::Schema { file: file.display().to_string(), difference });
                }
            }
        }
        drop(connection);
        let readers =
            pool.max_connections(READERS).connect_with(options.read_only(true)).await.map_err(opened)?;
        Ok(Self { writer, readers, committed: Arc::new(Notify::new()) })
    }

    /// Begins a transaction that will write. The name says what it is for.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the file is locked for longer than the timeout, or is gone.
    pub async fn begin(&self, name: &'static str) -> Result<Transaction, StoreError> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.doing(name)
    }

    /// The same: SQLite has one writer. On PostgreSQL such a transaction runs beside others.
    ///
    /// # Errors
    /// As [`Database::begin`].
    pub async fn begin_beside(&self, name: &'static str) -> Result<Transaction, StoreError> {
        self.begin(name).await
    }

    /// Commits, and wakes whoever relays the outbox. A caller that goes away meanwhile changes neither: the commit is
    /// SQLite's by then, and its events would otherwise lie in the outbox until the next one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the commit could not be made durable: nothing of it holds.
    pub async fn commit(&self, transaction: Transaction, name: &'static str) -> Result<(), StoreError> {
        crate::commit(transaction, self.committed.clone(), name).await
    }

    /// To be called once a transaction that erases has committed: folds the write-ahead log into the file and cuts it to
    /// nothing. Deleted rows are overwritten in the file, but until then the log beside it holds them as they were. What
    /// somebody reads meanwhile, for longer than the busy timeout, keeps it as it is until a later fold; that is warned of.
    pub async fn after_erasing(&self) {
        let fold = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)");
        match fold.fetch_one(&self.writer).await {
            Ok(0) => {}
            Ok(_) => tracing::warn!(
                "what was erased is still in the write-ahead log, because somebody reads: it goes with the next fold"
            ),
            Err(error) => tracing::warn!(
                %error,
                "what was erased is still in the write-ahead log, which could not be folded: it goes with the next fold"
            ),
        }
    }

    /// Connections that only read.
    pub fn readers(&self) -> &Pool {
        &self.readers
    }

    /// Resolves once a transaction has committed since the last time it resolved; of several waiters, for one.
    pub async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Writes the whole file anew, so that nothing is left in it of what was overwritten; and then as [`Self::after_erasing`].
    ///
    /// # Errors
    /// The database's own.
    pub async fn write_anew(&self) -> Result<(), sqlx::Error> {
        sqlx::query("VACUUM").execute(&self.writer).await?;
        self.after_erasing().await;
        Ok(())
    }

    /// How its connections stand.
    pub fn connections(&self) -> crate::Connections {
        crate::Connections::of(&[&self.writer, &self.readers])
    }

    /// Closes the file; SQLite folds its write-ahead log in.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Writes what stands for rows: the rows, one after the other.
pub fn push_rows<T>(query: &mut QueryBuilder<Db>, rows: &Columns<'_, T>) {
    query.push_values(0..rows.number_of_rows(), |mut row, number| {
        for column in rows.columns() {
            push_value(&mut row, column, number);
        }
    });
}

/// Writes that a column is among the values of the only column of `values`.
pub fn push_among<T>(query: &mut QueryBuilder<Db>, column: &str, values: &Columns<'_, T>) {
    query.push(format_args!("{column} IN ("));
    push_rows(query, values);
    query.push(")");
}

fn push_value(row: &mut Separated<'_, Db, &'static str>, column: &Column<'_>, number: usize) {
    match column {
        Column::Texts(texts) => row.push_bind(texts[number].as_deref()),
        Column::Wholes(numbers) => row.push_bind(numbers[number]),
        Column::Flags(flags) => row.push_bind(flags[number]),
        Column::Bytes(bytes) => row.push_bind(bytes[number].as_deref()),
        Column::Ids(ids) => row.push_bind(ids[number]),
    };
}

/// Runs a statement whose rows are pushed. It is not kept prepared: each number of rows has a text of its own, and a
/// connection would hold on to a hundred of them.
///
/// # Errors
/// As the transaction has.
pub async fn execute(
    connection: &mut Connection,
    mut statement: QueryBuilder<Db>,
    doing: &'static str,
) -> Result<(), StoreError> {
    statement.build().persistent(false).execute(connection).await.doing(doing).map(drop)
}

/// Runs a statement whose rows are pushed. It is not kept prepared: each number of rows has a text of its own, and a
/// connection would hold on to a hundred of them, and returns its rows.
///
/// # Errors
/// As the transaction has.
pub async fn fetch_all(
    connection: &mut Connection,
    mut statement: QueryBuilder<Db>,
    doing: &'static str,
) -> Result<Vec<Row>, StoreError> {
    statement.build().persistent(false).fetch_all(connection).await.doing(doing)
}

/// Makes the file, where there is none, so that its owner alone can read it; SQLite gives the files beside it the
/// same mode. Whatever the folder allows, what is in the store is not for others.
fn for_its_owner_alone(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map(drop)
}

/// Why a store could not be opened, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be opened.
    #[error(
        "{file} cannot be opened: {source}; check that the folder exists, can be written, and that the disk has room"
    )]
    Open {
        /// The file.
        file: String,
        /// The database's own error.
        source: sqlx::Error,
    },
    /// The schema is not what this version expects, and is none that it could bring up to date.
    #[error("{file}: {difference}")]
    Schema {
        /// The file.
        file: String,
        /// How it differs.
        difference: Difference,
    },
    /// A migration failed.
    #[error(
        "the schema of {file} cannot be brought up to date: {source}; restore the file, or start the version before"
    )]
    Migrate {
        /// The file.
        file: String,
        /// The migrator's own error.
        source: sqlx::migrate::MigrateError,
    },
}

#[cfg(test)]
mod tests {
    use sqlx::Row;
    use sqlx::migrate::{Migration, MigrationType};

    use super::*;

    fn migrator() -> Migrator {
        let sql = sqlx::SqlStr::from_static("CREATE TABLE bird (name TEXT NOT NULL UNIQUE)");
        Migrator::with_migrations(vec![Migration::new(1, "birds".into(), MigrationType::Simple, sql, false)])
    }

    #[tokio::test]
    async fn what_is_committed_is_there_after_reopening_and_what_is_not_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("birds.sqlite");
        let database = Database::open(&file, &[&migrator()]).await.expect("opens");
        let mut transaction = database.begin("add a bird").await.expect("begins");
        sqlx::query("INSERT INTO bird VALUES ('lapwing')").execute(&mut *transaction).await.expect("inserts");
        database.commit(transaction, "add a bird").await.expect("commits");
        database.committed().await;
        let mut transaction = database.begin("add a bird").await.expect("begins");
        sqlx::query("INSERT INTO bird VALUES ('dodo')").execute(&mut *transaction).await.expect("inserts");
        drop(transaction);
        database.close().await;

        let database = Database::open(&file, &[&migrator()]).await.expect("opens again");
        let names: Vec<String> = sqlx::query("SELECT name FROM bird")
            .fetch_all(database.readers())
            .await
            .expect("reads")
            .iter()
            .map(|row| row.get(0))
            .collect();
        assert_eq!(names, ["lapwing"]);
    }

    #[tokio::test]
    async fn a_value_that_is_there_already_is_refused_and_not_called_unavailable() {
        let folder = tempfile::tempdir().expect("a folder");
        let database =
            Database::open(&folder.path().join("birds.sqlite"), &[&migrator()]).await.expect("opens");
        let mut transaction = database.begin("add birds").await.expect("begins");
        let twice =
            sqlx::query("INSERT INTO bird VALUES ('lapwing'), ('lapwing')").execute(&mut *transaction).await;
        assert!(twice.doing("add birds").expect_err("refused").is_unique_violation());
    }

    #[tokio::test]
    async fn a_file_is_opened_to_which_a_newer_version_has_added_and_not_one_that_it_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("birds.sqlite");
        let newer = |name: &'static str| {
            let sql = sqlx::SqlStr::from_static("CREATE TABLE IF NOT EXISTS nest (place TEXT)");
            let own = migrator().iter().cloned().collect::<Vec<_>>();
            let added = Migration::new(2, name.into(), MigrationType::Simple, sql, false);
            Migrator::with_migrations([own, vec![added]].concat())
        };
        Database::open(&file, &[&newer("adds nests")]).await.expect("opens").close().await;
        let database = Database::open(&file, &[&migrator()]).await.expect("the older version opens it");
        let mut transaction = database.begin("add a bird").await.expect("begins");
        sqlx::query("INSERT INTO bird VALUES ('lapwing')").execute(&mut *transaction).await.expect("inserts");
        sqlx::query("UPDATE _sqlx_migrations SET description = 'no more nests' WHERE version = 2")
            .execute(&mut *transaction)
            .await
            .expect("changes");
        database.commit(transaction, "add a bird").await.expect("commits");
        database.close().await;
        let refused = Database::open(&file, &[&migrator()]).await.expect_err("refused").to_string();
        assert!(refused.contains("0002 no more nests") && refused.contains("newer version"), "{refused}");
    }

    #[tokio::test]
    async fn a_store_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let _database =
            Database::open(&folder.path().join("birds.sqlite"), &[&migrator()]).await.expect("opens");
        for file in std::fs::read_dir(folder.path()).expect("a folder") {
            let file = file.expect("a file");
            assert_eq!(
                file.metadata().expect("a mode").permissions().mode() & 0o777,
                0o600,
                "{:?}",
                file.path()
            );
        }
    }

    #[tokio::test]
    async fn what_is_erased_is_in_no_file_any_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let database =
            Database::open(&folder.path().join("birds.sqlite"), &[&migrator()]).await.expect("opens");
        let name = "a bird that nobody is to know of";
        for statement in ["INSERT INTO bird VALUES ($1)", "DELETE FROM bird WHERE name = $1"] {
            assert_eq!(
                files_that_hold(folder.path(), name).len(),
                usize::from(statement.starts_with("DELETE"))
            );
            let mut transaction = database.begin("change birds").await.expect("begins");
            sqlx::query(statement).bind(name).execute(&mut *transaction).await.expect("changes");
            database.commit(transaction, "change birds").await.expect("commits");
        }
        assert_eq!(files_that_hold(folder.path(), name).len(), 1, "the write-ahead log");
        database.after_erasing().await;
        assert!(files_that_hold(folder.path(), name).is_empty());
    }

    /// The files of a folder in which some bytes stand.
    fn files_that_hold(folder: &Path, name: &str) -> Vec<std::path::PathBuf> {
        let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
        let holds = |file: &std::path::PathBuf| {
            let bytes = std::fs::read(file).expect("reads");
            bytes.windows(name.len()).any(|window| window == name.as_bytes())
        };
        files.filter(holds).collect()
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_named() {
        let error = Database::open(Path::new("/nowhere/birds.sqlite"), &[]).await.expect_err("refused");
        assert!(error.to_string().contains("/nowhere/birds.sqlite"), "{error}");
    }
}
