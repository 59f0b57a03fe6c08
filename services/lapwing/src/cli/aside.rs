//! What the verbs are given by which a panel member stands aside from a case, or sees it again.

use clap::{Args, ValueEnum};
use contracts::triage::v1::StandAsideReason;

/// Why a panel member stands aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InterestName {
    /// The member knows the child or the family
    KnowsTheFamily,
    /// The member has worked on the case, or with the child or the family
    WorkedOnTheCase,
    /// The member works or has worked for an authority or agency that is concerned
    WorksForAnAgencyConcerned,
    /// Another interest
    OtherInterest,
}

impl From<InterestName> for StandAsideReason {
    fn from(name: InterestName) -> Self {
        match name {
            InterestName::KnowsTheFamily => Self::KnowsTheFamily,
            InterestName::WorkedOnTheCase => Self::WorkedOnTheCase,
            InterestName::WorksForAnAgencyConcerned => Self::WorksForAnAgencyConcerned,
            InterestName::OtherInterest => Self::OtherInterest,
        }
    }
}

/// `stand-aside`
#[derive(Debug, Args)]
pub struct StandAside {
    /// The case's reference
    pub reference: String,
    /// Why
    #[arg(long)]
    pub reason: InterestName,
    /// The member who stands aside: the last part of lapwing://panel/ada
    #[arg(long, env = "LAPWING_MEMBER", value_name = "NAME")]
    pub member: String,
}

/// `lift-stand-aside`
#[derive(Debug, Args)]
pub struct LiftStandAside {
    /// The case's reference
    pub reference: String,
    /// The member who is to see the case again: the last part of lapwing://panel/ada
    #[arg(long, value_name = "NAME")]
    pub member: String,
}
