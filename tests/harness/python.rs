//! Clients in another language, each in a folder below `tests/clients` with a script that makes its modules.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::process::Command;

/// Python with what the tests need of it, told to run a script.
///
/// # Panics
/// Where there is no such environment: `tests/run` makes it.
pub fn python(script: &Path) -> Command {
    let mut command = Command::new(environment());
    command.arg(script);
    command
}

/// The Python of that environment.
///
/// # Panics
/// Where there is none.
pub fn environment() -> PathBuf {
    let named = std::env::var_os("LAPWING_TEST_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| here().join("../.tools/python/bin/python"));
    assert!(
        python.exists(),
        "{} is missing: run the tests with tests/run, which prepares it",
        python.display()
    );
    python
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A client in Python, and the modules that were made for it.
pub struct PythonClient {
    python: PathBuf,
    folder: PathBuf,
    generated: TempDir,
}

impl PythonClient {
    /// Makes the modules of a client.
    ///
    /// # Panics
    /// Where there is no Python environment: `tests/run` makes it.
    pub async fn prepare(name: &str) -> Self {
        let python = environment();
        let folder = here().join("clients").join(name);
        let generated = tempfile::tempdir().expect("a folder");
        let made = Command::new(folder.join("generate.sh"))
            .arg(&python)
            .arg(generated.path())
            .status()
            .await
            .expect("generates");
        assert!(made.success(), "the modules of {name} cannot be made");
        Self { python, folder, generated }
    }

    /// A command that runs one of its scripts.
    pub fn script(&self, script: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.env("PYTHONPATH", self.generated.path()).arg(self.folder.join(script));
        command
    }
}
