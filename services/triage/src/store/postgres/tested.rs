//! What the tests of the queries need of PostgreSQL.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Row as _};
use testbed::postgres::Server;

use super::dialect::{Connection, Database};
use super::{migrate, open};
use crate::store::plan::Plan;

/// An empty store, and the server that goes with it.
pub(super) async fn empty() -> (Database, Arc<Server>) {
    let server = Server::shared().await;
    let place = server.schema("triage").await;
    migrate(&place).await.expect("migrates");
    (open(&place).await.expect("opens"), server)
}

/// How PostgreSQL goes about a statement that seeks, where it has to take an index if there is one: of a table that is
/// empty it would rather read the whole.
pub(super) async fn plan(connection: &mut Connection, statement: &str) -> Plan {
    for other_way in ["enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_hashagg"] {
        let off = AssertSqlSafe(format!("SET LOCAL {other_way} = off"));
        sqlx::query(off).execute(&mut *connection).await.expect("is a setting");
    }
    let explain = AssertSqlSafe(format!("EXPLAIN {statement}"));
    let rows = sqlx::query(explain).fetch_all(connection).await.expect("explains");
    let steps: Vec<String> = rows.iter().map(|step| step.get(0)).collect();
    Plan {
        along_an_index: steps.iter().any(|step| step.contains("Index Cond")),
        reads_a_whole_table: steps.iter().any(|step| step.contains("Seq Scan")),
        sorts: steps.iter().any(|step| step.contains("Sort")),
        steps,
    }
}
