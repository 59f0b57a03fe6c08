//! Every setting of eligibility, with its unit and what it costs.

use std::path::Path;

use serde::Deserialize;
use storage::Location;

/// Settings of eligibility.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where findings are kept.
    pub store: Location,
}

impl Config {
    /// The settings of the embedded mode, with all files below one folder.
    pub fn below(folder: &Path) -> Self {
        Self { store: Location::Sqlite(folder.join("eligibility.sqlite")) }
    }
}
