//! What cases are looked up by: rows that a revision replaces.

use std::collections::HashMap;

use ids::Reference;
use jiff::civil::{Date, Time};
use sqlx::{QueryBuilder, Row as _};
use storage::{Columns, Doing, ROWS, StoreError, optional_number, whole};

use super::super::dialect::{Connection, Db, Row, execute, fetch_all, push_rows};
use super::super::references::push_references;
use super::reference_of;
use crate::domain::cluster::Dated;
use crate::domain::link::{Happened, Linkable, LinkableChild};
use crate::store::numbers::impossible;

const REPLACING: &str = "replace what cases are linked by";
const READING: &str = "read what cases are linked by";

pub(super) async fn replace(transaction: &mut Connection, cases: &[&Linkable]) -> Result<(), StoreError> {
    let references: Vec<Reference> = cases.iter().map(|case| case.reference).collect();
    remove(transaction, &references).await?;
    for some in cases.chunks(ROWS) {
        insert_cases(transaction, some).await?;
    }
    let children: Vec<(&Linkable, u32, &LinkableChild)> = cases
        .iter()
        .flat_map(|case| (0u32..).zip(&case.children).map(move |(position, child)| (*case, position, child)))
        .collect();
    for some in children.chunks(ROWS) {
        insert_children(transaction, some).await?;
    }
    Ok(())
}

pub(super) async fn remove(transaction: &mut Connection, references: &[Reference]) -> Result<(), StoreError> {
    for some in references.chunks(ROWS) {
        for table in ["linkable_child", "linkable"] {
            let mut delete = QueryBuilder::<Db>::new(format!("DELETE FROM {table} WHERE "));
            push_references(&mut delete, "reference", some);
            execute(transaction, delete, REPLACING).await?;
        }
    }
    Ok(())
}

async fn insert_cases(transaction: &mut Connection, cases: &[&Linkable]) -> Result<(), StoreError> {
    let mut insert = QueryBuilder::<Db>::new(
        "INSERT INTO linkable (reference, authority, occurred_on, occurred_at, dated_on, dated_by, area, setting_urn, \
         names_perpetrator, names_victim) ",
    );
    push_rows(
        &mut insert,
        &Columns::of(cases)
            .text(|case| case.reference.to_string())
            .text(|case| &case.authority)
            .optional_text(|case| case.occurred_on.map(|day| day.to_string()))
            .optional_text(|case| case.occurred_at.map(|time| time.to_string()))
            .optional_text(|case| case.dated.map(|dated| dated.on.to_string()))
            .optional_text(|case| case.dated.map(|dated| dated.path))
            .optional_text(|case| case.area.as_ref().map(ToString::to_string))
            .optional_text(|case| case.setting_urn.as_deref())
            .flag(|case| case.names_perpetrator())
            .flag(|case| case.names_victim()),
    );
    execute(transaction, insert, REPLACING).await?;
    Ok(())
}

async fn insert_children(
    transaction: &mut Connection,
    children: &[(&Linkable, u32, &LinkableChild)],
) -> Result<(), StoreError> {
    let mut insert = QueryBuilder::<Db>::new(
        "INSERT INTO linkable_child (reference, position, happened, years, child_token, household_token, dated_on) ",
    );
    push_rows(
        &mut insert,
        &Columns::of(children)
            .text(|(case, _, _)| case.reference.to_string())
            .whole(|(_, position, _)| whole(*position))
            .optional_whole(|(_, _, child)| child.happened.map(happened_number))
            .optional_whole(|(_, _, child)| child.years.map(whole))
            .optional_text(|(_, _, child)| child.child_token.as_deref())
            .optional_text(|(_, _, child)| child.household_token.as_deref())
            .optional_text(|(case, _, _)| case.dated.map(|dated| dated.on.to_string())),
    );
    execute(transaction, insert, REPLACING).await?;
    Ok(())
}

