//! The facts by name: where each stands in a notification, how a person calls it, and why it matters when it is
//! missing.
//!
//! What a reader would get wrong: paths are those of the notification as it was sent (`incident.facts.area`), not
//! of the coded copy that travels, because the sender is the one who is to find the field.

use std::slice;

/// Declares the facts and their table in one place, so that neither can lack an entry.
macro_rules! facts {
    ($($variant:ident: $belongs_to:ident, $path:literal, $words:literal, $why:literal;)+) => {
        /// A fact that a finding can rest on or lack.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact {
            $(#[doc = concat!("`", $path, "`: ", $words, ".")] $variant,)+
        }

        impl Fact {
            /// Every fact, in the order in which missing facts are asked for.
            pub const ALL: [Self; [$($path),+].len()] = [$(Self::$variant),+];

            /// Where the fact stands.
            fn place(self) -> Place {
                match self { $(Self::$variant => place!($belongs_to, $path),)+ }
            }

            /// What the fact tells, as a clause: "whether abuse or neglect is known or suspected".
            pub fn in_words(self) -> &'static str {
                match self { $(Self::$variant => $words,)+ }
            }

            /// Why the fact matters where it is missing, as a sentence.
            pub fn why_it_matters(self) -> &'static str {
                match self { $(Self::$variant => $why,)+ }
            }
        }
    };
}

/// Where a fact stands in a notification.
enum Place {
    /// At this path.
    Fixed(&'static str),
    /// At this path below each child's facts.
    OfChild(&'static str),
}

macro_rules! place {
    (Notification, $path:literal) => {
        Place::Fixed($path)
    };
    (Incident, $path:literal) => {
        Place::Fixed(concat!("incident.facts.", $path))
    };
    (Child, $path:literal) => {
        Place::OfChild($path)
    };
}

facts! {
    AbuseOrNeglect: Child, "abuse_or_neglect", "whether abuse or neglect is known or suspected",
        "The duty to notify turns on whether the authority knows or suspects abuse or neglect: say yes, or state a \
         finding that there is none.";
    Event: Child, "event", "what happened to the child",
        "The duty to notify, and the reports of deaths, turn on whether the child died or was harmed.";
    SeriousHarm: Child, "serious_harm", "whether the harm was serious",
        "Harm short of death is notified where it is serious, which a person judges: say who judged it, and how.";
    Age: Child, "age", "the age on the day of the incident",
        "The duty to notify is about children, and the report of a care leaver's death ends with an age: give the \
         birth date, or the age.";
    Unborn: Child, "unborn", "whether the child was not yet born",
        "The statute does not settle whether it covers a child not yet born.";
    Area: Incident, "area", "where it happened",
        "The duty rests with the authority in whose area it happened, and outside England on other terms.";
    AreaAuthority: Incident, "area.authority", "in which authority's area it happened",
        "The duty rests with the authority in whose area it happened: give its DfE number.";
    NormalResidence: Child, "normal_residence", "where the child normally lived",
        "Outside England the duty rests with the authority in whose area the child is normally resident.";
    LookedAfter: Child, "looked_after", "whether the child was looked after by the notifying authority",
        "The death of a looked-after child is reported whether or not abuse or neglect is known or suspected.";
    CareLeaver: Child, "care_leaver", "whether the young person was a care leaver",
        "The death of a care leaver is reported whether or not abuse or neglect is known or suspected.";
    CauseOfDeath: Child, "cause_of_death", "what the child died of",
        "An unexplained death, or a suicide, of a child whose family was known may have abuse or neglect behind it.";
    KnownToAgencies: Child, "known_to_agencies", "whether the family was known to agencies",
        "An unexplained death, or a suicide, of a child whose family was known may have abuse or neglect behind it.";
    PreviousInvolvement: Child, "previous_involvement", "whether social care had been involved before",
        "Earlier involvement means that the family was known.";
    ChildInNeedPlan: Child, "child_in_need_plan", "whether a child in need plan was in force",
        "A plan means that the family was known.";
    ChildProtectionPlan: Child, "child_protection_plan", "whether a child protection plan was in force",
        "A plan means that the family was known.";
    EarlierChildProtectionPlan: Child, "earlier_child_protection_plan",
        "whether there had been a child protection plan before",
        "An earlier plan means that the family was known.";
    ConcernsBeforeBirth: Child, "concerns_before_birth", "whether there were concerns before the birth",
        "Concerns before the birth mean that the family was known.";
    OccurredOn: Incident, "occurred_on", "the day it happened",
        "The policy in force on the day of the incident decides.";
    NotifyingAuthority: Notification, "notifying_authority", "which authority notifies",
        "Whose duty it is depends on whose area it happened in.";
}

impl Fact {
    /// The path in the notification, such as `children[0].facts.event`. `child` counts from 0; facts of the
    /// incident do not use it.
    pub fn path(self, child: usize) -> String {
        Paths::of_child(child).path(self)
    }

    /// A list of this fact alone.
    pub(super) fn alone(self) -> &'static [Self] {
        slice::from_ref(&Self::ALL[self as usize])
    }
}

/// The paths of one child's facts, and of the incident's: a finding names dozens of them.
#[derive(Clone, Debug)]
pub struct Paths {
    /// Such as `children[0].facts.`.
    of_child: String,
}

impl Paths {
    /// Of the child in this position, from 0.
    pub fn of_child(position: usize) -> Self {
        Self { of_child: format!("children[{position}].facts.") }
    }

    /// The path of a fact: [`Fact::path`].
    pub fn path(&self, fact: Fact) -> String {
        match fact.place() {
            Place::Fixed(path) => path.to_owned(),
            Place::OfChild(path) => {
                let mut whole = String::with_capacity(self.of_child.len() + path.len());
                whole.push_str(&self.of_child);
                whole.push_str(path);
                whole
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_stands_alone_in_its_list() {
        for fact in Fact::ALL {
            assert_eq!(fact.alone(), [fact]);
        }
    }

    #[test]
    fn paths_are_those_that_the_sender_knows() {
        assert_eq!(Fact::AbuseOrNeglect.path(2), "children[2].facts.abuse_or_neglect");
        assert_eq!(Fact::AreaAuthority.path(2), "incident.facts.area.authority");
        assert_eq!(Fact::NotifyingAuthority.path(2), "notifying_authority");
    }
}
