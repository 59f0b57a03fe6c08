//! Rows that a statement takes in one go, column by column.
//!
//! What a reader would get wrong: the two databases are given them in different ways. To PostgreSQL each column is one
//! array, so that the text of a statement is the same however many rows there are: it is parsed once for each connection,
//! and sent in one round trip. SQLite has no arrays; its rows are spelled out. `push_rows` of either module writes
//! whatever stands for the rows: after `INSERT INTO clock (reference, kind) `, within `WITH sought (reference) AS (…)`,
//! and within `(lower, higher) IN (…)`.

use std::borrow::Cow;

use uuid::Uuid;

/// The most rows of one statement: with as many as sixty columns they stay below the variables that a statement of SQLite
/// may have (32,766), and a statement of PostgreSQL stays small.
pub const ROWS: usize = 500;

/// Rows by column, in the order of the columns that the statement names.
pub struct Columns<'a, T> {
    rows: &'a [T],
    columns: Vec<Column<'a>>,
}

/// One column. NULL is `None`, also in a column that has none.
pub(crate) enum Column<'a> {
    Texts(Vec<Option<Cow<'a, str>>>),
    Wholes(Vec<Option<i64>>),
    Flags(Vec<Option<bool>>),
    Bytes(Vec<Option<Cow<'a, [u8]>>>),
    Ids(Vec<Uuid>),
}

impl<'a, T> Columns<'a, T> {
    /// No column yet.
    pub fn of(rows: &'a [T]) -> Self {
        Self { rows, columns: Vec::new() }
    }

    /// A column of texts.
    #[must_use]
    pub fn text<V: Into<Cow<'a, str>>>(self, of: impl Fn(&'a T) -> V) -> Self {
        self.optional_text(|row| Some(of(row)))
    }

    /// A column of texts that may be NULL.
    #[must_use]
    pub fn optional_text<V: Into<Cow<'a, str>>>(self, of: impl Fn(&'a T) -> Option<V>) -> Self {
        self.with(|rows| Column::Texts(rows.iter().map(|row| of(row).map(Into::into)).collect()))
    }

    /// A column of whole numbers.
    #[must_use]
    pub fn whole(self, of: impl Fn(&'a T) -> i64) -> Self {
        self.optional_whole(|row| Some(of(row)))
    }

    /// A column of whole numbers that may be NULL.
    #[must_use]
    pub fn optional_whole(self, of: impl Fn(&'a T) -> Option<i64>) -> Self {
        self.with(|rows| Column::Wholes(rows.iter().map(of).collect()))
    }

    /// A column of what is so or is not.
    #[must_use]
    pub fn flag(self, of: impl Fn(&'a T) -> bool) -> Self {
        self.optional_flag(|row| Some(of(row)))
    }

    /// A column of what is so or is not, and may be NULL.
    #[must_use]
    pub fn optional_flag(self, of: impl Fn(&'a T) -> Option<bool>) -> Self {
        self.with(|rows| Column::Flags(rows.iter().map(of).collect()))
    }

    /// A column of bytes.
    #[must_use]
    pub fn bytes<V: Into<Cow<'a, [u8]>>>(self, of: impl Fn(&'a T) -> V) -> Self {
        self.optional_bytes(|row| Some(of(row)))
    }

    /// A column of bytes that may be NULL.
    #[must_use]
    pub fn optional_bytes<V: Into<Cow<'a, [u8]>>>(self, of: impl Fn(&'a T) -> Option<V>) -> Self {
        self.with(|rows| Column::Bytes(rows.iter().map(|row| of(row).map(Into::into)).collect()))
    }

    /// A column of ids.
    #[must_use]
    pub fn id(self, of: impl Fn(&'a T) -> Uuid) -> Self {
        self.with(|rows| Column::Ids(rows.iter().map(of).collect()))
    }

    fn with(mut self, column: impl FnOnce(&'a [T]) -> Column<'a>) -> Self {
        self.columns.push(column(self.rows));
        self
    }

    pub(crate) fn columns(&self) -> &[Column<'a>] {
        &self.columns
    }

    pub(crate) fn number_of_rows(&self) -> usize {
        self.rows.len()
    }
}
