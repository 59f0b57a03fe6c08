//! Circumstances in which a child was harmed and none died.

use contracts::notification::v1::{Event, HarmType as Harm, Relationship as By, Setting};

use super::{
    ABUSE_MOSTLY, ABUSE_OFTEN_OPEN, CameToLight, Circumstance, Company, DISCLOSURE_MOSTLY, DISCLOSURE_SELDOM,
};

pub(super) static HARMS: [Circumstance; 10] = [
    INFANT_INJURED,
    NEGLECT,
    SEXUAL_ABUSE_IN_THE_FAMILY,
    SEXUAL_EXPLOITATION,
    EXPLOITED_AND_ATTACKED,
    SELF_HARM,
    ILLNESS_INDUCED,
    ABUSE_BY_STAFF,
    POISONED_BY_ACCIDENT,
    ATTACK_IN_THE_HOME,
];

const INFANT_INJURED: Circumstance = Circumstance {
    weight: 36,
    weight_looked_after: 4,
    notified_from: None,
    event: Event::Harm,
    ages: &[(85, (0, 0)), (15, (1, 2))],
    company: Company::Alone,
    residential: false,
    causes: &[],
    abuse: ABUSE_MOSTLY,
    harms: &[(75, &[Harm::PhysicalAbuse]), (25, &[Harm::PhysicalAbuse, Harm::Neglect])],
    relationships: &[
        (45, &[By::Parent]),
        (20, &[By::StepParent]),
        (15, &[By::Parent, By::StepParent]),
        (20, &[By::NotKnown]),
    ],
    settings: &[(93, Setting::OwnHome), (5, Setting::OtherHome), (2, Setting::NotKnown)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::InHospital,
    openings: &[
        "{child}, {aged}, was brought to hospital with a swollen leg, and the examination showed several \
         fractures of different ages.",
        "{child}, {aged}, was admitted with bleeding on the brain, for which neither the history nor a medical \
         condition gives a reason.",
    ],
};

const NEGLECT: Circumstance = Circumstance {
    weight: 18,
    weight_looked_after: 2,
    notified_from: None,
    event: Event::Harm,
    ages: &[(15, (0, 0)), (50, (1, 5)), (35, (6, 13))],
    company: Company::Family,
    residential: false,
    causes: &[],
    abuse: ABUSE_MOSTLY,
    harms: &[(65, &[Harm::Neglect]), (35, &[Harm::Neglect, Harm::EmotionalAbuse])],
    relationships: &[(75, &[By::Parent]), (25, &[By::Parent, By::StepParent])],
    settings: &[(96, Setting::OwnHome), (4, Setting::OtherHome)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::ByTelling,
    openings: &[
        "{child}, {aged}, was found severely underweight in a house without heating or food when an officer \
         called about another matter.",
        "{child}, {aged}, was admitted to hospital with an infection that had gone untreated for weeks, and \
         weighed far less than at the last visit.",
    ],
};

const SEXUAL_ABUSE_IN_THE_FAMILY: Circumstance = Circumstance {
    weight: 10,
    weight_looked_after: 6,
    notified_from: None,
    event: Event::Harm,
    ages: &[(40, (4, 9)), (60, (10, 16))],
    company: Company::Family,
    residential: false,
    causes: &[],
    abuse: ABUSE_MOSTLY,
    harms: &[(75, &[Harm::SexualAbuseInFamily]), (25, &[Harm::SexualAbuseInFamily, Harm::EmotionalAbuse])],
    relationships: &[
        (40, &[By::Parent]),
        (25, &[By::StepParent]),
        (15, &[By::Sibling]),
        (20, &[By::OtherRelative]),
    ],
    settings: &[(85, Setting::OwnHome), (15, Setting::OtherHome)],
    disclosure: DISCLOSURE_MOSTLY,
    came_to_light: CameToLight::ByTelling,
    openings: &[
        "{child}, {aged}, is believed to have been sexually abused over some years by a member of the family \
         who has since left the home.",
        "It came to notice that {child}, {aged}, had been sexually abused within the family, although an earlier concern \
         had been looked into and closed.",
    ],
};

const SEXUAL_EXPLOITATION: Circumstance = Circumstance {
    weight: 6,
    weight_looked_after: 18,
    notified_from: None,
    event: Event::Harm,
    ages: &[(100, (12, 17))],
    company: Company::Peers,
    residential: false,
    causes: &[],
    abuse: ABUSE_MOSTLY,
    harms: &[
        (70, &[Harm::SexualExploitation]),
        (30, &[Harm::SexualExploitation, Harm::CriminalExploitation]),
    ],
    relationships: &[(50, &[By::Stranger]), (30, &[By::NotKnown]), (20, &[By::OtherChild, By::Stranger])],
    settings: &[
        (35, Setting::OtherHome),
        (30, Setting::PublicPlace),
        (25, Setting::Online),
        (10, Setting::NotKnown),
    ],
    disclosure: DISCLOSURE_MOSTLY,
    came_to_light: CameToLight::ByTelling,
    openings: &[
        "{child}, {aged}, was missing for four days and on return was found to have been sexually exploited by \
         several adults.",
        "{child}, {aged}, was drawn into meeting adults who had made contact online, and was seriously harmed \
         by them.",
    ],
};

const EXPLOITED_AND_ATTACKED: Circumstance = Circumstance {
    weight: 10,
    weight_looked_after: 20,
    notified_from: None,
    event: Event::Harm,
    ages: &[(100, (13, 17))],
    company: Company::Peers,
    residential: false,
    causes: &[],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[
        (60, &[Harm::ViolenceOutsideFamily, Harm::CriminalExploitation]),
        (40, &[Harm::ViolenceOutsideFamily]),
    ],
    relationships: &[(40, &[By::OtherChild]), (25, &[By::Stranger]), (35, &[By::NotKnown])],
    settings: &[(85, Setting::PublicPlace), (10, Setting::OtherHome), (5, Setting::Education)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, was stabbed in what the police think was a dispute over a debt for drugs, and remains \
         in hospital.",
        "{child}, {aged}, was beaten by a group and left with injuries that will last; there are signs of \
         criminal exploitation.",
    ],
};

const SELF_HARM: Circumstance = Circumstance {
    weight: 9,
    weight_looked_after: 26,
    notified_from: None,
    event: Event::Harm,
    ages: &[(100, (11, 17))],
    company: Company::Alone,
    residential: false,
    causes: &[],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[
        (50, &[Harm::SelfHarm]),
        (30, &[Harm::SelfHarm, Harm::EmotionalAbuse]),
        (20, &[Harm::SelfHarm, Harm::SexualAbuseOther]),
    ],
    relationships: &[(50, &[]), (25, &[By::Parent]), (25, &[By::NotKnown])],
    settings: &[
        (75, Setting::OwnHome),
        (15, Setting::PublicPlace),
        (7, Setting::Health),
        (3, Setting::Secure),
    ],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::InHospital,
    openings: &[
        "{child}, {aged}, took an overdose that might have been fatal, and is being cared for in hospital.",
        "{child}, {aged}, was found after an attempt to end life and is in intensive care with an uncertain \
         outlook.",
    ],
};

const ILLNESS_INDUCED: Circumstance = Circumstance {
    weight: 2,
    weight_looked_after: 0,
    notified_from: None,
    event: Event::Harm,
    ages: &[(30, (0, 0)), (70, (1, 11))],
    company: Company::Alone,
    residential: false,
    causes: &[],
    abuse: ABUSE_MOSTLY,
    harms: &[(100, &[Harm::FabricatedOrInducedIllness])],
    relationships: &[(95, &[By::Parent]), (5, &[By::OtherRelative])],
    settings: &[(50, Setting::Health), (50, Setting::OwnHome)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::InHospital,
    openings: &[
        "{child}, {aged}, had been treated for months for an illness that doctors now believe was brought about \
         on purpose.",
    ],
};

const ABUSE_BY_STAFF: Circumstance = Circumstance {
    weight: 0,
    weight_looked_after: 16,
    notified_from: None,
    event: Event::Harm,
    ages: &[(100, (9, 17))],
    company: Company::Peers,
    residential: true,
    causes: &[],
    abuse: ABUSE_MOSTLY,
    harms: &[
        (60, &[Harm::InstitutionalAbuse, Harm::PhysicalAbuse]),
        (40, &[Harm::InstitutionalAbuse, Harm::Neglect]),
    ],
    relationships: &[(95, &[By::Staff]), (5, &[By::Staff, By::OtherChild])],
    settings: &[(100, Setting::OwnHome)],
    disclosure: DISCLOSURE_MOSTLY,
    came_to_light: CameToLight::ByTelling,
    openings: &[
        "{child}, {aged}, was injured when held down by members of staff, and the record made of it does not \
         match what was seen on camera.",
        "A former member of staff reported that {child}, {aged}, had been locked in a room and hit on several \
         occasions.",
    ],
};

const POISONED_BY_ACCIDENT: Circumstance = Circumstance {
    weight: 7,
    weight_looked_after: 4,
    notified_from: None,
    event: Event::Harm,
    ages: &[(30, (0, 0)), (60, (1, 3)), (10, (4, 6))],
    company: Company::Alone,
    residential: false,
    causes: &[],
    abuse: ABUSE_MOSTLY,
    harms: &[(100, &[Harm::Neglect])],
    relationships: &[(80, &[By::Parent]), (10, &[By::HouseholdMember]), (10, &[By::OtherRelative])],
    settings: &[(85, Setting::OwnHome), (15, Setting::OtherHome)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::InHospital,
    openings: &[
        "{child}, {aged}, was taken to hospital barely breathing, and tests showed a drug that had been within \
         reach in the home.",
    ],
};

const ATTACK_IN_THE_HOME: Circumstance = Circumstance {
    weight: 4,
    weight_looked_after: 1,
    notified_from: None,
    event: Event::Harm,
    ages: &[(20, (0, 0)), (80, (1, 16))],
    company: Company::Family,
    residential: false,
    causes: &[],
    abuse: ABUSE_MOSTLY,
    harms: &[(100, &[Harm::DomesticAbuse, Harm::PhysicalAbuse])],
    relationships: &[(60, &[By::Parent]), (30, &[By::StepParent]), (10, &[By::HouseholdMember])],
    settings: &[(95, Setting::OwnHome), (5, Setting::PublicPlace)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, was seriously hurt during an attack by one adult of the household on another.",
    ],
};
