//! What eligibility found, as far as triage needs it: the outcomes, and the days that clocks are counted from.

use ids::Reference;
use jiff::civil::Date;

/// What eligibility found for one child, or for the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Duty to notify: Children Act 2004 s.16C(1)(a).
    DutyInArea,
    /// Duty to notify: Children Act 2004 s.16C(1)(b).
    DutyOutsideEngland,
    /// The duty rests with another authority: held for hand-over, never discarded.
    DutyOfAnotherAuthority,
    /// Death of a child looked after by the notifier: for DfE and Ofsted.
    LookedAfterDeath,
    /// Death of a care leaver: for DfE and Ofsted.
    CareLeaverDeath,
    /// The facts do not settle it: a person decides.
    NeedsJudgement,
    /// Outside s.16C and the other reports.
    Outside,
}

impl Outcome {
    /// Whether a duty of the notifying authority itself was found.
    pub fn is_duty_of_the_notifier(self) -> bool {
        matches!(self, Self::DutyInArea | Self::DutyOutsideEngland)
    }
}

/// A notification that eligibility has judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// Lapwing's reference.
    pub reference: Reference,
    /// The notification's revision, from 1.
    pub revision: u32,
    /// The notifying authority's DfE number.
    pub authority: String,
    /// What was found for the incident.
    pub outcome: Outcome,
    /// The provision that the finding relied on.
    pub provision: String,
    /// Where the duty is another authority's: its DfE number, if it is known.
    pub duty_authority: Option<String>,
    /// What was found for each child, in the sender's order.
    pub findings: Vec<Outcome>,
    /// How many children the notification concerns.
    pub children: u32,
    /// The positions, from 0, of those who died.
    pub deaths: Vec<usize>,
    /// The day of the incident.
    pub occurred_on: Option<Date>,
    /// The day on which the authority became aware.
    pub became_aware_on: Option<Date>,
    /// The day, in London, on which intake received it.
    pub received_on: Date,
}

impl Assessed {
    /// The day that chooses the policy: the incident's, or else that of becoming aware, or else that of receipt.
    /// Eligibility chooses its own by the same day, so that a case rests on one edition throughout.
    pub fn dated_on(&self) -> Date {
        self.occurred_on.or(self.became_aware_on).unwrap_or(self.received_on)
    }
}
