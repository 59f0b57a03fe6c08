//! The coded facts that indicators rest on, in the domain's words.
//!
//! What a reader would get wrong: only what was stated comes through. "Not known", a blank, and a value that this build
//! does not know are all nothing here, and none of them is a no.

use contracts::notification::v1::{
    Answer, ChildFacts, CodedChild, EducationStatus, HarmType, Placement, Relationship, Setting,
};

use crate::domain::indicators::{Abuse, Child, Institution, Otherwise};

/// The institution that a setting is, if it is one.
pub(super) fn institution(setting: Setting) -> Option<Institution> {
    match setting {
        Setting::ChildrensHome => Some(Institution::ChildrensHome),
        Setting::ResidentialSpecialSchool => Some(Institution::ResidentialSchool),
        Setting::SupportedAccommodation => Some(Institution::SupportedAccommodation),
        Setting::Secure => Some(Institution::Secure),
        _ => None,
    }
}

/// What the indicators need of one child.
pub(super) fn child(child: &CodedChild) -> Child {
    let Some(facts) = child.facts.as_ref() else {
        return Child::default();
    };
    Child {
        otherwise: facts.education.as_ref().and_then(|education| otherwise(education.status())),
        looked_after: facts.looked_after() == Answer::Yes,
        placed: facts.looked_after() != Answer::No && is_placed(facts),
        plan: facts.child_protection_plan() == Answer::Yes,
        earlier_plan: facts.earlier_child_protection_plan() == Answer::Yes,
        abuse: abuse(facts),
        lived_in: facts.placement.as_ref().and_then(lived_in),
        by_staff: by_staff(facts),
    }
}

fn otherwise(status: EducationStatus) -> Option<Otherwise> {
    match status {
        EducationStatus::ElectiveHomeEducation => Some(Otherwise::ElectiveHomeEducation),
        EducationStatus::NeverOnRoll => Some(Otherwise::NeverOnRoll),
        EducationStatus::Withdrawn => Some(Otherwise::Withdrawn),
        EducationStatus::MissingEducation => Some(Otherwise::MissingEducation),
        _ => None,
    }
}

/// Placed is a child of whom it is said who placed it, with which provider, as what placement, or in a setting that is
/// one of care. A setting such as the child's own home says nothing about care.
fn is_placed(facts: &ChildFacts) -> bool {
    facts.placement.as_ref().is_some_and(|placement| {
        let texts = [&placement.code, &placement.provider_reference, &placement.placing_authority];
        is_of_care(placement.setting()) || texts.iter().any(|text| !text.is_empty())
    })
}

fn is_of_care(setting: Setting) -> bool {
    matches!(
        setting,
        Setting::FosterHome
            | Setting::ChildrensHome
            | Setting::ResidentialSpecialSchool
            | Setting::SupportedAccommodation
            | Setting::Secure
    )
}

/// By the kind of setting, or else by the placement type (SSDA903): [u] which of its codes are institutions.
fn lived_in(placement: &Placement) -> Option<(Institution, &'static str)> {
    let by_code = || {
        let institution = match placement.code.as_str() {
            "K1" => Institution::Secure,
            "K2" => Institution::ChildrensHome,
            "K3" | "H5" => Institution::SupportedAccommodation,
            "R1" => Institution::Residential,
            "R5" => Institution::Secure,
            "S1" => Institution::ResidentialSchool,
            _ => return None,
        };
        Some((institution, "placement.code"))
    };
    institution(placement.setting()).map(|kind| (kind, "placement.setting")).or_else(by_code)
}

fn abuse(facts: &ChildFacts) -> Vec<Abuse> {
    let mut kinds: Vec<Abuse> = facts.harm_types().filter_map(kind_of_abuse).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Self-harm is no abuse, and abuse in an institution says where and not of which kind.
fn kind_of_abuse(harm: HarmType) -> Option<Abuse> {
    match harm {
        HarmType::Neglect => Some(Abuse::Neglect),
        HarmType::PhysicalAbuse | HarmType::FabricatedOrInducedIllness => Some(Abuse::Physical),
        HarmType::EmotionalAbuse => Some(Abuse::Emotional),
        HarmType::SexualAbuseInFamily | HarmType::SexualAbuseOther | HarmType::SexualExploitation => {
            Some(Abuse::Sexual)
        }
        HarmType::CriminalExploitation => Some(Abuse::CriminalExploitation),
        HarmType::DomesticAbuse => Some(Abuse::Domestic),
        HarmType::ViolenceOutsideFamily => Some(Abuse::ViolenceOutsideFamily),
        HarmType::InstitutionalAbuse
        | HarmType::SelfHarm
        | HarmType::Other
        | HarmType::NotKnown
        | HarmType::Unspecified => None,
    }
}

fn by_staff(facts: &ChildFacts) -> Vec<&'static str> {
    let institutional = facts.harm_types().any(|harm| harm == HarmType::InstitutionalAbuse);
    let staff = facts.alleged_perpetrators().any(|person| person == Relationship::Staff);
    let signs = [(institutional, "harm_types"), (staff, "alleged_perpetrators")];
    signs.into_iter().filter(|(stated, _)| *stated).map(|(_, fact)| fact).collect()
}
