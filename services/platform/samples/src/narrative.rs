//! What happened, in three to five invented plain sentences that do not contradict the coded facts.
//!
//! What a reader would get wrong: a narrative names the child where the name is known. It is private data as a
//! real one would be, so that a test which finds it outside intake has found a leak.

mod sentences;

use contracts::notification::v1::{Answer, Child, ChildFacts, IncidentFacts, Nation};

use crate::circumstance::{CameToLight, Company};
use crate::draws::Draws;
use crate::person::{Identified, Person};
use crate::scene::Scene;

/// A narrative shorter than this, in bytes, gets another sentence.
const SHORTEST: usize = 300;

/// The narrative of an incident of these children, of whom there is at least one.
pub(crate) fn draw(
    draws: &mut Draws,
    scene: &Scene,
    people: &[Person],
    children: &[Child],
    incident: Option<&IncidentFacts>,
) -> String {
    let number = draws.between(3, 5);
    let Some(first) = people.first() else {
        return String::new();
    };
    let mut told = vec![draw_opening(draws, scene, first)];
    told.extend(about_the_others(people.len()).map(str::to_owned));
    told.extend(about_the_area(scene, incident).map(str::to_owned));
    told.push(draws.one_of(came_to_light(scene, first)).to_owned());
    let facts = children.first().and_then(|child| child.facts.as_ref());
    for more in [background(first, facts), &sentences::RESPONSE, what_comes_next(scene)] {
        let is_wanted = u32::try_from(told.len()).is_ok_and(|length| length < number);
        // Drawn whether it is wanted or not, so that a change of length does not alter what comes after.
        let sentence = draws.one_of(more);
        if is_wanted || told.join(" ").len() < SHORTEST {
            told.push(sentence.to_owned());
        }
    }
    told.join(" ")
}

fn draw_opening(draws: &mut Draws, scene: &Scene, first: &Person) -> String {
    let opening = draws.one_of(scene.circumstance.openings);
    let unnamed = match (opening.starts_with("{child}"), first.is_adult()) {
        (true, false) => "The child",
        (false, false) => "the child",
        (true, true) => "The young person",
        (false, true) => "the young person",
    };
    let name = first.known_name().unwrap_or_else(|| unnamed.to_owned());
    opening.replace("{child}", &name).replace("{aged}", &aged(first))
}

fn aged(person: &Person) -> String {
    match (person.identified, person.years, person.months) {
        (Identified::NotYet, ..) => "whose age is not known yet".to_owned(),
        (_, 0, 0) => "aged a few weeks".to_owned(),
        (_, 0, 1) => "aged one month".to_owned(),
        (_, 0, months) => format!("aged {months} months"),
        (_, years, _) => format!("aged {years}"),
    }
}

fn about_the_others(children: usize) -> Option<&'static str> {
    match children {
        0 | 1 => None,
        2 => Some("One other child is concerned, about whom more is told separately."),
        3 => Some("Two other children are concerned, about whom more is told separately."),
        _ => Some("Three other children are concerned, about whom more is told separately."),
    }
}

fn about_the_area(scene: &Scene, incident: Option<&IncidentFacts>) -> Option<&'static str> {
    let area = incident?.area.as_ref()?;
    match area.nation() {
        Nation::England if scene.may_be_at_home(area) => None,
        Nation::England => Some("It happened in the area of another authority, which has been told."),
        Nation::NotKnown | Nation::Unspecified => Some("Where exactly it happened is still being found out."),
        _ => {
            Some("It happened outside England, and the authorities there have been asked for what they hold.")
        }
    }
}

/// A school tells only of children who go to one.
fn came_to_light(scene: &Scene, first: &Person) -> &'static [&'static str] {
    match scene.circumstance.came_to_light {
        CameToLight::AtOnce => &sentences::TOLD_AT_ONCE,
        CameToLight::InHospital => &sentences::TOLD_BY_A_HOSPITAL,
        CameToLight::ByTelling if (5..18).contains(&first.years) => &sentences::TOLD_BY_A_SCHOOL,
        CameToLight::ByTelling => &sentences::TOLD_BY_A_NEIGHBOUR,
    }
}

fn background(first: &Person, facts: Option<&ChildFacts>) -> &'static [&'static str] {
    let known = facts.map_or(Answer::Unspecified, |facts| facts.known_to_agencies());
    match known {
        _ if first.looked_after => &sentences::IN_CARE,
        _ if first.is_adult() => &sentences::LEFT_CARE,
        Answer::Yes if first.years < 5 => &sentences::YOUNG_AND_KNOWN,
        Answer::Yes => &sentences::KNOWN,
        Answer::No => &sentences::NOT_KNOWN_BEFORE,
        Answer::NotKnown | Answer::Unspecified => &sentences::RECORDS_AWAITED,
    }
}

fn what_comes_next(scene: &Scene) -> &'static [&'static str] {
    if scene.circumstance.company == Company::Family {
        &sentences::NEXT_FOR_A_FAMILY
    } else {
        &sentences::NEXT
    }
}
