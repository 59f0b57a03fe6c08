//! Searches bytes for every form of every needle, and keeps a table of where it has looked and what it has found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::needles::{Form, Kept, Needle};

/// Bytes of what stands around a hit that are told.
const AROUND: usize = 60;

/// A machine that finds all needles at once.
pub(crate) struct Searcher {
    needles: Vec<Needle>,
    forms: Vec<(usize, Form)>,
    automaton: AhoCorasick,
}

/// A needle that was found.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) needle: Needle,
    pub(crate) form: &'static str,
    /// Where, and what stands around it.
    pub(crate) around: String,
}

impl Searcher {
    pub(crate) fn new(needles: &[Needle]) -> Self {
        let forms: Vec<(usize, Form)> = needles
            .iter()
            .enumerate()
            .flat_map(|(number, needle)| needle.forms().into_iter().map(move |form| (number, form)))
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .build(forms.iter().map(|(_, form)| &form.bytes))
            .expect("some thousand short texts");
        Self { needles: needles.to_vec(), forms, automaton }
    }

    /// Every needle that is there, once for each form of it.
    pub(crate) fn search(&self, place: &str, bytes: &[u8]) -> Vec<Hit> {
        let mut found = BTreeSet::new();
        let mut hits = Vec::new();
        for hit in self.automaton.find_overlapping_iter(bytes) {
            let (needle, form) = &self.forms[hit.pattern().as_usize()];
            let beside = [hit.start().checked_sub(1), Some(hit.end())];
            let runs_on = |at: &Option<usize>| {
                at.and_then(|at| bytes.get(at)).is_some_and(|byte| byte.is_ascii_alphanumeric())
            };
            if (form.bounded && beside.iter().any(runs_on)) || !found.insert((*needle, form.name)) {
                continue;
            }
            let around = hit.start().saturating_sub(AROUND)..bytes.len().min(hit.end() + AROUND);
            let around = String::from_utf8_lossy(&bytes[around]).escape_debug().to_string();
            hits.push(Hit {
                needle: self.needles[*needle].clone(),
                form: form.name,
                around: format!("{place}, byte {}: {around}", hit.start()),
            });
        }
        hits
    }

    pub(crate) fn needles(&self) -> &[Needle] {
        &self.needles
    }
}

/// A place that was searched.
#[derive(Debug, Default)]
struct Row {
    parts: usize,
    bytes: usize,
    hits: Vec<Hit>,
}

/// Everything that was searched.
pub(crate) struct Table {
    searcher: Searcher,
    rows: BTreeMap<String, Row>,
}

impl Table {
    pub(crate) fn new(searcher: Searcher) -> Self {
        Self { searcher, rows: BTreeMap::new() }
    }

    /// Searches some bytes of a place.
    pub(crate) fn look(&mut self, place: &str, part: &str, bytes: &[u8]) {
        let hits = self.searcher.search(part, bytes);
        let row = self.rows.entry(place.to_owned()).or_default();
        row.parts += 1;
        row.bytes += bytes.len();
        row.hits.extend(hits);
    }

    /// Searches every file below a folder; which place each belongs to, its path within the folder says.
    pub(crate) fn look_below(&mut self, folder: &Path, place: &dyn Fn(&str) -> String) {
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            // A server that runs removes files meanwhile: what is gone holds nothing.
            let Ok(entries) = std::fs::read_dir(&next) else { continue };
            for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(bytes) = std::fs::read(&path) {
                    let name = path.strip_prefix(folder).expect("below it").display().to_string();
                    self.look(&place(&name), &name, &bytes);
                }
            }
        }
    }

    /// The table, a line for each place.
    pub(crate) fn told(&self) -> String {
        let forms = self.searcher.forms.len();
        let needles = self.searcher.needles().iter().filter(|needle| needle.kept != Kept::Everywhere).count();
        let mut told = format!("{needles} needles in {forms} forms\n");
        let title = ["place", "parts", "bytes", "hits", "controls"];
        writeln!(told, "{:<44} {:>6} {:>12} {:>6} {:>9}", title[0], title[1], title[2], title[3], title[4])
            .expect("a text");
        for (place, row) in &self.rows {
            let controls = row.hits.iter().filter(|hit| hit.needle.kept == Kept::Everywhere).count();
            let hits = row.hits.len() - controls;
            writeln!(told, "{place:<44} {:>6} {:>12} {hits:>6} {controls:>9}", row.parts, row.bytes)
                .expect("a text");
        }
        told
    }

    /// What was found of one kind in the places whose name passes.
    pub(crate) fn found(&self, kept: Kept, places: impl Fn(&str) -> bool) -> Vec<(&str, &Hit)> {
        let rows = self.rows.iter().filter(|(place, _)| places(place));
        rows.flat_map(|(place, row)| row.hits.iter().map(move |hit| (place.as_str(), hit)))
            .filter(|(_, hit)| hit.needle.kept == kept)
            .collect()
    }
}

/// Hits as a person reads them.
pub(crate) fn told(hits: &[(&str, &Hit)]) -> String {
    let line = |(place, hit): &(&str, &Hit)| {
        format!("{place}: {} as {}\n      {}\n", hit.needle.what, hit.form, hit.around)
    };
    hits.iter().take(60).map(line).collect()
}
