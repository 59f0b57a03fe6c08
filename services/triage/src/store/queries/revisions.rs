//! The lineage of a case: every revision that was taken up.
//!
//! What a reader would get wrong: a line is written once. A second judgement of the same revision adds none.

use ids::Reference;
use sqlx::QueryBuilder;
use storage::{Doing, StoreError, whole};

use super::cases::ROWS;
use super::dialect::{Connection, Db};
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
        insert.push_values(some, |mut row, (reference, revision)| {
            row.push_bind(reference.to_string())
                .push_bind(whole(revision.revision))
                .push_bind(revision.outcome.map(numbers::outcome_number))
                .push_bind(numbers::lane_number(revision.lane))
                .push_bind(numbers::priority_number(revision.priority))
                .push_bind(revision.at.as_microsecond())
                .push_bind(revision.came_late)
                .push_bind(revision.withdraws);
        });
        insert.push(" ON CONFLICT DO NOTHING");
        insert.build().persistent(false).execute(&mut *connection).await.doing("add to the lineage")?;
        fill(connection, some).await?;
    }
    Ok(())
}

async fn fill(connection: &mut Connection, some: &[(Reference, CaseRevision)]) -> Result<(), StoreError> {
    let mut update = QueryBuilder::<Db>::new(
        "UPDATE case_revision SET outcome = (SELECT outcome FROM panel_case \
         WHERE panel_case.reference = case_revision.reference) WHERE outcome IS NULL AND reference IN (",
    );
    let mut list = update.separated(", ");
    for (reference, _) in some {
        list.push_bind(reference.to_string());
    }
    update.push(")");
    update.build().persistent(false).execute(connection).await.doing("add to the lineage")?;
    Ok(())
}

/// The lineage of a case, by number.
pub(super) async fn of(
    connection: &mut Connection,
    reference: Reference,
) -> Result<Vec<CaseRevision>, StoreError> {
    let found = sqlx::query("SELECT * FROM case_revision WHERE reference = $1 ORDER BY revision")
        .bind(reference.to_string())
        .fetch_all(connection)
        .await
        .doing("read the lineage")?;
    found.iter().map(|row| rows::case_revision(row, reference)).collect()
}
