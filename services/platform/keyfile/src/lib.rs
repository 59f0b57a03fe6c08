//! A file with a secret: written whole or not at all, and readable by its owner alone.

use std::fs;
use std::io::{Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use zeroize::Zeroizing;

/// What is kept in `file`; where there is none, what `draw` makes is kept there first. It is wiped from memory when it goes.
///
/// # Errors
/// The system's own, where the file cannot be read or written.
pub fn drawn(file: &Path, draw: impl FnOnce() -> Zeroizing<String>) -> Result<Zeroizing<String>> {
    if !file.exists() {
        write(file, &draw())?;
    }
    fs::read_to_string(file).map(Zeroizing::new)
}

/// Writes a file whole or not at all, in the place of the one that is there.
///
/// # Errors
/// The system's own.
pub fn write(file: &Path, text: &str) -> Result<()> {
    let unfinished = file.with_added_extension("part");
    let mut options = fs::OpenOptions::new();
    let mut opened = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()?;
    fs::rename(&unfinished, file)?;
    // The new name is the folder's content: until that is on disk, a power cut may leave what rests on a key that is gone.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_drawn_once_is_its_owners_alone_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.key");
        let secret = |text: &str| Zeroizing::new(text.to_owned());
        assert_eq!(*drawn(&file, || secret("first")).expect("draws"), "first");
        assert_eq!(*drawn(&file, || secret("second")).expect("reads"), "first");
        write(&file, "third").expect("writes");
        assert_eq!(*drawn(&file, || secret("fourth")).expect("reads"), "third");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn where_there_is_no_folder_nothing_is_drawn() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("none").join("a.key");
        assert!(drawn(&file, || Zeroizing::new(String::new())).is_err());
    }
}
