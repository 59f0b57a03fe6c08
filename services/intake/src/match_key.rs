//! The file with the key of match tokens: drawn at the first start, readable by its owner alone.
//!
//! What a reader would get wrong: it is no key of records. Losing it loses no notification; tokens drawn under a new one
//! do not equal the earlier ones, so that children and homes notified before and after are not seen to be the same.

use std::path::Path;

use ambient::Ambient;
use secrecy::zeroize::Zeroizing;

use crate::domain::match_tokens::Tokeniser;

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MatchKeyError {
    /// Its file cannot be read or written.
    #[error("match key {file}: {source}; check that the folder exists and belongs to this user")]
    File {
        /// The file.
        file: String,
        /// The system's own error.
        source: std::io::Error,
    },
    /// Its file holds something else.
    #[error(
        "match key {file} is not 64 hexadecimal digits; restore it from a backup: under another key, children notified before are not seen to be the same"
    )]
    Key {
        /// The file.
        file: String,
    },
}

/// Takes the key in `file`, or draws one and keeps it there.
///
/// # Errors
/// [`MatchKeyError`].
pub fn open(file: &Path, ambient: &Ambient) -> Result<Tokeniser, MatchKeyError> {
    let failed = |source| MatchKeyError::File { file: file.display().to_string(), source };
    let draw = || Zeroizing::new(hex::encode(*Zeroizing::new(ambient.bytes::<32>())) + "\n");
    keyfile::drawn(file, draw).map_err(failed)?;
    read(file)
}

/// Takes the key in `file`, and draws none.
///
/// # Errors
/// [`MatchKeyError`], where there is none too.
pub fn read(file: &Path) -> Result<Tokeniser, MatchKeyError> {
    let failed = |source| MatchKeyError::File { file: file.display().to_string(), source };
    let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(failed)?;
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_end(), &mut *key)
        .map_err(|_| MatchKeyError::Key { file: file.display().to_string() })?;
    Ok(Tokeniser::new(*key))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use contracts::notification::v1::ChildIdentity;

    use super::*;

    #[test]
    fn the_key_is_drawn_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("intake-match.key");
        assert!(read(&file).is_err() && !file.exists(), "whoever only reads draws nothing");
        let home = ChildIdentity { address: "12 Nest Road, S1 2HH".into(), ..Default::default() };
        let drawn = open(&file, &Ambient::system()).expect("opens").household(&home);
        assert_eq!(open(&file, &Ambient::system()).expect("opens again").household(&home), drawn);
        assert_eq!(fs::metadata(&file).expect("a key").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_holds_something_else_is_named_and_its_content_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("intake-match.key");
        fs::write(&file, "robin").expect("writes");
        let error = open(&file, &Ambient::system()).expect_err("refused").to_string();
        assert!(error.contains("intake-match.key") && !error.contains("robin"), "{error}");
    }
}
