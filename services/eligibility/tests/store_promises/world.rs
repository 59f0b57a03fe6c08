//! An eligibility of its own for each test, compiled for each store.

use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::NOTIFICATION_ASSESSED;
use contracts::notification::v1::Assessment;
use delivery::{Delivered, Envelope, HandlingError, Subscriber};
use eligibility::Eligibility;
use eligibility::config::Config;
use prost::Message;
use sqlx::Row as _;
use tempfile::TempDir;

use super::dialect::{Database, empty_store, open};
use crate::teller::Teller;

pub(crate) struct World {
    pub(crate) eligibility: Eligibility,
    pub(crate) config: Config,
    pub(crate) teller: Teller,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { store: empty_store(folder.path()).await };
        let teller = Teller::new();
        let eligibility = Eligibility::start(&config, &teller.ambient).await.expect("it starts");
        Self { eligibility, config, teller, _folder: folder }
    }

    /// The same store after the process has ended.
    pub(crate) async fn restarted(self) -> Self {
        self.eligibility.close().await;
        let eligibility =
            Eligibility::start(&self.config, &self.teller.ambient).await.expect("it starts again");
        Self { eligibility, ..self }
    }

    pub(crate) async fn hear(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        self.eligibility.notifications.handle(batch).await
    }

    /// The store, as somebody else who may read and write it sees it.
    pub(crate) async fn store(&self) -> Database {
        open(&self.config.store).await
    }

    /// What was told, in order.
    pub(crate) async fn told_events(&self) -> Vec<NotificationAssessed> {
        let claim = self.eligibility.post_room.outbox.claim(5000).await.expect("it reads");
        let envelopes = claim.let_go().await.expect("it lets go");
        assert!(envelopes.iter().all(|envelope| envelope.kind == NOTIFICATION_ASSESSED));
        let decoded = |envelope: &Envelope| {
            NotificationAssessed::decode(envelope.payload.clone()).expect("it was encoded here")
        };
        envelopes.iter().map(decoded).collect()
    }

    /// The revisions that were told, in order.
    pub(crate) async fn told(&self) -> Vec<u32> {
        let revision = |event: NotificationAssessed| {
            let (notification, assessment) = event.notification.zip(event.assessment).expect("it holds both");
            assert_eq!(assessment.led_by, [notification.revision.to_string()]);
            notification.revision
        };
        self.told_events().await.into_iter().map(revision).collect()
    }

    /// The findings that are kept, by revision.
    pub(crate) async fn kept(&self) -> Vec<(u32, Assessment)> {
        let store = self.store().await;
        let rows =
            sqlx::query("SELECT revision, outcome, policy_hash, assessment FROM finding ORDER BY revision")
                .fetch_all(store.readers())
                .await
                .expect("reads");
        let kept = rows.iter().map(|row| {
            let bytes: &[u8] = row.get("assessment");
            let assessment = Assessment::decode(bytes).expect("it was encoded here");
            assert_eq!(row.get::<i64, _>("outcome"), i64::from(assessment.outcome));
            assert_eq!(row.get::<&str, _>("policy_hash"), assessment.policy_hash);
            (u32::try_from(row.get::<i64, _>("revision")).expect("a revision"), assessment)
        });
        kept.collect()
    }

    /// How many events are marked in the inbox.
    pub(crate) async fn heard(&self) -> i64 {
        let store = self.store().await;
        let counted = sqlx::query_scalar("SELECT count(*) FROM inbox").fetch_one(store.readers()).await;
        counted.expect("counts")
    }
}
