//! The data folder: for one world at a time. A folder that Lapwing makes is its owner's alone; in one that was there
//! before, the stores and keys still are.

use std::fs::{self, File, TryLockError};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::connection::address_file;

/// A data folder that this world alone uses.
pub(crate) struct Folder {
    path: PathBuf,
    /// Held for as long as the world lives; the system lets go of it however the process ends.
    _lock: File,
}

impl Folder {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.with_context(|| {
            format!("{} cannot be made; name another folder with --folder", path.display())
        })?;
        let lock_file = path.join("lock");
        let lock =
            File::create(&lock_file).with_context(|| format!("{} cannot be written", lock_file.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!(
                "another lapwing runs in {}{}. Stop it, or name another folder with --folder and another address with --listen",
                path.display(),
                fs::read_to_string(address_file(path))
                    .map(|address| format!(" ({})", address.trim()))
                    .unwrap_or_default()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", lock_file.display()))
            }
        }
    }

    /// Tells the verbs of this folder where the server is.
    pub(super) fn announce(&self, address: SocketAddr) -> Result<()> {
        let file = address_file(&self.path);
        fs::write(&file, format!("https://{address}\n"))
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Nobody listens any more.
    pub(super) fn withdraw(&self) {
        // Where it cannot be removed, the verbs find nobody at the address, and say so.
        let _left = fs::remove_file(address_file(&self.path));
    }
}
