//! What the threat model says is shown by a test is shown by one that there is, and what it points at is there too. So are the
//! pages to which alerts send an operator, and the verbs that those pages tell them to type.
//!
//! What a reader would get wrong: this holds pages to names, not to meanings. A test that is renamed is found here; one that
//! tests something else by now is not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use lapwing::cli::Lapwing;

const PAGE: &str = "deploy/THREATS.md";

/// Where the runbooks are.
const RUNBOOKS: &str = "deploy/runbooks";

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

/// The runbooks and their index: the name of each file, and its text.
fn runbooks() -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join(RUNBOOKS)).expect("the runbooks");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let pages = files.filter(|file| file.extension().is_some_and(|ending| ending == "md"));
    pages
        .map(|file| {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&file).expect("a page"))
        })
        .collect()
}

/// The names by which a link reaches the sections of a page: its headings in small letters, with hyphens for spaces and without
/// what else is no letter.
fn sections(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let section = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept =
            words.chars().filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect::<String>()
    };
    headings.map(section).collect()
}

/// Where the links of a page lead that stay in this repository: file and section, each empty where there is none.
fn sections_linked(page: &str) -> Vec<(&str, &str)> {
    let targets = page.split("](").skip(1).filter_map(|after| after.split(')').next());
    let ours = targets.filter(|target| !target.starts_with("https://"));
    ours.map(|target| target.split_once('#').unwrap_or((target, ""))).collect()
}

/// The commands of a page that call `lapwing`, in its text and in its examples.
fn commands(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for code in names(page) {
        // Three backticks begin an example, and its first line ends behind them. In a text, a command may go on in the next line.
        let lines = if code.starts_with('\n') { code.to_owned() } else { code.replace('\n', " ") };
        let called = lines.lines().map(str::trim).filter(|line| line.starts_with("lapwing "));
        commands.extend(called.map(str::to_owned));
    }
    commands
}

#[test]
fn each_alert_names_a_page_and_a_section_that_there_are_and_the_page_names_the_alert() {
    let rules = fs::read_to_string(root().join("deploy/prometheus/rules/lapwing.yml")).expect("the rules");
    let (mut alert, mut looked_up) = ("", 0);
    for line in rules.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("- alert: ") {
            alert = name;
        }
        let Some(runbook) = line.strip_prefix("runbook: ") else { continue };
        let (file, section) = runbook.split_once('#').expect("a page and a section of it");
        assert!(file.starts_with(RUNBOOKS), "{alert} names {file}");
        let page = fs::read_to_string(root().join(file)).unwrap_or_default();
        assert!(sections(&page).contains(section), "{alert} names {runbook}, and there is no such section");
        assert!(names(&page).contains(&alert), "{file} does not name {alert}, which sends an operator there");
        looked_up += 1;
    }
    let alerts = rules.matches("- alert: ").count();
    assert!(alerts > 20, "{alerts} alerts: were the rules read?");
    assert_eq!(looked_up, alerts, "an alert has no runbook");
}

#[test]
fn the_runbooks_name_verbs_that_there_are() {
    let command = Lapwing::command();
    let mut looked_up = 0;
    for (name, page) in runbooks() {
        for called in commands(&page) {
            let mut words = called.split_whitespace().skip(1);
            let word = words.next().unwrap_or_default();
            let verb = command.find_subcommand(word);
            let verb = verb.unwrap_or_else(|| panic!("{name}: there is no verb {word}, in `{called}`"));
            if verb.has_subcommands() {
                let word = words.next().unwrap_or_default();
                assert!(verb.find_subcommand(word).is_some(), "{name}: there is no `{called}`");
            }
            looked_up += 1;
        }
    }
    assert!(looked_up > 40, "{looked_up} commands: were the runbooks read?");
}

#[test]
fn the_runbooks_link_to_pages_and_sections_that_there_are() {
    let (pages, mut looked_up) = (runbooks(), 0);
    for (name, page) in &pages {
        for (file, section) in sections_linked(page) {
            let target = if file.is_empty() { name.as_str() } else { file };
            let target = root().join(RUNBOOKS).join(target);
            assert!(target.exists(), "{name} links to {file}, which is not there");
            if !section.is_empty() {
                let linked = fs::read_to_string(target).expect("a page");
                assert!(
                    sections(&linked).contains(section),
                    "{name} links to {file}#{section}, which is not there"
                );
            }
            looked_up += 1;
        }
    }
    assert!(looked_up > 40, "{looked_up} links: were the runbooks read?");
    let index =
        pages.iter().find(|(name, _)| name == "README.md").map(|(_, page)| links(page)).expect("an index");
    for (name, _) in pages.iter().filter(|(name, _)| name != "README.md") {
        assert!(index.contains(&name.as_str()), "{name} is not in the index of the runbooks");
    }
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

/// Sections, links to them, and commands in a text and in an example.
#[test]
fn a_runbook_is_read_as_it_is_written() {
    let page = "# A key is missing\n## It's \"late\", or not\nsay `lapwing\ncase X` and `lapwing_ready`, then\n\
                ```\nlapwing queue --all\n   lapwing take\npsql lapwing\n```\n[x](b.md#c) [y](#z) [w](../d.md)\n";
    assert_eq!(sections(page), BTreeSet::from(["a-key-is-missing", "its-late-or-not"].map(str::to_owned)));
    assert_eq!(commands(page), ["lapwing case X", "lapwing queue --all", "lapwing take"]);
    assert_eq!(sections_linked(page), [("b.md", "c"), ("", "z"), ("../d.md", "")]);
}
