//! A store of its own for each test, with cases that have nothing but a reference and an authority: for the tests of what
//! is kept beside them.

use std::ops::DerefMut;

use ambient::{Ambient, SeededChance, SystemClock};
use ids::Reference;
use jiff::Timestamp;

use super::dialect::{Database, Transaction, empty};

pub(super) struct Opened {
    database: Database,
    /// What goes with the store.
    _with: Box<dyn Send>,
}

impl Opened {
    /// A store in which each of these references has a case of authority 330.
    pub(super) async fn with(references: impl IntoIterator<Item = Reference>) -> Self {
        let (database, with) = empty().await;
        let opened = Self { database, _with: Box::new(with) };
        let mut transaction = opened.begin().await;
        for reference in references {
            sqlx::query(
                "INSERT INTO panel_case (reference, revision, authority, outcome, provision, children, lane, priority, \
                 queued_at, policy_hash, assessed, withdrawn, taken_up_on, review_due, indicators, clusters) \
                 VALUES ($1, 1, '330', 1, '', 1, 1, 2, 0, $2, $3, FALSE, '2026-03-03', 'none', 0, 0)",
            )
            .bind(reference.to_string())
            .bind("0".repeat(64))
            .bind(Vec::<u8>::new())
            .execute(transaction.deref_mut())
            .await
            .expect("opens a case");
        }
        opened.commit(transaction).await;
        opened
    }

    pub(super) async fn begin(&self) -> Transaction {
        self.database.begin("test").await.expect("begins")
    }

    pub(super) async fn commit(&self, transaction: Transaction) {
        self.database.commit(transaction, "test").await.expect("commits");
    }
}

/// The same for the same seed.
pub(super) fn reference(seed: u64) -> Reference {
    Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)))
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}
