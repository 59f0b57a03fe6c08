//! `lapwing backup` and `lapwing restore`: a whole data folder, with its keys, as it was at one moment.
//!
//! A backup is a folder with the same files, and a list of them with their hashes, which is written last: without it a backup
//! was not brought to its end.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ambient::Ambient;
use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::copy::{copy_together, faults_of};

use super::Context;
use crate::cli::{Backup, Restore};
use crate::embedded::Folder;
use crate::ending::{Ending, Failure};
use crate::printing::line;

/// The stores, in the direction of the facts.
const STORES: [&str; 4] = ["intake.sqlite", "eligibility.sqlite", "triage.sqlite", "audit.sqlite"];

/// What a running server makes anew, and SQLite's own files beside a store.
const NOT_COPIED: [&str; 2] = ["lock", "address"];

/// The list of a backup's files.
const LIST: &str = "backup.json";

/// What is in a backup.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    /// The version of Lapwing that wrote it.
    version: String,
    /// The moment of which it is.
    taken_at: jiff::Timestamp,
    /// Each file below the folder with its SHA-256, in hexadecimal.
    files: BTreeMap<PathBuf, String>,
}

/// Copies the data folder, whether or not a server runs in it.
///
/// # Errors
/// What cannot be read or written, and what to do.
pub(crate) async fn backup(context: &Context, asked: Backup) -> Result<Ending, Failure> {
    let (from, to) = (&context.folder, &asked.to);
    let stores: Vec<&str> = STORES.into_iter().filter(|store| from.join(store).exists()).collect();
    if stores.len() < STORES.len() {
        let sentence = format!("{} is no data folder of Lapwing's; name one with --folder", from.display());
        return Err(anyhow::anyhow!(sentence).into());
    }
    make_empty(to)?;
    let taken_at = Ambient::system().now();
    let pairs: Vec<(PathBuf, PathBuf)> =
        stores.iter().map(|store| (from.join(store), to.join(store))).collect();
    copy_together(&pairs).await.map_err(anyhow::Error::from)?;
    for file in other_files(from)? {
        copy(&from.join(&file), &to.join(&file))?;
    }
    let contents = Contents { version: env!("CARGO_PKG_VERSION").into(), taken_at, files: hashes(to)? };
    write_list(to, &contents)?;
    tell(context, "backup", to, &contents);
    Ok(Ending::Well)
}

/// Puts a backup in the place of a data folder that is not there yet.
///
/// # Errors
/// What is missing or otherwise than when it was written; nothing is put in place then.
pub(crate) async fn restore(context: &Context, asked: Restore) -> Result<Ending, Failure> {
    let (from, to) = (&asked.from, &context.folder);
    let contents = judge(from).await?;
    make_empty(to)?;
    let folder = Folder::open(to)?;
    for file in contents.files.keys() {
        copy(&from.join(file), &to.join(file))?;
    }
    drop(folder);
    tell(context, "restored", to, &contents);
    Ok(Ending::Well)
}

fn tell(context: &Context, what: &str, to: &Path, contents: &Contents) {
    if context.json {
        let told = serde_json::json!({
            what: to, "taken_at": contents.taken_at, "files": contents.files.len(), "version": contents.version,
        });
        return line(told.to_string());
    }
    let (number, folder, taken_at) = (contents.files.len(), to.display(), contents.taken_at);
    match what {
        "backup" => {
            line(format!("{number} files as they were at {taken_at} are in {folder}"));
            line(
                "it holds the keys: whoever has it can read every notification. Keep it as the data folder is kept",
            );
            line(format!("to try it: lapwing --folder NEW-FOLDER restore --from {folder}"));
        }
        _ => {
            line(format!("{number} files as they were at {taken_at} are in {folder}"));
            line(
                "whatever was receipted after that moment is not in it: its senders have receipts and send it again",
            );
            line(format!("next: lapwing --folder {folder} doctor, then lapwing --folder {folder} up"));
        }
    }
}

/// Every file is there and as it was written, and every store is whole.
async fn judge(from: &Path) -> Result<Contents> {
    let list = from.join(LIST);
    let text = fs::read_to_string(&list).with_context(|| {
        format!(
            "{} cannot be read: this is no backup, or one that was not brought to its end",
            list.display()
        )
    })?;
    let contents: Contents =
        serde_json::from_str(&text).with_context(|| format!("{} is no list of a backup", list.display()))?;
    ensure!(
        STORES.iter().all(|store| contents.files.contains_key(Path::new(store))),
        "{} does not name every store; take another backup",
        list.display()
    );
    let found = hashes(from)?;
    for (file, hash) in &contents.files {
        match found.get(file) {
            Some(found) if found == hash => (),
            Some(_) => bail!(
                "{} is not what was written: its hash differs. Take another backup; this one was altered or its disk is bad",
                from.join(file).display()
            ),
            None => bail!("{} is missing; take another backup", from.join(file).display()),
        }
    }
    for store in STORES {
        let file = from.join(store);
        let faults = faults_of(&file).await?;
        ensure!(faults.is_empty(), "{} is not whole: {}", file.display(), faults.join("; "));
    }
    Ok(contents)
}

/// Makes a folder that is its owner's alone. One that is there must be empty.
fn make_empty(folder: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("{} cannot be made; name another folder", folder.display()))?;
    let mut entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    ensure!(
        entries.next().is_none(),
        "{} is not empty, and nothing in it is overwritten; name a folder that is new",
        folder.display()
    );
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("{} cannot be made its owner's alone", folder.display()))
}

/// The files of a data folder besides its stores, by their paths below it: keys, certificates, receipts that were kept.
fn other_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let of_a_store = |name: &str| STORES.iter().any(|store| name.starts_with(store));
    Ok(files_below(folder)?
        .into_iter()
        .filter(|file| {
            let name = file.to_string_lossy();
            !NOT_COPIED.contains(&name.as_ref()) && !of_a_store(&name)
        })
        .collect())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut files, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(below) = open.pop() {
        let entries = fs::read_dir(folder.join(&below))
            .with_context(|| format!("{} cannot be read", folder.join(&below).display()))?;
        for entry in entries {
            let entry = entry?;
            let path = below.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                files.push(path);
            }
        }
    }
    Ok(files)
}

fn hashes(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let files = files_below(folder)?.into_iter().filter(|file| file != Path::new(LIST));
    files.map(|file| Ok((file.clone(), hash(&folder.join(&file))?))).collect()
}

fn hash(file: &Path) -> Result<String> {
    let mut digest = Sha256::new();
    let mut opened = fs::File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    std::io::copy(&mut opened, &mut digest).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(hex::encode(digest.finalize()))
}

/// With the permissions that it has; folders on the way are their owner's alone.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))?;
    fs::File::open(to)?.sync_all().with_context(|| format!("{} cannot be made durable", to.display()))
}

fn write_list(folder: &Path, contents: &Contents) -> Result<()> {
    let file = folder.join(LIST);
    let mut written =
        fs::File::create_new(&file).with_context(|| format!("{} cannot be written", file.display()))?;
    written.write_all(serde_json::to_string_pretty(contents)?.as_bytes())?;
    written.sync_all()?;
    // The names of the files too.
    fs::File::open(folder)?.sync_all().with_context(|| format!("{} cannot be made durable", folder.display()))
}
