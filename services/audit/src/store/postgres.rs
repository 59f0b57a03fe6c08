//! Audit's store on PostgreSQL, which any number of replicas share.
//!
//! What a reader would get wrong: the log has no sequencer that somebody must elect. Whoever holds the schema's advisory
//! lock is it, for one transaction. A replica that dies lets go at once, because the server ends the transaction of a
//! connection that is gone, and whoever waits goes on.

use sqlx::migrate::Migrator;
use storage::postgres::{OpenError, Place};

/// What differs between the databases.
mod dialect {
    pub(super) use delivery::postgres::admit;
    pub(super) use storage::postgres::{
        Connection, Database, Db, Pool, Row, execute, fetch_all, push_among, push_rows,
    };

    /// Destroys the salt of one notification, and with it its entries. Audit's role may do it in this way alone.
    pub(super) const DESTROY_SALT: &str = "SELECT destroy_salt($1)";
}

#[expect(clippy::duplicate_mod, reason = "one set of queries, compiled for each database")]
#[path = "queries.rs"]
mod queries;
#[expect(clippy::duplicate_mod, reason = "one set of queries, compiled for each database")]
#[path = "rows.rs"]
mod rows;
#[expect(clippy::duplicate_mod, reason = "one set of queries, compiled for each database")]
#[path = "salts.rs"]
mod salts;
#[expect(clippy::duplicate_mod, reason = "one set of queries, compiled for each database")]
#[path = "whole.rs"]
mod whole;

use dialect::Database;
pub use queries::SqlStore as PostgresStore;

/// Connects to audit's schema, which must be up to date and let this role destroy a salt: else the first erasure would hold
/// up every event behind it.
///
/// # Errors
/// As [`Database::open`]: a schema with pending migrations is refused.
pub async fn open(place: &Place) -> Result<Database, OpenError> {
    let database = Database::open(place, &migrators().each_ref()).await?;
    match may_erase(&database).await {
        Ok(true) => Ok(database),
        Ok(false) => Err(not_granted(
            place,
            sqlx::Error::Configuration(
                "this role may not call destroy_salt, without which no notification can be erased".into(),
            ),
        )),
        Err(source) => Err(not_granted(place, source)),
    }
}

/// Whether this role may destroy a salt, and so erase a notification.
///
/// # Errors
/// Where the database does not answer, or has no such function yet.
pub async fn may_erase(database: &Database) -> Result<bool, sqlx::Error> {
    let may_erase = sqlx::query_scalar("SELECT has_function_privilege('destroy_salt(text)', 'EXECUTE')");
    may_erase.fetch_one(database.readers()).await
}

fn not_granted(place: &Place, source: sqlx::Error) -> OpenError {
    let to_do = "run deploy/postgres/grants.sql once more, as after each migration";
    OpenError::Open { schema: place.schema.clone(), to_do, source }
}

/// Brings audit's schema up to date, as the role that owns it, and returns the names of the migrations that this took.
///
/// # Errors
/// As [`Database::migrate`].
pub async fn migrate(place: &Place) -> Result<Vec<String>, OpenError> {
    Database::migrate(place, &migrators().each_ref()).await
}

/// What brings the schema up to date: what every service has there, and this one's own.
pub fn migrators() -> [Migrator; 2] {
    [delivery::postgres::migrator(), sqlx::migrate!("migrations/postgres")]
}
