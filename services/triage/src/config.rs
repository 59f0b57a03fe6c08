//! Every setting of triage, with its unit and what it costs.

use std::path::Path;

use serde::Deserialize;
use storage::Location;

/// Settings of triage.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where cases, clocks and the panel's queue are kept. Coded facts alone, no identities.
    pub store: Location,
}

impl Config {
    /// The settings of the embedded mode, with all files below one folder.
    pub fn below(folder: &Path) -> Self {
        Self { store: Location::Sqlite(folder.join("triage.sqlite")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_does_not_exist_is_refused_by_its_name() {
        let read: Config = toml::from_str("store.sqlite = '/var/lib/lapwing/triage.sqlite'").expect("reads");
        let same = Config::below(Path::new("/var/lib/lapwing"));
        assert_eq!(format!("{read:?}"), format!("{same:?}"));
        let error = toml::from_str::<Config>("store.sqlite = 'a'\nlease = 5").expect_err("refused");
        assert!(error.to_string().contains("lease"), "{error}");
    }
}
