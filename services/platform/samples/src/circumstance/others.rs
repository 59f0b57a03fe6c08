//! Circumstances that the published statistics call "other": mostly a child who harmed another child.

use contracts::notification::v1::{Event, HarmType as Harm, Relationship as By, Setting};

use super::{ABUSE_OFTEN_OPEN, CameToLight, Circumstance, Company, DISCLOSURE_SELDOM};

pub(super) static OTHERS: [Circumstance; 4] =
    [ATTACKED_ANOTHER_CHILD, SEXUALLY_HARMED_ANOTHER_CHILD, MISSING, NOT_YET_CLEAR];

const ATTACKED_ANOTHER_CHILD: Circumstance = Circumstance {
    weight: 42,
    weight_looked_after: 42,
    notified_from: None,
    event: Event::HarmedAnotherChild,
    ages: &[(100, (12, 17))],
    company: Company::Peers,
    residential: false,
    causes: &[],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[
        (35, &[Harm::CriminalExploitation]),
        (35, &[Harm::DomesticAbuse, Harm::Neglect]),
        (30, &[Harm::NotKnown]),
    ],
    relationships: &[(40, &[By::Parent]), (20, &[By::Stranger]), (40, &[By::NotKnown])],
    settings: &[(70, Setting::PublicPlace), (20, Setting::Education), (10, Setting::OtherHome)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::AtOnce,
    openings: &[
        "{child}, {aged}, is suspected of having stabbed another young person, who is notified separately by \
         the authority concerned.",
    ],
};

const SEXUALLY_HARMED_ANOTHER_CHILD: Circumstance = Circumstance {
    weight: 28,
    weight_looked_after: 28,
    notified_from: None,
    event: Event::HarmedAnotherChild,
    ages: &[(100, (10, 17))],
    company: Company::Alone,
    residential: false,
    causes: &[],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[
        (45, &[Harm::SexualAbuseInFamily]),
        (25, &[Harm::EmotionalAbuse, Harm::Neglect]),
        (30, &[Harm::NotKnown]),
    ],
    relationships: &[(45, &[By::Parent]), (15, &[By::OtherRelative]), (40, &[By::NotKnown])],
    settings: &[(65, Setting::OwnHome), (20, Setting::OtherHome), (15, Setting::Online)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::ByTelling,
    openings: &[
        "{child}, {aged}, is said to have sexually harmed a younger child over a period that is not yet clear.",
    ],
};

const MISSING: Circumstance = Circumstance {
    weight: 20,
    weight_looked_after: 20,
    notified_from: None,
    event: Event::Other,
    ages: &[(100, (12, 17))],
    company: Company::Peers,
    residential: false,
    causes: &[],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[(60, &[Harm::CriminalExploitation]), (40, &[Harm::NotKnown])],
    relationships: &[(100, &[By::NotKnown])],
    settings: &[(40, Setting::NotKnown), (60, Setting::PublicPlace)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::ByTelling,
    openings: &[
        "{child}, {aged}, has not been seen for two weeks, and what the police have learnt suggests that the \
         child is being moved between towns.",
    ],
};

const NOT_YET_CLEAR: Circumstance = Circumstance {
    weight: 10,
    weight_looked_after: 10,
    notified_from: None,
    event: Event::NotKnown,
    ages: &[(30, (0, 0)), (40, (1, 9)), (30, (10, 17))],
    company: Company::Alone,
    residential: false,
    causes: &[],
    abuse: ABUSE_OFTEN_OPEN,
    harms: &[(100, &[Harm::NotKnown])],
    relationships: &[(100, &[By::NotKnown])],
    settings: &[(60, Setting::OwnHome), (40, Setting::NotKnown)],
    disclosure: DISCLOSURE_SELDOM,
    came_to_light: CameToLight::InHospital,
    openings: &[
        "The hospital told the authority late in the evening that {child}, {aged}, had been admitted under \
         police guard, and could not yet say why.",
    ],
};
