//! An audit of its own for each test, and the events that are told to it.

use ambient::{Ambient, SeededChance, SetClock, SystemClock};
use audit::Audit;
use audit::config::Config;
use audit::domain::leaf::{Salt, commitment};
use audit::domain::record::Record;
use audit::grpc::AuditGrpc;
use bytes::Bytes;
use contracts::audit::v1::audit_service_server::AuditServiceServer;
use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use contracts::audit::v1::{CheckpointRequest, CheckpointResponse, TimelineEntry, TimelineRequest};
use delivery::{Delivered, Envelope, HandlingError, Subscriber};
use identity::{Caller, Role};
use ids::{EventId, Reference};
use jiff::Timestamp;
use sqlx::Row;
use storage::sqlite::Database;
use telemetry::TraceContext;
use tempfile::TempDir;
use tonic::{Request, Status};

use crate::reference_tree;

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
        let ambient = Ambient::new(SetClock::at(noon()), SeededChance::new(seed));
        let config = Config::below(folder.path());
        let audit = Audit::start(&config, &ambient).await.expect("audit starts");
        Self { audit, config, ambient, folder }
    }

    /// The same folder after the process has ended.
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
    pub(crate) fn client(&self) -> AuditServiceClient<AuditServiceServer<AuditGrpc>> {
        AuditServiceClient::new(self.audit.grpc.clone())
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

    /// The file, as somebody else who may read and write it sees it.
    pub(crate) async fn file(&self) -> Database {
        Database::open(&self.config.store, &[]).await.expect("opens")
    }

    /// Runs a statement on the file behind audit's back.
    pub(crate) async fn tamper(&self, statement: &'static str) -> Result<u64, sqlx::Error> {
        let file = self.file().await;
        let mut transaction = file.begin("tamper").await.expect("begins");
        let done = sqlx::query(statement).execute(&mut *transaction).await?;
        file.commit(transaction, "tamper").await.expect("commits");
        file.close().await;
        Ok(done.rows_affected())
    }

    /// The leaf hashes in the order of the log, made anew from entries and salts: what an auditor with the file does.
    pub(crate) async fn leaves_made_anew(&self) -> Vec<[u8; 32]> {
        let file = self.file().await;
        let rows = sqlx::query("SELECT * FROM entry JOIN salt USING (reference) ORDER BY position")
            .fetch_all(file.readers())
            .await
            .expect("reads");
        for (place, row) in (0..).zip(&rows) {
            assert_eq!(row.get::<i64, _>("position"), place, "places are dense");
        }
        rows.iter().map(leaf_made_anew).collect()
    }
}

fn leaf_made_anew(row: &sqlx::sqlite::SqliteRow) -> [u8; 32] {
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

/// Delivers a batch as the relay does.
pub(crate) async fn hear(subscriber: &dyn Subscriber, envelopes: &[Envelope]) -> Result<(), HandlingError> {
    let batch: Vec<Delivered> = envelopes.iter().map(|envelope| delivered(subscriber, envelope)).collect();
    subscriber.handle(&batch).await
}

pub(crate) fn delivered(subscriber: &dyn Subscriber, envelope: &Envelope) -> Delivered {
    Delivered::on(subscriber.queue(), envelope.clone())
}

/// A call by somebody.
pub(crate) fn from<T>(caller: &Caller, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(caller.clone());
    request
}

pub(crate) fn auditor() -> Caller {
    Caller::new(Role::Auditor, "national")
}

pub(crate) fn noon() -> Timestamp {
    "2026-03-14T12:00:00Z".parse().expect("a time")
}

/// Tells events that repeat: the same seed tells the same.
pub(crate) struct Teller {
    ambient: Ambient,
}

impl Teller {
    pub(crate) fn new(seed: u64) -> Self {
        Self { ambient: Ambient::new(SystemClock, SeededChance::new(seed)) }
    }

    pub(crate) fn reference(&self) -> Reference {
        Reference::mint(&self.ambient)
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: usize) -> usize {
        usize::from(u16::from_le_bytes(self.ambient.bytes())) % end
    }

    /// An event about a notification of Sheffield's.
    pub(crate) fn event(&self, kind: &str, reference: &str, payload: impl Into<Bytes>) -> Envelope {
        Envelope {
            id: EventId::mint(&self.ambient),
            kind: kind.to_owned(),
            source: "intake".to_owned(),
            subject: reference.to_owned(),
            owner: "373".to_owned(),
            occurred_at: noon(),
            trace: TraceContext::default(),
            payload: payload.into(),
        }
    }

    /// Events about a few notifications, each with several.
    pub(crate) fn events(&self, count: usize) -> Vec<Envelope> {
        let references: Vec<String> = (0..count / 4 + 1).map(|_| self.reference().to_string()).collect();
        (0..count)
            .map(|number| {
                let reference = &references[self.below(references.len())];
                self.event("notification.received.v1", reference, number.to_be_bytes().to_vec())
            })
            .collect()
    }
}
