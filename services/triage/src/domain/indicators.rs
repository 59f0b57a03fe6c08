//! Indicators: patterns of coded facts that the panel weighs (SI 2018/789 reg. 3 and guidance).
//!
//! What a reader would get wrong: an indicator obliges nobody and scores nothing. It is present only on a fact that was
//! stated; what is not known is neither present nor absent, and is never shown as a no.

use catalogue::Entry;
use serde::Deserialize;

use super::policy::Policy;
use super::reason::Reason;

catalogue::entries! {
    /// Patterns of facts that the panel weighs.
    pub INDICATORS = "Indicators that the panel weighs";
    EDUCATED_OTHERWISE_THAN_AT_SCHOOL: "A child was educated otherwise than at school, or missed education.",
        "Weigh it with the criteria of SI 2018/789 reg. 3; it obliges nothing.";
    CHILD_IN_CARE: "A child was looked after or placed.",
        "Weigh it with the criteria of SI 2018/789 reg. 3; it obliges nothing.";
    CHILD_PROTECTION_PLAN: "A child protection plan was in force, or one had been before.",
        "Weigh it with the criteria of SI 2018/789 reg. 3; ask the authority how recently an earlier plan ended.";
    RANGE_OF_ABUSE: "One child suffered abuse of two or more kinds.",
        "Weigh it with the criteria of SI 2018/789 reg. 3; it obliges nothing.";
    INSTITUTIONAL_SETTING: "It happened in an institution, a child lived in one, or staff are said to have done it.",
        "Weigh it with the criteria of SI 2018/789 reg. 3; look whether the setting is in a cluster.";
}

/// Which indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A child educated otherwise than at school.
    EducatedOtherwiseThanAtSchool,
    /// A child in care.
    ChildInCare,
    /// A child on, or recently off, a child protection plan.
    ChildProtectionPlan,
    /// A range of types of abuse.
    RangeOfAbuse,
    /// An institutional setting.
    InstitutionalSetting,
}

/// How a child was educated, where it was otherwise than at school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Otherwise {
    /// Electively home educated.
    ElectiveHomeEducation,
    /// Never on the roll of a school.
    NeverOnRoll,
    /// Withdrawn from a school's roll.
    Withdrawn,
    /// Missing education.
    MissingEducation,
}

/// A kind of abuse. Several types of harm are of one kind: sexual abuse in the family and sexual exploitation are both
/// sexual. [u] the grouping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Abuse {
    /// Neglect.
    Neglect,
    /// Physical abuse, and illness fabricated or induced.
    Physical,
    /// Emotional abuse.
    Emotional,
    /// Sexual abuse and exploitation, wherever.
    Sexual,
    /// Criminal exploitation.
    CriminalExploitation,
    /// Domestic abuse.
    Domestic,
    /// Serious violence outside the family.
    ViolenceOutsideFamily,
}

/// A kind of institution in which children live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Institution {
    /// A children's home.
    ChildrensHome,
    /// A residential school.
    ResidentialSchool,
    /// Supported accommodation.
    SupportedAccommodation,
    /// Custody or a secure setting.
    Secure,
    /// Another residential setting.
    Residential,
}

/// What the indicators need of one child. Each is there only where it was stated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Child {
    /// How the child was educated, where it was otherwise than at school.
    pub otherwise: Option<Otherwise>,
    /// Stated to be looked after.
    pub looked_after: bool,
    /// Placed at the incident, and not stated to be not looked after.
    pub placed: bool,
    /// A child protection plan was stated to be in force.
    pub plan: bool,
    /// An earlier one was stated.
    pub earlier_plan: bool,
    /// The kinds of abuse stated, each once.
    pub abuse: Vec<Abuse>,
    /// The institution the child was placed in, and the fact that says so, such as `placement.setting`.
    pub lived_in: Option<(Institution, &'static str)>,
    /// The facts that say that staff, or an institution, did it, such as `alleged_perpetrators`.
    pub by_staff: Vec<&'static str>,
}

impl Kind {
    /// Its entry in the catalogue.
    pub fn entry(self) -> Entry {
        match self {
            Self::EducatedOtherwiseThanAtSchool => EDUCATED_OTHERWISE_THAN_AT_SCHOOL,
            Self::ChildInCare => CHILD_IN_CARE,
            Self::ChildProtectionPlan => CHILD_PROTECTION_PLAN,
            Self::RangeOfAbuse => RANGE_OF_ABUSE,
            Self::InstitutionalSetting => INSTITUTIONAL_SETTING,
        }
    }
}

