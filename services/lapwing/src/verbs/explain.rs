//! `lapwing explain`: what a code means and what to do, or the whole catalogue.

use anyhow::anyhow;
use catalogue::{Entry, Section};
use serde_json::json;

use super::Context;
use crate::catalogue::{document, sections};
use crate::cli::Explain;
use crate::ending::{Ending, Failure};
use crate::printing::line;

/// Explains one code; without one it prints `services/CATALOGUE.md`.
///
/// # Errors
/// Where no such code is given by this version.
pub(crate) fn explain(context: &Context, explain: &Explain) -> Result<Ending, Failure> {
    let Some(code) = &explain.code else {
        line(document().trim_end());
        return Ok(Ending::Well);
    };
    let sections = sections();
    let found = sections.iter().find_map(|section| {
        let entry = section.entries.iter().find(|entry| entry.code().eq_ignore_ascii_case(code))?;
        Some((section, entry))
    });
    let (section, entry) = found.ok_or_else(|| {
        anyhow!("there is no such code; a code is written as in the answer, such as CODE_RETIRED, and `lapwing explain` alone lists all")
    })?;
    if context.json {
        line(as_json(section, entry));
    } else {
        tell(section, entry);
    }
    Ok(Ending::Well)
}

fn tell(section: &Section, entry: &Entry) {
    line(format!("{}  ({})", entry.code(), section.title));
    line(format!("  meaning: {}", entry.meaning()));
    line(format!("  to do: {}", entry.to_do()));
}

fn as_json(section: &Section, entry: &Entry) -> String {
    json!({
        "code": entry.code(),
        "given_by": section.title,
        "meaning": entry.meaning(),
        "to_do": entry.to_do(),
    })
    .to_string()
}
