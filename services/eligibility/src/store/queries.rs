//! Every query of eligibility, compiled for each database.
//!
//! What a reader would get wrong: two events can carry one revision, and one event can come twice, also to two replicas at
//! once. Both are recognised by what the database already holds: `Database::begin` lets one writer in at a time, so what is
//! read as new is new.

use std::collections::HashSet;

use async_trait::async_trait;
use delivery::{Envelope, Heard};
use jiff::Timestamp;
use prost::Message;
use sqlx::QueryBuilder;
use storage::{Doing, StoreError, whole};

use super::dialect::{Connection, Database, Db, admit, append};
use crate::store::{Finding, Store};

/// Rows in one INSERT: six columns each, far below the variables that a statement may have: 32,766 of SQLite, 65,535 of
/// PostgreSQL.
const ROWS: usize = 500;

/// A revision as its row names it.
type Revision = (String, i64);

/// Eligibility's store in one database.
#[derive(Debug, Clone)]
pub struct SqlStore {
    database: Database,
}

impl SqlStore {
    /// On an opened database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn record(&self, heard: &[Heard<Finding>], now: Timestamp) -> Result<(), StoreError> {
        const NAME: &str = "record findings";
        let mut transaction = self.database.begin(NAME).await?;
        let mut fresh = admit(&mut transaction, heard.iter().map(|heard| heard.event), now).await?;
        let fresh: Vec<&Heard<Finding>> = heard.iter().filter(|heard| fresh.remove(&heard.event)).collect();
        let mut kept_now = keep(&mut transaction, &fresh, now).await?;
        let told: Vec<&Envelope> = fresh
            .iter()
            .filter(|heard| kept_now.remove(&revision(&heard.effect)))
            .flat_map(|heard| &heard.outgoing)
            .collect();
        append(&mut transaction, &told).await?;
        self.database.commit(transaction, NAME).await
    }
}

/// Keeps findings, and returns the revisions that had none before. Of two findings for one revision the first stands.
async fn keep(
    connection: &mut Connection,
    heard: &[&Heard<Finding>],
    now: Timestamp,
) -> Result<HashSet<Revision>, StoreError> {
    let mut kept = HashSet::with_capacity(heard.len());
    for rows in heard.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO finding (reference, revision, outcome, policy_hash, assessment, found_at) ",
        );
        insert.push_values(rows, |mut row, heard| {
            let assessment = &heard.effect.assessment;
            let (reference, revision) = revision(&heard.effect);
            row.push_bind(reference)
                .push_bind(revision)
                .push_bind(whole(assessment.outcome))
                .push_bind(&assessment.policy_hash)
                .push_bind(assessment.encode_to_vec())
                .push_bind(now.as_microsecond());
        });
        insert.push(" ON CONFLICT (reference, revision) DO NOTHING RETURNING reference, revision");
        let query = insert.build_query_as::<Revision>().persistent(false);
        kept.extend(query.fetch_all(&mut *connection).await.doing("keep findings")?);
    }
    Ok(kept)
}

fn revision(finding: &Finding) -> Revision {
    (finding.reference.to_string(), whole(finding.revision))
}
