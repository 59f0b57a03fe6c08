//! The promises on schemas of PostgreSQL.

pub(crate) mod dialect {
    use std::sync::Arc;

    pub(crate) use delivery::postgres::{Outbox, Parked, admit, append, migrator, park, parked};
    pub(crate) use storage::postgres::Database;
    use storage::postgres::Place;
    use testbed::postgres::Server;

    /// Where a store is, and the server that keeps it there.
    pub(crate) type Kept = (Place, Arc<Server>);

    /// A new store, and what keeps it there.
    pub(crate) async fn empty_store() -> (Database, Kept) {
        let server = Server::shared().await;
        let place = server.schema("hide").await;
        Database::migrate(&place, &[&migrator()]).await.expect("migrates");
        (another_replica(&(place.clone(), server.clone())).await, (place, server))
    }

    /// The same store as another process sees it.
    pub(crate) async fn another_replica((place, _): &Kept) -> Database {
        Database::open(place, &[&migrator()]).await.expect("opens")
    }
}

#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "parking.rs"]
mod parking;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "relay.rs"]
mod relay;
#[path = "replicas.rs"]
mod replicas;
#[expect(clippy::duplicate_mod, reason = "one suite, compiled for each database")]
#[path = "world.rs"]
mod world;
