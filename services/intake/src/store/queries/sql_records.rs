//! The store as whoever keeps records sees it.

use async_trait::async_trait;
use contracts::intake::v1::LegalHold;
use delivery::Heard;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;

use super::sql_store::SqlStore;
use super::{asides, keeping, retention};
use crate::store::{
    Aside, Bound, Erased, Erasing, Hold, HoldPlaced, Kept, OverTime, Read, ReadingOf, Records, WrappedAnew,
};

#[async_trait]
impl Records for SqlStore {
    async fn read_identities(&self, reading: &ReadingOf) -> Result<Read, StoreError> {
        self.in_time("read identities", keeping::read_identities(self, reading)).await
    }

    async fn kept(&self, reference: Reference, of: Option<&str>) -> Result<Option<Kept>, StoreError> {
        self.in_time("tell who has read identities", keeping::kept(self, reference, of)).await
    }

    async fn erase(&self, erasing: &Erasing) -> Result<Erased, StoreError> {
        self.in_time("erase a notification", keeping::erase(self, erasing)).await
    }

    async fn place_hold(&self, hold: &Hold) -> Result<HoldPlaced, StoreError> {
        self.in_time("hold a notification against erasure", keeping::place_hold(self, hold)).await
    }

    async fn release_hold(
        &self,
        reference: Reference,
        by: &str,
        at: Timestamp,
    ) -> Result<Option<Option<LegalHold>>, StoreError> {
        self.in_time("release a legal hold", keeping::release_hold(self, reference, by, at)).await
    }

    async fn over_time(&self, bound: Bound, at_most: u32) -> Result<OverTime, StoreError> {
        self.in_time("look for what is over its time", retention::over_time(self, bound, at_most)).await
    }

    async fn wrap_anew(&self) -> Result<WrappedAnew, StoreError> {
        self.in_time("wrap keys anew", retention::wrap_anew(self)).await
    }

    async fn stood_aside(&self, heard: &[Heard<Aside>], now: Timestamp) -> Result<(), StoreError> {
        self.in_time("record who stood aside", asides::record(self, heard, now)).await
    }

    fn wrapped_under(&self) -> &str {
        self.wrapping.current()
    }
}
