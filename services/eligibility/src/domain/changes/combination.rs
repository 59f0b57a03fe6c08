//! The combinations of the facts that decide an outcome, numbered, so that a table can hold something for each.
//!
//! What a reader would get wrong: an age counts by its band. The bands come from the ages of the policy edition, so
//! editions differ in how many combinations there are. And the cause of death and the family's involvement are not
//! among the facts: they alter why a person decides, never the outcome.

use std::array;
use std::ops::Index;

use super::Values;
use crate::domain::fact::Fact;
use crate::domain::facts::{Age, Answer, ChildFacts, Event, Residence, Where};
use crate::domain::policy::Policy;

/// How many facts decide.
pub(super) const FACTS: usize = 8;

// The facts that decide, in `Fact::ALL`'s order. Of each the values that are known come first.
const ABUSE_OR_NEGLECT: usize = 0;
const EVENT: usize = 1;
const SERIOUS_HARM: usize = 2;
const AGE: usize = 3;
const PLACE: usize = 4;
const NORMAL_RESIDENCE: usize = 5;
const LOOKED_AFTER: usize = 6;
const CARE_LEAVER: usize = 7;

const ANSWERS: [Answer; 3] = [Answer::Yes, Answer::No, Answer::NotKnown];
const EVENTS: [Event; 5] =
    [Event::Death, Event::Harm, Event::HarmedAnotherChild, Event::Other, Event::NotKnown];
const RESIDENCES: [Residence; 3] = [Residence::NotifiersArea, Residence::Elsewhere, Residence::NotKnown];

/// Among the ages, not yet born is the first value; the bands follow it, and "not known" is the last.
const UNBORN: u8 = 0;

/// In England without the authority is not a known place: the duty is some authority's.
const KNOWN_PLACES: u8 = 3;
const PLACES: u8 = 5;

/// The name of a fact by the values it takes: not yet born is told in a field of its own.
pub(super) fn named(fact: usize, becomes: Values) -> Fact {
    match fact {
        ABUSE_OR_NEGLECT => Fact::AbuseOrNeglect,
        EVENT => Fact::Event,
        SERIOUS_HARM => Fact::SeriousHarm,
        AGE if becomes == 1 << UNBORN => Fact::Unborn,
        AGE => Fact::Age,
        PLACE => Fact::Area,
        NORMAL_RESIDENCE => Fact::NormalResidence,
        LOOKED_AFTER => Fact::LookedAfter,
        _ => Fact::CareLeaver,
    }
}

/// A value for each fact that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Combination([u8; FACTS]);

impl Index<usize> for Combination {
    type Output = u8;

    fn index(&self, fact: usize) -> &u8 {
        &self.0[fact]
    }
}

/// All combinations under one edition.
#[derive(Debug)]
pub(super) struct Space {
    bands: Vec<Band>,
    /// By fact: how many values there are.
    sizes: [u8; FACTS],
    /// By fact: how many of them are known values.
    known: [u8; FACTS],
    /// By fact: how far apart the numbers of two combinations are that differ by one in its value.
    pub(super) strides: [usize; FACTS],
}

impl Space {
    pub(super) fn of(policy: &Policy) -> Self {
        let bands = bands(policy);
        let ages = u8::try_from(bands.len() + 1).expect("an edition has three ages, which make four bands");
        let sizes = [3, 5, 3, ages + 1, PLACES, 3, 3, 3];
        let known = [2, 4, 2, ages, KNOWN_PLACES, 2, 2, 2];
        let mut strides = [1; FACTS];
        for fact in 1..FACTS {
            strides[fact] = strides[fact - 1] * usize::from(sizes[fact - 1]);
        }
        Self { bands, sizes, known, strides }
    }

    /// Every combination, by its number.
    pub(super) fn combinations(&self) -> impl Iterator<Item = Combination> {
        let count = self.sizes.iter().map(|size| usize::from(*size)).product();
        (0..count).map(|number| {
            Combination(array::from_fn(|fact| {
                let value = number / self.strides[fact] % usize::from(self.sizes[fact]);
                u8::try_from(value).expect("it is smaller than a size")
            }))
        })
    }

    /// Its number.
    pub(super) fn index(&self, combination: Combination) -> usize {
        combination.0.iter().zip(self.strides).map(|(value, stride)| usize::from(*value) * stride).sum()
    }

    /// The known values of a fact.
    pub(super) fn known(&self, fact: usize) -> std::ops::Range<u8> {
        0..self.known[fact]
    }

    pub(super) fn is_without_blanks(&self, combination: Combination) -> bool {
        combination.0.iter().zip(self.known).all(|(value, known)| *value < known)
    }

    /// The combination that a child and the place of its incident make.
    pub(super) fn combination(&self, child: &ChildFacts, place: Where) -> Combination {
        Combination([
            answer(child.abuse_or_neglect),
            event(child.event),
            answer(child.serious_harm),
            self.age(child.age),
            self::place(place),
            residence(child.normal_residence),
            answer(child.looked_after),
            answer(child.care_leaver),
        ])
    }

    /// A child and a place that make the combination.
    pub(super) fn facts(&self, combination: Combination) -> (ChildFacts, Where) {
        let value = |fact: usize| usize::from(combination[fact]);
        let child = ChildFacts {
            abuse_or_neglect: ANSWERS[value(ABUSE_OR_NEGLECT)],
            event: EVENTS[value(EVENT)],
            serious_harm: ANSWERS[value(SERIOUS_HARM)],
            age: self.ages()[value(AGE)],
            normal_residence: RESIDENCES[value(NORMAL_RESIDENCE)],
            looked_after: ANSWERS[value(LOOKED_AFTER)],
            care_leaver: ANSWERS[value(CARE_LEAVER)],
            ..ChildFacts::default()
        };
        (child, places()[value(PLACE)])
    }

