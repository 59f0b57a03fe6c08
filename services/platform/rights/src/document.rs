//! The table as a document: `TABLE.md`, written by `lapwing rights`.

use crate::table::TABLE;

/// `services/platform/rights/TABLE.md`.
pub fn document() -> String {
    let mut text = String::from(
        "# Who may call what\n\n\
         Every call, who may make it, whose data it reaches for them, and why. What has no line, nobody may do. Written by\n\
         `lapwing rights > services/platform/rights/TABLE.md` from `src/table.rs`; a test refuses a table that is not this\n\
         one.\n",
    );
    let mut service = "";
    for row in TABLE {
        let (of, call) = row.call.split_once('/').unwrap_or((row.call, ""));
        if of != service {
            text.push_str(&format!("\n## {of}\n\n| call | who | whose data | why |\n|---|---|---|---|\n"));
            service = of;
        }
        text.push_str(&format!("| `{call}` | {} | {} | {} |\n", row.who, row.whose, row.why));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_the_table() {
        let kept = include_str!("../TABLE.md");
        assert_eq!(
            kept,
            document(),
            "run `lapwing rights > services/platform/rights/TABLE.md` and look at what changes"
        );
    }
}
