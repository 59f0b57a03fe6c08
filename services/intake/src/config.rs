//! Every setting of intake, with its unit and what it costs.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sealing::KeySource;
use serde::Deserialize;
use storage::Location;

use crate::back_pressure::Bounds;
use crate::hold_together::{LONGEST_WAIT, Limits};

/// Settings of intake.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where notifications are kept. The only store with identities: keep it to its own role, or its folder to one user.
    pub store: Location,
    /// The address of eligibility, such as `https://eligibility.example:7442`, which is asked when a draft is checked. Where
    /// both run in one process there is none.
    #[serde(default)]
    pub eligibility: Option<String>,
    /// The file with the key that signs receipts; drawn at first start. Losing it makes earlier receipts verify
    /// with the old public key alone.
    pub receipt_key: PathBuf,
    /// The file with the key of match tokens; drawn while nothing is sealed. Losing it loses no notification: children and homes
    /// notified before and after are then not seen to be the same.
    pub match_key: PathBuf,
    /// The keys under which the keys of notifications are wrapped: `{ file = "…" }`, `{ environment = "NAME" }` or
    /// `{ command = ["program", "argument"] }`. Losing them loses every record's identities and narrative for ever; whoever has
    /// them and the database can read all. Keep them where the database, its dumps and its backups are not. A file is drawn
    /// where there is none while nothing is sealed.
    pub wrapping_keys: KeySource,
    /// How often the policy of retention is applied, in hours, beginning at the start. 0 leaves it to whoever asks for it.
    #[serde(default = "defaults::retention_every_hours")]
    pub retention_every_hours: u64,
    /// The name under which receipts are signed.
    #[serde(default = "defaults::receipt_signer")]
    pub receipt_signer: String,
    /// The most notifications that share a commit. More raises throughput under load, and the time that the
    /// slowest of them waits.
    #[serde(default = "defaults::largest_commit")]
    pub largest_commit: usize,
    /// The most items of one stream under way at once. More costs memory, within `largest_backlog`.
    #[serde(default = "defaults::items_in_flight")]
    pub items_in_flight: usize,
    /// The largest notification taken, in bytes.
    #[serde(default = "defaults::largest_notification")]
    pub largest_notification: usize,
    /// The largest message read at all, in bytes. Between the two a notification gets an answer of its own; above, its
    /// stream ends. At most `bytes_of_caller` in [process.limits], which bounds the memory for messages.
    #[serde(default = "defaults::largest_message")]
    pub largest_message: usize,
    /// The most bytes of notifications that wait for a commit, and as many again of streams' items under way; senders beyond
    /// wait their turn.
    #[serde(default = "defaults::largest_backlog")]
    pub largest_backlog: usize,
    /// The events that may wait in the outbox; from there on nothing new is taken until some have left. However long the
    /// broker is away, nothing is refused below it. More costs room: each takes some kilobytes of the database, and counting
    /// them once a second takes the longer, the more there are.
    #[serde(default = "defaults::largest_outbox")]
    pub largest_outbox: NonZeroU64,
    /// How long the oldest event may wait, in seconds; from there on nothing new is taken. Left out, age never counts, and
    /// that is right unless senders have another way to notify when events do not leave.
    #[serde(default)]
    pub oldest_event: Option<NonZeroU64>,
}

impl Config {
    /// The settings of the embedded mode, with all files below one folder.
    pub fn below(folder: &Path) -> Self {
        Self {
            store: Location::Sqlite(folder.join("intake.sqlite")),
            eligibility: None,
            receipt_key: folder.join("intake-receipts.key"),
            match_key: folder.join("intake-match.key"),
            wrapping_keys: KeySource::File(folder.join("intake-wrapping.keys")),
            retention_every_hours: defaults::retention_every_hours(),
            receipt_signer: defaults::receipt_signer(),
            largest_commit: defaults::largest_commit(),
            items_in_flight: defaults::items_in_flight(),
            largest_notification: defaults::largest_notification(),
            largest_message: defaults::largest_message(),
            largest_backlog: defaults::largest_backlog(),
            largest_outbox: defaults::largest_outbox(),
            oldest_event: None,
        }
    }

    /// What may be held at once.
    pub fn limits(&self) -> Limits {
        Limits {
            largest_commit: self.largest_commit,
            largest_backlog: self.largest_backlog,
            longest_wait: LONGEST_WAIT,
        }
    }

    /// From where on nothing new is taken.
    pub fn bounds(&self) -> Bounds {
        let oldest_event = self.oldest_event.map(|seconds| Duration::from_secs(seconds.get()));
        Bounds { largest_outbox: self.largest_outbox, oldest_event }
    }
}

/// What a settings file may leave out.
mod defaults {
    use std::num::NonZeroU64;

    pub(super) const fn largest_outbox() -> NonZeroU64 {
        const { NonZeroU64::new(1_000_000).expect("a million is not zero") }
    }

    pub(super) fn retention_every_hours() -> u64 {
        24
    }

    pub(super) fn receipt_signer() -> String {
        "lapwing-intake-receipts".to_owned()
    }

    pub(super) fn largest_commit() -> usize {
        256
    }

    pub(super) fn items_in_flight() -> usize {
        128
    }

    pub(super) fn largest_notification() -> usize {
        4 * 1024 * 1024
    }

    pub(super) fn largest_message() -> usize {
        16 * 1024 * 1024
    }

    pub(super) fn largest_backlog() -> usize {
        64 * 1024 * 1024
    }
}
