//! Copies of several SQLite files that belong together, as they were at one moment.
//!
//! What a reader would get wrong: copies that are made one after the other do not fit together. An event may have left its
//! sender's outbox after that was copied and had its effect before the receiver was, or the other way round, which loses it. So
//! all writers are held up first, and then every file is copied: readers go on, and writers wait some moments.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::{Doing, StoreError};

/// How long a file may be written by others before it is given up: as long as a store waits itself, and some more.
const WAIT_FOR_WRITERS: Duration = Duration::from_secs(15);

/// Copies each of `files` to the path beside it, all as they were at one moment. The copies must not be there yet.
///
/// # Errors
/// Where a file cannot be locked, read or written. What was copied is left: the caller throws it away.
pub async fn copy_together(files: &[(PathBuf, PathBuf)]) -> Result<(), StoreError> {
    const DOING: &str = "copy stores together";
    let mut writers = Vec::with_capacity(files.len());
    for (file, _) in files {
        let mut writer = connect(file).await.doing(DOING)?;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut writer).await.doing(DOING)?;
        writers.push(writer);
    }
    for (file, copy) in files {
        let mut reader = connect(file).await.doing(DOING)?;
        sqlx::query("VACUUM INTO $1")
            .bind(copy.display().to_string())
            .execute(&mut reader)
            .await
            .doing(DOING)?;
        reader.close().await.doing(DOING)?;
    }
    for mut writer in writers {
        sqlx::query("ROLLBACK").execute(&mut writer).await.doing(DOING)?;
        writer.close().await.doing(DOING)?;
    }
    Ok(())
}

/// What is wrong within a file by SQLite's own judgement; nothing where it is whole.
///
/// # Errors
/// Where it cannot be read at all.
pub async fn faults_of(file: &std::path::Path) -> Result<Vec<String>, StoreError> {
    const DOING: &str = "check a copied store";
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let mut connection = options.connect().await.doing(DOING)?;
    let told: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut connection).await.doing(DOING)?;
    connection.close().await.doing(DOING)?;
    Ok(told.into_iter().filter(|line| line != "ok").collect())
}

async fn connect(file: &std::path::Path) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
    options.busy_timeout(WAIT_FOR_WRITERS).connect().await
}
