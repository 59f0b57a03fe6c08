//! Whether every wrapping key that records need is given, and opens what it wrapped. Keys are named by their ids alone.

use ambient::Ambient;
use intake::store::Lacking;
use sealing::{KeySource, SourceError, WrappingKeys};
use storage::Opened;

use super::finding::Finding;

const CHECK: &str = "wrapping keys";
const LOST: &str = "without it, what it sealed cannot be read again by anybody";

/// Reads the keys from where the settings say they are.
pub(super) async fn keys(source: &KeySource) -> Result<WrappingKeys, Finding> {
    let wanted = source.clone();
    // A command that prints them may take its time.
    let read = tokio::task::spawn_blocking(move || wanted.look()).await;
    read.map_err(|error| Finding::not_checked(CHECK, error, "run it again"))?
        .map_err(|error| not_read(source, &error))
}

fn not_read(source: &KeySource, error: &SourceError) -> Finding {
    let why = "intake does not start without them";
    match (source, error) {
        (KeySource::File(file), SourceError::File { .. }) if !file.exists() => Finding::failure(
            CHECK,
            format!("{} is not there", file.display()),
            format!("{why} once something is sealed; {LOST}"),
            "restore the file from where its copy is kept, then start intake; before the very first start nothing is to be done",
        )
        .at(file.display()),
        // It is the services' surroundings that count, and those are not these.
        (KeySource::Environment(name), SourceError::Environment { .. }) => Finding::not_checked(
            CHECK,
            format!("the environment variable {name} is not set here; it may be where intake runs"),
            format!("run this again with {name} set as intake has it"),
        ),
        _ => Finding::failure(CHECK, error.to_string(), why, "put the keys in place as the sentence says").at(source.place()),
    }
}

/// Holds the keys to what is stored.
pub(super) async fn look(source: &KeySource, store: &Opened, ambient: &Ambient) -> Vec<Finding> {
    let keys = match keys(source).await {
        Ok(keys) => keys,
        Err(finding) => return vec![finding],
    };
    let current = keys.current().to_owned();
    match intake::lacking_keys(store, keys, ambient).await {
        Ok(lacking) if lacking.is_empty() => {
            let what = format!("every one that records need is here; {current} wraps what is new");
            vec![Finding::well(CHECK, what).at(source.place())]
        }
        Ok(lacking) => lacking.iter().map(|lacking| judge(lacking).at(source.place())).collect(),
        Err(error) => {
            vec![Finding::not_checked(CHECK, error, "see to the database first, then run this again")]
        }
    }
}

fn judge(lacking: &Lacking) -> Finding {
    let (what, to_do) = match lacking {
        Lacking::Missing(id) => (
            format!("{id} is not among them, and records are sealed under it"),
            format!("add the line of {id}, without a star, from where its copy is kept"),
        ),
        Lacking::Another(id) => (
            format!("{id} is another key than the one under which records are sealed"),
            format!("put the key back that was called {id}; give a new key an id of its own"),
        ),
    };
    Finding::failure(CHECK, what, LOST, to_do)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn a_key_that_records_need_is_named_by_its_id() {
        for (lacking, words) in [
            (Lacking::Missing("2026-11".into()), "2026-11 is not among them"),
            (Lacking::Another("2026-11".into()), "2026-11 is another key"),
        ] {
            let found = judge(&lacking);
            assert!(found.level == Level::Failure && found.what.contains(words), "{found:?}");
            assert!(found.to_do.contains("2026-11"), "{found:?}");
        }
    }

    #[tokio::test]
    async fn a_source_without_keys_is_told_and_nothing_is_drawn() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("wrapping.keys");
        let found = keys(&KeySource::File(file.clone())).await.expect_err("no keys");
        assert!(
            found.level == Level::Failure && found.what.contains("is not there") && !file.exists(),
            "{found:?}"
        );
        let found = keys(&KeySource::Environment("LAPWING_NO_SUCH_KEYS".into())).await.expect_err("no keys");
        assert!(
            found.level == Level::NotChecked && found.to_do.contains("LAPWING_NO_SUCH_KEYS"),
            "{found:?}"
        );
    }
}
