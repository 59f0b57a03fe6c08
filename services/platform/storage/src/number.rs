//! Numbers in rows. Both databases keep whole numbers of 64 bits with a sign; the domain has narrower ones without.

use sqlx::{ColumnIndex, Database, Decode, Row, Type};

use crate::{Doing, StoreError};

/// A number as both databases bind it. One that is too large, which no domain number is, becomes the largest.
pub fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Reads a number of a row into the domain's type.
///
/// # Errors
/// [`StoreError::Impossible`] where the domain has no such number, with the table that `table` names.
pub fn number<'r, N, R>(row: &'r R, table: &'static str, column: &'static str) -> Result<N, StoreError>
where
    N: TryFrom<i64>,
    R: Row,
    &'static str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
{
    let kept: i64 = row.try_get(column).doing("read a number")?;
    fitting::<N, R::Database>(kept, table, column)
}

/// Reads a number that may be NULL.
///
/// # Errors
/// As [`number`].
pub fn optional_number<'r, N, R>(
    row: &'r R,
    table: &'static str,
    column: &'static str,
) -> Result<Option<N>, StoreError>
where
    N: TryFrom<i64>,
    R: Row,
    &'static str: ColumnIndex<R>,
    Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
{
    let kept: Option<i64> = row.try_get(column).doing("read a number")?;
    kept.map(|kept| fitting::<N, R::Database>(kept, table, column)).transpose()
}

fn fitting<N: TryFrom<i64>, D: Database>(
    kept: i64,
    table: &'static str,
    column: &'static str,
) -> Result<N, StoreError> {
    N::try_from(kept).map_err(|_| StoreError::Impossible {
        table,
        column,
        row: format!("a row in {}", D::NAME),
        reason: format!("{kept} is out of range"),
    })
}
