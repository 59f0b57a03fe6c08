//! The promises on SQLite, and those that only it has: a file of an earlier version is read on, and match tokens of what is
//! erased are in no file any more.

mod bytes;
mod migration;

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::sqlite::{Outbox, park};
    pub(super) use storage::sqlite::Database;
    pub(super) use triage::store::sqlite::SqliteStore as SqlStore;

    /// Where a store is kept: a folder with its file.
    pub(super) type Kept = tempfile::TempDir;

    pub(super) async fn empty() -> Kept {
        tempfile::tempdir().expect("a folder")
    }

    pub(super) async fn open(kept: &Kept) -> Database {
        let file = kept.path().join("triage.sqlite");
        triage::store::sqlite::open(&file).await.expect("opens")
    }
}

#[path = "bringing_together.rs"]
mod bringing_together;
#[path = "erasing.rs"]
mod erasing;
#[path = "leases.rs"]
mod leases;
#[path = "opening.rs"]
mod opening;
#[path = "revisions.rs"]
mod revisions;
#[path = "standing_aside.rs"]
mod standing_aside;
#[path = "world.rs"]
mod world;
