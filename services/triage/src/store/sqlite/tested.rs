//! What the tests of the queries need of SQLite.

use sqlx::{AssertSqlSafe, Row as _};
use tempfile::TempDir;

use super::dialect::{Connection, Database};
use super::open;
use crate::store::plan::Plan;

/// An empty store, and the folder that goes with it.
pub(super) async fn empty() -> (Database, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = open(&folder.path().join("triage.sqlite")).await.expect("opens");
    (database, folder)
}

/// How SQLite goes about a statement that seeks.
pub(super) async fn plan(connection: &mut Connection, statement: &str) -> Plan {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = sqlx::query(explain).fetch_all(connection).await.expect("explains");
    let steps: Vec<String> = rows.iter().map(|step| step.get("detail")).collect();
    let seeks = |step: &String| step.contains("USING") && step.contains("INDEX");
    let reads_whole =
        |step: &String| step.starts_with("SCAN") && !step.contains("sought") && !step.contains("CONSTANT");
    Plan {
        along_an_index: steps.iter().any(seeks),
        reads_a_whole_table: steps.iter().any(reads_whole),
        sorts: steps.iter().any(|step| step.contains("TEMP B-TREE")),
        steps,
    }
}
