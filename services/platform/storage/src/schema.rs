//! What a schema holds, beside what this version brings: pending, edited, or newer migrations.
//!
//! While an upgrade is under way, programs of the version before run on a schema to which the newer one has added. A migration
//! that only adds says so by its name, `NNNN_adds_….sql`; with such ones alone, a program also starts on a newer schema. The
//! name is kept with the schema, so that an older program can read it of a migration that it has never seen.

use std::collections::HashMap;

use sqlx::migrate::Migrator;

/// How the name of a migration begins that only adds: tables, indexes, and columns that may be left out. What is in its file is
/// held to that by `services/lapwing/tests/migrations.rs`.
pub const ADDS: &str = "adds ";

/// How a schema differs from what this version expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// This version brings migrations that the schema has not had.
    #[error(
        "{} migrations are pending, the first is {}; run `lapwing migrate` with the owner's role, then start again",
        .0.len(), .0.first().map_or("none", String::as_str)
    )]
    Pending(Vec<String>),
    /// A migration that the schema has had reads otherwise in this version.
    #[error(
        "migration {0} was applied as another text than this version has: a migration is never edited once it was \
         released. Start the version that wrote the schema, or restore the database"
    )]
    Edited(String),
    /// The schema has had a migration that this version does not know, and that did not only add.
    #[error(
        "the schema has had migration {0}, which this version does not know: a newer version of Lapwing has migrated \
         it. Start that version; an older one does not write into a schema that was changed"
    )]
    Newer(String),
    /// The schema has had a migration that this version does not know, and all such ones have only added.
    #[error(
        "the schema has had migration {0}, which this version does not know: a newer version of Lapwing has added to \
         it, and this one runs on"
    )]
    Added(String),
    /// A migration began and did not end.
    #[error(
        "migration {0} began and did not end; read the database's log, mend its cause, and run `lapwing migrate`"
    )]
    Unfinished(String),
}

impl Difference {
    /// Whether a program may not start on it.
    pub fn bars_a_start(&self) -> bool {
        !matches!(self, Self::Added(_))
    }
}

/// A migration that a schema has had, as its bookkeeping has it.
#[derive(Debug, Clone)]
pub(crate) struct Applied {
    version: i64,
    description: String,
    ended: bool,
    checksum: Vec<u8>,
}

impl Applied {
    /// The columns of which one is made.
    pub(crate) const COLUMNS: &str = "version, description, success, checksum";

    /// Reads a row of [`Applied::COLUMNS`].
    pub(crate) fn of<R>(row: &R) -> Result<Self, sqlx::Error>
    where
        R: sqlx::Row,
        &'static str: sqlx::ColumnIndex<R>,
        i64: for<'r> sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
        String: for<'r> sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
        bool: for<'r> sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
        Vec<u8>: for<'r> sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    {
        Ok(Self {
            version: row.try_get("version")?,
            description: row.try_get("description")?,
            ended: row.try_get("success")?,
            checksum: row.try_get("checksum")?,
        })
    }

    fn named(&self) -> String {
        named(self.version, &self.description)
    }
}

fn named(version: i64, description: &str) -> String {
    format!("{version:04} {description}")
}

/// Compares what was applied, in its order, with what `migrator` brings.
pub(crate) fn difference(migrator: &Migrator, applied: &[Applied]) -> Option<Difference> {
    if let Some(unfinished) = applied.iter().find(|migration| !migration.ended) {
        return Some(Difference::Unfinished(unfinished.named()));
    }
    let newer = || applied.iter().filter(|migration| !migrator.version_exists(migration.version));
    if let Some(changed) = newer().find(|migration| !migration.description.starts_with(ADDS)) {
        return Some(Difference::Newer(changed.named()));
    }
    let checksums: HashMap<i64, &[u8]> =
        applied.iter().map(|migration| (migration.version, migration.checksum.as_slice())).collect();
    let edited = migrator
        .iter()
        .find(|own| checksums.get(&own.version).is_some_and(|checksum| *checksum != own.checksum.as_ref()));
    if let Some(edited) = edited {
        return Some(Difference::Edited(named(edited.version, &edited.description)));
    }
    let pending = migrator.iter().filter(|own| !checksums.contains_key(&own.version));
    let pending: Vec<String> = pending.map(|own| named(own.version, &own.description)).collect();
    if !pending.is_empty() {
        return Some(Difference::Pending(pending));
    }
    newer().next().map(|added| Difference::Added(added.named()))
}

#[cfg(test)]
mod tests {
    use sqlx::migrate::{Migration, MigrationType};

    use super::*;

    fn migrator(names: &[&'static str], texts: &[&'static str]) -> Migrator {
        let migrations = (1..).zip(names.iter().zip(texts)).map(|(version, (name, text))| {
            let sql = sqlx::SqlStr::from_static(text);
            Migration::new(version, (*name).into(), MigrationType::Simple, sql, false)
        });
        Migrator::with_migrations(migrations.collect())
    }

    fn applied(migrator: &Migrator) -> Vec<Applied> {
        let row = |own: &Migration| Applied {
            version: own.version,
            description: own.description.to_string(),
            ended: true,
            checksum: own.checksum.to_vec(),
        };
        migrator.iter().map(row).collect()
    }

    const BIRDS: &str = "CREATE TABLE bird (name TEXT)";

    #[test]
    fn the_same_schema_has_no_difference() {
        let own = migrator(&["birds", "nests"], &[BIRDS, "DROP TABLE bird"]);
        assert_eq!(difference(&own, &applied(&own)), None);
    }

    #[test]
    fn what_is_pending_edited_newer_added_or_unfinished_is_named() {
        let one = migrator(&["birds"], &[BIRDS]);
        let added = migrator(&["birds", "adds nests"], &[BIRDS, "CREATE TABLE nest (place TEXT)"]);
        let changed = migrator(
            &["birds", "adds nests", "no birds"],
            &[BIRDS, "CREATE TABLE nest (place TEXT)", "DROP"],
        );
        let other = migrator(&["birds"], &["CREATE TABLE bird (name INT)"]);
        let mut unfinished = applied(&added);
        unfinished[1].ended = false;
        for (own, applied, expected) in [
            (&added, applied(&one), Difference::Pending(vec!["0002 adds nests".into()])),
            (&added, vec![], Difference::Pending(vec!["0001 birds".into(), "0002 adds nests".into()])),
            (&added, applied(&other), Difference::Edited("0001 birds".into())),
            (&one, applied(&added), Difference::Added("0002 adds nests".into())),
            (&one, applied(&changed), Difference::Newer("0003 no birds".into())),
            // Whoever also lacks a migration of its own has to be migrated, by the newer command.
            (&one, applied(&added)[1..].to_vec(), Difference::Pending(vec!["0001 birds".into()])),
            (&other, applied(&added), Difference::Edited("0001 birds".into())),
            (&one, unfinished, Difference::Unfinished("0002 adds nests".into())),
        ] {
            assert_eq!(difference(own, &applied), Some(expected.clone()));
            assert_eq!(expected.bars_a_start(), !matches!(expected, Difference::Added(_)));
        }
    }
}
