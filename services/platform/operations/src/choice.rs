//! Which events a call means, and why.

use std::collections::HashSet;

use contracts::operations::v1::OldestOf;
use delivery::parked::Chosen;
use ids::EventId;
use tonic::Status;

use crate::refusals_given;

/// Which events are to be sent again.
pub(crate) enum Choice {
    /// These.
    Ids(Vec<EventId>),
    /// The oldest of a queue.
    Oldest(OldestOf),
}

impl Choice {
    /// One of the two.
    pub(crate) fn read(event_ids: &[String], oldest: Option<OldestOf>) -> Result<Self, Status> {
        match (event_ids, oldest) {
            ([], Some(oldest)) => Ok(Self::Oldest(oldest)),
            ([_, ..], None) => ids(event_ids).map(Self::Ids),
            _ => Err(refusals_given::choice()),
        }
    }

    /// The ids, where they are given.
    pub(crate) fn ids(&self) -> &[EventId] {
        match self {
            Self::Ids(ids) => ids,
            Self::Oldest(_) => &[],
        }
    }

    /// The choice at one more service, after so many were found at others.
    pub(crate) fn after(&self, found: usize) -> Chosen<'_> {
        match self {
            Self::Ids(ids) => Chosen::Ids(ids),
            Self::Oldest(OldestOf { queue, at_most }) => Chosen::Oldest {
                queue,
                at_most: at_most.saturating_sub(u32::try_from(found).unwrap_or(u32::MAX)),
            },
        }
    }
}

/// Reads ids, each once.
pub(crate) fn ids(texts: &[String]) -> Result<Vec<EventId>, Status> {
    let mut seen = HashSet::with_capacity(texts.len());
    let mut ids = Vec::with_capacity(texts.len());
    for (position, text) in texts.iter().enumerate() {
        let id: EventId = text.parse().map_err(|_| refusals_given::event_id(position))?;
        if seen.insert(id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// An operator's reason, without blanks around it and in one line.
pub(crate) fn reason(text: &str) -> Result<String, Status> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() { Err(refusals_given::no_reason()) } else { Ok(words.join(" ")) }
}
