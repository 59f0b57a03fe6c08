//! What the law makes of a notification: an outcome for each child and for the incident, with its reasons.
//!
//! Eligibility explains; people judge. It never computes whether harm is serious or whether abuse is suspected,
//! and it never reads a blank as "no". The judgement itself is [`domain::rules::assess`], a pure function of facts
//! and of the policy edition in force; [`domain::changes::smallest`] says what would alter it, and
//! [`assess::assess_coded`] is both on the contract's words.

pub mod assess;
pub mod config;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod measures;
pub mod record_findings;
pub mod store;
pub mod truth_table;
mod wire;

use std::sync::Arc;

use ambient::Ambient;
use catalogue::Section;
use contracts::eligibility::v1::eligibility_service_server::EligibilityServiceServer;
use delivery::PostRoom;
use storage::{Location, OpenError};

use crate::config::Config;
use crate::domain::{policy, reasons};
use crate::events::Notifications;
use crate::grpc::EligibilityGrpc;
use crate::record_findings::RecordFindings;
use crate::store::Store;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;

/// Every code that eligibility answers with: the reasons of its findings.
pub const CATALOGUE: &[Section] = &[reasons::CATALOGUE];

/// The service's name: in events, spans and certificates.
pub const SERVICE: &str = "eligibility";

/// The parts of a running eligibility, for whoever wires services together.
pub struct Eligibility {
    /// Answers whoever asks what the law makes of coded facts.
    pub grpc: EligibilityServiceServer<EligibilityGrpc>,
    /// Hears received and amended notifications.
    pub notifications: Arc<Notifications>,
    /// Where its events leave and are put aside.
    pub post_room: PostRoom,
}

impl Eligibility {
    /// Opens the store, then puts the one judgement behind gRPC and events.
    ///
    /// # Errors
    /// Where the store cannot be opened.
    pub async fn start(config: &Config, ambient: &Ambient) -> Result<Self, OpenError> {
        let (store, post_room) = open(&config.store, ambient).await?;
        let policies = policy::compiled_in();
        let findings = RecordFindings::new(store, policies, ambient.clone());
        Ok(Self {
            grpc: EligibilityServiceServer::new(EligibilityGrpc::new(policies)),
            notifications: Arc::new(Notifications::new(findings)),
            post_room,
        })
    }

    /// Closes the store.
    pub async fn close(&self) {
        self.post_room.close().await;
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
