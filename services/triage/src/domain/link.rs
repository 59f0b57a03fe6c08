//! Links between cases: coded facts propose that two cases are of one incident, and a person decides.
//!
//! What a reader would get wrong: a proposal is no decision, and a decision is never undone by a proposal. Software
//! proposes from coded facts alone; whether two cases are of the same incident is what the last person said, and what
//! was said before stays on record.

mod bound;
mod linkable;
mod propose;

use ids::Reference;
use jiff::Timestamp;
use serde::Deserialize;
use thiserror::Error;

use super::reason::Reason;

pub use bound::{PROPOSALS_AT_MOST, Standing, choose};
pub use linkable::{Area, Happened, Linkable, LinkableChild};
pub use propose::{Ground, PairReason, Proposal, propose};

catalogue::entries! {
    /// Why two cases may be of one incident, and why they cannot be linked.
    pub LINKS = "Links between cases";
    SAME_CHILD: "Both cases name the same child: the keyed hashes of name and birth date are equal.",
        "Read both cases; say whether they are of the same incident. The same child may also have been harmed twice.";
    SAME_HOUSEHOLD: "Both cases name children of the same household, within the policy's days: the keyed hashes of the \
        address are equal.",
        "Read both cases; say whether they are of the same incident, as siblings notified apart are.";
    VICTIM_AND_PERPETRATOR: "One case names a child who harmed another child, the other the death or harm of a child, at \
        the same place and within the policy's days.",
        "Read both cases; say whether they are victim and perpetrator of the same incident.";
    TWO_AUTHORITIES: "Two authorities notify an incident of the same day at the same place.",
        "Read both cases; say whether they are of the same incident.";
    LINK_TO_ITSELF: "A case was to be linked to itself.",
        "Give the references of two cases.";
}

/// What dated policy says of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkRule {
    /// How many days apart two cases that name one household may be dated, and the incidents of a victim and a
    /// perpetrator may be; 0 means the same day. Notifiers often know the day only nearly. The same child is proposed
    /// at any distance, and two authorities for the same day alone.
    pub days_apart: u16,
}

/// Two different cases, whichever was named first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    lower: Reference,
    higher: Reference,
}

/// A case is not linked to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a case cannot be linked to itself")]
pub struct ToItself;

impl Pair {
    /// The pair of two cases, in either order.
    ///
    /// # Errors
    /// [`ToItself`] where both are one.
    pub fn of(one: Reference, other: Reference) -> Result<Self, ToItself> {
        if one == other {
            return Err(ToItself);
        }
        Ok(Self { lower: one.min(other), higher: one.max(other) })
    }

    /// The one whose reference sorts first.
    pub fn lower(self) -> Reference {
        self.lower
    }

    /// The one whose reference sorts last.
    pub fn higher(self) -> Reference {
        self.higher
    }

    /// The other of the two.
    pub fn other_than(self, reference: Reference) -> Reference {
        if reference == self.lower { self.higher } else { self.lower }
    }
}

/// What a person may decide about two cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// They are of the same incident.
    SameIncident,
    /// Neither is a duplicate of the other.
    NotADuplicate,
}

/// A person's decision about two cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was decided.
    pub verdict: Verdict,
    /// The caller who decided, as the certificate names them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Decision {
    /// Whether it says nothing that the same caller had not said: a call that is made again.
    pub fn repeats(&self, earlier: &Self) -> bool {
        (self.verdict, &self.by) == (earlier.verdict, &earlier.by)
    }
}

/// What stands between two cases.
///
/// ```text
///   coded facts ──▶ proposed ──┬──▶ same incident ◀──▶ not a duplicate      a person, any number of times
///   nothing ───────────────────┘
/// ```
/// A proposal that corrected facts no longer bear out is taken back: nothing stands between the two then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkState {
    /// Nobody has decided yet.
    Proposed,
    /// The last decision.
    Decided(Verdict),
}

/// Another case that may be, is, or is not of the same incident: seen from one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The other case.
    pub reference: Reference,
    /// The DfE number of the authority that notified the other case.
    pub authority: String,
    /// Why it was proposed, with the facts of the case from which it is seen; none where nothing was proposed.
    pub reasons: Vec<Reason>,
    /// Every decision about the two, oldest first.
    pub decisions: Vec<Decision>,
}

impl Link {
    /// What stands between the two: the last decision counts.
    pub fn state(&self) -> LinkState {
        self.decisions.last().map_or(LinkState::Proposed, |decision| LinkState::Decided(decision.verdict))
    }
}

/// A decision that is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It was recorded just now.
    Now(Link),
    /// The same caller had decided the same, and nothing has been decided since: nothing is added.
    Before(Link),
}

impl Decided {
    /// What stands between the two.
    pub fn into_link(self) -> Link {
        match self {
            Self::Now(link) | Self::Before(link) => link,
        }
    }
}

/// A proposal that was stored, to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The case that was taken up later.
    pub reference: Reference,
    /// The DfE number of its authority.
    pub authority: String,
    /// Which two, and why.
    pub proposal: Proposal,
}

#[cfg(test)]
mod tests;
