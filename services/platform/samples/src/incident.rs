//! The incident: when, in whose area, in what kind of place.

use contracts::notification::v1::{Area, Incident, IncidentFacts, Nation, Placement, Setting};

use crate::draws::Draws;
use crate::person::Person;
use crate::scene::Scene;
use crate::words;

/// Of a thousand, how many tell the time of day, and how many cannot tell the day.
const TIME_TOLD: u64 = 600;
const DAY_NOT_TOLD: u64 = 15;

/// The incident as told of these children. The narrative is left for [`narrative`](crate::narrative), which
/// needs to know what is told of them.
pub(crate) fn compose(draws: &mut Draws, scene: &Scene, people: &[Person]) -> Incident {
    let at_home = draws.weighted(scene.circumstance.settings);
    let placement = people.first().and_then(|first| first.placement.as_ref());
    let facts = match (at_home, placement) {
        (Setting::OwnHome, Some(placement)) => at_the_placement(draws, scene, placement),
        (setting, _) => somewhere(draws, scene, setting),
    };
    let place = words::draw_place(draws, facts.setting(), &scene.home);
    Incident { facts: Some(facts), place, narrative: String::new() }
}

/// A placed child's home is the placement; it happened in the area where that is, under its number.
fn at_the_placement(draws: &mut Draws, scene: &Scene, placement: &Placement) -> IncidentFacts {
    IncidentFacts {
        area: in_area(Nation::England, placement.host_authority.clone()),
        setting: placement.setting,
        // A foster home goes by its agency's number, which is not the number of the place.
        setting_urn: match placement.setting() {
            Setting::FosterHome => String::new(),
            _ => placement.setting_urn.clone(),
        },
        ..draw_when(draws, scene)
    }
}

/// Away from the notifier's area the child is not at home, but may be with relatives.
fn somewhere(draws: &mut Draws, scene: &Scene, setting: Setting) -> IncidentFacts {
    let area = draw_area(draws, scene);
    let is_at_home = area.as_ref().is_none_or(|area| scene.may_be_at_home(area));
    let setting = if setting == Setting::OwnHome && !is_at_home { Setting::OtherHome } else { setting };
    IncidentFacts { area, setting: setting.into(), ..draw_when(draws, scene) }
}

/// Either of day and awareness may be left out, never both: see [`notification`](crate::notification).
fn draw_when(draws: &mut Draws, scene: &Scene) -> IncidentFacts {
    let is_day_told = !draws.per_thousand(DAY_NOT_TOLD) || !scene.is_aware_in_the_same_collection_year();
    let (hour, minute) = (draws.between(0, 23), draws.between(0, 59));
    let is_time_told = draws.per_thousand(TIME_TOLD) && is_day_told;
    IncidentFacts {
        occurred_on: if is_day_told { scene.day.to_string() } else { String::new() },
        occurred_at: if is_time_told { format!("{hour:02}:{minute:02}") } else { String::new() },
        ..Default::default()
    }
}

/// Nearly always the notifier's own area; otherwise each of the cases that the law tells apart, and an unknown
/// area besides.
fn draw_area(draws: &mut Draws, scene: &Scene) -> Option<Area> {
    let own = scene.notifier.to_string();
    match draws.weighted(&[(944, 0), (20, 1), (8, 2), (4, 3), (1, 4), (6, 5), (7, 6), (5, 7), (5, 8)]) {
        0 => in_area(Nation::England, own),
        1 => in_area(Nation::England, scene.draw_another_authority(draws).to_string()),
        2 => in_area(Nation::Wales, String::new()),
        3 => in_area(Nation::Scotland, String::new()),
        4 => in_area(Nation::NorthernIreland, String::new()),
        5 => in_area(Nation::Abroad, String::new()),
        6 => in_area(Nation::NotKnown, String::new()),
        7 => in_area(Nation::England, String::new()),
        _ => None,
    }
}

fn in_area(nation: Nation, authority: String) -> Option<Area> {
    Some(Area { nation: nation.into(), authority })
}
