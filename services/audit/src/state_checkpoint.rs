//! States how large the log is and what its root hash is, signed. It is computed when it is asked for, from the
//! right edge of the log, and so covers whatever has been committed by then.

use std::sync::Arc;

use notary::{Notary, NotaryError};
use storage::StoreError;
use tlog_tiles::Hash;

use crate::domain::checkpoint::Checkpoint;
use crate::store::Store;

/// A signed checkpoint, with what it says beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// The checkpoint as a signed note.
    pub signed_note: String,
    /// How many entries it covers.
    pub size: u64,
    /// The Merkle tree hash over them.
    pub root: Hash,
}

/// Why no checkpoint can be stated.
#[derive(Debug, thiserror::Error)]
pub enum NotStated {
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The statement cannot be signed.
    #[error(transparent)]
    Key(#[from] NotaryError),
}

/// The use case.
pub struct StateCheckpoint {
    store: Arc<dyn Store>,
    notary: Notary,
    origin: String,
}

impl StateCheckpoint {
    /// States what `store` holds under the name `origin`, which is to be the name that `notary` signs with.
    pub fn new(store: Arc<dyn Store>, notary: Notary, origin: String) -> Self {
        Self { store, notary, origin }
    }

    /// States the newest checkpoint.
    ///
    /// # Errors
    /// [`NotStated`].
    pub async fn state(&self) -> Result<Stated, NotStated> {
        let edge = self.store.edge().await?;
        let (size, root) = (edge.size(), edge.root());
        let text = Checkpoint { origin: &self.origin, size, root }.text();
        Ok(Stated { signed_note: self.notary.sign(&text)?, size, root })
    }
}
