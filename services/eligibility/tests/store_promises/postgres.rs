//! The promises on PostgreSQL, and those that only it has: several replicas on one schema, and one that is migrated apart.

mod replicas;
mod schema;

/// What differs between the databases.
mod dialect {
    use std::path::Path;

    pub(super) use eligibility::store::postgres::PostgresStore as SqlStore;
    use storage::Location;
    pub(super) use storage::postgres::Database;
    use testbed::postgres::Server;

    pub(super) async fn empty_store(_folder: &Path) -> Location {
        let place = Server::shared().await.schema("eligibility").await;
        eligibility::store::postgres::migrate(&place).await.expect("migrates");
        Location::Postgres(place)
    }

    pub(super) async fn open(location: &Location) -> Database {
        let Location::Postgres(place) = location else { panic!("a schema") };
        eligibility::store::postgres::open(place).await.expect("opens")
    }
}

#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "hearing.rs"]
mod hearing;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "keeping.rs"]
mod keeping;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "world.rs"]
mod world;
