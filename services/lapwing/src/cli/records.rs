//! What the verbs are given that read identities, erase, hold against erasure, and change the wrapping key.

use clap::{Args, ValueEnum};
use contracts::notification::v1::{ErasureReason, HoldReason, ReadingPurpose};
use identity::Caller;

use super::parked::operator;

/// Why identities are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PurposeName {
    /// To decide on the case, or to prepare the decision
    Decision,
    /// To ask the notifying authority about it
    Contact,
    /// To supervise a review of it
    Review,
    /// To answer somebody's request for the data held on them
    SubjectAccess,
    /// To see whether two cases are of the same child
    SameChild,
}

impl From<PurposeName> for ReadingPurpose {
    fn from(name: PurposeName) -> Self {
        match name {
            PurposeName::Decision => Self::Decision,
            PurposeName::Contact => Self::Contact,
            PurposeName::Review => Self::Review,
            PurposeName::SubjectAccess => Self::SubjectAccess,
            PurposeName::SameChild => Self::SameChild,
        }
    }
}

/// `identities`
#[derive(Debug, Args)]
pub struct Identities {
    /// The case's reference
    pub reference: String,
    /// Why they are read; it is on record, and the notifying authority can see it
    #[arg(long)]
    pub purpose: PurposeName,
    /// The panel member who reads, by the last part of lapwing://panel/ada [default: the secretariat does]
    #[arg(long, env = "LAPWING_MEMBER", value_name = "NAME")]
    pub member: Option<String>,
}

/// `readings`
#[derive(Debug, Args)]
pub struct Readings {
    /// The reference from the receipt or the case
    pub reference: String,
    /// The authority that asks (DfE number) [default: the one whose receipt is kept in this folder]
    #[arg(long, value_name = "NUMBER", value_parser = super::changes::authority)]
    pub authority: Option<String>,
    /// Ask as the secretariat, who sees legal holds too
    #[arg(long, conflicts_with = "authority")]
    pub secretariat: bool,
}

/// Why a notification is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ErasureName {
    /// The policy of retention says that its time is over
    RetentionEnded,
    /// It should never have been sent, such as one about somebody else
    SentInError,
    /// A person's request for erasure was granted
    SubjectRequest,
    /// A court ordered it
    CourtOrder,
}

impl From<ErasureName> for ErasureReason {
    fn from(name: ErasureName) -> Self {
        match name {
            ErasureName::RetentionEnded => Self::RetentionEnded,
            ErasureName::SentInError => Self::SentInError,
            ErasureName::SubjectRequest => Self::SubjectRequest,
            ErasureName::CourtOrder => Self::CourtOrder,
        }
    }
}

/// `erase`
#[derive(Debug, Args)]
pub struct Erase {
    /// The case's reference
    pub reference: String,
    /// Why; it is on record for ever
    #[arg(long)]
    pub reason: ErasureName,
}

/// Why a notification must not be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HoldName {
    /// A statutory inquiry has asked that records be kept
    Inquiry,
    /// Proceedings before a court or a coroner are under way or expected
    Proceedings,
    /// A review of the case is under way
    Review,
    /// Somebody has asked for the data held on them
    SubjectAccess,
}

impl From<HoldName> for HoldReason {
    fn from(name: HoldName) -> Self {
        match name {
            HoldName::Inquiry => Self::Inquiry,
            HoldName::Proceedings => Self::Proceedings,
            HoldName::Review => Self::Review,
            HoldName::SubjectAccess => Self::SubjectAccess,
        }
    }
}

/// `hold`
#[derive(Debug, Args)]
pub struct HoldRecords {
    /// The case's reference
    pub reference: String,
    /// Why
    #[arg(long)]
    pub reason: HoldName,
}

/// `retention`
#[derive(Debug, Args)]
pub struct Retention {
    /// Erase what is listed; without it nothing is erased
    #[arg(long)]
    pub apply: bool,
    /// How many to list or erase
    #[arg(long, default_value_t = 1000, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub most: u32,
}

/// `rotate-keys`
#[derive(Debug, Args)]
pub struct RotateKeys {
    /// The operator's name, such as night-shift
    #[arg(long, env = "LAPWING_OPERATOR", default_value = "duty", value_name = "NAME", value_parser = operator)]
    pub operator: Caller,
}
