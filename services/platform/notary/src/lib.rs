//! Keys that sign notes, and notes that anybody can verify: receipts and checkpoints are such notes.
//!
//! The form is C2SP's signed-note: text that a person can read, a blank line, and a line with an Ed25519
//! signature. Verifying takes the public key alone, which stands beside the private one in a `.pub` file.

use std::fs;
use std::path::Path;

use ambient::Ambient;
use rand_core::{CryptoRng, RngCore};
use secrecy::zeroize::Zeroizing;
use signed_note::{Note, Signer as _, StandardSigner, StandardVerifier, Verifier as _, VerifierList};

/// Signs notes under one name with one key, which is wiped from memory with it (`ed25519-dalek` does, and the texts that it
/// was read from are here).
pub struct Notary {
    signer: StandardSigner,
    public: String,
}

/// Why a key cannot be used or a note does not hold.
#[derive(Debug, thiserror::Error)]
pub enum NotaryError {
    /// The key's file cannot be read or written.
    #[error("key {file}: {source}; check that the folder exists and belongs to this user")]
    File {
        /// The file.
        file: String,
        /// The system's own error.
        source: std::io::Error,
    },
    /// The key's file holds something else.
    #[error(
        "key {file} is not an Ed25519 key of a signed-note signer; restore it from a backup: without it new notes carry another name"
    )]
    Key {
        /// The file.
        file: String,
    },
    /// No key can have this name.
    #[error(
        "{name:?} cannot be the name of a signer; use letters, digits, dots and hyphens, without spaces or plus signs"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The text cannot be made into a note.
    #[error(
        "the text cannot be signed: it must be UTF-8 without control characters and end with a line break"
    )]
    Text,
    /// The note was altered, or signed by somebody else.
    #[error("the note does not verify with this key: it was altered, or another key signed it")]
    Unverified,
}

impl Notary {
    /// Takes the key in `file`, or draws one and keeps it there, readable by its owner alone; the public key
    /// goes into `file` with `.pub` added.
    ///
    /// # Errors
    /// [`NotaryError::File`] and [`NotaryError::Key`].
    pub fn open(file: &Path, name: &str, ambient: &Ambient) -> Result<Self, NotaryError> {
        let failed = |source| NotaryError::File { file: file.display().to_string(), source };
        if !signed_note::is_key_name_valid(name) {
            return Err(NotaryError::Name { name: name.to_owned() });
        }
        let draw = || {
            let (private, public) = signed_note::generate_key(&mut Drawn(ambient), name);
            let private = Zeroizing::new(private);
            Zeroizing::new(format!("{}\n{public}\n", *private))
        };
        let both = keyfile::drawn(file, draw).map_err(failed)?;
        let notary =
            Self::from_lines(&both).ok_or_else(|| NotaryError::Key { file: file.display().to_string() })?;
        // Where both were mounted from elsewhere, nothing may be written there.
        let (beside, public) = (file.with_added_extension("pub"), format!("{}\n", notary.public));
        if fs::read_to_string(&beside).ok().as_ref() != Some(&public) {
            fs::write(beside, public).map_err(failed)?;
        }
        Ok(notary)
    }

    /// Takes the key in `file`, and neither draws nor writes anything.
    ///
    /// # Errors
    /// [`NotaryError::File`], where there is none too, and [`NotaryError::Key`].
    pub fn read(file: &Path) -> Result<Self, NotaryError> {
        let name = || file.display().to_string();
        let both = fs::read_to_string(file).map_err(|source| NotaryError::File { file: name(), source })?;
        Self::from_lines(&Zeroizing::new(both)).ok_or_else(|| NotaryError::Key { file: name() })
    }

    /// The private key on the first line, the public one on the second.
    fn from_lines(both: &str) -> Option<Self> {
        let (private, public) = both.trim_end().split_once('\n')?;
        let signer = StandardSigner::new(private).ok()?;
        let verifier = StandardVerifier::new(public).ok()?;
        (signer.key_id() == verifier.key_id()).then(|| Self { signer, public: public.to_owned() })
    }

