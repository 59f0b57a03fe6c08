//! The placement of a looked-after child: a code of the incident's year, a setting that fits it, invented
//! reference numbers.
//!
//! What a reader would get wrong: the register does not record what a code means. The pairs of code and setting
//! here are this crate's reading of the SSDA903 codes, good enough for samples.

use contracts::notification::v1::{Answer, Placement, Setting};
use jiff::civil::Date;
use registers::{AuthorityNumber, CodeSet};

use crate::circumstance::Odds;
use crate::codes;
use crate::draws::Draws;
use crate::numbers::{self, Registration};
use crate::period::{days_before, days_between};
use crate::scene::Scene;

const DUAL_REGISTERED: Odds = Odds::new(6, 78, 14, 2);
/// The longest that a placement of the samples has lasted, in days.
const LONGEST: u32 = 900;

/// What registers a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registered {
    /// Itself, as a children's home is.
    AsHome,
    /// The agency or service that runs it.
    AsService,
    /// Nobody.
    Not,
}

/// A kind of placement with its codes, not all of which are in force in every year.
#[derive(Clone, Copy, Debug)]
struct Kind {
    codes: &'static [(u64, &'static str)],
    setting: Setting,
    registered: Registered,
}

const FOSTERED: Kind = Kind {
    codes: &[(20, "U1"), (15, "U3"), (30, "U4"), (5, "U5"), (30, "U6")],
    setting: Setting::FosterHome,
    registered: Registered::AsService,
};
const WITH_PARENTS: Kind =
    Kind { codes: &[(1, "P1")], setting: Setting::OwnHome, registered: Registered::Not };
const CHILDRENS_HOME: Kind =
    Kind { codes: &[(1, "K2")], setting: Setting::ChildrensHome, registered: Registered::AsHome };
const SECURE_HOME: Kind =
    Kind { codes: &[(1, "K1")], setting: Setting::Secure, registered: Registered::AsHome };
const RESIDENTIAL_SCHOOL: Kind =
    Kind { codes: &[(1, "S1")], setting: Setting::ResidentialSpecialSchool, registered: Registered::AsHome };
const SUPPORTED: Kind = Kind {
    codes: &[(1, "K3"), (1, "H5")],
    setting: Setting::SupportedAccommodation,
    registered: Registered::AsService,
};
const HOSPITAL: Kind = Kind { codes: &[(1, "R2")], setting: Setting::Health, registered: Registered::Not };
const CUSTODY: Kind = Kind { codes: &[(1, "R5")], setting: Setting::Secure, registered: Registered::Not };
const ELSEWHERE: Kind = Kind {
    codes: &[(2, "Z1"), (1, "Z11"), (1, "Z12")],
    setting: Setting::Other,
    registered: Registered::Not,
};

const OF_A_YOUNG_CHILD: [(u64, Kind); 4] =
    [(78, FOSTERED), (14, WITH_PARENTS), (4, HOSPITAL), (4, CHILDRENS_HOME)];
const OF_AN_OLDER_CHILD: [(u64, Kind); 7] = [
    (44, FOSTERED),
    (7, WITH_PARENTS),
    (36, CHILDRENS_HOME),
    (3, SECURE_HOME),
    (4, RESIDENTIAL_SCHOOL),
    (3, HOSPITAL),
    (3, ELSEWHERE),
];
const FROM_SIXTEEN: [(u64, Kind); 6] =
    [(25, FOSTERED), (5, WITH_PARENTS), (30, CHILDRENS_HOME), (33, SUPPORTED), (4, CUSTODY), (3, ELSEWHERE)];
const RESIDENTIAL: [(u64, Kind); 2] = [(75, CHILDRENS_HOME), (25, RESIDENTIAL_SCHOOL)];

/// The placement on the scene's day of a child looked after by the notifier; none where the sender leaves it out.
pub(crate) fn draw(draws: &mut Draws, scene: &Scene, years: u32, born: Date) -> Option<Placement> {
    let is_told = scene.circumstance.residential || draws.per_thousand(970);
    is_told.then(|| draw_told(draws, scene, years, born))
}

fn draw_told(draws: &mut Draws, scene: &Scene, years: u32, born: Date) -> Placement {
    let kind = draw_kind(draws, scene, years);
    let host = draw_host(draws, scene, kind);
    let registration = draw_registration(draws, kind.registered, host);
    let days = draws.between(0, days_between(born, scene.day).min(LONGEST));
    Placement {
        code: codes::draw(draws, CodeSet::Placement, scene.day, kind.codes),
        setting_urn: registration.as_ref().map(|known| known.setting_urn.clone()).unwrap_or_default(),
        provider_reference: registration.map(|known| known.provider_reference).unwrap_or_default(),
        setting: kind.setting.into(),
        dual_registered: draw_dual_registered(draws, kind).into(),
        host_authority: host.to_string(),
        placing_authority: scene.notifier.to_string(),
        started_on: days_before(scene.day, days).to_string(),
        ended_on: draw_end(draws, scene),
    }
}

fn draw_kind(draws: &mut Draws, scene: &Scene, years: u32) -> Kind {
    let kinds: &[(u64, Kind)] = match years {
        _ if scene.circumstance.residential => &RESIDENTIAL,
        ..10 => &OF_A_YOUNG_CHILD,
        10..16 => &OF_AN_OLDER_CHILD,
        _ => &FROM_SIXTEEN,
    };
    draws.weighted(kinds)
}

/// Three in four within the notifier's own area; with parents always.
fn draw_host(draws: &mut Draws, scene: &Scene, kind: Kind) -> AuthorityNumber {
    let elsewhere = draws.per_thousand(250) && kind.setting != Setting::OwnHome;
    if elsewhere { scene.draw_another_authority(draws) } else { scene.notifier }
}

fn draw_registration(
    draws: &mut Draws,
    registered: Registered,
    host: AuthorityNumber,
) -> Option<Registration> {
    match registered {
        Registered::AsHome => Some(numbers::draw_home(draws, host)),
        Registered::AsService => Some(numbers::draw_service(draws, host)),
        Registered::Not => None,
    }
}

/// Asked only of settings that may also be a school.
fn draw_dual_registered(draws: &mut Draws, kind: Kind) -> Answer {
    match kind.setting {
        Setting::ChildrensHome | Setting::ResidentialSpecialSchool => DUAL_REGISTERED.draw(draws),
        _ => Answer::Unspecified,
    }
}

/// A few placements ended with the incident or soon after.
fn draw_end(draws: &mut Draws, scene: &Scene) -> String {
    if draws.per_thousand(80) { scene.draw_day_soon_after(draws).to_string() } else { String::new() }
}
