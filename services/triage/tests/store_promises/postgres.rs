//! The promises on PostgreSQL, and those that only it has: several replicas on one schema, and a schema that is migrated
//! apart.

mod replicas;
mod schema;

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::postgres::{Outbox, park};
    pub(super) use storage::postgres::Database;
    use testbed::postgres::Server;
    pub(super) use triage::store::postgres::PostgresStore as SqlStore;

    /// Where a store is kept: a schema.
    pub(super) type Kept = storage::postgres::Place;

    pub(super) async fn empty() -> Kept {
        let place = Server::shared().await.schema("triage").await;
        triage::store::postgres::migrate(&place).await.expect("migrates");
        place
    }

    pub(super) async fn open(kept: &Kept) -> Database {
        triage::store::postgres::open(kept).await.expect("opens")
    }
}

#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "bringing_together.rs"]
mod bringing_together;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "erasing.rs"]
mod erasing;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "leases.rs"]
mod leases;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "opening.rs"]
mod opening;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "revisions.rs"]
mod revisions;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "standing_aside.rs"]
mod standing_aside;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "world.rs"]
mod world;