    fn age(&self, age: Age) -> u8 {
        let position = match age {
            Age::Unborn => return UNBORN,
            Age::Years(years) => self.bands.iter().rposition(|band| band.from <= years).map(|band| band + 1),
            Age::NotKnown => None,
        };
        position.and_then(|value| u8::try_from(value).ok()).unwrap_or(self.known[AGE])
    }

    fn ages(&self) -> Vec<Age> {
        let bands = self.bands.iter().map(|band| Age::Years(band.from));
        std::iter::once(Age::Unborn).chain(bands).chain([Age::NotKnown]).collect()
    }

    /// A known value of a fact in words, for a fact that now has the value `from`.
    pub(super) fn words(&self, fact: usize, from: u8, value: u8) -> &str {
        let position = usize::from(value);
        match fact {
            EVENT => EVENTS[position].in_words(),
            AGE if value == UNBORN => "yes",
            AGE if from == UNBORN => &self.bands[position - 1].born_and,
            AGE => &self.bands[position - 1].words,
            PLACE if value == 1 => "in another English authority's area",
            PLACE if value == 0 => RESIDENCES[0].in_words(),
            PLACE => "outside England",
            NORMAL_RESIDENCE => RESIDENCES[position].in_words(),
            _ => ANSWERS[position].in_words(),
        }
    }
}

/// Ages that the edition treats alike.
#[derive(Debug)]
struct Band {
    /// The first of them, in completed years.
    from: u32,
    /// Such as "16 or 17".
    words: String,
    /// The same, where the child was told to be not yet born.
    born_and: String,
}

fn bands(policy: &Policy) -> Vec<Band> {
    let ages = policy.care_leaver_ages();
    let mut firsts = vec![0, policy.adult_from_age()];
    firsts.extend(ages.into_iter().flat_map(|ages| [ages.asked_from, ages.to.saturating_add(1)]));
    firsts.sort_unstable();
    firsts.dedup();
    let nexts = firsts.iter().skip(1).copied().map(Some).chain([None]);
    firsts
        .iter()
        .zip(nexts)
        .map(|(from, next)| {
            let words = band_in_words(*from, next);
            Band { from: *from, born_and: format!("born, and {words}"), words }
        })
        .collect()
}

fn band_in_words(from: u32, next: Option<u32>) -> String {
    match (from, next) {
        (from, None) => format!("{from} or over"),
        (0, Some(next)) => format!("under {next}"),
        (from, Some(next)) if next == from + 1 => from.to_string(),
        (from, Some(next)) if next == from + 2 => format!("{from} or {}", next - 1),
        (from, Some(next)) => format!("{from} to {}", next - 1),
    }
}

fn places() -> [Where; PLACES as usize] {
    [
        Where::NotifiersArea,
        Where::AnotherArea("000".parse().expect("three digits have the form of an authority's number")),
        Where::OutsideEngland,
        Where::SomewhereInEngland,
        Where::NotKnown,
    ]
}

fn answer(answer: Answer) -> u8 {
    match answer {
        Answer::Yes => 0,
        Answer::No => 1,
        Answer::NotKnown => 2,
    }
}

fn event(event: Event) -> u8 {
    match event {
        Event::Death => 0,
        Event::Harm => 1,
        Event::HarmedAnotherChild => 2,
        Event::Other => 3,
        Event::NotKnown => 4,
    }
}

fn residence(residence: Residence) -> u8 {
    match residence {
        Residence::NotifiersArea => 0,
        Residence::Elsewhere => 1,
        Residence::NotKnown => 2,
    }
}

fn place(place: Where) -> u8 {
    match place {
        Where::NotifiersArea => 0,
        Where::AnotherArea(_) => 1,
        Where::OutsideEngland => 2,
        Where::SomewhereInEngland => 3,
        Where::NotKnown => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy;

    #[test]
    fn a_combination_survives_being_numbered_and_being_told_as_facts() {
        for policy in policy::compiled_in().iter() {
            let space = Space::of(policy);
            for (number, combination) in space.combinations().enumerate() {
                let (child, place) = space.facts(combination);
                assert_eq!(space.index(combination), number);
                assert_eq!(space.combination(&child, place), combination);
            }
        }
    }

    #[test]
    fn the_newest_edition_has_as_many_combinations_as_its_facts_have_values() {
        let space = Space::of(policy::compiled_in().on(None));
        assert_eq!(space.combinations().count(), 5 * 3 * 3 * 6 * 5 * 3 * 3 * 3);
    }

    #[test]
    fn the_bands_of_an_edition_are_told_by_its_ages() {
        let words = |policy: &Policy| bands(policy).into_iter().map(|band| band.words).collect::<Vec<_>>();
        let policies = policy::compiled_in();
        assert_eq!(words(policies.on(None)), ["under 16", "16 or 17", "18 to 24", "25 or over"]);
        let first = policies.iter().next().expect("there is one");
        assert_eq!(words(first), ["under 18", "18 or over"]);
        assert_eq!(band_in_words(16, Some(17)), "16");
    }

    #[test]
    fn an_age_belongs_to_the_band_it_lies_in() {
        let space = Space::of(policy::compiled_in().on(None));
        let bands = [0, 15, 16, 17, 18, 24, 25, u32::MAX].map(|years| space.age(Age::Years(years)));
        assert_eq!(bands, [1, 1, 2, 2, 3, 3, 4, 4]);
        assert_eq!((space.age(Age::Unborn), space.age(Age::NotKnown)), (0, 5));
    }
}
