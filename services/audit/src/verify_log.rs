//! Verifies that the log is what was written: every hash is made anew from the leaves, and every leaf from its entry and salt.
//!
//! What a reader would get wrong: a log that holds together by itself may still be another one. Whoever can write the whole
//! store can write it anew; only a checkpoint that somebody kept tells. So those that are given are held to it too.

use ids::EventId;
use jiff::Timestamp;
use storage::StoreError;
use tlog_tiles::Hash;
use tokio::time::Instant;

use crate::domain::leaf::{Salt, leaf_hash};
use crate::domain::log::{Edge, StoredHash, leaf_position, size_of};
use crate::domain::record::Record;
use crate::store::WholeLog;

/// Hashes that are read at once: some hundred kilobytes.
const HASHES: u32 = 4096;

/// Entries that are read at once. Each is some kilobytes.
const ENTRIES: u32 = 256;

/// An entry with all that its leaf is made of.
#[derive(Debug, Clone)]
pub struct Salted {
    /// Its place in the log, from 0.
    pub position: u64,
    /// Where it says that its leaf stands among the hashes.
    pub leaf_at: u64,
    /// The hash that stands there.
    pub leaf: Hash,
    /// The salt of its notification.
    pub salt: Salt,
    /// The event's id.
    pub event: EventId,
    /// The event's name.
    pub kind: String,
    /// The service that said so.
    pub source: String,
    /// The notification.
    pub reference: String,
    /// The authority whose notification it is.
    pub owner: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The event as protobuf.
    pub payload: Vec<u8>,
}

/// A checkpoint that was stated once: the log of so many entries had this root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// Entries.
    pub size: u64,
    /// The Merkle tree hash over them.
    pub root: Hash,
}

impl Known {
    /// Reads the text of a checkpoint whose signature has been verified. `None` where it is another log's, or none.
    pub fn read(text: &str, origin: &str) -> Option<Self> {
        let read = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).ok()?;
        (read.origin() == origin).then(|| Self { size: read.size(), root: *read.hash() })
    }
}

/// What was verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// Entries that the log had at the beginning.
    pub size: u64,
    /// Leaves that were verified, from the first on: all, or as many as there was time for.
    pub leaves: u64,
    /// Entries whose leaf was made anew. Of what was erased, leaves are left and no entries.
    pub entries: u64,
    /// Whether there was time for all.
    pub whole: bool,
}

/// Why the log is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A hash is gone, or the log ends within a record.
    #[error("the hash in place {0} is missing")]
    Missing(u64),
    /// A hash is not what it is made of.
    #[error("the hash in place {0} is not that of the leaves below it")]
    Hash(u64),
    /// An entry is not what its leaf stands for.
    #[error("entry {0} is not what its leaf was made of")]
    Entry(u64),
    /// The log has fewer entries than a checkpoint says.
    #[error("the log has {size} entries, and a signed checkpoint says that it had {known}")]
    Shorter {
        /// Entries that it has.
        size: u64,
        /// Entries that it had.
        known: u64,
    },
    /// The log was another one when a checkpoint was stated.
    #[error("the root over the first {0} entries is not that of the signed checkpoint")]
    Root(u64),
}

/// Verifies a log as it stands now, and holds it to checkpoints. Of the log, one batch is in memory at a time. Whatever is
/// appended meanwhile is left out. Where the deadline comes first, what was verified by then is told.
///
/// # Errors
/// [`NotVerified`].
pub async fn verify_log(
    log: &dyn WholeLog,
    known: &[Known],
    deadline: Instant,
) -> Result<Verified, NotVerified> {
    let stored = log.stored().await?;
    let size = size_of(stored).ok_or(NotVerified::Missing(stored))?;
    if let Some(known) = known.iter().find(|known| known.size > size) {
        return Err(NotVerified::Shorter { size, known: known.size });
    }
    let leaves = verify_hashes(log, stored, known, deadline).await?;
    let entries = if leaves == size { verify_entries(log, size, deadline).await? } else { None };
    Ok(Verified { size, leaves, entries: entries.unwrap_or_default(), whole: entries.is_some() })
}

/// Makes every hash anew, and returns how many leaves there was time for.
async fn verify_hashes(
    log: &dyn WholeLog,
    stored: u64,
    known: &[Known],
    deadline: Instant,
) -> Result<u64, NotVerified> {
    let mut tree = Tree::new();
    tree.hold_to(known)?;
    while tree.next < stored && Instant::now() < deadline {
        let read = log.hashes(tree.next, HASHES).await?;
        if read.is_empty() {
            return Err(NotVerified::Missing(tree.next));
        }
        for hash in read.into_iter().filter(|hash| hash.position < stored) {
            tree.take(hash)?;
            tree.hold_to(known)?;
        }
        tree.edge.forget_what_is_inside();
    }
    Ok(if tree.next == stored { tree.edge.size() } else { tree.edge.size().saturating_sub(1) })
}

/// A log that is made anew from its leaves.
struct Tree {
    edge: Edge,
    /// The place of the hash that is to come.
    next: u64,
    /// What the last leaf has completed and is to come before the next leaf, the last first.
    completed: Vec<StoredHash>,
}

impl Tree {
    fn new() -> Self {
        let edge = Edge::new(0, []).expect("an empty log has no edge");
        Self { edge, next: 0, completed: Vec::new() }
    }

    fn take(&mut self, hash: StoredHash) -> Result<(), NotVerified> {
        if hash.position != self.next {
            return Err(NotVerified::Missing(self.next));
        }
        self.next += 1;
        match self.completed.pop() {
            Some(made) if made == hash => Ok(()),
            Some(made) => Err(NotVerified::Hash(made.position)),
            None => {
                self.completed = self.edge.append(&[hash.hash]);
                self.completed.reverse();
                // The leaf itself.
                self.completed.pop();
                Ok(())
            }
        }
    }

    /// Compares the root, once the log has the size of a checkpoint.
    fn hold_to(&self, known: &[Known]) -> Result<(), NotVerified> {
        let size = self.edge.size();
        let mut same = known.iter().filter(|known| known.size == size);
        if same.any(|known| known.root != self.edge.root()) { Err(NotVerified::Root(size)) } else { Ok(()) }
    }
}

/// Makes the leaf of every entry anew, and returns how many those were; `None` where there was not time for all.
async fn verify_entries(
    log: &dyn WholeLog,
    size: u64,
    deadline: Instant,
) -> Result<Option<u64>, NotVerified> {
    let (mut next, mut verified) = (0, 0);
    while next < size {
        if Instant::now() >= deadline {
            return Ok(None);
        }
        let read = log.entries(next, ENTRIES).await?;
        let Some(last) = read.last() else { break };
        next = last.position + 1;
        for entry in read.iter().filter(|entry| entry.position < size) {
            if !entry.stands() {
                return Err(NotVerified::Entry(entry.position));
            }
            verified += 1;
        }
    }
    Ok(Some(verified))
}

impl Salted {
    fn stands(&self) -> bool {
        let record = Record {
            event: self.event,
            kind: &self.kind,
            source: &self.source,
            reference: &self.reference,
            owner: &self.owner,
            occurred_at: self.occurred_at,
            payload: &self.payload,
        };
        self.leaf_at == leaf_position(self.position) && self.leaf == leaf_hash(&self.salt, &record)
    }
}
