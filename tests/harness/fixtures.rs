//! The hand-made notifications under `tests/fixtures`, each with the finding that is expected of it and why.

use std::fs;
use std::path::Path;

use contracts::json::from_json;
use contracts::notification::v1::Notification;
use serde::Deserialize;

/// One hand-made notification.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The file's name without its ending.
    pub name: String,
    /// The notification.
    pub notification: Notification,
    /// What is expected.
    pub expected: Expected,
}

/// The finding that is expected of a notification.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The published pattern that it follows.
    pub why: String,
    /// The outcome for the incident, such as `OUTCOME_DUTY_IN_AREA`.
    pub outcome: String,
    /// The provision relied on.
    pub provision: String,
    /// Whose duty it is, where it is another authority's.
    #[serde(default)]
    pub duty_authority: String,
    /// What is expected for each child.
    pub children: Vec<ExpectedChild>,
}

/// The finding that is expected for one child.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedChild {
    /// The sender's key.
    pub key: String,
    /// The outcome.
    pub outcome: String,
    /// Further outcomes.
    #[serde(default)]
    pub also: Vec<String>,
    /// Paths of the facts that are missing.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// All of them, in the order of their names.
///
/// # Panics
/// Where a fixture cannot be read.
pub fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = fs::read_dir(folder.join("notifications")).expect("the folder of fixtures");
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_str()
                .and_then(|name| name.strip_suffix(".json"))
                .map(str::to_owned)
        })
        .collect();
    names.sort();
    names.into_iter().map(|name| read(&folder, name)).collect()
}

fn read(folder: &Path, name: String) -> Fixture {
    let text =
        |path: &str| fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let notification = from_json(&text(&format!("notifications/{name}.json")))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let expected = toml::from_str(&text(&format!("expected/{name}.toml")))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    Fixture { name, notification, expected }
}
