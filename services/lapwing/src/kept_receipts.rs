//! Receipts that `notify` was given, kept in the folder: a receipt is proof, and it says whose notification a
//! reference is.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use contracts::intake::v1::Receipt;
use contracts::json::{from_json, to_json};
use ids::Reference;

fn file(folder: &Path) -> PathBuf {
    folder.join("receipts.ndjson")
}

/// Adds receipts to those kept.
pub(crate) fn keep(folder: &Path, receipts: &[Receipt]) -> Result<()> {
    let file = file(folder);
    let lines: String = receipts.iter().map(|receipt| to_json(receipt) + "\n").collect();
    let mut options = fs::OpenOptions::new();
    let opened = options.append(true).create(true).mode(0o600).open(&file);
    opened
        .and_then(|mut opened| opened.write_all(lines.as_bytes()))
        .with_context(|| format!("the receipts were given and could not be kept in {}", file.display()))
}

/// The DfE number of the authority that was given the newest receipt with this reference, where one is kept here:
/// after a hand-over it is another authority's than the first.
pub(crate) fn authority_of(folder: &Path, reference: Reference) -> Option<String> {
    let kept = fs::read_to_string(file(folder)).ok()?;
    let reference = reference.to_string();
    let line = kept.lines().rfind(|line| line.contains(&reference))?;
    from_json::<Receipt>(line).ok().map(|receipt| receipt.notifying_authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_receipt_says_whose_notification_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let reference = Reference::mint(&ambient::Ambient::system());
        let receipt = Receipt {
            reference: reference.to_string(),
            notifying_authority: "373".into(),
            ..Default::default()
        };
        keep(folder.path(), &[receipt]).expect("keeps");
        assert_eq!(authority_of(folder.path(), reference), Some("373".to_owned()));
        assert_eq!(authority_of(folder.path(), Reference::mint(&ambient::Ambient::system())), None);
    }
}
