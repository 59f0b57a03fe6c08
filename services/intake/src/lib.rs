//! Intake: accepts notifications, gives receipts, and shows what became of them.
//!
//! The only store with identities is here. What leaves is coded facts ([`domain::coding`]) and, over gRPC, a
//! sender's own record back to that sender.

pub mod accept_notifications;
pub mod amend_notification;
pub mod answer_hand_over;
pub mod apply_retention;
pub mod assessor;
pub mod back_pressure;
pub mod check_notification;
pub mod config;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod hold_together;
pub mod keep_records;
pub mod match_key;
pub mod measures;
pub mod needed_keys;
pub mod observe_way;
pub mod prepare_revision;
pub mod read_notification;
pub mod record_outcomes;
pub mod rotate_keys;
pub mod store;

use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use contracts::intake::v1::intake_service_server::IntakeServiceServer;
use contracts::intake::v1::records_service_server::RecordsServiceServer;
use delivery::PostRoom;
use lifecycle::{CancellationToken, Lifecycle};
use notary::Notary;
use sealing::{SourceError, WrappingKeys};
use storage::{Location, OpenError, StoreError};
use tokio::sync::broadcast;

use crate::accept_notifications::AcceptNotifications;
use crate::amend_notification::AmendNotification;
use crate::answer_hand_over::AnswerHandOver;
use crate::apply_retention::ApplyRetention;
use crate::assessor::Assessor;
use crate::back_pressure::BackPressure;
use crate::check_notification::CheckNotification;
use crate::config::Config;
use crate::events::Outcomes;
use crate::grpc::records::RecordsGrpc;
use crate::grpc::{IntakeGrpc, Limits, UseCases};
use crate::hold_together::HoldTogether;
use crate::keep_records::KeepRecords;
use crate::needed_keys::{KeyGone, NeededKeys};
use crate::observe_way::ObserveWay;
use crate::prepare_revision::PrepareRevision;
use crate::read_notification::ReadNotification;
use crate::record_outcomes::RecordOutcomes;
use crate::rotate_keys::RotateKeys;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use crate::store::{Lacking, NotSealed, Records, Store, UnderWay};

/// The service's name: in events, spans and certificates.
pub const SERVICE: &str = "intake";

/// Every code that intake answers with.
pub const CATALOGUE: &[catalogue::Section] = &[domain::form::rules::FORM, grpc::reasons::REFUSALS];

/// Changes that a slow watcher may fall behind by; it then reads its notification anew.
const REMEMBERED: usize = 1024;

/// The parts of a running intake, for whoever wires services together.
pub struct Intake {
    /// Answers authorities' case systems.
    pub grpc: IntakeServiceServer<IntakeGrpc>,
    /// Answers whoever keeps records: reads identities, erases, holds, changes the wrapping key.
    pub records: RecordsServiceServer<RecordsGrpc>,
    /// Hears what the other services found.
    pub outcomes: Arc<Outcomes>,
    /// Tells how many notifications are on their way.
    pub way: Arc<ObserveWay>,
    /// Where its events leave and are put aside.
    pub post_room: PostRoom,
    /// The public key with which receipts verify.
    pub receipt_key: String,
}

