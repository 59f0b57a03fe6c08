//! Reads what happened to one notification.

use std::sync::Arc;

use contracts::events::{HOLD_PLACED, HOLD_RELEASED};
use ids::Reference;
use storage::StoreError;

use crate::domain::description::{describe, describe_state};
use crate::store::{Entry, Store};

/// Whose entries somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Everybody's.
    All,
    /// Everybody's, in words that say which step was taken and nothing of what is in it.
    StateOfAll,
    /// Those of one authority, by its DfE number, but for legal holds: the duty to notify is each authority's own.
    Authority(&'a str),
}

impl Scope<'_> {
    /// Whether entries of a kind are for its eyes. That somebody keeps a notification from being erased is not the notifying
    /// authority's to know: it may be a party to the proceedings.
    fn shows(self, kind: &str) -> bool {
        self == Self::All || ![HOLD_PLACED, HOLD_RELEASED].contains(&kind)
    }
}

/// An entry with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The entry.
    pub entry: Entry,
    /// What it means, in words.
    pub words: String,
}

/// The use case.
pub struct ReadTimeline {
    store: Arc<dyn Store>,
}

impl ReadTimeline {
    /// Reads from `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// What happened to a notification, in the order of the log. Empty where nothing is recorded, and just the
    /// same where nothing within the scope is: the answer does not tell whether a reference exists.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn read(&self, reference: Reference, scope: Scope<'_>) -> Result<Vec<Told>, StoreError> {
        let owner = match scope {
            Scope::All | Scope::StateOfAll => None,
            Scope::Authority(number) => Some(number),
        };
        let words = if scope == Scope::StateOfAll { describe_state } else { describe };
        let entries = self.store.timeline(reference, owner).await?;
        Ok(entries
            .into_iter()
            .filter(|entry| scope.shows(&entry.kind))
            .map(|entry| Told { words: words(&entry.kind, &entry.payload), entry })
            .collect())
    }
}
