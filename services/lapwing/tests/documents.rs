//! What the threat model says is shown by a test is shown by one that there is, and what it points at is there too.
//!
//! What a reader would get wrong: this holds the page to names, not to meanings. A test that is renamed is found here; one that
//! tests something else by now is not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "deploy/THREATS.md";

/// Folders without sources of ours.
const PASSED_OVER: [&str; 4] = ["target", ".git", ".tools", "node_modules"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    fs::read_to_string(root().join(PAGE)).expect("the page")
}

/// The text of every source below a folder.
fn sources(folder: &Path) -> Vec<String> {
    let (mut texts, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let (kind, name) = (entry.file_type().expect("a kind"), entry.file_name());
            let name = name.to_string_lossy();
            // A link is not followed: what it leads to is somewhere else, or here already.
            if kind.is_dir() && !PASSED_OVER.contains(&name.as_ref()) {
                folders.push(entry.path());
            } else if kind.is_file() && name.ends_with(".rs") {
                texts.push(fs::read_to_string(entry.path()).expect("a source"));
            }
        }
    }
    texts
}

/// The names of all functions of a source.
fn functions(source: &str) -> impl Iterator<Item = &str> {
    source.split("fn ").skip(1).filter_map(|after| after.split_once('(')).map(|(name, _)| name)
}

/// What stands between backticks.
fn names(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The last cell of each row of a table whose last column is "shown by".
fn shown_by(page: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let mut shows = false;
    for line in page.lines() {
        let row = line.strip_prefix('|').and_then(|row| row.strip_suffix('|'));
        match row.and_then(|row| row.rsplit('|').next()).map(str::trim) {
            Some("shown by") => shows = true,
            Some(cell) if shows && !cell.starts_with("---") => cells.push(cell),
            Some(_) => (),
            None => shows = false,
        }
    }
    cells
}

/// Where the links of a page lead, but for those to other sites and within the page.
fn links(page: &str) -> Vec<&str> {
    let targets = page.split("](").skip(1).filter_map(|after| after.split(')').next());
    let files = targets.filter(|target| !target.starts_with("https://") && !target.starts_with('#'));
    files.map(|target| target.split('#').next().unwrap_or_default()).collect()
}

#[test]
fn the_threat_model_names_tests_that_there_are() {
    let sources = sources(&root());
    let known: BTreeSet<&str> = sources.iter().flat_map(|source| functions(source)).collect();
    let page = page();
    let (cells, mut named) = (shown_by(&page), 0);
    for cell in cells.iter().filter(|cell| !cell.starts_with("no test")) {
        let tests = names(cell);
        assert!(!tests.is_empty(), "name a test, or say \"no test\": {cell}");
        for name in tests {
            assert!(known.contains(name), "there is no test {name}, which {PAGE} names");
            named += 1;
        }
    }
    assert!(cells.len() > 40 && named > 80, "{named} tests in {} rows: was the page read?", cells.len());
}

#[test]
fn the_threat_model_links_to_files_that_there_are() {
    let page = page();
    let links = links(&page);
    assert!(links.len() > 20, "{links:?}: was the page read?");
    for link in links {
        assert!(root().join("deploy").join(link).exists(), "{PAGE} links to {link}, which is not there");
    }
}

/// A row that names nothing, a link that leads nowhere, and a table of something else are told apart.
#[test]
fn a_page_is_read_as_it_is_written() {
    let page = "| what | shown by |\n|---|---|\n| a | `one`, `two` |\n| b | no test |\n\n| else | `three` |\n|---|---|\n| c | d |\n\
                [x](https://example.org) [y](#z) [w](README.md#z)";
    assert_eq!(shown_by(page), ["`one`, `two`", "no test"]);
    assert_eq!(names("`one`, `two`"), ["one", "two"]);
    assert_eq!(links(page), ["README.md"]);
    assert_eq!(functions("fn one() {}\nasync fn two(on: On) {}").collect::<Vec<_>>(), ["one", "two"]);
}
