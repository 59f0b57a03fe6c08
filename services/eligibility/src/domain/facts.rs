//! What eligibility needs to know of an incident and of each child, in the law's own terms.
//!
//! What a reader would get wrong: places are seen from the notifying authority ("its area", "another's"), because
//! that is how the statute asks. And `NotKnown` stands for a blank as well as for "asked, and not known yet"; it
//! never stands for "no".

use std::borrow::Cow;

use jiff::civil::Date;
use registers::AuthorityNumber;

use super::fact::Fact;

/// How a fact is told that is not known, or was left out.
pub(crate) const NOT_KNOWN: &str = "not known";
const NOTIFIERS_AREA: &str = "in the notifying authority's area";

/// A three-valued answer. `No` is a stated finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Known to be so.
    Yes,
    /// Stated not to be so.
    No,
    /// Left out, or asked and not known yet.
    #[default]
    NotKnown,
}

impl Answer {
    /// In words: "yes".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotKnown => NOT_KNOWN,
        }
    }
}

/// What happened to, or was done by, a child.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Event {
    /// The child died.
    Death,
    /// The child was harmed; whether seriously is a person's judgement.
    Harm,
    /// The child harmed another child.
    HarmedAnotherChild,
    /// Something else.
    Other,
    /// Left out, or not known yet.
    #[default]
    NotKnown,
}

impl Event {
    /// In words: "death".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Death => "death",
            Self::Harm => "harm",
            Self::HarmedAnotherChild => "harmed another child",
            Self::Other => "something else",
            Self::NotKnown => NOT_KNOWN,
        }
    }
}

/// Where it happened, seen from the notifying authority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Where {
    /// In the notifying authority's area.
    NotifiersArea,
    /// In the area of the English authority with this number.
    AnotherArea(AuthorityNumber),
    /// In England; in whose area is not known.
    SomewhereInEngland,
    /// In Wales, Scotland, Northern Ireland or abroad.
    OutsideEngland,
    /// Not known.
    #[default]
    NotKnown,
}

impl Where {
    /// In words: "in the notifying authority's area".
    pub fn in_words(self) -> Cow<'static, str> {
        match self {
            Self::NotifiersArea => NOTIFIERS_AREA.into(),
            Self::AnotherArea(authority) => format!("in the area of authority {authority}").into(),
            Self::SomewhereInEngland => "in England, the authority not known".into(),
            Self::OutsideEngland => "outside England".into(),
            Self::NotKnown => NOT_KNOWN.into(),
        }
    }
}

/// Where a child is normally resident, seen from the notifying authority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Residence {
    /// In the notifying authority's area.
    NotifiersArea,
    /// In another English authority's area, or outside England.
    Elsewhere,
    /// Not known.
    #[default]
    NotKnown,
}

impl Residence {
    /// In words: "elsewhere".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::NotifiersArea => NOTIFIERS_AREA,
            Self::Elsewhere => "elsewhere",
            Self::NotKnown => NOT_KNOWN,
        }
    }
}

/// A child's age on the day of the incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Age {
    /// Stated to be not yet born at the incident.
    Unborn,
    /// Completed years.
    Years(u32),
    /// Not known.
    #[default]
    NotKnown,
}

impl Age {
    /// In words: "17 years".
    pub fn in_words(self) -> Cow<'static, str> {
        match self {
            Self::Unborn => "not yet born".into(),
            Self::Years(1) => "1 year".into(),
            Self::Years(years) => format!("{years} years").into(),
            Self::NotKnown => NOT_KNOWN.into(),
        }
    }
}

/// What a child died of, as far as the law's table asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CauseOfDeath {
    /// Suicide, or thought to be.
    Suicide,
    /// Unexplained so far.
    Unexplained,
    /// Anything else; left out; or the child did not die.
    #[default]
    Other,
}

/// How services may have known the child's family before the incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Involvement {
    /// The family was known to social care or other agencies.
    pub known_to_agencies: Answer,
    /// Social care had been involved, and had closed its involvement.
    pub previous: Answer,
    /// A child in need plan was in force.
    pub child_in_need_plan: Answer,
    /// A child protection plan was in force.
    pub child_protection_plan: Answer,
    /// There had been a child protection plan before.
    pub earlier_child_protection_plan: Answer,
    /// There were concerns before the birth.
    pub concerns_before_birth: Answer,
}

impl Involvement {
    /// The first fact by which the family was known; none where no fact says so.
    pub fn known_by(&self) -> Option<Fact> {
        [
            (self.known_to_agencies, Fact::KnownToAgencies),
            (self.child_protection_plan, Fact::ChildProtectionPlan),
            (self.child_in_need_plan, Fact::ChildInNeedPlan),
            (self.earlier_child_protection_plan, Fact::EarlierChildProtectionPlan),
            (self.previous, Fact::PreviousInvolvement),
            (self.concerns_before_birth, Fact::ConcernsBeforeBirth),
        ]
        .into_iter()
        .find_map(|(answer, fact)| (answer == Answer::Yes).then_some(fact))
    }
}

/// What is known of one child. The default is a child of whom nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChildFacts {
    /// What happened to, or was done by, the child.
    pub event: Event,
    /// Is abuse or neglect known or suspected? A person's judgement.
    pub abuse_or_neglect: Answer,
    /// Was the harm serious? A person's judgement, read only where the child was harmed.
    pub serious_harm: Answer,
    /// Age on the day of the incident.
    pub age: Age,
    /// Where the child is normally resident.
    pub normal_residence: Residence,
    /// Is the child looked after by the notifying authority?
    pub looked_after: Answer,
    /// Is the young person a care leaver?
    pub care_leaver: Answer,
    /// What the child died of.
    pub cause_of_death: CauseOfDeath,
    /// How services may have known the family.
    pub involvement: Involvement,
}

/// One child with the sender's key for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The sender's key, such as "1"; never a name.
    pub key: String,
    /// What is known of the child.
    pub facts: ChildFacts,
}

/// What is known of the incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IncidentFacts {
    /// Where it happened.
    pub place: Where,
    /// The day that chooses the policy: the incident's, or else of becoming aware, or else of receipt (local date).
    pub dated_on: Option<Date>,
}

/// One notification as eligibility sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The incident.
    pub incident: IncidentFacts,
    /// The children, in the sender's order.
    pub children: Vec<Child>,
}
