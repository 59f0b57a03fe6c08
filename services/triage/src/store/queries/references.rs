//! Statements about cases that are named by their references.

use ids::Reference;
use sqlx::QueryBuilder;
use storage::{Columns, StoreError};

use super::dialect::{Connection, Db, Row, fetch_all, push_among};

/// Writes that a column is one of these references.
pub(super) fn push_references(query: &mut QueryBuilder<Db>, column: &str, references: &[Reference]) {
    push_among(query, column, &Columns::of(references).text(Reference::to_string));
}

/// The rows of these cases: `before` is a statement up to its condition, and `after` what follows that.
pub(super) async fn of_these(
    connection: &mut Connection,
    before: &str,
    references: &[Reference],
    after: &str,
) -> Result<Vec<Row>, StoreError> {
    let mut select = QueryBuilder::<Db>::new(before);
    push_references(&mut select, "reference", references);
    select.push(after);
    fetch_all(connection, select, "read what is held of notifications").await
}
