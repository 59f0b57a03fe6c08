//! Outbox, inbox and parked events in a service's own SQLite file.
//!
//! Statements whose text depends on the size of a batch are not kept prepared (`persistent(false)`): a connection
//! would otherwise hold on to a hundred of them, some megabytes.

mod inbox;
mod outbox;

use sqlx::migrate::Migrator;

pub use inbox::{admit, park, parked};
pub use outbox::{Outbox, append};

/// Makes the tables of this crate in a service's file, with a bookkeeping of their own.
pub fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("migrations/sqlite");
    migrator.dangerous_set_table_name("delivery_migrations");
    migrator
}