/// Why intake cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Its receipt key cannot be used.
    #[error(transparent)]
    Key(#[from] notary::NotaryError),
    /// Its key for match tokens cannot be used.
    #[error(transparent)]
    MatchKey(#[from] match_key::MatchKeyError),
    /// Its wrapping keys cannot be read.
    #[error(transparent)]
    WrappingKeys(#[from] SourceError),
    /// Something is sealed, and a key that it needs is gone. One is drawn while nothing is sealed, and never afterwards.
    #[error(transparent)]
    Gone(#[from] KeyGone),
    /// What is sealed in its store cannot be used.
    #[error(transparent)]
    Sealed(#[from] NotSealed),
}

impl Intake {
    /// Opens the store and the keys, then puts the use cases behind gRPC and events. The order matters:
    /// nothing answers before the store is up to date. Streams end with `stopping`; `background` is stopped later,
    /// once every call has its answer.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(
        config: &Config,
        assessor: Arc<dyn Assessor>,
        ambient: &Ambient,
        background: &Lifecycle,
        stopping: CancellationToken,
    ) -> Result<Self, StartError> {
        let Opened { store, records, post_room, keys } = open(config, ambient).await?;
        // Before the receipt key, which is drawn wherever there is none: a start that is refused draws nothing.
        let tokeniser = keys.tokeniser(&config.match_key, ambient)?;
        let notary = Notary::open(&config.receipt_key, &config.receipt_signer, ambient)?;
        let receipt_key = notary.public_key().to_owned();
        let prepare = Arc::new(PrepareRevision::new(notary, tokeniser, ambient.clone()));
        let changes = broadcast::Sender::new(REMEMBERED);

        let outbox = post_room.outbox.clone();
        let pressure = BackPressure::start(outbox, config.bounds(), ambient.clone(), background);
        let together =
            HoldTogether::start(store.clone(), changes.clone(), config.limits(), pressure, background);
        let cases = UseCases {
            accept: AcceptNotifications::new(store.clone(), together.clone(), prepare.clone()),
            amend: AmendNotification::new(store.clone(), together, prepare.clone()),
            hand_overs: AnswerHandOver::new(store.clone(), prepare, changes.clone()),
            check: CheckNotification::new(assessor, ambient.clone()),
            read: ReadNotification::new(store.clone(), changes.clone()),
        };
        let keep = KeepRecords::new(records.clone(), changes.clone(), ambient.clone());
        let policies = domain::retention::compiled_in();
        let retention = ApplyRetention::new(records.clone(), keep.clone(), policies, ambient.clone());
        if config.retention_every_hours > 0 {
            let every = Duration::from_secs(config.retention_every_hours.saturating_mul(3600));
            let by = format!("lapwing://service/{SERVICE}");
            background.run(retention.clone().go_on(by, every, background.stopping()));
        }
        let records = RecordsGrpc::new(keep.clone(), retention, RotateKeys::new(records), stopping.clone());
        let way = Arc::new(ObserveWay::new(store.clone(), ambient.clone()));
        let outcomes = RecordOutcomes::new(store, changes, ambient.clone());
        let limits = Limits {
            items_in_flight: config.items_in_flight,
            bytes_in_flight: config.largest_backlog,
            largest_notification: config.largest_notification,
        };
        let grpc = IntakeGrpc::new(cases, limits, stopping);
        Ok(Self {
            grpc: IntakeServiceServer::new(grpc).max_decoding_message_size(config.largest_message),
            records: RecordsServiceServer::new(records),
            outcomes: Arc::new(Outcomes::new(outcomes, keep)),
            way,
            post_room,
            receipt_key,
        })
    }

    /// Closes the store.
    pub async fn close(&self) {
        self.post_room.close().await;
    }
}

/// A store, as those who use it see it.
struct Opened {
    store: Arc<dyn Store>,
    records: Arc<dyn Records>,
    post_room: PostRoom,
    keys: NeededKeys,
}

/// Which wrapping keys the records in a store that is open need, and do not have.
///
/// # Errors
/// Where the store cannot be read.
pub async fn lacking_keys(
    store: &storage::Opened,
    wrapping: WrappingKeys,
    ambient: &Ambient,
) -> Result<Vec<Lacking>, StoreError> {
    match store {
        storage::Opened::Sqlite(database) => {
            SqliteStore::looking(database.clone(), ambient.clone(), wrapping).lacking().await
        }
        storage::Opened::Postgres(database) => {
            PostgresStore::looking(database.clone(), ambient.clone(), wrapping).lacking().await
        }
    }
}

/// The notifications in a store that is open which are not known to be queued for the panel.
///
/// # Errors
/// Where the store cannot be read.
pub async fn under_way(store: &storage::Opened) -> Result<UnderWay, StoreError> {
    match store {
        storage::Opened::Sqlite(database) => SqliteStore::under_way_in(database).await,
        storage::Opened::Postgres(database) => PostgresStore::under_way_in(database).await,
    }
}

/// Opens the store where the settings say it is.
async fn open(config: &Config, ambient: &Ambient) -> Result<Opened, StartError> {
    Ok(match &config.store {
        Location::Sqlite(file) => {
            let database = store::sqlite::open(file).await.map_err(OpenError::from)?;
            let keys = NeededKeys::of(SqliteStore::wrapped_under(&database).await.map_err(NotSealed::from)?);
            let wrapping = keys.wrapping(&config.wrapping_keys, ambient)?;
            let post_room = PostRoom::in_sqlite(&database, ambient);
            let store = Arc::new(SqliteStore::open(database, ambient.clone(), wrapping).await?);
            Opened { store: store.clone(), records: store, post_room, keys }
        }
        Location::Postgres(place) => {
            let database = store::postgres::open(place).await.map_err(OpenError::from)?;
            let keys =
                NeededKeys::of(PostgresStore::wrapped_under(&database).await.map_err(NotSealed::from)?);
            let wrapping = keys.wrapping(&config.wrapping_keys, ambient)?;
            let post_room = PostRoom::in_postgres(&database, ambient);
            let store = Arc::new(PostgresStore::open(database, ambient.clone(), wrapping).await?);
            Opened { store: store.clone(), records: store, post_room, keys }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_well_formed() {
        assert_eq!(catalogue::faults(CATALOGUE), Vec::<String>::new());
    }
}
