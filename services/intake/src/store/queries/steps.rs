//! Steps of revisions, as the other services tell them.
//!
//! What a reader would get wrong: one statement may write a row once alone (PostgreSQL), and one batch may tell of one step
//! twice. What a batch tells of a step is therefore brought together first, by the same rule that the statement has.

use std::collections::HashMap;

use contracts::notification::v1::Stage;
use ids::Reference;
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, number, whole};

use super::dialect::{Connection, Db, execute, fetch_all, push_among, push_rows};
use super::rows::{detail, reference};
use crate::store::Progress;

/// A step of one revision, as a batch tells it.
struct Step {
    reference: Reference,
    revision: u32,
    stage: Stage,
    at: i64,
    first_at: i64,
    detail: Vec<u8>,
}

/// Writes what is told of revisions that it names.
pub(super) async fn insert_steps(
    connection: &mut Connection,
    told: &[&Progress],
    name: &'static str,
) -> Result<(), StoreError> {
    let steps = told.iter().map(|progress| step(progress, progress.outcome.revision().unwrap_or(1)));
    write(connection, brought_together(steps), name).await
}

/// Writes acknowledgements, which name no revision: each is of the newest that was first queued by then, by triage's own
/// clock, which both times are of; where none is known, of the first.
pub(super) async fn insert_acknowledgements(
    connection: &mut Connection,
    acknowledged: &[&Progress],
    name: &'static str,
) -> Result<(), StoreError> {
    let mut queued = HashMap::new();
    for some in acknowledged.chunks(ROWS) {
        queued_of(connection, some, &mut queued, name).await?;
    }
    let steps = acknowledged.iter().map(|progress| {
        let of_this = queued.get(&progress.reference).into_iter().flatten();
        let by_then = of_this.filter(|(_, first_at)| *first_at <= progress.at.as_microsecond());
        step(progress, by_then.map(|(revision, _)| *revision).max().unwrap_or(1))
    });
    write(connection, brought_together(steps), name).await
}

/// The revisions of notifications that have been queued, each with the time at which it was first.
type Queued = HashMap<Reference, Vec<(u32, i64)>>;

async fn queued_of(
    connection: &mut Connection,
    acknowledged: &[&Progress],
    queued: &mut Queued,
    name: &'static str,
) -> Result<(), StoreError> {
    let select = "SELECT reference, revision, first_at FROM step WHERE stage = 3 AND ";
    let mut select = QueryBuilder::<Db>::new(select);
    let mut asked: Vec<Reference> = acknowledged.iter().map(|progress| progress.reference).collect();
    asked.sort_unstable();
    asked.dedup();
    push_among(&mut select, "reference", &Columns::of(&asked).text(Reference::to_string));
    for row in &fetch_all(connection, select, name).await? {
        let key = reference(row.try_get("reference").doing(name)?)?;
        let revision = (number(row, "step", "revision")?, number(row, "step", "first_at")?);
        queued.entry(key).or_default().push(revision);
    }
    Ok(())
}

fn step(progress: &Progress, revision: u32) -> Step {
    let at = progress.at.as_microsecond();
    Step {
        reference: progress.reference,
        revision,
        stage: progress.outcome.stage(),
        at,
        first_at: at,
        detail: detail(&progress.outcome),
    }
}

/// What a batch tells, each step once, in the order in which they were told first.
fn brought_together(told: impl Iterator<Item = Step>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut places = HashMap::new();
    for step in told {
        let place = *places.entry((step.reference, step.revision, step.stage)).or_insert(steps.len());
        match steps.get_mut(place) {
            Some(before) => before.hear_again(step),
            None => steps.push(step),
        }
    }
    steps
}

impl Step {
    /// As [`DONE_ANEW`] has it.
    fn hear_again(&mut self, later: Self) {
        if !matches!(self.stage, Stage::Queued | Stage::Acknowledged) {
            return;
        }
        self.first_at = self.first_at.min(later.first_at);
        if later.at > self.at {
            (self.at, self.detail) = (later.at, later.detail);
        }
    }
}

/// A step is written once. A revision may be queued and acknowledged anew, though, such as in another lane after a
/// hand-over was declined: the later telling counts, by triage's own clock, in whatever order they are heard. When it
/// was first stays known: an acknowledgement of the first queueing may be heard after the second one.
const DONE_ANEW: &str = " ON CONFLICT (reference, revision, stage) DO UPDATE \
     SET at = CASE WHEN excluded.at > step.at THEN excluded.at ELSE step.at END, \
         first_at = CASE WHEN excluded.first_at < step.first_at THEN excluded.first_at ELSE step.first_at END, \
         detail = CASE WHEN excluded.at > step.at THEN excluded.detail ELSE step.detail END \
     WHERE step.stage IN (3, 4)";

async fn write(connection: &mut Connection, steps: Vec<Step>, name: &'static str) -> Result<(), StoreError> {
    for rows in steps.chunks(ROWS) {
        let mut insert =
            QueryBuilder::<Db>::new("INSERT INTO step (reference, revision, stage, at, first_at, detail) ");
        let columns = Columns::of(rows)
            .text(|step| step.reference.to_string())
            .whole(|step| whole(step.revision))
            .whole(|step| whole(step.stage as i32))
            .whole(|step| step.at)
            .whole(|step| step.first_at)
            .bytes(|step| step.detail.as_slice());
        push_rows(&mut insert, &columns);
        insert.push(DONE_ANEW);
        execute(connection, insert, name).await?;
    }
    Ok(())
}
