//! What the law makes of the facts: outcomes, the provisions they rest on, and why.
//!
//! What a reader would get wrong: an outcome has two orders. [`Outcome::precedence`] says which child's outcome
//! speaks for the incident; it does not say which is more serious.

use registers::AuthorityNumber;

use super::fact::Fact;
use super::policy::Policy;
use super::reasons::ReasonCode;

/// What is found for one child, or for the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Duty to notify: Children Act 2004 s.16C(1)(a).
    DutyInArea,
    /// Duty to notify: Children Act 2004 s.16C(1)(b).
    DutyOutsideEngland,
    /// The duty is this authority's: held for hand-over, never discarded.
    DutyOfAnotherAuthority(AuthorityNumber),
    /// The facts do not settle it: a person decides.
    NeedsJudgement,
    /// Death of a child looked after by the notifier: for DfE and Ofsted; for the panel for information.
    LookedAfterDeath,
    /// Death of a care leaver: for DfE and Ofsted; for the panel for information.
    CareLeaverDeath,
    /// Outside s.16C and the other reports.
    Outside,
}

impl Outcome {
    /// Which outcome speaks for an incident with several children: the lowest.
    ///
    /// The incident is notifiable if any child is, so a duty comes first: the notifier's own, then another
    /// authority's. A possible duty comes before a report for information, because somebody has to look at it.
    pub fn precedence(self) -> u8 {
        self.kind() as u8
    }

    /// The outcome without the authority it names.
    pub fn kind(self) -> OutcomeKind {
        match self {
            Self::DutyInArea => OutcomeKind::DutyInArea,
            Self::DutyOutsideEngland => OutcomeKind::DutyOutsideEngland,
            Self::DutyOfAnotherAuthority(_) => OutcomeKind::DutyOfAnotherAuthority,
            Self::NeedsJudgement => OutcomeKind::NeedsJudgement,
            Self::LookedAfterDeath => OutcomeKind::LookedAfterDeath,
            Self::CareLeaverDeath => OutcomeKind::CareLeaverDeath,
            Self::Outside => OutcomeKind::Outside,
        }
    }

    /// The authority that has the duty in the notifier's stead.
    pub fn duty_authority(self) -> Option<AuthorityNumber> {
        if let Self::DutyOfAnotherAuthority(authority) = self { Some(authority) } else { None }
    }
}

/// An [`Outcome`] without the authority it names, in the order of [`Outcome::precedence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeKind {
    /// [`Outcome::DutyInArea`].
    DutyInArea,
    /// [`Outcome::DutyOutsideEngland`].
    DutyOutsideEngland,
    /// [`Outcome::DutyOfAnotherAuthority`].
    DutyOfAnotherAuthority,
    /// [`Outcome::NeedsJudgement`].
    NeedsJudgement,
    /// [`Outcome::LookedAfterDeath`].
    LookedAfterDeath,
    /// [`Outcome::CareLeaverDeath`].
    CareLeaverDeath,
    /// [`Outcome::Outside`].
    Outside,
}

/// An outcome without what it carries: what can be considered and rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Considered {
    /// [`Outcome::DutyInArea`].
    DutyInArea,
    /// [`Outcome::DutyOutsideEngland`].
    DutyOutsideEngland,
    /// [`Outcome::DutyOfAnotherAuthority`].
    DutyOfAnotherAuthority,
    /// [`Outcome::LookedAfterDeath`].
    LookedAfterDeath,
    /// [`Outcome::CareLeaverDeath`].
    CareLeaverDeath,
}

/// The clause or guidance relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provision {
    /// Children Act 2004 s.16C(1), where it is open which limb, or where none applies.
    Section16C1,
    /// Children Act 2004 s.16C(1)(a).
    Section16C1a,
    /// Children Act 2004 s.16C(1)(b).
    Section16C1b,
    /// The guidance on looked-after children's deaths, from the policy.
    LookedAfterDeath,
    /// The guidance on care leavers' deaths, from the policy.
    CareLeaverDeath,
    /// The guidance as a whole.
    Guidance,
}

impl Provision {
    /// The provision as it is cited under a policy edition.
    pub fn cited(self, policy: &Policy) -> &str {
        match self {
            Self::Section16C1 => "Children Act 2004 s.16C(1)",
            Self::Section16C1a => "Children Act 2004 s.16C(1)(a)",
            Self::Section16C1b => "Children Act 2004 s.16C(1)(b)",
            Self::LookedAfterDeath => policy.looked_after_provision(),
            Self::CareLeaverDeath => policy.care_leaver_provision().unwrap_or(policy.edition()),
            Self::Guidance => policy.edition(),
        }
    }
}

/// A reason with the facts it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    /// Which reason.
    pub code: ReasonCode,
    /// The facts.
    pub facts: &'static [Fact],
}

/// An outcome that was considered and does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rejected {
    /// The outcome.
    pub outcome: Considered,
    /// Why it does not hold.
    pub because: Reason,
}

/// The finding for one child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The outcome that decides how the child's case is handled.
    pub outcome: Outcome,
    /// Reports that are due beside it.
    pub also: Vec<Outcome>,
    /// The provision relied on.
    pub provision: Provision,
    /// Why; what decides comes first.
    pub reasons: Vec<Reason>,
    /// What was considered and rejected.
    pub rejected: Vec<Rejected>,
    /// Facts that are not known and could alter the finding, each once, in [`Fact::ALL`]'s order.
    pub missing: Vec<Fact>,
}

impl Finding {
    /// The facts that the reasons rest on, each once, in [`Fact::ALL`]'s order.
    pub fn relied_on(&self) -> impl Iterator<Item = Fact> {
        let bit = |fact: Fact| 1_u32 << fact as u32;
        let facts = self.reasons.iter().flat_map(|reason| reason.facts);
        let relied_on = facts.fold(0, |set, fact| set | bit(*fact));
        Fact::ALL.into_iter().filter(move |fact| relied_on & bit(*fact) != 0)
    }
}

/// The finding for the incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The outcome for the incident.
    pub outcome: Outcome,
    /// The provision relied on.
    pub provision: Provision,
    /// The finding for each child, in the sender's order.
    pub children: Vec<Finding>,
}
