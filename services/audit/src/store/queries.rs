//! Every query of audit, compiled for each database.
//!
//! What a reader would get wrong: nothing here locks. Whoever appends is alone, because the transaction that
//! `Database::begin` begins is the only writer of its store, on PostgreSQL of all replicas: an advisory lock that is
//! taken before anything is read and let go of after the commit can be seen. So the edge that is read is the log's
//! newest, and places stay dense.
//!
//! The log's tables are read and added to, and nothing else, but for the salt of a notification that is erased: a role that
//! may do no more is enough.

use std::collections::HashSet;

use ambient::Ambient;
use async_trait::async_trait;
use ids::{EventId, Reference};
use jiff::Timestamp;
use sqlx::QueryBuilder;
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Database, Db, Pool, admit, execute, fetch_all, push_among, push_rows};
use super::rows::{broken_edge, entry, size, stored_hash};
use super::salts;
use crate::domain::log::{Edge, StoredHash, edge_positions, leaf_position};
use crate::domain::record::Record;
use crate::domain::salting::{Salting, leaf_under_no_salt};
use crate::store::{Appended, Entry, Store};

/// Audit's store in one database.
#[derive(Debug, Clone)]
pub struct SqlStore {
    database: Database,
}

impl SqlStore {
    /// On an opened database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    pub(super) fn readers(&self) -> &Pool {
        self.database.readers()
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn append(&self, records: &[Record<'_>], ambient: &Ambient) -> Result<Appended, StoreError> {
        const NAME: &str = "append to the log";
        let mut transaction = self.database.begin(NAME).await?;
        // Taken once the writer's turn has come, so that later entries do not bear earlier times.
        let now = ambient.now();
        let events = records.iter().map(|record| record.event);
        let fresh = first_of_each(records, admit(&mut transaction, events, now).await?);
        let salting = salt(&mut transaction, &fresh, ambient).await?;
        let mut leaves: Vec<_> = fresh.iter().map(|record| salting.leaf(record, ambient)).collect();
        let aside = salts::take_aside(&mut transaction, &salting.erased).await?;
        leaves.extend(aside.iter().map(|event| leaf_under_no_salt(&event.record(), ambient)));
        let mut edge = read_edge(&mut transaction).await?;
        let first = edge.size();
        insert_hashes(&mut transaction, &edge.append(&leaves)).await?;
        let placed = (first..).zip(fresh.iter().copied());
        let kept: Vec<_> = placed.filter(|(_, record)| salting.keeps(record)).collect();
        insert_entries(&mut transaction, &kept, now).await?;
        self.database.commit(transaction, NAME).await?;
        if !salting.erased.is_empty() {
            self.database.after_erasing().await;
        }
        Ok(Appended { entries: fresh.len(), size: edge.size() })
    }

    async fn timeline(&self, reference: Reference, owner: Option<&str>) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query(
            "SELECT entry.position, kind, source, occurred_at, recorded_at, payload, hash \
             FROM entry JOIN hash ON hash.position = entry.leaf \
             WHERE reference = $1 AND (CAST($2 AS TEXT) IS NULL OR owner = $2) ORDER BY entry.position",
        )
        .bind(reference.to_string())
        .bind(owner)
        .fetch_all(self.database.readers())
        .await
        .doing("read a timeline")?;
        rows.iter().map(entry).collect()
    }

    async fn edge(&self) -> Result<Edge, StoreError> {
        let mut connection = self.database.readers().acquire().await.doing("read the edge of the log")?;
        // Two statements and no transaction: a hash that was there at the first is there at the second.
        read_edge(&mut connection).await
    }
}

/// The records of fresh events in their order; of an event that is in the batch twice, the first.
fn first_of_each<'a, 'b>(records: &'b [Record<'a>], mut fresh: HashSet<EventId>) -> Vec<&'b Record<'a>> {
    records.iter().filter(|record| fresh.remove(&record.event)).collect()
}

/// Says which salt each record is hashed with, destroys those of notifications that are erased, and keeps those that are
/// new.
async fn salt(
    connection: &mut Connection,
    records: &[&Record<'_>],
    ambient: &Ambient,
) -> Result<Salting, StoreError> {
    let mut mentioned = HashSet::with_capacity(records.len());
    let references: Vec<&str> = records
        .iter()
        .map(|record| record.reference)
        .filter(|reference| mentioned.insert(*reference))
        .collect();
    let held = salts::held(connection, &references).await?;
    let salting = Salting::of(records, held, ambient);
    salts::destroy(connection, &salting.destroyed).await?;
    salts::insert(connection, &salting.drawn).await?;
    Ok(salting)
}

/// Reads the size of the log and its edge.
async fn read_edge(connection: &mut Connection) -> Result<Edge, StoreError> {
    const DOING: &str = "read the edge of the log";
    let last: Option<i64> = sqlx::query_scalar("SELECT max(position) FROM hash")
        .fetch_one(&mut *connection)
        .await
        .doing(DOING)?;
    let size = size(last)?;
    if size == 0 {
        // No edge to ask for; SQLite takes no empty list of rows.
        return Edge::new(0, []).map_err(broken_edge);
    }
    let mut select = QueryBuilder::<Db>::new("SELECT position, hash FROM hash WHERE ");
    let positions: Vec<u64> = edge_positions(size).into_iter().collect();
    push_among(&mut select, "position", &Columns::of(&positions).whole(|position| whole(*position)));
    let rows = fetch_all(connection, select, DOING).await?;
    let stored: Vec<StoredHash> = rows.iter().map(stored_hash).collect::<Result<_, _>>()?;
    Edge::new(size, stored).map_err(broken_edge)
}

async fn insert_hashes(connection: &mut Connection, hashes: &[StoredHash]) -> Result<(), StoreError> {
    for rows in hashes.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new("INSERT INTO hash (position, hash) ");
        let columns =
            Columns::of(rows).whole(|stored| whole(stored.position)).bytes(|stored| stored.hash.0.as_slice());
        push_rows(&mut insert, &columns);
        execute(connection, insert, "append hashes").await?;
    }
    Ok(())
}

async fn insert_entries(
    connection: &mut Connection,
    placed: &[(u64, &Record<'_>)],
    now: Timestamp,
) -> Result<(), StoreError> {
    for rows in placed.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO entry (position, leaf, event_id, kind, source, reference, owner, occurred_at, recorded_at, payload) ",
        );
        let columns = Columns::of(rows)
            .whole(|(position, _)| whole(*position))
            .whole(|(position, _)| whole(leaf_position(*position)))
            .id(|(_, record)| record.event.as_uuid())
            .text(|(_, record)| record.kind)
            .text(|(_, record)| record.source)
            .text(|(_, record)| record.reference)
            .text(|(_, record)| record.owner)
            .whole(|(_, record)| record.occurred_at.as_microsecond())
            .whole(|_| now.as_microsecond())
            .bytes(|(_, record)| record.payload);
        push_rows(&mut insert, &columns);
        execute(connection, insert, "append entries").await?;
    }
    Ok(())
}
