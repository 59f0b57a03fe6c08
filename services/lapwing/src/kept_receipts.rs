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

/// Adds a receipt, unless it is kept: one that was given before may have been missed then.
pub(crate) fn keep_new(folder: &Path, receipt: &Receipt) -> Result<()> {
    let kept = of(folder, &receipt.reference);
    if kept.contains(receipt) { Ok(()) } else { keep(folder, std::slice::from_ref(receipt)) }
}

/// The receipts with this reference that are kept here.
fn of(folder: &Path, reference: &str) -> Vec<Receipt> {
    let kept = fs::read_to_string(file(folder)).unwrap_or_default();
    let lines = kept.lines().filter(|line| line.contains(reference));
    lines.filter_map(|line| from_json::<Receipt>(line).ok()).collect()
}

/// The DfE number of the authority that holds the highest revision with a receipt kept here: after a hand-over it is
/// another authority than the first.
pub(crate) fn authority_of(folder: &Path, reference: Reference) -> Option<String> {
    let newest = of(folder, &reference.to_string()).into_iter().max_by_key(|receipt| receipt.revision);
    newest.map(|receipt| receipt.notifying_authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_hand_over_the_highest_revision_says_whose_it_is_in_whatever_order_receipts_came() {
        let folder = tempfile::tempdir().expect("a folder");
        let reference = Reference::mint(&ambient::Ambient::system());
        let receipt = |revision, authority: &str| Receipt {
            reference: reference.to_string(),
            revision,
            notifying_authority: authority.into(),
            ..Default::default()
        };
        for given in [receipt(1, "373"), receipt(2, "888"), receipt(1, "373")] {
            keep_new(folder.path(), &given).expect("keeps");
        }
        assert_eq!(authority_of(folder.path(), reference), Some("888".to_owned()));
        assert_eq!(of(folder.path(), &reference.to_string()).len(), 2, "a repeated receipt is kept once");
    }

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
