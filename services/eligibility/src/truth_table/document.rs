//! The published document: written from the rules, and read back by whoever wants to hold something against it.
//!
//! What a reader would get wrong: nothing but the tables counts when it is read; the words around them are for people.

use std::fmt::Write;

use jiff::civil::Date;

use super::combination::{COLUMNS, Combination};
use super::tree::{self, Path};
use super::{Found, outcome_of, words};
use crate::domain::policy::{Policies, Policy};

const HEAD: &str = "# What is found for every combination of the facts that decide

Eight facts decide what is found for one child: 36,450 combinations of their values. Each row below stands for many of
them, the last column says for how many; a combination is met by just one row. A cell lists values, any of which will do;
\"any\" is all of them, \"not known\" included. A blank is \"not known\", and never \"no\".

`also` names the reports of a death that are due beside the outcome. The rules in words, and the readings that the
statute and the guidance leave open, are in [README.md](README.md); why a row is as it is stands in each finding.

- **abuse_or_neglect** and **serious_harm** are a person's judgements; serious harm is read only where the event is harm.
- **place**: \"in England\" is England where nobody has said in which authority's area.
- **age** is that on the day of the incident, in completed years.
- The cause of death and what was known of the family alter why a person decides, never the outcome.
- An incident before the earliest edition is for a person, where the facts do not rule a duty out: other law applied.

Written by `lapwing policy table > services/eligibility/TRUTH_TABLE.md`; a test refuses another one, and an independently
written table (`truth-table/`) is held against the same combinations.
";

const FROM: &str = "Incidents from ";

pub(super) fn write(policies: &Policies) -> String {
    let mut document = HEAD.to_owned();
    for group in groups(policies) {
        // Writing to a text cannot fail.
        let _infallible = write!(document, "\n## {}\n\n", heading(&group, policies));
        let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
        let columns = names.len() + 3;
        let _infallible = writeln!(document, "| {} | outcome | also | combinations |", names.join(" | "));
        let _infallible = writeln!(document, "|{}", "---|".repeat(columns));
        for path in &group.paths {
            document.push_str(&row(path));
        }
    }
    document
}

/// Editions that follow each other and have the same table.
struct Group<'policies> {
    editions: Vec<&'policies Policy>,
    paths: Vec<Path>,
}

fn groups(policies: &Policies) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    for policy in policies.iter() {
        let paths = tree::paths(policy);
        match groups.last_mut().filter(|group| group.paths == paths) {
            Some(group) => group.editions.push(policy),
            None => groups.push(Group { editions: vec![policy], paths }),
        }
    }
    groups
}

/// "Incidents from 2018-06-29 to 2023-12-14: Working Together 2018".
fn heading(group: &Group, policies: &Policies) -> String {
    let names: Vec<&str> = group.editions.iter().map(|policy| policy.edition()).collect();
    let first_day = group.editions[0].effective_from();
    let last_edition = group.editions[group.editions.len() - 1];
    let until = policies
        .next_after(last_edition.effective_from())
        .and_then(|next| next.yesterday().ok())
        .map_or_else(|| " on".to_owned(), |last_day| format!(" to {last_day}"));
    format!("{FROM}{first_day}{until}: {}", names.join(", "))
}

fn row(path: &Path) -> String {
    let cells = path.cells.iter().zip(&COLUMNS).map(|(cell, column)| match cell {
        None => "any".to_owned(),
        Some(values) => values.iter().map(|value| column.values[*value]).collect::<Vec<_>>().join(", "),
    });
    let also: Vec<&str> = path.found.also.iter().map(|report| words(*report)).collect();
    format!(
        "| {} | {} | {} | {} |\n",
        cells.collect::<Vec<_>>().join(" | "),
        words(path.found.outcome),
        also.join(", "),
        path.combinations
    )
}

/// The document, read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The tables, earliest first.
    pub tables: Vec<Table>,
}

/// One table of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The first day of the incidents it is about.
    pub from: Date,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// By column: the values that meet it; `None` where any does.
    cells: Vec<Option<Vec<String>>>,
    /// What is found.
    pub found: Found,
    /// How many combinations it says that it stands for.
    pub combinations: usize,
}

/// A line of the document that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "line {line} of the published table cannot be read; write the document anew with `lapwing policy table`"
)]
pub struct Unreadable {
    /// Which line, from 1.
    pub line: usize,
}

impl Published {
    /// Reads the document.
    ///
    /// # Errors
    /// [`Unreadable`] for the first line that is neither a row nor a heading nor words.
    pub fn read(document: &str) -> Result<Self, Unreadable> {
        let mut tables: Vec<Table> = Vec::new();
        for (line, text) in (1..).zip(document.lines()) {
            let unreadable = || Unreadable { line };
            if let Some(rest) = text.strip_prefix("## ").and_then(|heading| heading.strip_prefix(FROM)) {
                let day = rest.split([' ', ':']).next().unwrap_or_default();
                let from = day.parse().map_err(|_| unreadable())?;
                tables.push(Table { from, rows: Vec::new() });
            } else if text.starts_with("| ") && !text.starts_with("| event ") {
                let table = tables.last_mut().ok_or_else(unreadable)?;
                table.rows.push(read_row(text).ok_or_else(unreadable)?);
            }
        }
        Ok(Self { tables })
    }

    /// The table for incidents of a day; none before the first.
    pub fn on(&self, day: Date) -> Option<&Table> {
        self.tables.iter().rfind(|table| table.from <= day)
    }
}

impl Table {
    /// The rows that a combination meets: one, where the table is sound.
    pub fn met_by(&self, combination: &Combination) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.is_met_by(combination)).collect()
    }
}

impl Row {
    /// By column: the values that meet it; `None` where any does.
    pub fn cells(&self) -> impl Iterator<Item = Option<&[String]>> {
        self.cells.iter().map(Option::as_deref)
    }

    fn is_met_by(&self, combination: &Combination) -> bool {
        self.cells.iter().enumerate().all(|(column, cell)| {
            cell.as_ref()
                .is_none_or(|values| values.iter().any(|value| value == combination.in_words(column)))
        })
    }
}

fn read_row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let (facts, rest) = cells.split_at_checked(COLUMNS.len())?;
    let [outcome, also, combinations] = rest else { return None };
    let read_cell = |cell: &&str| match *cell {
        "any" => None,
        values => Some(values.split(", ").map(str::to_owned).collect()),
    };
    let also = also.split(", ").filter(|report| !report.is_empty());
    Some(Row {
        cells: facts.iter().map(read_cell).collect(),
        found: Found { outcome: outcome_of(outcome)?, also: also.map(outcome_of).collect::<Option<_>>()? },
        combinations: combinations.parse().ok()?,
    })
}
