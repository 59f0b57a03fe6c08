//! Every setting of intake, with its unit and what it costs.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Settings of intake.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The SQLite file. The only one with identities: keep its folder to one user.
    pub store: PathBuf,
    /// The file with the key that signs receipts; drawn at first start. Losing it makes earlier receipts verify
    /// with the old public key alone.
    pub receipt_key: PathBuf,
    /// The file with the key of match tokens; drawn at first start. Losing it loses no notification: children and homes
    /// notified before and after are then not seen to be the same.
    pub match_key: PathBuf,
    /// The name under which receipts are signed.
    pub receipt_signer: String,
    /// The most notifications that share a commit. More raises throughput under load, and the time that the
    /// slowest of them waits.
    pub largest_commit: usize,
    /// The most items of one stream under way at once. More costs memory: each may be as large as a message.
    pub items_in_flight: usize,
    /// The largest notification taken, in bytes.
    pub largest_notification: usize,
    /// The largest message read at all, in bytes. Between the two a notification gets an answer of its own; above, its
    /// stream ends. More costs memory for each call under way.
    pub largest_message: usize,
    /// The most bytes of notifications that wait for a commit; senders beyond wait their turn.
    pub largest_backlog: usize,
}

impl Config {
    /// The settings of the embedded mode, with all files below one folder.
    pub fn below(folder: &Path) -> Self {
        Self {
            store: folder.join("intake.sqlite"),
            receipt_key: folder.join("intake-receipts.key"),
            match_key: folder.join("intake-match.key"),
            receipt_signer: "lapwing-intake-receipts".to_owned(),
            largest_commit: 256,
            items_in_flight: 128,
            largest_notification: 4 * 1024 * 1024,
            largest_message: 16 * 1024 * 1024,
            largest_backlog: 64 * 1024 * 1024,
        }
    }
}
