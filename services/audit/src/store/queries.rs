//! Every query of audit, compiled for each database.
//!
//! What a reader would get wrong: nothing here locks. Whoever appends is alone, because the transaction that
//! `Database::begin` begins is the only writer of its store, on PostgreSQL of all replicas: an advisory lock that is
//! taken before anything is read and let go of after the commit can be seen. So the edge that is read is the log's
//! newest, and places stay dense.
//!
//! The log's tables are read and added to, and nothing else: a role that may do no more is enough.

use std::collections::{HashMap, HashSet};

use ambient::Ambient;
use async_trait::async_trait;
use ids::{EventId, Reference};
use jiff::Timestamp;
use sqlx::QueryBuilder;
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Database, Db, admit, execute, fetch_all, push_among, push_rows};
use super::rows::{broken_edge, entry, salt, size, stored_hash};
use crate::domain::leaf::{Salt, leaf_hash};
use crate::domain::log::{Edge, StoredHash, edge_positions, leaf_position};
use crate::domain::record::Record;
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
        let salts = salts(&mut transaction, &fresh, ambient).await?;
        let leaves: Vec<_> = fresh.iter().map(|record| leaf_hash(&salts[record.reference], record)).collect();
        let mut edge = read_edge(&mut transaction).await?;
        let first = edge.size();
        insert_hashes(&mut transaction, &edge.append(&leaves)).await?;
        insert_entries(&mut transaction, &fresh, first, now).await?;
        self.database.commit(transaction, NAME).await?;
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

/// The salt of each notification that the records are about: the one the store holds, or a new one.
async fn salts(
    connection: &mut Connection,
    records: &[&Record<'_>],
    ambient: &Ambient,
) -> Result<HashMap<String, Salt>, StoreError> {
    let mut mentioned = HashSet::with_capacity(records.len());
    let mut references: Vec<&str> = records
        .iter()
        .map(|record| record.reference)
        .filter(|reference| mentioned.insert(*reference))
        .collect();
    let mut salts = held_salts(connection, &references).await?;
    references.retain(|reference| !salts.contains_key(*reference));
    let drawn: Vec<(&str, Salt)> =
        references.into_iter().map(|reference| (reference, Salt::draw(ambient))).collect();
    insert_salts(connection, &drawn).await?;
    salts.extend(drawn.into_iter().map(|(reference, salt)| (reference.to_owned(), salt)));
    Ok(salts)
}

async fn held_salts(
    connection: &mut Connection,
    references: &[&str],
) -> Result<HashMap<String, Salt>, StoreError> {
    let mut held = HashMap::with_capacity(references.len());
    for some in references.chunks(ROWS) {
        let mut select = QueryBuilder::<Db>::new("SELECT reference, salt FROM salt WHERE ");
        push_among(&mut select, "reference", &Columns::of(some).text(|reference| *reference));
        let rows = fetch_all(connection, select, "read salts").await?;
        held.extend(rows.iter().map(salt).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(held)
}

async fn insert_salts(connection: &mut Connection, salts: &[(&str, Salt)]) -> Result<(), StoreError> {
    for rows in salts.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new("INSERT INTO salt (reference, salt) ");
        let columns = Columns::of(rows).text(|(reference, _)| *reference).bytes(|(_, salt)| salt.as_bytes());
        push_rows(&mut insert, &columns);
        execute(connection, insert, "keep salts").await?;
    }
    Ok(())
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
    records: &[&Record<'_>],
    first: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let placed: Vec<_> = (first..).zip(records).collect();
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
