//! The promises on SQLite files.

pub(crate) mod dialect {
    pub(crate) use delivery::sqlite::{Outbox, Parked, admit, append, migrator, park, parked};
    pub(crate) use storage::sqlite::Database;
    use tempfile::TempDir;

    /// A new store, and what keeps it there.
    pub(crate) async fn empty_store() -> (Database, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("store.sqlite"), &[&migrator()]).await;
        (database.expect("opens"), folder)
    }
}

#[path = "parking.rs"]
mod parking;
#[path = "relay.rs"]
mod relay;
#[path = "world.rs"]
mod world;
