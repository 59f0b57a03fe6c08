//! How a database goes about a statement, as the tests of the queries judge it.

/// The plan of one statement.
#[derive(Debug)]
#[expect(dead_code, reason = "the steps are there to be shown where a test fails")]
pub(super) struct Plan {
    pub(super) along_an_index: bool,
    pub(super) reads_a_whole_table: bool,
    pub(super) sorts: bool,
    pub(super) steps: Vec<String>,
}
