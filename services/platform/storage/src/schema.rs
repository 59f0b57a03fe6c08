//! What a schema holds, beside what this version brings: pending, edited, or newer migrations.

use std::borrow::Cow;
use std::collections::HashMap;

use sqlx::migrate::{AppliedMigration, Migrator};

/// How a schema differs from what this version expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// This version brings migrations that the schema has not had.
    #[error(
        "{0} migrations are pending, the first is {1}; run `lapwing migrate` with the owner's role, then start again"
    )]
    Pending(usize, String),
    /// A migration that the schema has had reads otherwise in this version.
    #[error(
        "migration {0} was applied as another text than this version has: a migration is never edited once it was \
         released. Start the version that wrote the schema, or restore the database"
    )]
    Edited(String),
    /// The schema has had a migration that this version does not know.
    #[error(
        "the schema has had migration {0}, which this version does not know: a newer version of Lapwing has migrated \
         it. Start that version; an older one does not write into a newer schema"
    )]
    Newer(i64),
    /// A migration began and did not end.
    #[error(
        "migration {0} began and did not end; read the database's log, mend its cause, and run `lapwing migrate`"
    )]
    Unfinished(i64),
}

/// Compares what was applied with what `migrator` brings.
pub(crate) fn difference(migrator: &Migrator, applied: &[AppliedMigration]) -> Option<Difference> {
    let applied: HashMap<i64, &Cow<'static, [u8]>> =
        applied.iter().map(|migration| (migration.version, &migration.checksum)).collect();
    if let Some(newer) = applied.keys().filter(|version| !migrator.version_exists(**version)).min() {
        return Some(Difference::Newer(*newer));
    }
    let named =
        |migration: &sqlx::migrate::Migration| format!("{:04} {}", migration.version, migration.description);
    if let Some(edited) = migrator
        .iter()
        .find(|own| applied.get(&own.version).is_some_and(|checksum| **checksum != own.checksum))
    {
        return Some(Difference::Edited(named(edited)));
    }
    let mut pending = migrator.iter().filter(|own| !applied.contains_key(&own.version)).peekable();
    let first = pending.peek().map(|first| named(first))?;
    Some(Difference::Pending(pending.count(), first))
}

#[cfg(test)]
mod tests {
    use sqlx::migrate::{Migration, MigrationType};

    use super::*;

    fn migrator(texts: &[&'static str]) -> Migrator {
        let migrations = (1..).zip(texts).map(|(version, text)| {
            let sql = sqlx::SqlStr::from_static(text);
            Migration::new(version, "birds".into(), MigrationType::Simple, sql, false)
        });
        Migrator::with_migrations(migrations.collect())
    }

    fn applied(migrator: &Migrator) -> Vec<AppliedMigration> {
        let row = |own: &Migration| AppliedMigration { version: own.version, checksum: own.checksum.clone() };
        migrator.iter().map(row).collect()
    }

    #[test]
    fn the_same_schema_has_no_difference() {
        let own = migrator(&["CREATE TABLE a (b INT)", "DROP TABLE a"]);
        assert_eq!(difference(&own, &applied(&own)), None);
    }

    #[test]
    fn what_is_pending_edited_or_newer_is_named() {
        let own = migrator(&["CREATE TABLE a (b INT)", "DROP TABLE a"]);
        let one = migrator(&["CREATE TABLE a (b INT)"]);
        let other = migrator(&["CREATE TABLE a (b TEXT)"]);
        assert_eq!(difference(&own, &applied(&one)), Some(Difference::Pending(1, "0002 birds".into())));
        assert_eq!(difference(&own, &applied(&other)), Some(Difference::Edited("0001 birds".into())));
        assert_eq!(difference(&one, &applied(&own)), Some(Difference::Newer(2)));
        assert_eq!(difference(&own, &[]), Some(Difference::Pending(2, "0001 birds".into())));
    }
}
