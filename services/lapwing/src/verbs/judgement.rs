//! Tells the judgement on a draft, whoever made it: the server, or this process.

use contracts::intake::v1::CheckResponse;
use contracts::json::to_json;
use contracts::notification::v1::Remark;
use serde_json::{Value, json};

use crate::ending::Ending;
use crate::printing::{assessment, line, remark};

/// How many drafts would be held, and how many refused.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdicts {
    pub(super) held: usize,
    pub(super) refused: usize,
}

impl Verdicts {
    /// Tells one judgement and counts it.
    pub(super) fn tell(&mut self, json: bool, place: &str, response: &CheckResponse) -> Ending {
        let well = response.violations.is_empty();
        self.held += usize::from(well);
        self.refused += usize::from(!well);
        if json {
            line(with_place(place, &to_json(response)));
        } else {
            let verdict = if well { "held" } else { "refused" };
            line(format!(
                "{place}: would be {verdict}{}{}",
                remarks("refused:", &response.violations),
                remarks("warning:", &response.warnings)
            ));
            response.assessment.iter().for_each(|found| line(assessment(found)));
        }
        if well { Ending::Well } else { Ending::Refused }
    }

    /// One line for all.
    pub(super) fn sum_up(self) {
        line(format!("{} would be held, {} would be refused; nothing was stored", self.held, self.refused));
    }
}

/// Remarks, each on lines of its own.
pub(super) fn remarks(kind: &str, remarks: &[Remark]) -> String {
    remarks.iter().map(|told| format!("\n{}", remark(kind, told))).collect()
}

/// An answer with the place of what it answers.
pub(super) fn with_place(place: &str, answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    json!({ "place": place, "answer": answer }).to_string()
}
