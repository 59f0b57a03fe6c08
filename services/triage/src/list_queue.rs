//! Lists a lane in the order in which it is to be worked, a page at a time.
//!
//! What a reader would get wrong: pages hold on to places, not to numbers. As long as no case changes its place, nothing
//! is shown twice and nothing is passed over. A later revision or a cluster may move a case while somebody turns pages:
//! moved back, it is met again; moved forward past the place that was reached, it is found by listing anew. No case is
//! ever hidden from a list that begins at the front.

use std::sync::Arc;

use ambient::Ambient;
use jiff::Timestamp;
use storage::StoreError;

use crate::domain::lane::Lane;
use crate::domain::stand_aside::Viewer;
use crate::domain::turn::Turn;
use crate::store::{Page, PageOf, Store};

/// Entries in a page where the caller does not say.
const USUAL: u32 = 50;
/// The most entries in a page; the contract refuses more.
const MOST: u32 = 500;

/// The use case.
#[derive(Clone)]
pub struct ListQueue {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The lane.
    pub lane: Lane,
    /// Begin after this place; from the front where there is none.
    pub after: Option<Turn>,
    /// Entries in the page; 0 means 50.
    pub page_size: u32,
    /// Also cases that the panel has acknowledged.
    pub include_acknowledged: bool,
}

impl ListQueue {
    /// Reads from `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// A page as a viewer may see it, and the time at which its leases were judged.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn list(&self, wanted: Wanted, viewer: &Viewer) -> Result<(Page, Timestamp), StoreError> {
        let at_most = if wanted.page_size == 0 { USUAL } else { wanted.page_size.min(MOST) };
        let Wanted { lane, after, include_acknowledged, .. } = wanted;
        let now = self.ambient.now();
        let page =
            self.store.list(PageOf { lane, after, at_most, include_acknowledged }, viewer, now).await?;
        Ok((page, now))
    }

    /// How many cases of a lane wait, for somebody who sees how things stand and no case.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn waiting(&self, lane: Lane, by: &str) -> Result<u64, StoreError> {
        let none = PageOf { lane, after: None, at_most: 0, include_acknowledged: false };
        let page = self.store.list(none, &Viewer::OfAll(by.to_owned()), self.ambient.now()).await?;
        Ok(page.waiting)
    }
}
