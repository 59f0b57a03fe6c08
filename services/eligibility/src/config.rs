//! Every setting of eligibility, with its unit and what it costs.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Settings of eligibility.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The SQLite file.
    pub store: PathBuf,
}

impl Config {
    /// The settings of the embedded mode, with all files below one folder.
    pub fn below(folder: &Path) -> Self {
        Self { store: folder.join("eligibility.sqlite") }
    }
}
