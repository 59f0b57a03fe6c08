//! Eligibility's store on SQLite.

use std::collections::HashSet;
use std::path::Path;

use async_trait::async_trait;
use delivery::{Delivered, Envelope, Heard};
use jiff::Timestamp;
use prost::Message;
use sqlx::QueryBuilder;
use storage::sqlite::{Database, OpenError};
use storage::{Doing, StoreError};

use super::{Finding, Store};

/// Rows in one INSERT: six columns each, far below SQLite's limit of 32,766 variables.
const ROWS: usize = 500;

/// Opens eligibility's file and brings its schema up to date.
///
/// # Errors
/// As [`Database::open`].
pub async fn open(file: &Path) -> Result<Database, OpenError> {
    Database::open(file, &[&delivery::sqlite::migrator(), &sqlx::migrate!("migrations/sqlite")]).await
}

/// Eligibility's store in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
}

impl SqliteStore {
    /// On an opened file.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn record(&self, heard: &[Heard<Finding>], now: Timestamp) -> Result<(), StoreError> {
        const NAME: &str = "record findings";
        let mut transaction = self.database.begin(NAME).await?;
        let mut fresh =
            delivery::sqlite::admit(&mut transaction, heard.iter().map(|heard| heard.event), now).await?;
        let fresh: Vec<&Heard<Finding>> = heard.iter().filter(|heard| fresh.remove(&heard.event)).collect();
        let mut kept_now: HashSet<(String, u32)> = HashSet::with_capacity(fresh.len());
        for rows in fresh.chunks(ROWS) {
            let mut insert = QueryBuilder::new(
                "INSERT INTO finding (reference, revision, outcome, policy_hash, assessment, found_at) ",
            );
            insert.push_values(rows, |mut row, heard| {
                let finding = &heard.effect;
                row.push_bind(finding.reference.to_string())
                    .push_bind(finding.revision)
                    .push_bind(finding.assessment.outcome)
                    .push_bind(&finding.assessment.policy_hash)
                    .push_bind(finding.assessment.encode_to_vec())
                    .push_bind(now.as_microsecond());
            });
            // Two events can carry one revision; the first finding of it stands.
            insert.push(" ON CONFLICT (reference, revision) DO NOTHING RETURNING reference, revision");
            let kept = insert.build_query_as().persistent(false).fetch_all(&mut *transaction).await;
            kept_now.extend(kept.doing(NAME)?);
        }
        let events: Vec<&Envelope> = fresh
            .iter()
            .filter(|heard| kept_now.remove(&(heard.effect.reference.to_string(), heard.effect.revision)))
            .flat_map(|heard| &heard.outgoing)
            .collect();
        delivery::sqlite::append(&mut transaction, &events).await?;
        self.database.commit(transaction, NAME).await
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