/// The indicators that the edition asks for and the facts show, in the edition's order: each one with its sentence, its
/// source, and the paths it rests on. `institution` is where the incident happened.
pub fn present(institution: Option<Institution>, children: &[Child], policy: &Policy) -> Vec<Reason> {
    let rule = policy.indicators();
    let shown = |kind: &Kind| {
        let signs = signs(*kind, institution, children);
        let (words, facts): (Vec<String>, Vec<String>) = signs.into_iter().unzip();
        (!facts.is_empty()).then(|| {
            let text = format!("{} Stated: {}.", kind.entry().meaning(), each_once(words).join("; "));
            Reason::new(kind.entry(), text, rule.source.clone()).resting_on(each_once(facts))
        })
    };
    rule.asked.iter().filter_map(shown).collect()
}

/// What shows an indicator: words, and the path of the fact.
fn signs(kind: Kind, institution: Option<Institution>, children: &[Child]) -> Vec<(String, String)> {
    let at_the_incident = institution.filter(|_| kind == Kind::InstitutionalSetting);
    let there = at_the_incident
        .map(|place| (format!("it happened in {}", place.words()), "incident.facts.setting".to_owned()));
    let of_children = children.iter().enumerate().flat_map(|(position, child)| {
        let path = move |fact: &str| format!("children[{position}].facts.{fact}");
        child.signs(kind).into_iter().map(move |(words, fact)| (words, path(fact)))
    });
    there.into_iter().chain(of_children).collect()
}

impl Child {
    fn signs(&self, kind: Kind) -> Vec<(String, &'static str)> {
        match kind {
            Kind::EducatedOtherwiseThanAtSchool => {
                self.otherwise.map(|how| (how.words().to_owned(), "education.status")).into_iter().collect()
            }
            Kind::ChildInCare => stated(&[
                (self.looked_after, "looked after", "looked_after"),
                (self.placed, "placed", "placement"),
            ]),
            Kind::ChildProtectionPlan => stated(&[
                (self.plan, "a plan in force at the incident", "child_protection_plan"),
                (
                    self.earlier_plan,
                    "an earlier plan; how recently it ended is not said",
                    "earlier_child_protection_plan",
                ),
            ]),
            Kind::RangeOfAbuse => self.range_of_abuse(),
            Kind::InstitutionalSetting => self.institutional(),
        }
    }

    fn range_of_abuse(&self) -> Vec<(String, &'static str)> {
        if self.abuse.len() < 2 {
            return Vec::new();
        }
        let kinds: Vec<&str> = self.abuse.iter().map(|kind| kind.words()).collect();
        vec![(kinds.join(" and "), "harm_types")]
    }

    fn institutional(&self) -> Vec<(String, &'static str)> {
        let lived = self.lived_in.map(|(place, fact)| (format!("placed in {}", place.words()), fact));
        let by_staff =
            self.by_staff.iter().map(|fact| ("by staff or within an institution".to_owned(), *fact));
        lived.into_iter().chain(by_staff).collect()
    }
}

fn stated(signs: &[(bool, &str, &'static str)]) -> Vec<(String, &'static str)> {
    let there = signs.iter().filter(|(stated, _, _)| *stated);
    there.map(|(_, words, fact)| ((*words).to_owned(), *fact)).collect()
}

fn each_once(texts: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

impl Otherwise {
    fn words(self) -> &'static str {
        match self {
            Self::ElectiveHomeEducation => "electively home educated",
            Self::NeverOnRoll => "never on the roll of a school",
            Self::Withdrawn => "withdrawn from a school's roll",
            Self::MissingEducation => "missing education",
        }
    }
}

impl Abuse {
    fn words(self) -> &'static str {
        match self {
            Self::Neglect => "neglect",
            Self::Physical => "physical abuse",
            Self::Emotional => "emotional abuse",
            Self::Sexual => "sexual abuse",
            Self::CriminalExploitation => "criminal exploitation",
            Self::Domestic => "domestic abuse",
            Self::ViolenceOutsideFamily => "serious violence outside the family",
        }
    }
}

impl Institution {
    fn words(self) -> &'static str {
        match self {
            Self::ChildrensHome => "a children's home",
            Self::ResidentialSchool => "a residential school",
            Self::SupportedAccommodation => "supported accommodation",
            Self::Secure => "custody or a secure setting",
            Self::Residential => "a residential setting",
        }
    }
}

#[cfg(test)]
mod tests;
