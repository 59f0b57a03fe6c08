//! Tells what became of each notification, and of all together.

use std::path::Path;

use anyhow::Result;
use contracts::intake::v1::submit_many_response::Answer;
use contracts::intake::v1::{CheckResponse, Conflict, Receipt, Refusal, SubmitManyResponse, SubmitResponse};
use contracts::json::to_json;
use indicatif::ProgressBar;
use serde_json::json;

use super::Answers;
use crate::ending::Ending;
use crate::kept_receipts;
use crate::notification_files::ReadError;
use crate::printing::line;
use crate::verbs::judgement::{Verdicts, remarks, with_place};

/// Of so many and more, those that are simply held get no line of their own.
const MANY: usize = 200;

/// What has become of the notifications so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    json: bool,
    many: bool,
    held: usize,
    held_before: usize,
    refused: usize,
    conflicts: usize,
    try_again: usize,
    verdicts: Verdicts,
    example: Option<String>,
}

impl Report {
    pub(super) fn new(json: bool, count: usize) -> Self {
        Self { json, many: count >= MANY, ..Self::default() }
    }

    pub(super) fn unreadable(&mut self, place: &str, error: &ReadError) {
        self.refused += 1;
        if self.json {
            line(json!({ "place": place, "unreadable": error.to_string() }).to_string());
        } else {
            line(format!("{place}\n  unreadable: {error}"));
        }
    }

    /// Tells the answers to one authority's notifications, and keeps the receipts.
    pub(super) fn tell(
        &mut self,
        folder: &Path,
        answers: &Answers,
        progress: &ProgressBar,
    ) -> Result<Ending> {
        progress.suspend(|| match answers {
            Answers::Sent(sent) => {
                let receipts: Vec<Receipt> =
                    sent.iter().filter_map(|(_, answer)| receipt(folder, answer)).collect();
                kept_receipts::keep(folder, &receipts)?;
                Ok(sent
                    .iter()
                    .fold(Ending::Well, |ending, (place, answer)| self.sent(place, answer).and(ending)))
            }
            Answers::Checked(checked) => Ok(checked
                .iter()
                .fold(Ending::Well, |ending, (place, answer)| self.checked(place, answer).and(ending))),
        })
    }

    fn sent(&mut self, place: &str, response: &SubmitManyResponse) -> Ending {
        let (told, ending) = match &response.answer {
            Some(Answer::Held(held)) => (self.held(held), Ending::Well),
            Some(Answer::Refused(refusal)) => (self.refused(place, refusal), Ending::Refused),
            Some(Answer::Conflict(conflict)) => {
                (self.conflict(place, &response.sender_reference, conflict), Ending::Conflict)
            }
            Some(Answer::TryAgain(again)) => (self.try_again(place, &again.what), Ending::TryAgain),
            None => {
                (self.try_again(place, "an answer came that this version does not know"), Ending::TryAgain)
            }
        };
        if self.json {
            line(with_place(place, &to_json(response)));
        } else if !told.is_empty() {
            line(told);
        }
        ending
    }

    fn held(&mut self, held: &SubmitResponse) -> String {
        let receipt = held.receipt.clone().unwrap_or_default();
        self.held += 1;
        self.held_before += usize::from(held.already_held);
        self.example.get_or_insert_with(|| receipt.reference.clone());
        if self.many && held.warnings.is_empty() {
            return String::new();
        }
        let before = if held.already_held { " (held before; the same receipt)" } else { "" };
        format!(
            "{}  held from {} as {}{before}{}",
            receipt.reference,
            receipt.notifying_authority,
            receipt.sender_reference,
            remarks("warning:", &held.warnings)
        )
    }

    fn refused(&mut self, place: &str, refusal: &Refusal) -> String {
        self.refused += 1;
        let (violations, warnings) =
            (remarks("refused:", &refusal.violations), remarks("warning:", &refusal.warnings));
        format!("{place}\n  not held: mend it and send it again{violations}{warnings}")
    }

    fn conflict(&mut self, place: &str, sender_reference: &str, conflict: &Conflict) -> String {
        self.conflicts += 1;
        let Conflict { reference, held_fingerprint, sent_fingerprint, remedy } = conflict;
        format!(
            "{place}\n  not held: {sender_reference} is held with other content as {reference}\n      \
             held fingerprint: {held_fingerprint}\n      sent fingerprint: {sent_fingerprint}\n      to do: {remedy}"
        )
    }

    fn try_again(&mut self, place: &str, what: &str) -> String {
        self.try_again += 1;
        format!("{place}\n  not held now: {what}")
    }

    fn checked(&mut self, place: &str, response: &CheckResponse) -> Ending {
        self.verdicts.tell(self.json, place, response)
    }

    /// One line for all, and what to do next.
    pub(super) fn sum_up(&self, check: bool) {
        if self.json {
            return;
        }
        if check {
            return Verdicts { refused: self.verdicts.refused + self.refused, ..self.verdicts }.sum_up();
        }
        let counts = [
            (self.held_before, "of these held before"),
            (self.refused, "refused for their form"),
            (self.conflicts, "held with other content"),
            (self.try_again, "to be sent again"),
        ];
        let counts =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!(", {count} {words}"));
        line(format!("{} held{}", self.held, counts.collect::<String>()));
        if let Some(reference) = &self.example {
            line(format!("next: cargo run -- status {reference}    or: cargo run -- queue"));
        }
    }
}

/// The receipt of an answer, where it is not kept yet: one that was given before may have been missed then.
fn receipt(folder: &Path, response: &SubmitManyResponse) -> Option<Receipt> {
    let Some(Answer::Held(held)) = &response.answer else { return None };
    let receipt = held.receipt.clone()?;
    let kept = held.already_held
        && receipt
            .reference
            .parse()
            .is_ok_and(|reference| kept_receipts::authority_of(folder, reference).is_some());
    (!kept).then_some(receipt)
}
