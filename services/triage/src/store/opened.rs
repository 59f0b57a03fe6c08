//! A store in a folder of its own, with cases that have nothing but a reference and an authority: for the tests of what
//! is kept beside them.

use std::ops::DerefMut;

use ambient::{Ambient, SeededChance, SystemClock};
use ids::Reference;
use jiff::Timestamp;
use sqlx::{Sqlite, Transaction};
use storage::sqlite::Database;
use tempfile::TempDir;

use super::sqlite::open;

pub(super) struct Opened {
    _folder: TempDir,
    pub(super) database: Database,
}

impl Opened {
    /// A store in which each of these references has a case of authority 330.
    pub(super) async fn with(references: impl IntoIterator<Item = Reference>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = open(&folder.path().join("triage.sqlite")).await.expect("opens");
        let opened = Self { _folder: folder, database };
        let mut transaction = opened.begin().await;
        for reference in references {
            sqlx::query(
                "INSERT INTO panel_case (reference, revision, authority, outcome, provision, children, lane, priority, \
                 queued_at, policy_hash, assessed) VALUES ($1, 1, '330', 1, '', 1, 1, 2, 0, $2, x'')",
            )
            .bind(reference.to_string())
            .bind("0".repeat(64))
            .execute(transaction.deref_mut())
            .await
            .expect("opens a case");
        }
        opened.commit(transaction).await;
        opened
    }

    pub(super) async fn begin(&self) -> Transaction<'static, Sqlite> {
        self.database.begin("test").await.expect("begins")
    }

    pub(super) async fn commit(&self, transaction: Transaction<'static, Sqlite>) {
        self.database.commit(transaction, "test").await.expect("commits");
    }
}

/// The same for the same seed.
pub(super) fn reference(seed: u64) -> Reference {
    Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)))
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}
