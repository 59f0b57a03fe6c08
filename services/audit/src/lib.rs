//! Audit: hears every event, alters nothing, and proves that nothing was altered.
//!
//! Events are appended to a Merkle log (RFC 6962) whose leaves are hashes of salted records ([`domain::leaf`]), so
//! that a notification can be erased without breaking the log.

pub mod config;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod measures;
pub mod observe_log;
pub mod read_timeline;
pub mod record_events;
pub mod state_checkpoint;
pub mod store;
pub mod verify_log;

use std::sync::Arc;

use ambient::Ambient;
use contracts::audit::v1::audit_service_server::AuditServiceServer;
use delivery::PostRoom;
use notary::Notary;
use storage::{Location, OpenError, Opened};

use crate::config::Config;
use crate::events::EveryEvent;
use crate::grpc::AuditGrpc;
use crate::observe_log::ObserveLog;
use crate::read_timeline::ReadTimeline;
use crate::record_events::RecordEvents;
use crate::state_checkpoint::StateCheckpoint;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, WholeLog};

/// The service's name: in spans, certificates and what it answers.
pub const SERVICE: &str = "audit";

/// Every code with which audit answers.
pub const CATALOGUE: &[catalogue::Section] = &[grpc::CODES];

/// The parts of a running audit, for whoever wires services together.
pub struct Audit {
    /// Answers whoever may read the log.
    pub grpc: AuditServiceServer<AuditGrpc>,
    /// Hears every event.
    pub events: Arc<EveryEvent>,
    /// The public key with which checkpoints verify.
    pub checkpoint_key: String,
    /// Where its events leave and are put aside.
    pub post_room: PostRoom,
    /// Tells how long the log is.
    pub log: Arc<ObserveLog>,
}

/// Why audit cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Its checkpoint key cannot be used.
    #[error(transparent)]
    Key(#[from] notary::NotaryError),
    /// The key signs under another name than the log has.
    #[error(
        "key {file} signs as {signer} and the log is called {origin}: whoever verifies a checkpoint expects one name. \
         Set origin to {signer}, or give the file of the key that was drawn for {origin}"
    )]
    Origin {
        /// The key's file.
        file: String,
        /// The name that the key signs with.
        signer: String,
        /// The name that the log has by its settings.
        origin: String,
    },
}

impl Audit {
    /// Opens the store and the checkpoint key, then puts the use cases behind gRPC and events. The order matters:
    /// nothing answers before the store is up to date.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: &Config, ambient: &Ambient) -> Result<Self, StartError> {
        let (store, post_room) = open(&config.store, ambient).await?;
        let notary = open_notary(config, ambient)?;
        let checkpoint_key = notary.public_key().to_owned();

        let log = Arc::new(ObserveLog::new(store.clone()));
        let record = RecordEvents::new(store.clone(), ambient.clone());
        let read = ReadTimeline::new(store.clone());
        let checkpoint = StateCheckpoint::new(store, notary, config.origin.clone());
        Ok(Self {
            grpc: AuditServiceServer::new(AuditGrpc::new(read, checkpoint)),
            events: Arc::new(EveryEvent::new(record)),
            checkpoint_key,
            post_room,
            log,
        })
    }

    /// Closes the store.
    pub async fn close(&self) {
        self.post_room.close().await;
    }
}

/// The key that signs checkpoints. A key that is there already keeps the name it was drawn for.
fn open_notary(config: &Config, ambient: &Ambient) -> Result<Notary, StartError> {
    let notary = Notary::open(&config.checkpoint_key, &config.origin, ambient)?;
    let signer = notary.public_key().split('+').next().unwrap_or_default();
    if signer == config.origin {
        return Ok(notary);
    }
    Err(StartError::Origin {
        file: config.checkpoint_key.display().to_string(),
        signer: signer.to_owned(),
        origin: config.origin.clone(),
    })
}

/// The whole log in a store that is open, for whoever verifies it ([`verify_log::verify_log`]).
pub fn whole_log(store: &Opened) -> Box<dyn WholeLog> {
    match store {
        Opened::Sqlite(database) => Box::new(SqliteStore::new(database.clone())),
        Opened::Postgres(database) => Box::new(PostgresStore::new(database.clone())),
    }
}

/// Opens the store where the settings say it is.
async fn open(location: &Location, ambient: &Ambient) -> Result<(Arc<dyn Store>, PostRoom), OpenError> {
    Ok(match location {
        Location::Sqlite(file) => {
            let database = store::sqlite::open(file).await?;
            let post_room = PostRoom::in_sqlite(&database, ambient);
            (Arc::new(SqliteStore::new(database)), post_room)
        }
        Location::Postgres(place) => {
            let database = store::postgres::open(place).await?;
            let post_room = PostRoom::in_postgres(&database, ambient);
            (Arc::new(PostgresStore::new(database)), post_room)
        }
    })
}
