//! Lists what DfE or Ofsted was told, newest first, a page at a time.
//!
//! What a reader would get wrong: pages go back from a place, so that a notice issued while somebody turns pages is on
//! none of theirs; nothing is shown twice and nothing older is passed over.

use std::sync::Arc;

use storage::StoreError;

use crate::domain::recipients::Recipient;
use crate::domain::stand_aside::Viewer;
use crate::store::{NoticePage, NoticesOf, Store};

/// Entries in a page where the caller does not say.
const USUAL: u32 = 50;
/// The most entries in a page; the contract refuses more.
const MOST: u32 = 500;

/// The use case.
#[derive(Clone)]
pub struct ListNotices {
    store: Arc<dyn Store>,
}

impl ListNotices {
    /// Reads from `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// A page as a viewer may see it: `page_size` 0 means 50; it begins before a place, or with the newest.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn list(
        &self,
        recipient: Recipient,
        before: Option<u64>,
        page_size: u32,
        viewer: &Viewer,
    ) -> Result<NoticePage, StoreError> {
        let at_most = if page_size == 0 { USUAL } else { page_size.min(MOST) };
        self.store.notices(NoticesOf { recipient, before, at_most }, viewer).await
    }
}
