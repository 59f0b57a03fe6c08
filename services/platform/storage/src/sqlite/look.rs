//! A file that is looked at and left as it is: for whoever asks whether all is well, also while a world uses it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::AssertSqlSafe;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tokio::sync::Notify;

use super::{Connection, Database, OpenError};
use crate::schema::{Applied, Difference};

/// How long whoever looks waits for a lock.
const PATIENCE: Duration = Duration::from_secs(5);

impl Database {
    /// Opens a file to look at it. Where there is none, none is made; and nothing is made beside it either: a file without a
    /// write-ahead log is in nobody's use, and is read without locks. Whoever looks longer asks again whether that still holds.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn look(file: &Path) -> Result<Self, OpenError> {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .read_only(true)
            .immutable(!Path::new(&log).exists())
            .busy_timeout(PATIENCE);
        let pool =
            SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options);
        let pool =
            pool.await.map_err(|source| OpenError::Open { file: file.display().to_string(), source })?;
        Ok(Self { writer: pool.clone(), readers: pool, committed: Arc::new(Notify::new()) })
    }

    /// How the schema of the file differs from what this version expects, if it does.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub async fn difference(
        &self,
        file: &Path,
        migrators: &[&Migrator],
    ) -> Result<Option<Difference>, OpenError> {
        let not_read = |source| OpenError::Open { file: file.display().to_string(), source };
        let mut connection = self.readers.acquire().await.map_err(not_read)?;
        for migrator in migrators {
            if let Some(difference) = differs(&mut connection, migrator).await.map_err(not_read)? {
                return Ok(Some(difference));
            }
        }
        Ok(None)
    }
}

/// How a file's schema differs from what a migrator brings, if it does.
pub(super) async fn differs(
    connection: &mut Connection,
    migrator: &Migrator,
) -> Result<Option<Difference>, sqlx::Error> {
    let table = migrator.table_name.as_ref();
    let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = $1)")
        .bind(table)
        .fetch_one(&mut *connection)
        .await?;
    if !known {
        return Ok(crate::schema::difference(migrator, &[]));
    }
    let applied = format!("SELECT {} FROM {table} ORDER BY version", Applied::COLUMNS);
    let rows = sqlx::query(AssertSqlSafe(applied)).persistent(false).fetch_all(&mut *connection).await?;
    let applied = rows.iter().map(Applied::of).collect::<Result<Vec<_>, _>>()?;
    Ok(crate::schema::difference(migrator, &applied))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use sqlx::migrate::{Migration, MigrationType};

    use super::*;

    fn migrator(texts: &[&'static str]) -> Migrator {
        let migrations = (1..).zip(texts).map(|(version, text)| {
            let sql = sqlx::SqlStr::from_static(text);
            Migration::new(version, "birds".into(), MigrationType::Simple, sql, false)
        });
        Migrator::with_migrations(migrations.collect())
    }

    fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
        files.map(|file| (file.display().to_string(), fs::read(&file).expect("reads"))).collect()
    }

    #[tokio::test]
    async fn a_file_is_looked_at_in_use_and_out_of_use_and_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("birds.sqlite");
        let (one, two) = (
            migrator(&["CREATE TABLE a (b INT)"]),
            migrator(&["CREATE TABLE a (b INT)", "CREATE TABLE c (d INT)"]),
        );
        let used = Database::open(&file, &[&one]).await.expect("opens");
        let looked = Database::look(&file).await.expect("looks while it is used");
        assert_eq!(looked.difference(&file, &[&one]).await.expect("reads"), None);
        let written = sqlx::query("INSERT INTO a VALUES (1)").execute(looked.readers()).await;
        assert!(written.is_err(), "nothing can be written");
        looked.close().await;
        used.close().await;
        let before = contents(folder.path());
        let looked = Database::look(&file).await.expect("looks");
        let pending = looked.difference(&file, &[&two]).await.expect("reads");
        assert_eq!(pending, Some(Difference::Pending(vec!["0002 birds".into()])));
        looked.close().await;
        assert_eq!(contents(folder.path()), before);
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("birds.sqlite");
        assert!(Database::look(&file).await.is_err());
        assert!(contents(folder.path()).is_empty());
    }
}
