//! Reads identities on the record, erases, holds against erasure, and says who has read.

use std::sync::Arc;

use ambient::Ambient;
use contracts::intake::v1::LegalHold;
use contracts::notification::v1::{ErasureReason, HoldReason, ReadingPurpose};
use delivery::Heard;
use ids::Reference;
use storage::StoreError;
use tokio::sync::broadcast;

use crate::store::{Aside, Erased, Erasing, Hold, HoldPlaced, Kept, Read, ReadingOf, Records};

/// The use case.
#[derive(Clone)]
pub struct KeepRecords {
    records: Arc<dyn Records>,
    changes: broadcast::Sender<Reference>,
    ambient: Ambient,
}

impl KeepRecords {
    /// Keeps them in `records`, and tells through `changes` which notifications have changed.
    pub fn new(records: Arc<dyn Records>, changes: broadcast::Sender<Reference>, ambient: Ambient) -> Self {
        Self { records, changes, ambient }
    }

    /// Reads the newest record with identities for somebody, who is on record for it before it is answered.
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    pub async fn read(
        &self,
        reader: String,
        reference: Reference,
        purpose: ReadingPurpose,
    ) -> Result<Read, StoreError> {
        let reading = ReadingOf { reference, reader, purpose, at: self.ambient.now() };
        self.records.read_identities(&reading).await
    }

    /// What is on record of a notification: of any, or only of one that an authority sees.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn kept(&self, reference: Reference, of: Option<&str>) -> Result<Option<Kept>, StoreError> {
        self.records.kept(reference, of).await
    }

    /// Erases a notification. Repeating it answers the same.
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    pub async fn erase(
        &self,
        by: String,
        reference: Reference,
        reason: ErasureReason,
    ) -> Result<Erased, StoreError> {
        let erased = self.records.erase(&Erasing { reference, reason, by, at: self.ambient.now() }).await?;
        if matches!(erased, Erased::Now(_)) {
            // Nobody watching is no error.
            let _watchers = self.changes.send(reference);
        }
        Ok(erased)
    }

    /// Takes the effect of who stood aside from a case, and who may see it again.
    ///
    /// # Errors
    /// Nothing of the batch has effect then.
    pub async fn stood_aside(&self, heard: &[Heard<Aside>]) -> Result<(), StoreError> {
        self.records.stood_aside(heard, self.ambient.now()).await
    }

    /// Holds a notification against erasure.
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    pub async fn hold(
        &self,
        by: String,
        reference: Reference,
        reason: HoldReason,
    ) -> Result<HoldPlaced, StoreError> {
        self.records.place_hold(&Hold { reference, reason, by, at: self.ambient.now() }).await
    }

    /// Releases a hold, if there is one. `None` where there is no such notification.
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    pub async fn release(
        &self,
        by: &str,
        reference: Reference,
    ) -> Result<Option<Option<LegalHold>>, StoreError> {
        self.records.release_hold(reference, by, self.ambient.now()).await
    }
}