    /// The name under which notes are signed: the one that the key was drawn under.
    pub fn name(&self) -> &str {
        self.signer.name()
    }

    /// The public key as one line of text.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// Signs a text whose last line ends with a line break. The same text gives the same note.
    ///
    /// # Errors
    /// [`NotaryError::Text`].
    pub fn sign(&self, text: &str) -> Result<String, NotaryError> {
        let mut note = Note::new(text.as_bytes(), &[]).map_err(|_| NotaryError::Text)?;
        note.add_sigs(&[&self.signer]).map_err(|_| NotaryError::Text)?;
        String::from_utf8(note.to_bytes()).map_err(|_| NotaryError::Text)
    }
}

/// The text of a note, if the key has signed it.
///
/// # Errors
/// [`NotaryError::Unverified`].
pub fn verify(note: &str, public_key: &str) -> Result<String, NotaryError> {
    let verifier = StandardVerifier::new(public_key.trim()).map_err(|_| NotaryError::Unverified)?;
    let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| NotaryError::Unverified)?;
    parsed.verify(&VerifierList::new(vec![Box::new(verifier)])).map_err(|_| NotaryError::Unverified)?;
    String::from_utf8(parsed.text().to_vec()).map_err(|_| NotaryError::Unverified)
}

/// Ambient chance in the form that key generation asks for.
struct Drawn<'a>(&'a Ambient);

impl RngCore for Drawn<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.0.bytes::<8>()[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Drawn<'_> {}

impl std::fmt::Debug for Notary {
    /// The name alone: the key never appears.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Notary({})", self.signer.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notary(folder: &Path) -> Notary {
        Notary::open(&folder.join("key"), "lapwing-test", &Ambient::system()).expect("opens")
    }

    #[test]
    fn where_both_halves_of_a_key_are_nothing_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = notary(folder.path()).public_key().to_owned();
        let public = folder.path().join("key.pub");
        let written = || fs::metadata(&public).expect("a public key").modified().expect("a time");
        let before = written();
        assert_eq!(notary(folder.path()).public_key(), first);
        assert_eq!(written(), before, "it may have been mounted read-only");
        fs::write(&public, "another").expect("written");
        notary(folder.path());
        assert_eq!(fs::read_to_string(&public).expect("a public key").trim_end(), first);
    }

    #[test]
    fn a_note_verifies_with_the_public_key_alone_and_again_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let note = notary(folder.path()).sign("held\n").expect("signs");
        let public = fs::read_to_string(folder.path().join("key.pub")).expect("a public key");
        assert_eq!(verify(&note, &public).expect("verifies"), "held\n");
        assert_eq!(notary(folder.path()).sign("held\n").expect("signs"), note);
    }

    #[test]
    fn a_key_that_is_not_there_is_not_drawn_by_whoever_only_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        assert!(matches!(Notary::read(&file), Err(NotaryError::File { .. })));
        assert!(!file.exists());
        let drawn = notary(folder.path()).public_key().to_owned();
        assert_eq!(Notary::read(&file).expect("reads").public_key(), drawn);
    }

    #[test]
    fn an_altered_note_and_another_key_do_not_verify() {
        let (folder, other) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let notary_of_ours = notary(folder.path());
        let note = notary_of_ours.sign("held\n").expect("signs");
        assert!(verify(&note.replace("held", "lost"), notary_of_ours.public_key()).is_err());
        assert!(verify(&note, notary(other.path()).public_key()).is_err());
    }

    #[test]
    fn the_private_key_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let _notary = notary(folder.path());
        let mode = fs::metadata(folder.path().join("key")).expect("a key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_name_that_no_key_can_have_is_refused_before_a_key_is_drawn() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        assert!(matches!(
            Notary::open(&file, "two words", &Ambient::system()),
            Err(NotaryError::Name { .. })
        ));
        assert!(!file.exists());
    }

    #[test]
    fn a_file_that_holds_something_else_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("key"), "robin").expect("writes");
        let error = Notary::open(&folder.path().join("key"), "lapwing-test", &Ambient::system())
            .expect_err("refused");
        assert!(error.to_string().contains("is not an Ed25519 key"), "{error}");
    }
}
