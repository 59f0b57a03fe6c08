//! Triage's store on SQLite.
//!
//! Statements whose text depends on the size of a batch are not kept prepared (`persistent(false)`): a connection would
//! otherwise hold on to a hundred of them.

use std::collections::HashMap;
use std::path::Path;

use async_trait::async_trait;
use delivery::{Delivered, Envelope, Heard};
use ids::Reference;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use storage::sqlite::{Database, OpenError};
use storage::{Doing, StoreError};

use super::sqlite_rows::{self as rows, ENTRY_COLUMNS};
use super::{HeldCase, Opening, Page, PageOf, Queued, Store};
use crate::domain::case::Case;
use crate::domain::clock::Clock;
use crate::domain::lane::Lane;
use crate::domain::reason::Reason;
use crate::domain::standing::{Acknowledged, Acknowledgement, Lease, LeaseRefused, Standing};
use crate::domain::turn::Turn;

/// Rows in one INSERT: thirteen columns at most, far below SQLite's limit of 32,766 variables.
const ROWS: usize = 500;

/// Opens triage's file and brings its schema up to date.
///
/// # Errors
/// As [`Database::open`].
pub async fn open(file: &Path) -> Result<Database, OpenError> {
    Database::open(file, &[&delivery::sqlite::migrator(), &sqlx::migrate!("migrations/sqlite")]).await
}

/// Triage's store in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    database: Database,
}

impl SqliteStore {
    /// On an opened file.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn open(&self, heard: &[Heard<Opening>], now: Timestamp) -> Result<(), StoreError> {
        const NAME: &str = "open cases";
        let mut transaction = self.database.begin(NAME).await?;
        let mut fresh =
            delivery::sqlite::admit(&mut transaction, heard.iter().map(|heard| heard.event), now).await?;
        // Taken out of the set, so that an event that is in one batch twice has its effect once.
        let fresh: Vec<&Heard<Opening>> = heard.iter().filter(|heard| fresh.remove(&heard.event)).collect();
        let openings: Vec<&Opening> = fresh.iter().map(|heard| &heard.effect).collect();
        insert_cases(&mut transaction, &openings).await?;
        insert_clocks(&mut transaction, &openings).await?;
        insert_reasons(&mut transaction, &openings).await?;
        let told: Vec<&Envelope> = fresh.iter().flat_map(|heard| &heard.outgoing).collect();
        delivery::sqlite::append(&mut transaction, &told).await?;
        self.database.commit(transaction, NAME).await
    }

    async fn list(&self, page: PageOf, now: Timestamp) -> Result<Page, StoreError> {
        const DOING: &str = "list a lane";
        let mut connection = self.database.readers().acquire().await.doing(DOING)?;
        let mut cases = page_of(&mut connection, page).await?;
        // One more than asked for was read: it says whether there is another page.
        let full = usize::try_from(page.at_most).unwrap_or(usize::MAX);
        let more = cases.len() > full;
        cases.truncate(full);
        let next = cases.last().filter(|_| more).map(|queued| queued.entry.turn());
        with_clocks(&mut connection, &mut cases).await?;
        Ok(Page { cases, next, waiting: waiting(&mut connection, page.lane, now).await? })
    }

    async fn find(&self, reference: Reference) -> Result<Option<HeldCase>, StoreError> {
        const DOING: &str = "find a case";
        let mut connection = self.database.readers().acquire().await.doing(DOING)?;
        let row = sqlx::query("SELECT * FROM panel_case WHERE reference = $1")
            .bind(reference.to_string())
            .fetch_optional(&mut *connection)
            .await
            .doing(DOING)?;
        let Some(row) = row else { return Ok(None) };
        let mut held = rows::held_case(&row)?;
        held.case.entry.clocks =
            clocks_of(&mut connection, &[reference]).await?.remove(&reference).unwrap_or_default();
        held.case.reasons = reasons_of(&mut connection, reference).await?;
        Ok(Some(held))
    }

    async fn take_next(
        &self,
        lane: Lane,
        lease: Lease,
        now: Timestamp,
    ) -> Result<Option<Queued>, StoreError> {
        const NAME: &str = "take the next case";
        let mut transaction = self.database.begin(NAME).await?;
        let Some(mut next) = first_free(&mut transaction, lane, now).await? else {
            return Ok(None);
        };
        let reference = next.entry.reference;
        next.standing = next.standing.take(lease, now).map_err(rows::impossible(
            "panel_case",
            "leased_until",
            reference,
        ))?;
        write_standing(&mut transaction, reference, &next.standing).await?;
        with_clocks(&mut transaction, std::slice::from_mut(&mut next)).await?;
        self.database.commit(transaction, NAME).await?;
        Ok(Some(next))
    }

    async fn acknowledge(
        &self,
        reference: Reference,
        acknowledgement: &Acknowledgement,
        told: &Envelope,
    ) -> Result<Result<Acknowledged, LeaseRefused>, StoreError> {
        const NAME: &str = "acknowledge a case";
        let mut transaction = self.database.begin(NAME).await?;
        let standing = standing(&mut transaction, reference).await?;
        let answer = standing.acknowledge(acknowledgement.lease, &acknowledgement.by, acknowledgement.at);
        if let Ok(Acknowledged::Now(given)) = &answer {
            write_standing(&mut transaction, reference, &Standing::Acknowledged(given.clone())).await?;
            delivery::sqlite::append(&mut transaction, &[told]).await?;
            self.database.commit(transaction, NAME).await?;
        }
        Ok(answer)
    }

    async fn park(
        &self,
        queue: &str,
        delivered: &Delivered,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        delivery::sqlite::park(&self.database, queue, &delivered.envelope, reason, now).await
    }
}

