//! Circumstances in which a child died. The weights are guesses: infants most of all, then adolescents.

use contracts::notification::v1::CauseOfDeath as Cause;
use contracts::notification::v1::{Event, HarmType as Harm, Relationship as By, Setting};
use jiff::civil::date;

use super::{
    ABUSE_MOSTLY, ABUSE_OFTEN_OPEN, ABUSE_SELDOM, CameToLight, Circumstance, Company, DISCLOSURE_SELDOM,
};

pub(super) static DEATHS: [Circumstance; 10] = [
    INFANT_UNEXPLAINED,
    INFANT_INJURED,
    KILLED_IN_THE_FAMILY,
    SUICIDE,
    KILLED_OUTSIDE_THE_FAMILY,
    OVERDOSE,
    DROWNING,
    FIRE,
    ILLNESS,
    CARE_LEAVER,
];

const INFANT_UNEXPLAINED: Circumstance = Circumstance {
    weight: 24,
    weight_looked_after: 6,
    notified_from: None,
    event: Event::Death,
    ages: &[(92, (0, 0)), (8, (1, 1))],
    company: Company::Alone,
    residential: false,
    causes: &[(55, Cause::SuddenUnexpectedInInfancy), (45, Cause::Unexplained)],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[(80, &[Harm::Neglect]), (20, &[Harm::NotKnown])],
    relationships: &[(75, &[By::Parent]), (10, &[By::Parent, By::StepParent]), (15, &[By::NotKnown])],
    settings: &[(90, Setting::OwnHome), (8, Setting::OtherHome), (2, Setting::NotKnown)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, was found without signs of life in the early morning, in a bed shared with an adult \
         who had been drinking.",
        "{child}, {aged}, was found unresponsive on a sofa during the night and was pronounced dead in hospital; \
         the cause is not yet explained.",
    ],
};

const INFANT_INJURED: Circumstance = Circumstance {
    weight: 14,
    weight_looked_after: 3,
    notified_from: None,
    event: Event::Death,
    ages: &[(80, (0, 0)), (20, (1, 2))],
    company: Company::Alone,
    residential: false,
    causes: &[(80, Cause::Homicide), (20, Cause::Unexplained)],
    abuse: ABUSE_MOSTLY,
    harms: &[(75, &[Harm::PhysicalAbuse]), (25, &[Harm::PhysicalAbuse, Harm::Neglect])],
    relationships: &[
        (50, &[By::Parent]),
        (28, &[By::StepParent]),
        (10, &[By::Parent, By::StepParent]),
        (12, &[By::NotKnown]),
    ],
    settings: &[(92, Setting::OwnHome), (8, Setting::OtherHome)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::InHospital,
    openings: &[
        "{child}, {aged}, was brought to hospital with injuries to the head that the account given did not \
         explain, and died there two days later.",
        "{child}, {aged}, collapsed suddenly and died in hospital, where older fractures were found that nobody \
         could account for.",
    ],
};

const KILLED_IN_THE_FAMILY: Circumstance = Circumstance {
    weight: 12,
    weight_looked_after: 1,
    notified_from: None,
    event: Event::Death,
    ages: &[(20, (0, 0)), (40, (1, 5)), (40, (6, 15))],
    company: Company::Family,
    residential: false,
    causes: &[(95, Cause::Homicide), (5, Cause::Unexplained)],
    abuse: ABUSE_MOSTLY,
    harms: &[(55, &[Harm::PhysicalAbuse, Harm::DomesticAbuse]), (45, &[Harm::PhysicalAbuse])],
    relationships: &[
        (70, &[By::Parent]),
        (15, &[By::StepParent]),
        (10, &[By::OtherRelative]),
        (5, &[By::Sibling]),
    ],
    settings: &[(85, Setting::OwnHome), (8, Setting::OtherHome), (7, Setting::PublicPlace)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, died of injuries from an attack by a member of the family, who was \
         arrested the same evening.",
        "The police were called by neighbours and found that {child}, {aged}, had died; an adult of the \
         household is in custody.",
    ],
};

const SUICIDE: Circumstance = Circumstance {
    weight: 16,
    weight_looked_after: 28,
    notified_from: None,
    event: Event::Death,
    ages: &[(15, (11, 13)), (60, (14, 16)), (25, (17, 17))],
    company: Company::Alone,
    residential: false,
    causes: &[(92, Cause::Suicide), (8, Cause::Unexplained)],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[
        (45, &[Harm::SelfHarm]),
        (25, &[Harm::SelfHarm, Harm::EmotionalAbuse]),
        (15, &[Harm::SelfHarm, Harm::SexualAbuseOther]),
        (15, &[Harm::NotKnown]),
    ],
    relationships: &[(50, &[]), (20, &[By::Parent]), (10, &[By::OtherChild]), (20, &[By::NotKnown])],
    settings: &[
        (70, Setting::OwnHome),
        (20, Setting::PublicPlace),
        (6, Setting::Health),
        (4, Setting::Other),
    ],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, died by what is thought to be suicide, after several months in which concern about \
         low mood had been growing.",
        "{child}, {aged}, was found dead in circumstances that point to suicide; the inquest has been opened \
         and adjourned.",
    ],
};

