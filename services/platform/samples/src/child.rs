//! What a notification tells of one child: who it is, as far as known, and the coded facts.

mod care;
mod characteristics;
mod education;
mod harm;
pub(crate) mod placement;

use contracts::notification::v1::{Age, Child, ChildFacts, ChildIdentity};

use crate::draws::Draws;
use crate::person::{Identified, Person};
use crate::scene::Scene;
use crate::words;

/// One in so many thousand is described with a state of health, and has an address told.
const HEALTH_TOLD: u64 = 400;
const ADDRESS_TOLD: u64 = 850;

const STATES_OF_HEALTH: [&str; 5] = [
    "In good health before the incident.",
    "Born early; under the care of the community nursing team.",
    "Asthma, treated by the general practitioner.",
    "In hospital, stable.",
    "Not known to the authority yet.",
];

/// The child as the notification tells of it, under this key.
pub(crate) fn compose(draws: &mut Draws, scene: &Scene, person: &Person, key: String) -> Child {
    let mut facts = ChildFacts { event: person.event.into(), age: told_age(person), ..Default::default() };
    characteristics::tell(&mut facts, draws, scene, person);
    harm::tell(&mut facts, draws, scene, person);
    care::tell(&mut facts, draws, scene, person);
    facts.education = education::draw(draws, scene, person);
    facts.placement = person.placement.clone();
    Child { key, identity: draw_identity(draws, person), facts: Some(facts) }
}

/// Left out where the birth date is told, from which it follows; months are told of the youngest.
fn told_age(person: &Person) -> Option<Age> {
    let months = (person.years < 2).then_some(person.months);
    match person.identified {
        Identified::ByName | Identified::ByAge => Some(Age { years: person.years, months }),
        Identified::Fully | Identified::NotYet => None,
    }
}

fn draw_identity(draws: &mut Draws, person: &Person) -> Option<ChildIdentity> {
    let name = person.known_name()?;
    let date_of_birth = match person.identified {
        Identified::Fully => person.born.to_string(),
        _ => String::new(),
    };
    let address = if draws.per_thousand(ADDRESS_TOLD) { person.address.clone() } else { String::new() };
    let health = if draws.per_thousand(HEALTH_TOLD) { draws.one_of(&STATES_OF_HEALTH) } else { "" };
    let placement_name =
        person.placement.as_ref().map(|placement| words::draw_placement_name(draws, placement.setting()));
    Some(ChildIdentity {
        name,
        date_of_birth,
        address,
        health: health.to_owned(),
        placement_name: placement_name.unwrap_or_default(),
    })
}