async fn insert_cases(connection: &mut SqliteConnection, openings: &[&Opening]) -> Result<(), StoreError> {
    for some in openings.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO panel_case (reference, revision, authority, outcome, provision, children, lane, priority, \
             queued_at, policy_hash, traceparent, tracestate, assessed) ",
        );
        insert.push_values(some, |mut row, opening| {
            let Case { entry, revision, policy_hash, .. } = &opening.case;
            row.push_bind(entry.reference.to_string())
                .push_bind(*revision)
                .push_bind(&entry.authority)
                .push_bind(rows::outcome_number(entry.outcome))
                .push_bind(&entry.provision)
                .push_bind(entry.children)
                .push_bind(rows::lane_number(entry.lane))
                .push_bind(rows::priority_number(entry.priority))
                .push_bind(entry.queued_at.as_microsecond())
                .push_bind(policy_hash)
                .push_bind(&opening.trace.traceparent)
                .push_bind(&opening.trace.tracestate)
                .push_bind(opening.assessed.as_ref());
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing("open cases")?;
    }
    Ok(())
}

async fn insert_clocks(connection: &mut SqliteConnection, openings: &[&Opening]) -> Result<(), StoreError> {
    let clocks: Vec<(Reference, &Clock)> = openings
        .iter()
        .map(|opening| &opening.case.entry)
        .flat_map(|entry| entry.clocks.iter().map(|clock| (entry.reference, clock)))
        .collect();
    for some in clocks.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO clock (reference, kind, working_days, anchor, anchor_on, due_on, late, explanation, policy_edition) ",
        );
        insert.push_values(some, |mut row, (reference, clock)| {
            row.push_bind(reference.to_string())
                .push_bind(rows::kind_number(clock.kind))
                .push_bind(clock.working_days)
                .push_bind(clock.anchor.to_string())
                .push_bind(clock.anchor_on.map(|day| day.to_string()))
                .push_bind(clock.due_on.map(|day| day.to_string()))
                .push_bind(clock.late)
                .push_bind(&clock.explanation)
                .push_bind(&clock.policy_edition);
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing("set clocks")?;
    }
    Ok(())
}

async fn insert_reasons(connection: &mut SqliteConnection, openings: &[&Opening]) -> Result<(), StoreError> {
    let reasons: Vec<(Reference, u32, &Reason)> = openings
        .iter()
        .map(|opening| &opening.case)
        .flat_map(|case| {
            (1..).zip(&case.reasons).map(|(position, reason)| (case.entry.reference, position, reason))
        })
        .collect();
    for some in reasons.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO reason (reference, position, code, text, source, facts) ",
        );
        insert.push_values(some, |mut row, (reference, position, reason)| {
            row.push_bind(reference.to_string())
                .push_bind(*position)
                .push_bind(&reason.code)
                .push_bind(&reason.text)
                .push_bind(&reason.source)
                .push_bind(reason.facts.join("\n"));
        });
        insert.build().persistent(false).execute(&mut *connection).await.doing("give reasons")?;
    }
    Ok(())
}

/// The cases of a page without their clocks, and one more where there are more.
async fn page_of(connection: &mut SqliteConnection, page: PageOf) -> Result<Vec<Queued>, StoreError> {
    let mut select =
        QueryBuilder::<Sqlite>::new(format!("SELECT {ENTRY_COLUMNS} FROM panel_case WHERE lane = "));
    select.push_bind(rows::lane_number(page.lane));
    if !page.include_acknowledged {
        select.push(" AND acknowledged_at IS NULL");
    }
    if let Some(Turn { priority, queued_at, reference }) = page.after {
        let mut place = select.push(" AND (priority, queued_at, reference) > (").separated(", ");
        place.push_bind(rows::priority_number(priority));
        place.push_bind(queued_at.as_microsecond());
        place.push_bind(reference.to_string());
        select.push(")");
    }
    select.push(" ORDER BY priority, queued_at, reference LIMIT ").push_bind(i64::from(page.at_most) + 1);
    let read = select.build().fetch_all(&mut *connection).await.doing("list a lane")?;
    read.iter().map(rows::queued).collect()
}

