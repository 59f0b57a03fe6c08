//! The keys that the notifications in a store need: once one is sealed, none is drawn in the place of one that is gone.
//!
//! What a reader would get wrong: a start without key files is a first start over an empty store alone. Over one in which something
//! is sealed it is a restore that forgot them, or a replica that was not given its copies; a key drawn then opens nothing, and
//! stands where the right one has to be put back.

use std::path::Path;

use ambient::Ambient;
use sealing::{KeySource, WrappingKeys};

use crate::StartError;
use crate::domain::match_tokens::Tokeniser;
use crate::match_key;

/// A key that is gone while something is sealed that needs it.
#[derive(Debug, thiserror::Error)]
pub enum KeyGone {
    /// The file with the wrapping keys.
    #[error(
        "notifications are sealed under keys that are wrapped by {ids}, and the file {file} is not there; put it back from its \
         backup, or copy it from another replica: no other key opens them, so none is drawn in its place"
    )]
    Wrapping {
        /// The ids of the keys that are needed.
        ids: String,
        /// The file.
        file: String,
    },
    /// The file with the key of match tokens.
    #[error(
        "notifications are held, and the file of the match key {file} is not there; put it back from its backup, or copy it \
         from another replica: under another key, children notified before are not seen to be the same, so none is drawn in \
         its place. Where it is lost for good, draw one yourself: (umask 077; openssl rand -hex 32 > {file})"
    )]
    Match {
        /// The file.
        file: String,
    },
}

/// The wrapping keys under which something is sealed, by their ids; none over an empty store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NeededKeys(Vec<String>);

impl NeededKeys {
    /// Of a store in which notifications' keys are wrapped under these.
    pub(crate) fn of(wrapped_under: Vec<String>) -> Self {
        Self(wrapped_under)
    }

    /// The wrapping keys; drawn where nothing needs any yet.
    ///
    /// # Errors
    /// [`StartError::WrappingKeys`], and [`StartError::Gone`].
    pub(crate) fn wrapping(&self, source: &KeySource, ambient: &Ambient) -> Result<WrappingKeys, StartError> {
        match source {
            KeySource::File(file) if self.gone(file) => {
                Err(KeyGone::Wrapping { ids: self.0.join(", "), file: file.display().to_string() }.into())
            }
            source => Ok(source.read(ambient)?),
        }
    }

    /// The key of match tokens; drawn where nothing needs it yet.
    ///
    /// # Errors
    /// [`StartError::MatchKey`], and [`StartError::Gone`].
    pub(crate) fn tokeniser(&self, file: &Path, ambient: &Ambient) -> Result<Tokeniser, StartError> {
        if self.gone(file) {
            return Err(KeyGone::Match { file: file.display().to_string() }.into());
        }
        Ok(match_key::open(file, ambient)?)
    }

    fn gone(&self, file: &Path) -> bool {
        !self.0.is_empty() && !file.exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_an_empty_store_keys_are_drawn_and_over_another_none_is() {
        let (folder, ambient) = (tempfile::tempdir().expect("a folder"), Ambient::system());
        let (wrapping, match_key) = (folder.path().join("wrapping.keys"), folder.path().join("match.key"));
        let source = KeySource::File(wrapping.clone());
        let needed = NeededKeys::of(vec!["2026-11".into(), "2026-12".into()]);
        let gone = needed.wrapping(&source, &ambient).expect_err("it is gone").to_string();
        assert!(gone.contains("2026-11, 2026-12") && gone.contains("wrapping.keys"), "{gone}");
        let gone = needed.tokeniser(&match_key, &ambient).expect_err("it is gone").to_string();
        assert!(gone.contains("match.key"), "{gone}");
        assert!(!wrapping.exists() && !match_key.exists(), "nothing stands where the right ones belong");
        let first = NeededKeys::of(Vec::new());
        let drawn = first.wrapping(&source, &ambient).expect("draws");
        first.tokeniser(&match_key, &ambient).expect("draws");
        assert_eq!(needed.wrapping(&source, &ambient).expect("reads").current(), drawn.current());
        needed.tokeniser(&match_key, &ambient).expect("reads");
    }
}
