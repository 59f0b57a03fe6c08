//! Files with keys: there, of the right form, their owner's alone. No key is ever shown.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use notary::{Notary, NotaryError};

use super::finding::Finding;

/// A file with a key that a service draws at its first start.
#[derive(Debug, Clone)]
pub(super) enum KeyFile {
    /// Signs receipts.
    Receipts(PathBuf),
    /// Signs checkpoints, under the log's name.
    Checkpoints(PathBuf, String),
    /// Makes match tokens.
    Match(PathBuf),
}

/// Looks at one, and at who may read it.
pub(super) fn look(key: &KeyFile) -> Vec<Finding> {
    let (file, found) = match key {
        KeyFile::Receipts(file) => (file, signs("receipt key", file, None)),
        KeyFile::Checkpoints(file, origin) => (file, signs("checkpoint key", file, Some(origin))),
        KeyFile::Match(file) => (file, matches("match key", file)),
    };
    if !file.exists() {
        return vec![found];
    }
    let open = permissions(found.check, file);
    let told = (open.level != super::finding::Level::Well).then_some(open);
    [found].into_iter().chain(told).collect()
}

fn signs(check: &'static str, file: &Path, origin: Option<&str>) -> Finding {
    let notary = match Notary::read(file) {
        Ok(notary) => notary,
        Err(NotaryError::File { .. }) if !file.exists() => {
            let why = "the next start draws another, and then what was signed before verifies with the old public key alone";
            return missing(check, file, why);
        }
        Err(error) => return unusable(check, file, &error),
    };
    if let Some(origin) = origin.filter(|origin| *origin != notary.name()) {
        return Finding::failure(
            check,
            format!("it signs as {}, and the log is called {origin}", notary.name()),
            "audit does not start: whoever verifies a checkpoint expects one name",
            format!("set `origin` to {}, or put the key of {origin} in place", notary.name()),
        )
        .at(file.display());
    }
    let public = file.with_added_extension("pub");
    let published = std::fs::read_to_string(&public);
    if published.is_ok_and(|published| published.trim() == notary.public_key()) {
        return Finding::well(check, "it signs, and the public key beside it is its own").at(file.display());
    }
    Finding::warning(
        check,
        "the public key beside it is missing, or is another's",
        "whoever verifies with that file is told that good signatures are bad",
        "restart the service, which writes it anew",
    )
    .at(public.display())
}

fn matches(check: &'static str, file: &Path) -> Finding {
    match intake::match_key::read(file) {
        Ok(_) => Finding::well(check, "it is there and has the right form").at(file.display()),
        Err(_) if !file.exists() => missing(
            check,
            file,
            "intake does not start without it once something is sealed; under another, children and homes that were notified before \
             are not seen to be the same",
        ),
        Err(error) => unusable(check, file, &error),
    }
}

fn missing(check: &'static str, file: &Path, why: &str) -> Finding {
    Finding::failure(
        check,
        format!("{} is not there", file.display()),
        why,
        "restore it from a backup, or copy it from another replica, before the service starts again; before the very first start \
         nothing is to be done",
    )
    .at(file.display())
}

fn unusable(check: &'static str, file: &Path, error: &dyn std::fmt::Display) -> Finding {
    let said = error.to_string();
    let (what, to_do) = said.split_once("; ").unwrap_or((&said, "restore it from a backup"));
    Finding::failure(check, what, "the service does not start on it", to_do).at(file.display())
}

/// Who may read a file with a key.
pub(super) fn permissions(check: &'static str, file: &Path) -> Finding {
    match std::fs::metadata(file) {
        Ok(found) => judge(check, file, found.permissions().mode()),
        // Whoever reads it tells why it cannot be.
        Err(_) => Finding::not_here(check, format!("{} cannot be looked at", file.display())),
    }
}

fn judge(check: &'static str, file: &Path, mode: u32) -> Finding {
    let why = "whoever reads the key can be whom it stands for";
    let to_do = format!("chmod 600 {}; where others may have read it, replace the key", file.display());
    let found = match mode & 0o077 {
        0 => Finding::well(check, "its owner alone may read the key"),
        by if by & 0o007 == 0 => Finding::warning(check, "its group may read the key", why, to_do),
        _ => Finding::failure(check, "everybody on this machine may read the key", why, to_do),
    };
    found.at(file.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn a_key_is_its_owners_alone() {
        for (mode, level) in
            [(0o100_600, Level::Well), (0o400, Level::Well), (0o640, Level::Warning), (0o644, Level::Failure)]
        {
            let found = judge("key", Path::new("a.key"), mode);
            assert_eq!(found.level, level, "{mode:o}");
            assert_eq!(found.to_do.contains("chmod 600 a.key"), level != Level::Well);
        }
    }

    #[test]
    fn a_key_that_is_not_there_is_told_and_not_drawn() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.key");
        for key in [
            KeyFile::Receipts(file.clone()),
            KeyFile::Checkpoints(file.clone(), "a-log".into()),
            KeyFile::Match(file.clone()),
        ] {
            let found = look(&key);
            assert_eq!(found.len(), 1);
            assert!(found[0].level == Level::Failure && found[0].what.contains("is not there"), "{found:?}");
        }
        std::fs::write(&file, "robin").expect("written");
        let found = look(&KeyFile::Receipts(file));
        assert!(
            found[0].what.contains("not an Ed25519 key") && !format!("{found:?}").contains("robin"),
            "{found:?}"
        );
    }
}
