//! Intake's store on SQLite.

use std::collections::HashMap;
use std::path::Path;

use async_trait::async_trait;
use contracts::notification::v1::Status;
use delivery::{Delivered, Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use sqlx::{QueryBuilder, SqliteConnection};
use storage::sqlite::{Database, OpenError};
use storage::{Doing, StoreError};

use super::sqlite_rows::{detail, found, given_receipt, outcome, standing};
use super::{Candidate, GivenReceipt, HeldNotification, Holding, Key, Progress, Store};
use crate::domain::status::{self, Outcome};

/// Rows in one INSERT: eight columns each, far below SQLite's limit of 32,766 variables.
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
}

/// What tells one submission from another within a revision.
type SubmissionKey = (String, String);

impl SqliteStore {
    /// On an opened file.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn hold(&self, candidates: &[Candidate]) -> Result<Vec<Holding>, StoreError> {
        const NAME: &str = "hold notifications";
        let mut transaction = self.database.begin(NAME).await?;
        let mut held = held_before(&mut transaction, candidates).await?;
        let mut holdings = Vec::with_capacity(candidates.len());
        let mut fresh = Vec::new();
        for candidate in candidates {
            let key = (candidate.receipt.authority.clone(), candidate.receipt.sender_reference.clone());
            if let Some(given) = held.get(&key) {
                holdings.push(compare(given, candidate));
            } else {
                held.insert(
                    key,
                    GivenReceipt {
                        receipt: candidate.receipt.clone(),
                        signed_note: candidate.signed_note.clone(),
                    },
                );
                holdings.push(Holding::New);
                fresh.push(candidate);
            }
        }
        insert(&mut transaction, &fresh).await?;
        let events: Vec<&Envelope> = fresh.iter().map(|candidate| &candidate.event).collect();
        delivery::sqlite::append(&mut transaction, &events).await?;
        self.database.commit(transaction, NAME).await?;
        Ok(holdings)
    }

    async fn find(&self, authority: &str, key: &Key) -> Result<Option<HeldNotification>, StoreError> {
        let query = match key {
            Key::Reference(reference) => {
                sqlx::query("SELECT * FROM notification WHERE authority = $1 AND reference = $2").bind(authority).bind(reference.to_string())
            }
            Key::SenderReference(sender_reference) => {
                sqlx::query("SELECT * FROM notification WHERE authority = $1 AND sender_reference = $2 ORDER BY revision DESC LIMIT 1")
                    .bind(authority)
                    .bind(sender_reference)
            }
        };
        let row = query.fetch_optional(self.database.readers()).await.doing("find a notification")?;
        row.as_ref().map(found).transpose()
    }

    async fn status(&self, authority: &str, reference: Reference) -> Result<Option<Status>, StoreError> {
        const DOING: &str = "tell where a notification stands";
        let row = sqlx::query(
            "SELECT reference, sender_reference, authority, revision, received_at FROM notification \
             WHERE authority = $1 AND reference = $2",
        )
        .bind(authority)
        .bind(reference.to_string())
        .fetch_optional(self.database.readers())
        .await
        .doing(DOING)?;
        let Some(row) = row else { return Ok(None) };
        let steps = sqlx::query("SELECT stage, at, detail FROM step WHERE reference = $1")
            .bind(reference.to_string())
            .fetch_all(self.database.readers())
            .await
            .doing(DOING)?;
        let steps: Result<Vec<(Timestamp, Outcome)>, StoreError> =
            steps.iter().map(|row| outcome(reference, row)).collect();
        Ok(Some(status::tell(standing(&row)?, steps?)))
    }

    async fn record_outcomes(&self, heard: &[Heard<Progress>], now: Timestamp) -> Result<(), StoreError> {
        const NAME: &str = "record what became of notifications";
        let mut transaction = self.database.begin(NAME).await?;
        let mut fresh =
            delivery::sqlite::admit(&mut transaction, heard.iter().map(|heard| heard.event), now).await?;
        let fresh: Vec<&Heard<_>> = heard.iter().filter(|heard| fresh.remove(&heard.event)).collect();
        for rows in fresh.chunks(ROWS) {
            let mut insert = QueryBuilder::new("INSERT INTO step (reference, stage, at, detail) ");
            insert.push_values(rows, |mut row, heard| {
                let Progress { reference, outcome, at } = &heard.effect;
                row.push_bind(reference.to_string())
                    .push_bind(outcome.stage() as i32)
                    .push_bind(at.as_microsecond())
                    .push_bind(detail(outcome));
            });
            insert
                .push(" ON CONFLICT DO NOTHING")
                .build()
                .persistent(false)
                .execute(&mut *transaction)
                .await
                .doing(NAME)?;
        }
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

/// What is held already under the candidates' keys.
async fn held_before(
    connection: &mut SqliteConnection,
    candidates: &[Candidate],
) -> Result<HashMap<SubmissionKey, GivenReceipt>, StoreError> {
    const DOING: &str = "look for earlier submissions";
    let mut held = HashMap::new();
    for some in candidates.chunks(ROWS) {
        let mut select = QueryBuilder::new(
            "SELECT reference, revision, authority, sender_reference, fingerprint, signed_note, received_at \
             FROM notification WHERE revision = 1 AND (authority, sender_reference) IN (",
        );
        // A list of row values needs VALUES in SQLite.
        select.push_values(some, |mut row, candidate| {
            row.push_bind(&candidate.receipt.authority).push_bind(&candidate.receipt.sender_reference);
        });
        let rows =
            select.push(")").build().persistent(false).fetch_all(&mut *connection).await.doing(DOING)?;
        for row in &rows {
            let given = given_receipt(row)?;
            held.insert((given.receipt.authority.clone(), given.receipt.sender_reference.clone()), given);
        }
    }
    Ok(held)
}

fn compare(given: &GivenReceipt, candidate: &Candidate) -> Holding {
    if given.receipt.fingerprint == candidate.receipt.fingerprint {
        Holding::Before(Box::new(given.clone()))
    } else {
        Holding::Other { reference: given.receipt.reference, fingerprint: given.receipt.fingerprint }
    }
}

async fn insert(connection: &mut SqliteConnection, fresh: &[&Candidate]) -> Result<(), StoreError> {
    for rows in fresh.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO notification \
             (reference, authority, sender_reference, revision, fingerprint, record, signed_note, received_at) ",
        );
        insert.push_values(rows, |mut row, candidate| {
            let receipt = &candidate.receipt;
            row.push_bind(receipt.reference.to_string())
                .push_bind(&receipt.authority)
                .push_bind(&receipt.sender_reference)
                .push_bind(receipt.revision)
                .push_bind(receipt.fingerprint.0.to_vec())
                .push_bind(&candidate.record)
                .push_bind(&candidate.signed_note)
                .push_bind(receipt.received_at.as_microsecond());
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing("hold notifications")?;
    }
    Ok(())
}
