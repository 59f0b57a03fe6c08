//! Every code with which Lapwing answers is in the catalogue, and the published catalogue is the present one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use contracts::DESCRIPTOR_POOL;
use lapwing::catalogue::{document, sections};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn every_code_is_declared_once_with_what_it_means_and_what_to_do() {
    let sections = sections();
    assert_eq!(catalogue::faults(&sections), Vec::<String>::new());
    let codes: usize = sections.iter().map(|section| section.entries.len()).sum();
    assert!(codes > 100, "{codes}");
}

#[test]
fn the_published_catalogue_is_the_present_one() {
    let published = fs::read_to_string(root().join("services/CATALOGUE.md")).expect("it is published");
    assert!(
        published == document(),
        "services/CATALOGUE.md is not the present catalogue: run `lapwing explain > services/CATALOGUE.md`"
    );
}

#[test]
fn the_published_list_of_measures_is_the_present_one_and_each_is_declared_once() {
    let published = fs::read_to_string(root().join("services/MEASURES.md")).expect("it is published");
    assert!(
        published == lapwing::measures::document(),
        "services/MEASURES.md is not the present list: run `lapwing measures > services/MEASURES.md`"
    );
    let all: Vec<&str> =
        lapwing::measures::sections().iter().flat_map(|(_, room)| room.iter().map(|it| it.name)).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a name is declared twice");
}

#[test]
fn no_log_line_has_a_field_that_is_on_the_never_list() {
    let page = fs::read_to_string(root().join("services/platform/telemetry/LOGS.md")).expect("the page");
    let rows = page.lines().filter_map(|line| line.strip_prefix('|')?.rsplit('|').nth(1));
    let never: BTreeSet<&str> = rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(never.len() > 20, "{never:?}");
    let mut lines = 0;
    for (path, source) in sources() {
        for line in log_lines(&source) {
            lines += 1;
            let found = fields(line).find(|field| never.contains(field));
            assert_eq!(found, None, "{}: {line}", path.display());
        }
    }
    assert!(lines > 60, "{lines}");
}

/// What stands between the brackets of each log line.
fn log_lines(source: &str) -> impl Iterator<Item = &str> {
    let levels = ["trace", "debug", "info", "warn", "error"];
    levels.into_iter().flat_map(|level| {
        let starts = source.match_indices(match level {
            "trace" => "tracing::trace!(",
            "debug" => "tracing::debug!(",
            "info" => "tracing::info!(",
            "warn" => "tracing::warn!(",
            _ => "tracing::error!(",
        });
        starts.filter_map(|(at, start)| {
            let after = source.get(at + start.len()..)?;
            after.split_once(");").map(|(line, _)| line)
        })
    })
}

/// The names of its fields, however each is written: `name`, `name = …`, `%name`, `?it.name`.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    // A sentence has commas too: what is no name is passed over by whoever looks for names.
    line.split(',').map(|part| {
        let name = part.split('=').next().unwrap_or_default().trim().trim_start_matches(['%', '?', '&']);
        name.rsplit('.').next().unwrap_or_default().trim_end_matches("()")
    })
}

/// The sources that go into the services and the command, without their tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![root().join("services"), root().join("proto/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() && !["tests", "samples", "target", "benches"].contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = fs::read_to_string(&path).expect("a source");
                let without_tests = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                sources.push((path, without_tests));
            }
        }
    }
    sources
}

/// Text between quotes that looks like a code: capitals and digits, with an underscore between them.
fn codes_in(source: &str) -> BTreeSet<String> {
    let looks_like_one = |text: &&str| {
        text.contains('_')
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(looks_like_one)
        .map(str::to_owned)
        .collect()
}

/// The statuses of gRPC that have an underscore, as they are told in measures and spans.
const STATUSES: [&str; 9] = [
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "OUT_OF_RANGE",
    "DATA_LOSS",
];

/// Names of settings, of statuses, and of the contract's own enumerations, look like codes and are none.
fn is_no_code(text: &str) -> bool {
    let setting = ["LAPWING_", "OTEL_", "CARGO_", "OUT_DIR", "RABBITMQ_", "ERL_", "LC_ALL"]
        .iter()
        .any(|prefix| text.starts_with(prefix));
    setting
        || STATUSES.contains(&text)
        || DESCRIPTOR_POOL
            .all_enums()
            .any(|enumeration| enumeration.values().any(|value| value.name().starts_with(text)))
}

#[test]
fn no_source_gives_a_code_that_is_in_no_catalogue() {
    let known: BTreeSet<&str> =
        sections().iter().flat_map(|section| section.entries).map(catalogue::Entry::code).collect();
    let (mut seen, mut sources_read) = (0, 0);
    for (path, source) in sources() {
        sources_read += 1;
        for code in codes_in(&source).iter().filter(|code| !is_no_code(code)) {
            seen += 1;
            assert!(known.contains(code.as_str()), "{code} in {} is in no catalogue", path.display());
        }
    }
    assert!(sources_read > 150 && seen > 10, "{seen} codes in {sources_read} sources");
}

/// Where an entry may be made by hand: a macro that lists all of its room, and the rules of `buf.validate`, whose names
/// are no names of constants. Each is a whole section of the catalogue.
const MADE_BY_HAND: [&str; 3] =
    ["platform/catalogue/src/lib.rs", "eligibility/src/domain/reasons.rs", "proto/src/catalogue.rs"];

#[test]
fn no_entry_is_made_apart_from_its_rooms_list() {
    let mut seen = 0;
    for (path, _) in sources().iter().filter(|(_, source)| source.contains("Entry::new(")) {
        seen += 1;
        let by_hand = MADE_BY_HAND.iter().any(|room| path.ends_with(room));
        assert!(by_hand, "{}: declare it with `catalogue::entries!`", path.display());
    }
    assert_eq!(seen, MADE_BY_HAND.len());
}

#[test]
fn a_remark_never_names_its_rule_by_a_text_of_its_own() {
    for (path, source) in sources() {
        for (number, line) in (1..).zip(source.lines()) {
            assert!(
                !line.contains("rule: \""),
                "{}:{number}: take the rule from an `Entry` of the room's catalogue",
                path.display()
            );
        }
    }
}
