//! Who a child of a sample is, before anything is told of it: age, name, what happened, where placed.
//!
//! What a reader would get wrong: the person always has a name and a birth date. Whether the sender tells them
//! is another matter ([`Identified`]).

use contracts::notification::v1::{Event, Placement};
use jiff::Span;
use jiff::civil::Date;

use crate::child::placement;
use crate::circumstance::Company;
use crate::draws::Draws;
use crate::scene::Scene;
use crate::words::{FAMILY_NAMES, GIVEN_NAMES};

/// Brothers and sisters follow each other at this distance, so that no two have one age.
const YEARS_BETWEEN_SIBLINGS: u32 = 2;
/// Brothers and sisters are younger than this.
const SIBLINGS_BELOW: u32 = 16;

/// One child.
pub(crate) struct Person {
    pub(crate) identified: Identified,
    /// Completed years on the day of the incident.
    pub(crate) years: u32,
    /// Completed months beyond the years.
    pub(crate) months: u32,
    pub(crate) born: Date,
    /// Where the child lives; for a placed child, where the family does.
    pub(crate) address: String,
    pub(crate) event: Event,
    pub(crate) looked_after: bool,
    /// None where the child is not looked after, or where the sender does not tell.
    pub(crate) placement: Option<Placement>,
    name: Name,
}

/// How much of a child's identity the sender knows yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identified {
    /// Name and birth date.
    Fully,
    /// The name, and an age without a birth date.
    ByName,
    /// An age alone.
    ByAge,
    /// Nothing.
    NotYet,
}

/// A name by its place in the list of given names, so that no two children of one incident share one.
#[derive(Clone, Copy)]
struct Name {
    given: usize,
    family: &'static str,
}

/// What follows from the first child or from the circumstance.
struct Given {
    years: u32,
    name: Name,
    address: String,
    event: Event,
    looked_after: bool,
}

impl Person {
    /// The child whom the circumstance is about.
    pub(crate) fn draw_first(draws: &mut Draws, scene: &Scene) -> Self {
        let given = Given {
            years: draw_years(draws, scene),
            name: Name { given: draws.index(GIVEN_NAMES.len()), family: draws.one_of(&FAMILY_NAMES) },
            address: scene.home.clone(),
            event: scene.circumstance.event,
            looked_after: scene.looked_after,
        };
        Self::draw(draws, scene, given)
    }

    /// Another child of the same incident, `position` places after the first (from 1).
    pub(crate) fn draw_companion(draws: &mut Draws, scene: &Scene, first: &Self, position: u32) -> Self {
        let is_sibling = scene.circumstance.company == Company::Family;
        let given = if is_sibling {
            sibling(draws, scene, first, position)
        } else {
            peer(draws, scene, first, position)
        };
        Self::draw(draws, scene, given)
    }

    fn draw(draws: &mut Draws, scene: &Scene, given: Given) -> Self {
        let months = draws.between(0, 11);
        let born = draw_birth_date(draws, scene.day, given.years, months);
        let placement =
            if given.looked_after { placement::draw(draws, scene, given.years, born) } else { None };
        Self {
            identified: draw_identified(draws),
            years: given.years,
            months,
            born,
            address: given.address,
            event: given.event,
            looked_after: given.looked_after,
            placement,
            name: given.name,
        }
    }

    /// The name, where the sender knows it.
    pub(crate) fn known_name(&self) -> Option<String> {
        let is_known = matches!(self.identified, Identified::Fully | Identified::ByName);
        is_known.then(|| format!("{} {}", GIVEN_NAMES[self.name.given], self.name.family))
    }

    pub(crate) fn is_infant(&self) -> bool {
        self.years == 0
    }

    pub(crate) fn is_adult(&self) -> bool {
        self.years >= 18
    }
}

fn sibling(draws: &mut Draws, scene: &Scene, first: &Person, position: u32) -> Given {
    Given {
        years: (first.years + YEARS_BETWEEN_SIBLINGS * position) % SIBLINGS_BELOW,
        name: Name { given: nth_after(first.name.given, position), family: first.name.family },
        address: first.address.clone(),
        event: draw_event_of_companion(draws, scene),
        looked_after: draw_companion_looked_after(draws, first),
    }
}

fn peer(draws: &mut Draws, scene: &Scene, first: &Person, position: u32) -> Given {
    Given {
        years: draw_years(draws, scene),
        name: Name { given: nth_after(first.name.given, position), family: draws.one_of(&FAMILY_NAMES) },
        address: crate::words::draw_address(draws),
        event: draw_event_of_companion(draws, scene),
        looked_after: draw_companion_looked_after(draws, first),
    }
}

fn nth_after(given_name: usize, position: u32) -> usize {
    let offset = usize::try_from(position).expect("an incident has a handful of children");
    (given_name + offset) % GIVEN_NAMES.len()
}

/// Only where the first child is looked after, so that the published share of notifications stays what it is.
fn draw_companion_looked_after(draws: &mut Draws, first: &Person) -> bool {
    first.looked_after && draws.per_thousand(500)
}

/// The incident keeps its nature: others may have been harmed where one child died, but none dies where only
/// harm is told of.
fn draw_event_of_companion(draws: &mut Draws, scene: &Scene) -> Event {
    match scene.circumstance.event {
        Event::Death => draws.weighted(&[(25, Event::Death), (75, Event::Harm)]),
        event => event,
    }
}

fn draw_years(draws: &mut Draws, scene: &Scene) -> u32 {
    let (youngest, oldest) = draws.weighted(scene.circumstance.ages);
    draws.between(youngest, oldest)
}

/// A birth date from which exactly this age follows: the days, fewer than a month has, complete no month.
fn draw_birth_date(draws: &mut Draws, day: Date, years: u32, months: u32) -> Date {
    let days = draws.between(0, 27);
    day.saturating_sub(Span::new().years(i64::from(years)).months(i64::from(months)).days(i64::from(days)))
}

fn draw_identified(draws: &mut Draws) -> Identified {
    draws.weighted(&[
        (920, Identified::Fully),
        (30, Identified::ByName),
        (42, Identified::ByAge),
        (8, Identified::NotYet),
    ])
}