const CASES: &str = "SELECT reference, authority, occurred_on, occurred_at, dated_on, dated_by, area, setting_urn FROM linkable";

const CHILDREN: &str =
    "SELECT reference, position, happened, years, child_token, household_token FROM linkable_child";

/// Cases with their children, by reference.
pub(super) async fn read(
    connection: &mut Connection,
    references: &[Reference],
) -> Result<HashMap<Reference, Linkable>, StoreError> {
    let mut cases: HashMap<Reference, Linkable> = HashMap::new();
    for some in references.chunks(ROWS) {
        for row in select(connection, CASES, "", some).await? {
            let case = linkable(&row)?;
            cases.insert(case.reference, case);
        }
        let by_position = " ORDER BY reference, position";
        for row in select(connection, CHILDREN, by_position, some).await? {
            let reference = reference_of(&row, "linkable_child", "reference")?;
            if let Some(case) = cases.get_mut(&reference) {
                case.children.push(child(&row, reference)?);
            }
        }
    }
    Ok(cases)
}

async fn select(
    connection: &mut Connection,
    from: &'static str,
    order: &'static str,
    references: &[Reference],
) -> Result<Vec<Row>, StoreError> {
    let mut select = QueryBuilder::<Db>::new(from);
    push_references(select.push(" WHERE "), "reference", references);
    select.push(order);
    fetch_all(connection, select, READING).await
}

fn linkable(row: &Row) -> Result<Linkable, StoreError> {
    let reference = reference_of(row, "linkable", "reference")?;
    let area: Option<String> = row.try_get("area").doing(READING)?;
    Ok(Linkable {
        reference,
        authority: row.try_get("authority").doing(READING)?,
        occurred_on: parsed::<Date>(row, "occurred_on", reference)?,
        occurred_at: parsed::<Time>(row, "occurred_at", reference)?,
        dated: dated(row, reference)?,
        area: area.map(|area| area.parse()).transpose().map_err(impossible("linkable", "area", reference))?,
        setting_urn: row.try_get("setting_urn").doing(READING)?,
        children: Vec::new(),
    })
}

fn dated(row: &Row, reference: Reference) -> Result<Option<Dated>, StoreError> {
    let on = parsed::<Date>(row, "dated_on", reference)?;
    let by: Option<String> = row.try_get("dated_by").doing(READING)?;
    on.zip(by)
        .map(|(on, by)| {
            Dated::held(on, &by)
                .ok_or_else(|| impossible("linkable", "dated_by", reference)("no such fact dates a case"))
        })
        .transpose()
}

fn parsed<T>(row: &Row, column: &'static str, reference: Reference) -> Result<Option<T>, StoreError>
where
    T: std::str::FromStr<Err = jiff::Error>,
{
    let text: Option<String> = row.try_get(column).doing(READING)?;
    text.map(|text| text.parse()).transpose().map_err(impossible("linkable", column, reference))
}

fn child(row: &Row, reference: Reference) -> Result<LinkableChild, StoreError> {
    let happened: Option<i64> = row.try_get("happened").doing(READING)?;
    let known = |number| {
        happened_of(number).ok_or_else(|| {
            impossible("linkable_child", "happened", reference)(format!("{number} stands for nothing"))
        })
    };
    Ok(LinkableChild {
        happened: happened.map(known).transpose()?,
        years: optional_number(row, "linkable_child", "years")?,
        child_token: row.try_get("child_token").doing(READING)?,
        household_token: row.try_get("household_token").doing(READING)?,
    })
}

/// As in lapwing.notification.v1.Event.
fn happened_number(happened: Happened) -> i64 {
    match happened {
        Happened::Death => 1,
        Happened::Harm => 2,
        Happened::HarmedAnother => 3,
    }
}

fn happened_of(number: i64) -> Option<Happened> {
    let every = [Happened::Death, Happened::Harm, Happened::HarmedAnother];
    every.into_iter().find(|happened| happened_number(*happened) == number)
}
