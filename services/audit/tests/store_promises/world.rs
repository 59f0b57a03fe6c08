//! An audit of its own for each test, compiled for each store.

use std::collections::BTreeMap;

use ambient::{Ambient, SeededChance, SetClock};
use audit::Audit;
use audit::config::Config;
use audit::domain::leaf::{Salt, commitment};
use audit::domain::log::leaf_position;
use audit::domain::record::Record;
use audit::grpc::AuditGrpc;
use contracts::audit::v1::audit_service_server::AuditServiceServer;
use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use contracts::audit::v1::{CheckpointRequest, CheckpointResponse, TimelineEntry, TimelineRequest};
use delivery::{Envelope, HandlingError};
use identity::Caller;
use ids::EventId;
use jiff::Timestamp;
use rights::Enforced;
use sqlx::{AssertSqlSafe, Row as _};
use storage::Location;
use tempfile::TempDir;
use tlog_tiles::{Error, Hash, HashReader};
use tonic::Status;

use super::dialect::{Database, Row, empty_store, open};
use crate::reference_tree;
use crate::teller::{auditor, from, hear, noon};

/// An audit with a folder, a clock that stands still, and chance that repeats.
pub(crate) struct World {
    pub(crate) audit: Audit,
    pub(crate) config: Config,
    ambient: Ambient,
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::drawn_from(1).await
    }

    /// A world whose keys and salts are drawn from a seed.
    pub(crate) async fn drawn_from(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = empty_store(folder.path()).await;
        Self::at(store, folder, seed).await
    }

    /// A world on a store that is there, with its keys in a folder.
    pub(crate) async fn at(store: Location, folder: TempDir, seed: u64) -> Self {
        let ambient = Ambient::new(SetClock::at(noon()), SeededChance::new(seed));
        let config = Config { store, ..Config::below(folder.path()) };
        let audit = Audit::start(&config, &ambient).await.expect("audit starts");
        Self { audit, config, ambient, folder }
    }

    /// The same store after the process has ended.
    pub(crate) async fn restarted(self) -> Self {
        self.audit.close().await;
        let audit = Audit::start(&self.config, &self.ambient).await.expect("audit starts again");
        Self { audit, ..self }
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) async fn hear(&self, envelopes: &[Envelope]) -> Result<(), HandlingError> {
        hear(self.audit.events.as_ref(), envelopes).await
    }

    /// Audit's gRPC within the process, codec included.
    pub(crate) fn client(&self) -> AuditServiceClient<Enforced<AuditServiceServer<AuditGrpc>>> {
        AuditServiceClient::new(Enforced::new(self.audit.grpc.clone()))
    }

    pub(crate) async fn timeline(
        &self,
        caller: &Caller,
        reference: &str,
    ) -> Result<Vec<TimelineEntry>, Status> {
        let request = from(caller, TimelineRequest { reference: reference.to_owned() });
        Ok(self.client().timeline(request).await?.into_inner().entries)
    }

    pub(crate) async fn checkpoint(&self) -> Result<CheckpointResponse, Status> {
        Ok(self.client().checkpoint(from(&auditor(), CheckpointRequest {})).await?.into_inner())
    }

    pub(crate) async fn size_and_root(&self) -> (u64, String) {
        let checkpoint = self.checkpoint().await.expect("a checkpoint");
        (checkpoint.size, checkpoint.root_hash)
    }

    /// Every hash of the log, by its place.
    pub(crate) async fn hashes(&self) -> Stored {
        let store = self.store().await;
        let rows = sqlx::query("SELECT position, hash FROM hash").fetch_all(store.readers()).await;
        let hashes = rows.expect("reads").iter().map(stored_hash).collect();
        store.close().await;
        Stored(hashes)
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let store = self.store().await;
        let count = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}")));
        let count = count.fetch_one(store.readers()).await.expect("counts");
        store.close().await;
        count
    }

    /// The store, as somebody else who may read and write it sees it.
    pub(crate) async fn store(&self) -> Database {
        open(&self.config.store).await
    }

    /// Runs a statement on the store behind audit's back.
    pub(crate) async fn tamper(&self, statement: &'static str) -> Result<u64, sqlx::Error> {
        let store = self.store().await;
        let mut transaction = store.begin("tamper").await.expect("begins");
        let done = sqlx::query(statement).execute(&mut *transaction).await?;
        store.commit(transaction, "tamper").await.expect("commits");
        store.close().await;
        Ok(done.rows_affected())
    }

    /// The leaf hashes in the order of the log, made anew from entries and salts: what an auditor with the store does.
    pub(crate) async fn leaves_made_anew(&self) -> Vec<[u8; 32]> {
        let store = self.store().await;
        let rows = sqlx::query("SELECT * FROM entry JOIN salt USING (reference) ORDER BY position")
            .fetch_all(store.readers())
            .await
            .expect("reads");
        for (place, row) in (0..).zip(&rows) {
            assert_eq!(row.get::<i64, _>("position"), place, "places are dense");
        }
        rows.iter().map(leaf_made_anew).collect()
    }
}

/// Every hash that is stored, for proofs.
pub(crate) struct Stored(pub(crate) BTreeMap<u64, Hash>);

impl Stored {
    /// The leaf hash of a record.
    pub(crate) fn leaf(&self, record: u64) -> [u8; 32] {
        self.0[&leaf_position(record)].0
    }
}

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.0.get(index).copied().ok_or(Error::IndexesNotInTree)).collect()
    }
}

fn stored_hash(row: &Row) -> (u64, Hash) {
    let (position, hash): (i64, Vec<u8>) = (row.get("position"), row.get("hash"));
    (position.cast_unsigned(), Hash(hash.try_into().expect("32 bytes")))
}

fn leaf_made_anew(row: &Row) -> [u8; 32] {
    let salt = Salt::from_bytes(row.get("salt")).expect("a salt");
    let record = Record {
        event: EventId::from_uuid(row.get("event_id")),
        kind: row.get("kind"),
        source: row.get("source"),
        reference: row.get("reference"),
        owner: row.get("owner"),
        occurred_at: Timestamp::from_microsecond(row.get("occurred_at")).expect("a time"),
        payload: row.get("payload"),
    };
    reference_tree::leaf(&commitment(&salt, &record))
}
