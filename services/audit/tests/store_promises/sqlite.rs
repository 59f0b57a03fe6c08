//! The promises on SQLite, and the one that only it has: what is erased is in no file any more.

mod bytes;

/// What differs between the databases.
mod dialect {
    use std::path::Path;

    use storage::Location;
    pub(super) use storage::sqlite::{Database, Row};

    /// Takes away what protects the hashes.
    pub(super) const LET_HASHES_BE_TAKEN_AWAY: &str = "DROP TRIGGER a_hash_is_never_taken_away";

    /// Takes away what protects hashes and entries from being altered.
    pub(super) const LET_THE_LOG_BE_ALTERED: [&str; 2] =
        ["DROP TRIGGER a_hash_is_never_altered", "DROP TRIGGER an_entry_is_never_altered"];

    pub(super) async fn empty_store(folder: &Path) -> Location {
        Location::Sqlite(folder.join("audit.sqlite"))
    }

    pub(super) async fn open(location: &Location) -> Database {
        let Location::Sqlite(file) = location else { panic!("a file") };
        Database::open(file, &[]).await.expect("opens")
    }
}

#[path = "answers.rs"]
mod answers;
#[path = "erasing.rs"]
mod erasing;
#[path = "keeping.rs"]
mod keeping;
#[path = "verifying.rs"]
mod verifying;
#[path = "world.rs"]
mod world;
