//! How the log grows: an RFC 6962 Merkle tree whose hashes are stored once, in the order in which they are made,
//! and never again.
//!
//! What a reader would get wrong: neither appending nor the root needs the tree. Both need its right edge alone,
//! which is the one hash of each complete subtree that the size is made of: as many as the size has one bits. A
//! left sibling that a new record asks for is either on that edge or was completed by a record of the same batch.

use std::collections::HashMap;

use tlog_tiles::{Error, Hash, HashReader};

/// A hash and its place among all hashes of the log, from 0. Places are those of Crosby and Wallach, "Efficient
/// Data Structures for Tamper-Evident Logging" (2009), section 3.3: each record's leaf, then the subtrees that it
/// completes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredHash {
    /// Its place.
    pub position: u64,
    /// The hash.
    pub hash: Hash,
}

/// The right edge of the log at some size: all that is needed to state its root and to append to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    size: u64,
    hashes: HashMap<u64, Hash>,
}

/// A hash that belongs to the log's edge is not there, so the log cannot be read as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log has {size} records and lacks the hash in place {position}")]
pub struct EdgeBroken {
    /// How many records the log has.
    pub size: u64,
    /// The place of the hash that is missing.
    pub position: u64,
}

impl Edge {
    /// The edge of a log with `size` records, out of the hashes that [`edge_positions`] names; others are ignored.
    ///
    /// # Errors
    /// [`EdgeBroken`] where one of them is missing.
    pub fn new(size: u64, stored: impl IntoIterator<Item = StoredHash>) -> Result<Self, EdgeBroken> {
        let hashes: HashMap<u64, Hash> =
            stored.into_iter().map(|stored| (stored.position, stored.hash)).collect();
        match edge_positions(size).into_iter().find(|position| !hashes.contains_key(position)) {
            None => Ok(Self { size, hashes }),
            Some(position) => Err(EdgeBroken { size, position }),
        }
    }

    /// How many records the log has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The Merkle tree hash over all records (RFC 6962 section 2.1): of an empty log, SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        tlog_tiles::tree_hash(self.size, self).expect("an edge holds every hash that its root is made of")
    }

    /// Appends leaves in their order, and returns the hashes that are to be stored: theirs, and those of the
    /// subtrees that they complete.
    pub fn append(&mut self, leaves: &[Hash]) -> Vec<StoredHash> {
        // Below two for each record: a tree has fewer inner nodes than leaves.
        let mut stored = Vec::with_capacity(leaves.len() * 2);
        for leaf in leaves {
            let made = tlog_tiles::stored_hashes_for_record_hash(self.size, *leaf, self)
                .expect("an edge holds every left sibling that the next record asks for");
            for (position, hash) in (leaf_position(self.size)..).zip(made) {
                self.hashes.insert(position, hash);
                stored.push(StoredHash { position, hash });
            }
            self.size += 1;
        }
        stored
    }

    /// Lets go of every hash that is no longer on the edge, so that a log of any length takes no more room than its edge.
    pub fn forget_what_is_inside(&mut self) {
        let edge = edge_positions(self.size);
        self.hashes.retain(|position, _| edge.contains(position));
    }
}

impl HashReader for Edge {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.hashes.get(index).copied().ok_or(Error::IndexesNotInTree)).collect()
    }
}

/// The places of the hashes that are the log's right edge at a size, from the oldest on.
pub fn edge_positions(size: u64) -> Vec<u64> {
    tlog_tiles::sub_tree_index(0, size, Vec::new())
}

/// The place of a record's leaf hash among all hashes.
pub fn leaf_position(record: u64) -> u64 {
    tlog_tiles::stored_hash_index(0, record)
}

/// How many records a log has that stores so many hashes; `None` where no size needs just as many, which says
/// that a record was stored in part.
pub fn size_of(stored: u64) -> Option<u64> {
    let Some(last) = stored.checked_sub(1) else {
        return Some(0);
    };
    // The last hash is the largest subtree that the last record completes, and so ends where the log does.
    let (level, subtree) = tlog_tiles::split_stored_hash_index(last);
    let size = (subtree + 1) << level;
    (tlog_tiles::stored_hash_count(size) == stored).then_some(size)
}