const KILLED_OUTSIDE_THE_FAMILY: Circumstance = Circumstance {
    weight: 12,
    weight_looked_after: 14,
    notified_from: None,
    event: Event::Death,
    ages: &[(100, (14, 17))],
    company: Company::Peers,
    residential: false,
    causes: &[(100, Cause::Homicide)],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[
        (50, &[Harm::ViolenceOutsideFamily]),
        (50, &[Harm::ViolenceOutsideFamily, Harm::CriminalExploitation]),
    ],
    relationships: &[(45, &[By::OtherChild]), (25, &[By::Stranger]), (30, &[By::NotKnown])],
    settings: &[(90, Setting::PublicPlace), (5, Setting::OtherHome), (5, Setting::Education)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, was attacked in the street by a group and died of a knife wound before the ambulance \
         reached the hospital.",
        "{child}, {aged}, died after a fight between two groups of young people who were known to each other.",
    ],
};

const OVERDOSE: Circumstance = Circumstance {
    weight: 4,
    weight_looked_after: 10,
    notified_from: None,
    event: Event::Death,
    ages: &[(100, (14, 17))],
    company: Company::Alone,
    residential: false,
    causes: &[(100, Cause::OverdoseOrPoisoning)],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[(40, &[Harm::CriminalExploitation]), (30, &[Harm::Neglect]), (30, &[Harm::NotKnown])],
    relationships: &[(40, &[]), (15, &[By::Parent]), (45, &[By::NotKnown])],
    settings: &[(50, Setting::OwnHome), (30, Setting::OtherHome), (20, Setting::PublicPlace)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, was found collapsed after taking several substances together and could not be revived.",
        "{child}, {aged}, died in hospital after swallowing tablets bought from somebody whose name is not known.",
    ],
};

const DROWNING: Circumstance = Circumstance {
    weight: 6,
    weight_looked_after: 3,
    notified_from: None,
    event: Event::Death,
    ages: &[(70, (1, 4)), (30, (5, 11))],
    company: Company::Alone,
    residential: false,
    causes: &[(100, Cause::Accident)],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[(100, &[Harm::Neglect])],
    relationships: &[(85, &[By::Parent]), (10, &[By::OtherRelative]), (5, &[By::Staff])],
    settings: &[(70, Setting::OwnHome), (10, Setting::OtherHome), (20, Setting::PublicPlace)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, went out of sight of the adults for some minutes and was found in a pond an hour later.",
    ],
};

const FIRE: Circumstance = Circumstance {
    weight: 4,
    weight_looked_after: 1,
    notified_from: None,
    event: Event::Death,
    ages: &[(70, (1, 4)), (30, (5, 11))],
    company: Company::Family,
    residential: false,
    causes: &[(100, Cause::Accident)],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[(100, &[Harm::Neglect])],
    relationships: &[(85, &[By::Parent]), (10, &[By::OtherRelative]), (5, &[By::Staff])],
    settings: &[(90, Setting::OwnHome), (10, Setting::OtherHome)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "A fire broke out in the house at night while no adult was there, and {child}, {aged}, did not survive.",
    ],
};

const ILLNESS: Circumstance = Circumstance {
    weight: 5,
    weight_looked_after: 34,
    notified_from: None,
    event: Event::Death,
    ages: &[(35, (0, 0)), (30, (1, 9)), (35, (10, 17))],
    company: Company::Alone,
    residential: false,
    causes: &[(90, Cause::Natural), (10, Cause::Unexplained)],
    abuse: ABUSE_SELDOM,
    harms: &[(70, &[Harm::Neglect]), (30, &[Harm::NotKnown])],
    relationships: &[(60, &[By::Parent]), (40, &[By::NotKnown])],
    settings: &[(45, Setting::Health), (50, Setting::OwnHome), (5, Setting::Education)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::InHospital,
    openings: &[
        "{child}, {aged}, who had a long illness that limited life, died in the presence of those who cared for \
         the child.",
        "{child}, {aged}, became ill suddenly and died of an infection within a day of first being seen by a \
         doctor.",
    ],
};

/// Notified since Working Together 2023 (December 2023): care leavers up to and including the age of 24.
const CARE_LEAVER: Circumstance = Circumstance {
    weight: 4,
    weight_looked_after: 0,
    notified_from: Some(date(2023, 12, 15)),
    event: Event::Death,
    ages: &[(55, (18, 20)), (45, (21, 24))],
    company: Company::Alone,
    residential: false,
    causes: &[
        (35, Cause::Suicide),
        (30, Cause::OverdoseOrPoisoning),
        (15, Cause::Natural),
        (10, Cause::Accident),
        (10, Cause::Unexplained),
    ],
    abuse: ABUSE_SELDOM,
    harms: &[(60, &[Harm::NotKnown]), (40, &[Harm::SelfHarm])],
    relationships: &[(100, &[])],
    settings: &[(60, Setting::OwnHome), (25, Setting::PublicPlace), (15, Setting::Health)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, a care leaver with a personal adviser, was found dead after a welfare check had been \
         asked for.",
        "{child}, {aged}, had left care some years before and died in hospital; the personal adviser was told \
         by the family.",
    ],
};