async fn waiting(connection: &mut SqliteConnection, lane: Lane, now: Timestamp) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM panel_case \
         WHERE lane = $1 AND acknowledged_at IS NULL AND (leased_until IS NULL OR leased_until <= $2)",
    )
    .bind(rows::lane_number(lane))
    .bind(now.as_microsecond())
    .fetch_one(&mut *connection)
    .await
    .doing("count waiting cases")?;
    Ok(count.unsigned_abs())
}

/// The first case in working order that is free, without its clocks.
async fn first_free(
    connection: &mut SqliteConnection,
    lane: Lane,
    now: Timestamp,
) -> Result<Option<Queued>, StoreError> {
    let mut select =
        QueryBuilder::<Sqlite>::new(format!("SELECT {ENTRY_COLUMNS} FROM panel_case WHERE lane = "));
    select.push_bind(rows::lane_number(lane));
    select
        .push(" AND acknowledged_at IS NULL AND (leased_until IS NULL OR leased_until <= ")
        .push_bind(now.as_microsecond());
    select.push(") ORDER BY priority, queued_at, reference LIMIT 1");
    let row = select.build().fetch_optional(&mut *connection).await.doing("take the next case")?;
    row.as_ref().map(rows::queued).transpose()
}

async fn standing(connection: &mut SqliteConnection, reference: Reference) -> Result<Standing, StoreError> {
    let row = sqlx::query(
        "SELECT reference, lease_id, leased_by, leased_until, acknowledged_by, acknowledged_at \
         FROM panel_case WHERE reference = $1",
    )
    .bind(reference.to_string())
    .fetch_one(&mut *connection)
    .await
    .doing("see where a case stands")?;
    rows::standing(&row, reference)
}

async fn write_standing(
    connection: &mut SqliteConnection,
    reference: Reference,
    standing: &Standing,
) -> Result<(), StoreError> {
    let query = match standing {
        // No move leads back to waiting: a lease that has run out is simply followed by the next.
        Standing::Waiting => return Ok(()),
        Standing::Leased(lease) => {
            sqlx::query("UPDATE panel_case SET lease_id = $1, leased_by = $2, leased_until = $3 WHERE reference = $4")
                .bind(lease.id.as_uuid())
                .bind(&lease.by)
                .bind(lease.until.as_microsecond())
        }
        Standing::Acknowledged(given) => {
            sqlx::query("UPDATE panel_case SET lease_id = $1, acknowledged_by = $2, acknowledged_at = $3 WHERE reference = $4")
                .bind(given.lease.as_uuid())
                .bind(&given.by)
                .bind(given.at.as_microsecond())
        }
    };
    query.bind(reference.to_string()).execute(&mut *connection).await.doing("move a case along the queue")?;
    Ok(())
}

/// Puts their clocks to cases that were read without.
async fn with_clocks(connection: &mut SqliteConnection, cases: &mut [Queued]) -> Result<(), StoreError> {
    let references: Vec<Reference> = cases.iter().map(|queued| queued.entry.reference).collect();
    let mut clocks = clocks_of(connection, &references).await?;
    for queued in cases {
        queued.entry.clocks = clocks.remove(&queued.entry.reference).unwrap_or_default();
    }
    Ok(())
}

async fn clocks_of(
    connection: &mut SqliteConnection,
    references: &[Reference],
) -> Result<HashMap<Reference, Vec<Clock>>, StoreError> {
    let mut clocks: HashMap<Reference, Vec<Clock>> = HashMap::new();
    for some in references.chunks(ROWS) {
        let mut select = QueryBuilder::<Sqlite>::new("SELECT * FROM clock WHERE reference IN (");
        let mut list = select.separated(", ");
        for reference in some {
            list.push_bind(reference.to_string());
        }
        select.push(") ORDER BY reference, kind");
        for row in select.build().persistent(false).fetch_all(&mut *connection).await.doing("read clocks")? {
            let (reference, clock) = rows::clock(&row)?;
            clocks.entry(reference).or_default().push(clock);
        }
    }
    Ok(clocks)
}

async fn reasons_of(
    connection: &mut SqliteConnection,
    reference: Reference,
) -> Result<Vec<Reason>, StoreError> {
    let rows =
        sqlx::query("SELECT code, text, source, facts FROM reason WHERE reference = $1 ORDER BY position")
            .bind(reference.to_string())
            .fetch_all(&mut *connection)
            .await
            .doing("read reasons")?;
    rows.iter().map(rows::reason).collect()
}
