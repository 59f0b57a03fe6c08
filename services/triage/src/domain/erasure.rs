//! That a notification is erased.
//!
//! What a reader would get wrong: an erasure takes no case from the queue and changes nothing that it rests on. It takes
//! what could name somebody: identities and narrative at intake, and the match tokens here, by which one child could be
//! found again in several cases. What a person decided by them before stays.

use jiff::Timestamp;

/// Why a notification is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErasureReason {
    /// The policy of retention says that its time is over.
    RetentionEnded,
    /// It should never have been sent.
    SentInError,
    /// A person's request for erasure was granted (UK GDPR, article 17).
    SubjectRequest,
    /// A court ordered it.
    CourtOrder,
    /// One that this build does not know.
    Unknown,
}

impl ErasureReason {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::RetentionEnded, Self::SentInError, Self::SubjectRequest, Self::CourtOrder, Self::Unknown];
}

/// When, why and by whom a notification was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: ErasureReason,
    /// Who did it, as their certificate names them.
    pub by: String,
}
