//! Intake's store on SQLite. One file for each kind of transaction; what they share is how rows read (`sqlite_rows`).

mod hand_overs;
mod hold;
mod outcomes;
mod read;

use std::path::Path;

use ambient::Ambient;
use async_trait::async_trait;
use contracts::intake::v1::HandOverOffer;
use contracts::notification::v1::Status;
use delivery::{Delivered, Heard};
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;
use storage::sqlite::{Database, OpenError};

use super::{
    Answered, Candidate, GivenReceipt, HeldNotification, Holding, Key, Offer, Progress, Standing, Store,
};

/// Rows in one statement: eleven columns each at most, far below SQLite's limit of 32,766 variables.
const ROWS: usize = 500;

/// Opens intake's file and brings its schema up to date.
///
/// # Errors
/// As [`Database::open`].
pub async fn open(file: &Path) -> Result<Database, OpenError> {
    Database::open(file, &[&delivery::sqlite::migrator(), &sqlx::migrate!("migrations/sqlite")]).await
}

/// Intake's store in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
    /// For the ids and times of events that only a transaction knows to be due.
    ambient: Ambient,
}

impl SqliteStore {
    /// On an opened file.
    pub fn new(database: Database, ambient: Ambient) -> Self {
        Self { database, ambient }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn hold(&self, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError> {
        hold::hold(self, candidates).await
    }

    async fn find(&self, authority: &str, key: &Key) -> Result<Option<HeldNotification>, StoreError> {
        read::find(self.database.readers(), authority, key).await
    }

    async fn standing(
        &self,
        authority: &str,
        key: &Key,
        revision: u32,
    ) -> Result<Option<(Standing, Option<GivenReceipt>)>, StoreError> {
        read::standing(self.database.readers(), authority, key, revision).await
    }

    async fn status(&self, authority: &str, reference: Reference) -> Result<Option<Status>, StoreError> {
        read::status(self.database.readers(), authority, reference).await
    }

    async fn record_outcomes(&self, heard: &[Heard<Progress>], now: Timestamp) -> Result<(), StoreError> {
        outcomes::record(self, heard, now).await
    }

    async fn hand_overs(&self, authority: &str, also_ended: bool) -> Result<Vec<HandOverOffer>, StoreError> {
        hand_overs::list(self.database.readers(), authority, also_ended).await
    }

    async fn offer(&self, authority: &str, reference: Reference) -> Result<Option<Offer>, StoreError> {
        hand_overs::offer_to(self.database.readers(), authority, reference).await
    }

    async fn answer(&self, answered: &Answered) -> Result<bool, StoreError> {
        hand_overs::answer(self, answered).await
    }

    async fn park(
        &self,
        queue: &str,
        delivered: &Delivered,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        delivery::sqlite::park(&self.database, queue, &delivered.envelope, reason, now).await
    }
}
