//! Standing aside: a panel member with a conflict of interest is shown nothing of a case.
//!
//! What a reader would get wrong: it is about one member and one case. The case stays on the queue for all others, and
//! whoever sees all, as the secretariat does, sees it too.

use ids::Reference;
use jiff::Timestamp;

/// Why a member stands aside. No words: nothing that is said of a member or a family is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interest {
    /// The member knows the child or the family.
    KnowsTheFamily,
    /// The member has worked on the case, or with the child or the family.
    WorkedOnTheCase,
    /// The member works or has worked for an authority or agency that is concerned.
    WorksForAnAgencyConcerned,
    /// Another interest.
    Other,
}

/// A member who stood aside from a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoodAside {
    /// The case.
    pub reference: Reference,
    /// The member as the certificate names them.
    pub member: String,
    /// Why.
    pub interest: Interest,
    /// When.
    pub at: Timestamp,
}

/// What became of a member's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aside {
    /// It counts from now on.
    Now(StoodAside),
    /// The member had stood aside before; that stays as it was.
    Before(StoodAside),
}

/// Whoever looks at cases, or does something about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// Sees every case; by the name in the certificate.
    OfAll(String),
    /// A panel member, by the name in the certificate: sees none of the cases from which they stood aside.
    Member(String),
}

impl Viewer {
    /// As the certificate names them.
    pub fn name(&self) -> &str {
        match self {
            Self::OfAll(name) | Self::Member(name) => name,
        }
    }

    /// The member whose standing aside counts; none for who sees all.
    pub fn member(&self) -> Option<&str> {
        match self {
            Self::OfAll(_) => None,
            Self::Member(name) => Some(name),
        }
    }
}
