//! The kinds of incident that samples tell of: each holds together what goes together, from the children's ages
//! to the words of the narrative. The tables are in `circumstance/`, one file for each nature.
//!
//! What a reader would get wrong: [`Setting::OwnHome`] in a table means wherever the child lives. For a child
//! who is placed it becomes the placement.

mod deaths;
mod harms;
mod others;

use contracts::notification::v1::{Answer, CauseOfDeath, Event, HarmType, Relationship, Setting};
use jiff::civil::Date;

use crate::draws::Draws;
use crate::shape::Nature;

/// How often a three-valued fact is answered how, in any unit. Blank is a field left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Odds {
    pub(crate) yes: u64,
    pub(crate) no: u64,
    pub(crate) not_known: u64,
    pub(crate) blank: u64,
}

impl Odds {
    pub(crate) const fn new(yes: u64, no: u64, not_known: u64, blank: u64) -> Self {
        Self { yes, no, not_known, blank }
    }

    pub(crate) fn draw(self, draws: &mut Draws) -> Answer {
        draws.weighted(&[
            (self.yes, Answer::Yes),
            (self.no, Answer::No),
            (self.not_known, Answer::NotKnown),
            (self.blank, Answer::Unspecified),
        ])
    }
}

/// Who else is concerned, where several children are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    /// Nobody.
    Alone,
    /// Brothers and sisters.
    Family,
    /// Other children of about the same age.
    Peers,
}

/// By whom the authority was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CameToLight {
    /// By those who were called to it.
    AtOnce,
    /// By a hospital.
    InHospital,
    /// By somebody who was told, or saw something.
    ByTelling,
}

/// One kind of incident. All lists of pairs are choices by weight.
#[derive(Debug)]
pub(crate) struct Circumstance {
    /// How often, among its nature, for a child who is not looked after.
    weight: u64,
    /// How often, among its nature, for a looked-after child.
    weight_looked_after: u64,
    /// The first day on which it is notified at all; none where it always was.
    notified_from: Option<Date>,
    /// What happened to, or was done by, the first child.
    pub(crate) event: Event,
    /// Completed years of the first child: ranges, both ends included.
    pub(crate) ages: &'static [(u64, (u32, u32))],
    /// Who else is concerned.
    pub(crate) company: Company,
    /// Whether it happens in residential settings only, so that the child is placed in one.
    pub(crate) residential: bool,
    /// What a child died of; read only where one did.
    pub(crate) causes: &'static [(u64, CauseOfDeath)],
    /// Is abuse or neglect known or suspected?
    pub(crate) abuse: Odds,
    /// The types of harm.
    pub(crate) harms: &'static [(u64, &'static [HarmType])],
    /// Who is alleged to have done it.
    pub(crate) relationships: &'static [(u64, &'static [Relationship])],
    /// Where it happened.
    pub(crate) settings: &'static [(u64, Setting)],
    /// Was there a disclosure, by a child who can speak?
    pub(crate) disclosure: Odds,
    /// By whom the authority was told.
    pub(crate) came_to_light: CameToLight,
    /// How the narrative begins; `{child}` and `{aged}` are filled in.
    pub(crate) openings: &'static [&'static str],
}

impl Circumstance {
    /// A circumstance of this nature that fits the day and the child's care.
    pub(crate) fn draw(draws: &mut Draws, nature: Nature, looked_after: bool, day: Date) -> &'static Self {
        let all: &'static [Self] = match nature {
            Nature::Death => &deaths::DEATHS,
            Nature::SeriousHarm => &harms::HARMS,
            Nature::Other => &others::OTHERS,
        };
        let notified =
            all.iter().filter(|circumstance| circumstance.notified_from.is_none_or(|from| from <= day));
        let weight = |circumstance: &Self| {
            if looked_after { circumstance.weight_looked_after } else { circumstance.weight }
        };
        let choices: Vec<(u64, &'static Self)> =
            notified.map(|circumstance| (weight(circumstance), circumstance)).collect();
        draws.weighted(&choices)
    }
}

/// Abuse or neglect is known or suspected as a rule.
const ABUSE_MOSTLY: Odds = Odds::new(80, 3, 15, 2);
/// It is open as often as not.
const ABUSE_OFTEN_OPEN: Odds = Odds::new(52, 10, 35, 3);
/// Somebody looked, and mostly found none.
const ABUSE_SELDOM: Odds = Odds::new(15, 50, 32, 3);

/// Hardly any disclosure.
const DISCLOSURE_SELDOM: Odds = Odds::new(8, 62, 25, 5);
/// Mostly a disclosure, for it is how the harm comes to light.
const DISCLOSURE_MOSTLY: Odds = Odds::new(68, 14, 15, 3);

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = (Nature, &'static Circumstance)> {
        let deaths = deaths::DEATHS.iter().map(|circumstance| (Nature::Death, circumstance));
        let harms = harms::HARMS.iter().map(|circumstance| (Nature::SeriousHarm, circumstance));
        let others = others::OTHERS.iter().map(|circumstance| (Nature::Other, circumstance));
        deaths.chain(harms).chain(others)
    }

    #[test]
    fn every_circumstance_has_the_event_of_its_nature() {
        for (nature, circumstance) in all() {
            let of_event = match circumstance.event {
                Event::Death => Nature::Death,
                Event::Harm => Nature::SeriousHarm,
                _ => Nature::Other,
            };
            assert_eq!(of_event, nature, "{:?}", circumstance.openings);
        }
    }

    #[test]
    fn every_death_has_a_cause_and_nothing_else_has() {
        for (nature, circumstance) in all() {
            assert_eq!(
                !circumstance.causes.is_empty(),
                nature == Nature::Death,
                "{:?}",
                circumstance.openings
            );
        }
    }

    #[test]
    fn only_looked_after_children_are_in_circumstances_of_residential_settings() {
        for (_, circumstance) in all().filter(|(_, circumstance)| circumstance.residential) {
            assert_eq!(circumstance.weight, 0, "{:?}", circumstance.openings);
        }
    }

    #[test]
    fn every_opening_names_the_child_and_the_age_once() {
        for (_, circumstance) in all() {
            for opening in circumstance.openings {
                assert_eq!(opening.matches("{child}").count(), 1, "{opening}");
                assert_eq!(opening.matches("{aged}").count(), 1, "{opening}");
                assert!(opening.ends_with('.'), "{opening}");
            }
        }
    }
}
