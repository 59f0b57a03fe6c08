//! The rules against a table that was written independently of them, from the law's own table and the readings in the
//! README; and the published table against the rules.
//!
//! `truth-table/<first day>.csv` is data: rows are read from the top, and the first that a combination meets counts. It
//! holds for the editions from its day on, until the next file's.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use eligibility::domain::policy::{self, Policy};
use eligibility::truth_table::{self, COLUMNS, Combination, Found, Published, combinations};
use jiff::civil::Date;

fn room() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A row of the independent table.
struct Line {
    /// By column: the values that meet it; `None` where any does.
    cells: Vec<Option<Vec<String>>>,
    found: Found,
}

impl Line {
    fn read(text: &str) -> Self {
        let cells: Vec<&str> = text.split(',').collect();
        assert_eq!(cells.len(), COLUMNS.len() + 3, "{text}");
        let also = cells[COLUMNS.len() + 1].split('|').filter(|report| !report.is_empty());
        let outcome = |text| truth_table::outcome_of(text).unwrap_or_else(|| panic!("{text} is no outcome"));
        Self {
            cells: cells[..COLUMNS.len()]
                .iter()
                .enumerate()
                .map(|(column, cell)| values(column, cell))
                .collect(),
            found: Found { outcome: outcome(cells[COLUMNS.len()]), also: also.map(outcome).collect() },
        }
    }

    fn is_met_by(&self, combination: &Combination) -> bool {
        self.cells.iter().enumerate().all(|(column, cell)| {
            cell.as_ref()
                .is_none_or(|values| values.iter().any(|value| value == combination.in_words(column)))
        })
    }
}

fn values(column: usize, cell: &str) -> Option<Vec<String>> {
    if cell == "*" {
        return None;
    }
    let values: Vec<String> = cell.split('|').map(str::to_owned).collect();
    for value in &values {
        assert!(
            COLUMNS[column].values.contains(&value.as_str()),
            "{value} is no value of {}",
            COLUMNS[column].name
        );
    }
    Some(values)
}

/// The independent tables, earliest first, each with its first day.
fn independent() -> Vec<(Date, Vec<Line>)> {
    let files = fs::read_dir(room().join("truth-table")).expect("the folder is there");
    let mut tables: Vec<(Date, Vec<Line>)> = files
        .map(|file| {
            let path = file.expect("an entry").path();
            let day = path.file_stem().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            let text = fs::read_to_string(&path).expect("a table");
            (day.expect("the name is a day"), text.lines().skip(1).map(Line::read).collect())
        })
        .collect();
    tables.sort_by_key(|(day, _)| *day);
    tables
}

fn of(tables: &[(Date, Vec<Line>)], policy: &Policy) -> usize {
    tables.iter().rposition(|(day, _)| *day <= policy.effective_from()).expect("a table for every edition")
}

#[test]
fn the_rules_find_what_the_independent_table_says_for_every_combination_under_every_edition() {
    let tables = independent();
    let mut hit = BTreeSet::new();
    let mut faults = Vec::new();
    for policy in policy::compiled_in().iter() {
        let number = of(&tables, policy);
        let lines = &tables[number].1;
        let mut compared = 0;
        for combination in combinations() {
            let line = lines.iter().position(|line| line.is_met_by(&combination));
            let line = line.unwrap_or_else(|| panic!("no row for {:?}", in_words(&combination)));
            hit.insert((number, line));
            let found = truth_table::found(&combination, policy);
            if found != lines[line].found {
                let (edition, said) = (policy.edition(), &lines[line].found);
                let words = in_words(&combination);
                faults.push(format!("{edition}, line {}: {words:?} is {found:?}, not {said:?}", line + 2));
            }
            compared += 1;
        }
        assert_eq!(compared, 36_450);
    }
    assert!(faults.is_empty(), "{} differ, the first of them:\n{}", faults.len(), faults[..12].join("\n"));
    let rows: usize = tables.iter().map(|(_, lines)| lines.len()).sum();
    assert_eq!(hit.len(), rows, "every row of the independent tables decides something");
}

fn in_words(combination: &Combination) -> Vec<&'static str> {
    (0..COLUMNS.len()).map(|column| combination.in_words(column)).collect()
}

fn document() -> String {
    fs::read_to_string(room().join("TRUTH_TABLE.md")).expect("the table is published")
}

#[test]
fn the_published_table_is_what_the_rules_make() {
    assert!(
        document() == truth_table::published(policy::compiled_in()),
        "TRUTH_TABLE.md is out of date: run `lapwing policy table > services/eligibility/TRUTH_TABLE.md` and read \
         what has changed"
    );
}

#[test]
fn each_combination_meets_just_one_row_of_the_published_table_and_the_rules_agree_with_it() {
    let published = Published::read(&document()).expect("it reads");
    assert_eq!(published.tables.len(), 2, "before care leavers' deaths were reported, and since");
    for policy in policy::compiled_in().iter() {
        let table = published.on(policy.effective_from()).expect("a table");
        assert_eq!(table.rows.iter().map(|row| row.combinations).sum::<usize>(), 36_450);
        for combination in combinations() {
            let met = table.met_by(&combination);
            assert_eq!(met.len(), 1, "{:?}", in_words(&combination));
            assert_eq!(
                met[0].found,
                truth_table::found(&combination, policy),
                "{:?}",
                in_words(&combination)
            );
        }
    }
}

#[test]
fn a_published_table_that_was_tampered_with_is_noticed() {
    let garbled = document().replacen("| outside |", "| outsde |", 1);
    assert!(Published::read(&garbled).is_err());
    let contradicting =
        Published::read(&document().replacen("| duty in area |", "| outside |", 1)).expect("reads");
    assert_ne!(contradicting, Published::read(&document()).expect("reads"));
}
