//! What every service has in its store besides its own tables: where its events leave, and where they are put aside.

use std::sync::Arc;

use ambient::Ambient;
use async_trait::async_trait;
use storage::{Opened, StoreError};

use crate::{Envelope, Keeper, Outbox, ParkedEvents, postgres, sqlite};

/// A service's outbox and parked events, whichever database they are in.
#[derive(Clone)]
pub struct PostRoom {
    /// What the service tells the others.
    pub outbox: Arc<dyn Outbox>,
    store: Opened,
    /// For the time at which something is put aside.
    ambient: Ambient,
}

impl PostRoom {
    /// In a SQLite file.
    pub fn in_sqlite(database: &storage::sqlite::Database, ambient: &Ambient) -> Self {
        Self {
            outbox: Arc::new(sqlite::Outbox::of(database.clone())),
            store: Opened::Sqlite(database.clone()),
            ambient: ambient.clone(),
        }
    }

    /// In a schema of PostgreSQL.
    pub fn in_postgres(database: &storage::postgres::Database, ambient: &Ambient) -> Self {
        Self {
            outbox: Arc::new(postgres::Outbox::of(database.clone())),
            store: Opened::Postgres(database.clone()),
            ambient: ambient.clone(),
        }
    }

    /// In a store that is open.
    pub fn of(store: &Opened, ambient: &Ambient) -> Self {
        match store {
            Opened::Sqlite(database) => Self::in_sqlite(database, ambient),
            Opened::Postgres(database) => Self::in_postgres(database, ambient),
        }
    }

    /// What was put aside, for an operator.
    pub fn parked_events(&self) -> Arc<dyn ParkedEvents> {
        match &self.store {
            Opened::Sqlite(database) => Arc::new(sqlite::Parked::of(database.clone())),
            Opened::Postgres(database) => Arc::new(postgres::Parked::of(database.clone())),
        }
    }

    /// How many events are parked.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn parked(&self) -> Result<u64, StoreError> {
        match &self.store {
            Opened::Sqlite(database) => sqlite::parked(database).await,
            Opened::Postgres(database) => postgres::parked(database).await,
        }
    }

    /// The store itself.
    pub fn store(&self) -> &Opened {
        &self.store
    }

    /// Closes the store.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

#[async_trait]
impl Keeper for PostRoom {
    async fn park(&self, queue: &str, envelope: &Envelope, reason: &str) -> Result<(), StoreError> {
        let now = self.ambient.now();
        match &self.store {
            Opened::Sqlite(database) => sqlite::park(database, queue, envelope, reason, now).await,
            Opened::Postgres(database) => postgres::park(database, queue, envelope, reason, now).await,
        }
    }
}
