//! The promises on PostgreSQL, and those that only it has: several replicas on one log, a schema that is migrated apart,
//! and roles.

mod replicas;
mod roles;
mod schema;

/// What differs between the databases.
mod dialect {
    use std::path::Path;

    use audit::store::postgres::migrate;
    use storage::Location;
    pub(super) use storage::postgres::{Database, Row};
    use testbed::postgres::Server;

    /// Takes away what protects the hashes.
    pub(super) const LET_HASHES_BE_TAKEN_AWAY: &str = "DROP TRIGGER a_hash_is_never_taken_away ON hash";

    /// Takes away what protects hashes and entries from being altered.
    pub(super) const LET_THE_LOG_BE_ALTERED: [&str; 2] =
        ["DROP TRIGGER a_hash_is_never_altered ON hash", "DROP TRIGGER an_entry_is_never_altered ON entry"];

    pub(super) async fn empty_store(_folder: &Path) -> Location {
        let place = Server::shared().await.schema("audit").await;
        migrate(&place).await.expect("migrates");
        Location::Postgres(place)
    }

    pub(super) async fn open(location: &Location) -> Database {
        let Location::Postgres(place) = location else { panic!("a schema") };
        Database::open(place, &[]).await.expect("opens")
    }
}

#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "answers.rs"]
mod answers;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "erasing.rs"]
mod erasing;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "keeping.rs"]
mod keeping;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "verifying.rs"]
mod verifying;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "world.rs"]
mod world;
