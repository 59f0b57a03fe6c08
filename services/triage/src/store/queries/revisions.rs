//! The lineage of a case: every revision that was taken up.
//!
//! What a reader would get wrong: a line is written once. A second judgement of the same revision adds none.

use ids::Reference;
use sqlx::QueryBuilder;
use storage::{Columns, Doing, ROWS, StoreError, whole};

use super::dialect::{Connection, Db, execute, push_among, push_rows};
use super::rows;
use crate::store::{CaseRevision, numbers};

/// Adds lines, and gives to withdrawals that came before any finding the outcome that their case has been opened with.
pub(super) async fn write(
    connection: &mut Connection,
    revisions: &[(Reference, CaseRevision)],
) -> Result<(), StoreError> {
    for some in revisions.chunks(ROWS) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO case_revision (reference, revision, outcome, lane, priority, at, came_late, withdraws) ",
        );
        push_rows(
            &mut insert,
            &Columns::of(some)
                .text(|(reference, _)| reference.to_string())
                .whole(|(_, revision)| whole(revision.revision))
                .optional_whole(|(_, revision)| revision.outcome.map(numbers::outcome_number))
                .whole(|(_, revision)| numbers::lane_number(revision.lane))
                .whole(|(_, revision)| numbers::priority_number(revision.priority))
                .whole(|(_, revision)| revision.at.as_microsecond())
                .flag(|(_, revision)| revision.came_late)
                .flag(|(_, revision)| revision.withdraws),
        );
        insert.push(" ON CONFLICT DO NOTHING");
        execute(connection, insert, "add to the lineage").await?;
        fill(connection, some).await?;
    }
    Ok(())
}

async fn fill(connection: &mut Connection, some: &[(Reference, CaseRevision)]) -> Result<(), StoreError> {
    let mut update = QueryBuilder::<Db>::new(
        "UPDATE case_revision SET outcome = (SELECT outcome FROM panel_case \
         WHERE panel_case.reference = case_revision.reference) WHERE outcome IS NULL AND ",
    );
    push_among(&mut update, "reference", &Columns::of(some).text(|(reference, _)| reference.to_string()));
    execute(connection, update, "add to the lineage").await?;
    Ok(())
}

/// The lineage of a case, by number.
pub(super) async fn of(
    connection: &mut Connection,
    reference: Reference,
) -> Result<Vec<CaseRevision>, StoreError> {
    let found = sqlx::query(
        "SELECT revision, outcome, lane, priority, at, came_late, withdraws FROM case_revision \
         WHERE reference = $1 ORDER BY revision",
    )
    .bind(reference.to_string())
    .fetch_all(connection)
    .await
    .doing("read the lineage")?;
    found.iter().map(|row| rows::case_revision(row, reference)).collect()
}
