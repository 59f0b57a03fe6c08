//! Triage: opens a case for each notification that was judged, keeps it true through every revision, and keeps the queue
//! on which the panel finds it: lane, priority, clocks, indicators, links, clusters and recipients, each with reasons.
//!
//! Nothing here decides a case. Every case is queued in one of two lanes, none is hidden, and the panel takes cases under
//! leases that end by themselves.

pub mod acknowledge_case;
pub mod config;
pub mod decide_link;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod list_notices;
pub mod list_queue;
pub mod measures;
pub mod observe_queue;
pub mod read_case;
pub mod stand_aside;
pub mod store;
pub mod take_next;
pub mod take_up_news;
mod tell;
mod wire;

use std::sync::Arc;

use ambient::Ambient;
use contracts::triage::v1::triage_service_server::TriageServiceServer;
use delivery::PostRoom;
use storage::{Location, OpenError};

use crate::acknowledge_case::AcknowledgeCase;
use crate::config::Config;
use crate::decide_link::DecideLink;
use crate::domain::policy::{self, Policies};
use crate::events::Findings;
use crate::grpc::{TriageGrpc, UseCases};
use crate::list_notices::ListNotices;
use crate::list_queue::ListQueue;
use crate::observe_queue::ObserveQueue;
use crate::read_case::ReadCase;
use crate::stand_aside::StandAside;
use crate::store::Store;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use crate::take_next::TakeNext;
use crate::take_up_news::TakeUpNews;

/// Every code that triage answers with: reasons, indicators and refusals.
pub const CATALOGUE: &[catalogue::Section] = &[
    domain::lane::LANES,
    domain::priority::PRIORITIES,
    domain::turn::ORDER,
    domain::indicators::INDICATORS,
    domain::recipients::RECIPIENTS,
    domain::link::LINKS,
    domain::cluster::CLUSTERS,
    grpc::REFUSALS,
];

/// The service's name: in events, spans and certificates.
pub const SERVICE: &str = "triage";

/// The parts of a running triage, for whoever wires services together.
pub struct Triage {
    /// Answers the panel.
    pub grpc: TriageServiceServer<TriageGrpc>,
    /// Hears what eligibility found.
    pub findings: Arc<Findings>,
    /// Where its events leave and are put aside.
    pub post_room: PostRoom,
    /// Tells how the queue stands.
    pub queue: Arc<ObserveQueue>,
}

/// Why triage cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
}

impl Triage {
    /// Opens the store, then puts the use cases behind gRPC and events. The order matters: nothing answers before the
    /// store is up to date.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: &Config, ambient: &Ambient) -> Result<Self, StartError> {
        let policies = policy::compiled_in();
        let (store, post_room) = open(&config.store, policies, ambient).await?;
        let queue = Arc::new(ObserveQueue::new(store.clone(), ambient.clone()));
        let news = TakeUpNews::new(store.clone(), policies, ambient.clone());
        let grpc = TriageGrpc::new(UseCases {
            list: ListQueue::new(store.clone(), ambient.clone()),
            read: ReadCase::new(store.clone(), policies, ambient.clone()),
            take: TakeNext::new(store.clone(), ambient.clone()),
            acknowledge: AcknowledgeCase::new(store.clone(), ambient.clone()),
            decide_link: DecideLink::new(store.clone(), ambient.clone()),
            stand_aside: StandAside::new(store.clone(), ambient.clone()),
            notices: ListNotices::new(store),
        });
        Ok(Self {
            grpc: TriageServiceServer::new(grpc),
            findings: Arc::new(Findings::new(news)),
            post_room,
            queue,
        })
    }

    /// Closes the store.
    pub async fn close(&self) {
        self.post_room.close().await;
    }
}

/// Opens the store where the settings say it is.
async fn open(
    location: &Location,
    policies: &'static Policies,
    ambient: &Ambient,
) -> Result<(Arc<dyn Store>, PostRoom), OpenError> {
    Ok(match location {
        Location::Sqlite(file) => {
            let database = store::sqlite::open(file).await?;
            let post_room = PostRoom::in_sqlite(&database, ambient);
            (Arc::new(SqliteStore::new(database, policies, ambient.clone())), post_room)
        }
        Location::Postgres(place) => {
            let database = store::postgres::open(place).await?;
            let post_room = PostRoom::in_postgres(&database, ambient);
            (Arc::new(PostgresStore::new(database, policies, ambient.clone())), post_room)
        }
    })
}
