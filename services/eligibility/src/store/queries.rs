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
use sqlx::{FromRow, QueryBuilder};
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Database, Db, admit, append, fetch_all, push_rows};
use crate::store::{Finding, Store};

const KEEPING: &str = "keep findings";

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
        let columns = Columns::of(rows)
            .text(|heard| heard.effect.reference.to_string())
            .whole(|heard| whole(heard.effect.revision))
            .whole(|heard| whole(heard.effect.assessment.outcome))
            .text(|heard| &heard.effect.assessment.policy_hash)
            .bytes(|heard| heard.effect.assessment.encode_to_vec())
            .whole(|_| now.as_microsecond());
        push_rows(&mut insert, &columns);
        insert.push(" ON CONFLICT (reference, revision) DO NOTHING RETURNING reference, revision");
        for row in fetch_all(connection, insert, KEEPING).await? {
            kept.insert(Revision::from_row(&row).doing(KEEPING)?);
        }
    }
    Ok(kept)
}

fn revision(finding: &Finding) -> Revision {
    (finding.reference.to_string(), whole(finding.revision))
}
