//! Intake's store in SQL, compiled for each database. One file beside this one for each kind of transaction; what they
//! share is how rows read (`rows`).
//!
//! What a reader would get wrong: the databases' own bounds do not end every wait. Where a line is cut and neither end is
//! told, nothing comes back at all, so each call has a bound here besides.

use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use async_trait::async_trait;
use contracts::intake::v1::HandOverOffer;
use contracts::notification::v1::Status;
use delivery::Heard;
use ids::Reference;
use jiff::Timestamp;
use sealing::WrappingKeys;
use storage::StoreError;
use tokio::time::timeout;

use super::dialect::{COMMITS_AT_ONCE, Database};
use super::{hand_overs, hold, keys, outcomes, read, under_way};
use crate::store::{
    Answered, Candidate, GivenReceipt, HeldNotification, Holding, Key, Lacking, NotSealed, Offer, Progress,
    Standing, Store, UnderWay,
};

/// How long a call may take: longer than a statement of PostgreSQL (15 s), so that its own error is told where it has one.
const LONGEST_CALL: Duration = Duration::from_secs(20);

/// Intake's store in one database.
#[derive(Debug, Clone)]
pub struct SqlStore {
    pub(super) database: Database,
    /// For the ids and times of events that only a transaction knows to be due.
    pub(super) ambient: Ambient,
    /// The keys under which each notification's own is wrapped.
    pub(super) wrapping: Arc<WrappingKeys>,
    longest_call: Duration,
}

impl SqlStore {
    /// On an opened database, whose notifications' keys are wrapped by `wrapping`. Seals what a version before held in clear.
    ///
    /// # Errors
    /// Where a wrapping key that is in use is not among those given: without it, what it wrapped cannot be read; and where the
    /// store cannot be read or written.
    pub async fn open(
        database: Database,
        ambient: Ambient,
        wrapping: WrappingKeys,
    ) -> Result<Self, NotSealed> {
        let store = Self { database, ambient, wrapping: Arc::new(wrapping), longest_call: LONGEST_CALL };
        let mut missing = keys::in_use(&store.database).await?;
        missing.retain(|id| !store.wrapping.has(id));
        if !missing.is_empty() {
            return Err(NotSealed::Missing(missing.join(", ")));
        }
        keys::seal_what_is_clear(&store).await?;
        Ok(store)
    }

    /// The ids of the wrapping keys under which something is sealed; none where nothing is.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn wrapped_under(database: &Database) -> Result<Vec<String>, StoreError> {
        keys::in_use(database).await
    }

    /// As [`Store::under_way`], of a database that is only looked at.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn under_way_in(database: &Database) -> Result<UnderWay, StoreError> {
        under_way::under_way(database).await
    }

    /// On a database that is only looked at: nothing is sealed, and whether keys are missing is for [`Self::lacking`] to say.
    pub fn looking(database: Database, ambient: Ambient, wrapping: WrappingKeys) -> Self {
        Self { database, ambient, wrapping: Arc::new(wrapping), longest_call: LONGEST_CALL }
    }

    /// Which wrapping keys that are in use are not among those given, or are given as others than they were.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn lacking(&self) -> Result<Vec<Lacking>, StoreError> {
        self.in_time("try the wrapping keys in use", keys::lacking(self)).await
    }

    /// The same, where a call may take so long.
    #[must_use]
    pub fn answering_within(self, longest_call: Duration) -> Self {
        Self { longest_call, ..self }
    }

    /// Gives a call up that takes too long. What it was about to write is undone, unless its commit was under way.
    pub(super) async fn in_time<T>(
        &self,
        doing: &'static str,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let answered = timeout(self.longest_call, call).await;
        answered.unwrap_or_else(|_| Err(StoreError::not_in_time(doing)))
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn hold(&self, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError> {
        self.in_time("hold notifications", hold::hold(self, candidates)).await
    }

    fn commits_at_once(&self) -> usize {
        COMMITS_AT_ONCE
    }

    async fn look_up(&self, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError> {
        self.in_time("look notifications up", hold::look_up(self, candidates)).await
    }

    async fn find(&self, authority: &str, key: &Key) -> Result<Option<HeldNotification>, StoreError> {
        self.in_time("find a notification", read::find(self, authority, key)).await
    }

    async fn standing(
        &self,
        authority: &str,
        key: &Key,
        revision: u32,
    ) -> Result<Option<(Standing, Option<GivenReceipt>)>, StoreError> {
        self.in_time("find a notification", read::standing(self.database.readers(), authority, key, revision))
            .await
    }

    async fn status(&self, authority: &str, reference: Reference) -> Result<Option<Status>, StoreError> {
        self.in_time(
            "tell where a notification stands",
            read::status(self.database.readers(), authority, reference),
        )
        .await
    }

    async fn record_outcomes(&self, heard: &[Heard<Progress>], now: Timestamp) -> Result<(), StoreError> {
        self.in_time("record what became of notifications", outcomes::record(self, heard, now)).await
    }

    async fn under_way(&self) -> Result<UnderWay, StoreError> {
        self.in_time("count what is under way", under_way::under_way(&self.database)).await
    }

    async fn hand_overs(&self, authority: &str, also_ended: bool) -> Result<Vec<HandOverOffer>, StoreError> {
        self.in_time("list hand-overs", hand_overs::list(self.database.readers(), authority, also_ended))
            .await
    }

    async fn offer(&self, authority: &str, reference: Reference) -> Result<Option<Offer>, StoreError> {
        self.in_time("answer a hand-over", hand_overs::offer_to(self, authority, reference)).await
    }

    async fn answer(&self, answered: &Answered) -> Result<bool, StoreError> {
        self.in_time("answer a hand-over", hand_overs::answer(self, answered)).await
    }
}
