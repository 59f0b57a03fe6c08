//! Where wrapping keys come from: a file, an environment variable, or what a command prints.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ambient::Ambient;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::wrapping::{NotKeys, WrappingKeys};

/// The beginning of the id of a key that is drawn at a first start. The rest is drawn too: where two replicas have each drawn
/// one, the second is told which key it lacks.
const DRAWN: &str = "drawn-";

/// Where the wrapping keys are. The database, its dumps and its backups must not be there too.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KeySource {
    /// A file that its owner alone can read. Drawn where there is none by whoever asks for it; its caller
    /// knows whether anything is sealed already.
    File(PathBuf),
    /// An environment variable, such as one that an orchestrator fills from its secrets.
    Environment(String),
    /// A program with its arguments, which prints them, such as that of a key service. It is run without a shell.
    Command(Vec<String>),
}

/// Why no keys came from there. What they say is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be read or written.
    #[error("wrapping keys {file}: {source}; check that the folder exists and belongs to this user")]
    File {
        /// The file.
        file: String,
        /// The system's own error.
        source: std::io::Error,
    },
    /// Others than its owner can read the file.
    #[error("wrapping keys {file} can be read by others than their owner; run: chmod 600 {file}")]
    Open {
        /// The file.
        file: String,
    },
    /// There is no such variable, or it is no text.
    #[error("the environment variable {name}, which is to hold the wrapping keys, is not set or is no text")]
    Environment {
        /// Its name.
        name: String,
    },
    /// The command failed.
    #[error("the command that is to print the wrapping keys ({program}) {what}; run it by hand to see why")]
    Command {
        /// The program, without its arguments.
        program: String,
        /// What became of it.
        what: String,
    },
    /// What came is none.
    #[error("wrapping keys of {place}: {source}")]
    Keys {
        /// Where they came from.
        place: String,
        /// What is wrong.
        source: NotKeys,
    },
}

impl KeySource {
    /// Reads the keys.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn read(&self, ambient: &Ambient) -> Result<WrappingKeys, SourceError> {
        if let Self::File(file) = self {
            draw(file, ambient)?;
        }
        self.look()
    }

    /// Reads the keys where there are any, and draws none.
    ///
    /// # Errors
    /// [`SourceError`]; a file that is not there is one that cannot be read.
    pub fn look(&self) -> Result<WrappingKeys, SourceError> {
        let text = match self {
            Self::File(file) => from_file(file)?,
            Self::Environment(name) => std::env::var(name)
                .map(Zeroizing::new)
                .map_err(|_| SourceError::Environment { name: name.clone() })?,
            Self::Command(words) => from_command(words)?,
        };
        WrappingKeys::read(&text).map_err(|source| SourceError::Keys { place: self.place(), source })
    }

    /// Where it is, in words; of a command, its program alone.
    pub fn place(&self) -> String {
        match self {
            Self::File(file) => file.display().to_string(),
            Self::Environment(name) => format!("the environment variable {name}"),
            Self::Command(words) => format!("the command {}", words.first().map_or("", String::as_str)),
        }
    }
}

fn draw(file: &Path, ambient: &Ambient) -> Result<(), SourceError> {
    let draw = || WrappingKeys::drawn(&format!("{DRAWN}{}", hex::encode(ambient.bytes::<4>())), ambient);
    let drawn = keyfile::drawn(file, draw);
    drawn.map(drop).map_err(|source| SourceError::File { file: file.display().to_string(), source })
}

fn from_file(file: &Path) -> Result<Zeroizing<String>, SourceError> {
    let failed = |source| SourceError::File { file: file.display().to_string(), source };
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(failed)?;
    let mode = fs::metadata(file).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(SourceError::Open { file: file.display().to_string() });
    }
    Ok(text)
}

fn from_command(words: &[String]) -> Result<Zeroizing<String>, SourceError> {
    let (program, arguments) =
        words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let failed = |what: String| SourceError::Command { program: program.to_owned(), what };
    let ran = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let ran = ran.map_err(|error| failed(format!("cannot be run: {error}")))?;
    let printed = Zeroizing::new(ran.stdout);
    if !ran.status.success() {
        return Err(failed(format!("ended with {}", ran.status)));
    }
    let text =
        str::from_utf8(&printed).map_err(|_| failed("printed something that is no text".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Settings {
        wrapping_keys: KeySource,
    }

    fn source(text: &str) -> KeySource {
        toml::from_str::<Settings>(text).expect("reads").wrapping_keys
    }

    fn refused(source: &KeySource) -> String {
        source.read(&Ambient::system()).expect_err("refused").to_string()
    }

    #[test]
    fn a_settings_file_names_each_source() {
        assert_eq!(source(r#"wrapping_keys = { file = "w.keys" }"#), KeySource::File("w.keys".into()));
        assert_eq!(
            source(r#"wrapping_keys = { environment = "KEYS" }"#),
            KeySource::Environment("KEYS".into())
        );
        let command = source(r#"wrapping_keys = { command = ["vault", "read"] }"#);
        assert_eq!(command, KeySource::Command(vec!["vault".into(), "read".into()]));
    }

    #[test]
    fn a_file_is_drawn_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = KeySource::File(folder.path().join("wrapping.keys"));
        let KeySource::File(file) = &source else { unreachable!("a file") };
        assert!(source.look().is_err() && !file.exists(), "whoever looks draws nothing");
        assert!(source.read(&Ambient::system()).expect("draws").current().starts_with(DRAWN));
        let drawn = fs::read_to_string(file).expect("a file");
        source.read(&Ambient::system()).expect("reads");
        assert_eq!(fs::read_to_string(file).expect("a file"), drawn);
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).expect("opens it");
        assert!(refused(&source).contains("chmod 600"));
    }

    #[test]
    fn a_command_prints_the_keys() {
        let line = format!("* service {}", "0c".repeat(32));
        let keys = KeySource::Command(vec!["/bin/echo".into(), line]).read(&Ambient::system()).expect("keys");
        assert_eq!(keys.current(), "service");
    }

    #[test]
    fn a_command_that_fails_is_named_without_its_arguments() {
        let failing =
            |words: &[&str]| refused(&KeySource::Command(words.iter().map(|&word| word.into()).collect()));
        for text in [
            failing(&["/bin/false", "--token=robin"]),
            failing(&["/no/such/program", "--token=robin"]),
            failing(&["/bin/echo", "robin"]),
            failing(&[]),
        ] {
            assert!(!text.contains("robin"), "{text}");
        }
        assert!(failing(&["/bin/false"]).contains("/bin/false"));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let text = refused(&KeySource::Environment("LAPWING_NO_SUCH_KEYS".into()));
        assert!(text.contains("LAPWING_NO_SUCH_KEYS"), "{text}");
    }
}
