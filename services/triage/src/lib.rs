//! Triage: opens a case for each finding, sets lane, priority and clocks with their reasons, and keeps the queue on
//! which the panel finds it.
//!
//! Nothing here decides a case. Every finding is queued in one of two lanes, none is hidden, and the panel takes cases
//! under leases that end by themselves.

pub mod acknowledge_case;
pub mod config;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod list_queue;
pub mod open_cases;
pub mod read_case;
pub mod store;
pub mod take_next;
mod wire;

use std::sync::Arc;

use ambient::Ambient;
use contracts::triage::v1::triage_service_server::TriageServiceServer;
use delivery::sqlite::Outbox;

use crate::acknowledge_case::AcknowledgeCase;
use crate::config::Config;
use crate::domain::policy::Policies;
use crate::events::Findings;
use crate::grpc::TriageGrpc;
use crate::list_queue::ListQueue;
use crate::open_cases::OpenCases;
use crate::read_case::ReadCase;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::take_next::TakeNext;

/// The service's name: in events, spans and certificates.
pub const SERVICE: &str = "triage";

/// The parts of a running triage, for whoever wires services together.
pub struct Triage {
    /// Answers the panel.
    pub grpc: TriageServiceServer<TriageGrpc>,
    /// Hears what eligibility found.
    pub findings: Arc<Findings>,
    /// What triage tells the others.
    pub outbox: Outbox,
    database: storage::sqlite::Database,
}

/// Why triage cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its store cannot be opened.
    #[error(transparent)]
    Store(#[from] storage::sqlite::OpenError),
}

impl Triage {
    /// Opens the store, then puts the use cases behind gRPC and events. The order matters: nothing answers before the
    /// store is up to date.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: &Config, ambient: &Ambient) -> Result<Self, StartError> {
        let database = store::sqlite::open(&config.store).await?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::new(database.clone()));
        let cases = OpenCases::new(store.clone(), Policies::compiled_in(), ambient.clone());
        let grpc = TriageGrpc::new(
            ListQueue::new(store.clone(), ambient.clone()),
            ReadCase::new(store.clone(), ambient.clone()),
            TakeNext::new(store.clone(), ambient.clone()),
            AcknowledgeCase::new(store, ambient.clone()),
        );
        Ok(Self {
            grpc: TriageServiceServer::new(grpc),
            findings: Arc::new(Findings::new(cases)),
            outbox: Outbox::of(database.clone()),
            database,
        })
    }

    /// How many events are parked here.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn parked(&self) -> Result<u64, storage::StoreError> {
        delivery::sqlite::parked(&self.database).await
    }

    /// Closes the store.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
