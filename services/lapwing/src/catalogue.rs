//! The catalogue of every code that Lapwing answers with, put together from the rooms that give them.
//!
//! What a reader would get wrong: nothing is declared here. A room declares its codes beside its rules; this is the
//! list of rooms, and the document that is written from them.

use catalogue::Section;

/// The codes of every room.
pub fn sections() -> Vec<Section> {
    [
        contracts::catalogue::CATALOGUE,
        &[identity::CATALOGUE, host::CATALOGUE, rights::CATALOGUE, refusals::CATALOGUE],
        intake::CATALOGUE,
        eligibility::CATALOGUE,
        triage::CATALOGUE,
        audit::CATALOGUE,
        operations::CATALOGUE,
    ]
    .concat()
}

/// `services/CATALOGUE.md`.
pub fn document() -> String {
    let mut text = String::from(
        "# Every code that Lapwing answers with\n\n\
         Refusals, warnings and reasons, with what each means and what to do. `lapwing explain CODE` says the same on the\n\
         command line. Written by `lapwing explain > services/CATALOGUE.md` from the codes that each room declares beside\n\
         its rules; a test refuses a code that is missing here. A code is for ever; its words may be bettered.\n",
    );
    for section in sections() {
        text.push_str(&format!("\n## {}\n\n| code | means | to do |\n|---|---|---|\n", section.title));
        for entry in section.entries {
            text.push_str(&format!(
                "| `{}` | {} | {} |\n",
                entry.code(),
                cell(entry.meaning()),
                cell(entry.to_do())
            ));
        }
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
