//! The promises on SQLite.

/// What differs between the databases.
mod dialect {
    use std::path::Path;

    pub(super) use eligibility::store::sqlite::SqliteStore as SqlStore;
    use storage::Location;
    pub(super) use storage::sqlite::Database;

    pub(super) async fn empty_store(folder: &Path) -> Location {
        Location::Sqlite(folder.join("eligibility.sqlite"))
    }

    pub(super) async fn open(location: &Location) -> Database {
        let Location::Sqlite(file) = location else { panic!("a file") };
        eligibility::store::sqlite::open(file).await.expect("opens")
    }
}

#[path = "hearing.rs"]
mod hearing;
#[path = "keeping.rs"]
mod keeping;
#[path = "world.rs"]
mod world;
