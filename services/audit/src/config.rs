//! Every setting of audit, with its unit and what it costs.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use storage::Location;

/// Settings of audit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the log is kept. It holds coded facts and the salts of the log: whoever restores an older copy of it takes
    /// the log back, and every checkpoint stated since then shows that.
    pub store: Location,
    /// The file with the key that signs checkpoints; drawn at first start. Losing it makes earlier checkpoints
    /// verify with the old public key alone.
    pub checkpoint_key: PathBuf,
    /// The log's name: the first line of every checkpoint, and the name that signs it (C2SP tlog-checkpoint asks
    /// that they agree). Without spaces and plus signs. It is fixed once the key is drawn.
    #[serde(default = "origin")]
    pub origin: String,
}

impl Config {
    /// The settings of the embedded mode, with all files below one folder.
    pub fn below(folder: &Path) -> Self {
        Self {
            store: Location::Sqlite(folder.join("audit.sqlite")),
            checkpoint_key: folder.join("audit-checkpoints.key"),
            origin: origin(),
        }
    }
}

fn origin() -> String {
    "lapwing-audit-log".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str =
        "store.sqlite = \"audit.sqlite\"\ncheckpoint_key = \"audit.key\"\norigin = \"a-log\"\n";

    #[test]
    fn a_misspelt_setting_is_refused_and_named() {
        assert!(toml::from_str::<Config>(WHOLE).is_ok());
        let error = toml::from_str::<Config>(&format!("{WHOLE}orign = \"b-log\"\n")).expect_err("refused");
        assert!(error.message().contains("orign"), "{error}");
    }
}
