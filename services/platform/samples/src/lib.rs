//! Plausible notifications for trials and load: no real person, and the same ones for ever from the same seed.
//!
//! What a reader would get wrong: a sample is not a prediction. The published figures of a year give the shares
//! of deaths, serious harm, other natures and looked-after children ([`Shape`]); everything else (ages, places,
//! plans, the shares of "not known") is a guess of this crate, plausible and no more.

mod child;
mod circumstance;
mod codes;
mod draws;
mod incident;
mod narrative;
mod notification;
mod numbers;
mod period;
mod person;
mod refusal;
mod scene;
mod shape;
mod words;

use contracts::notification::v1::Notification;
use jiff::civil::Date;

pub use refusal::SampleRefused;
pub use shape::{Nature, Shape};

use crate::draws::Draws;
use crate::period::Period;
use crate::scene::Scene;

/// Which samples are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRequest {
    /// How many. A smaller count gives the first ones of a larger count.
    pub count: usize,
    /// Any number. Another seed gives other notifications, with other sender references.
    pub seed: u64,
    /// The incidents happen in the twelve months that end on 31 March of this calendar year.
    pub year: i16,
    /// No date lies after this day; for a sender, today. Where it lies well after the year, it alters nothing.
    pub until: Date,
}

/// The notifications of a request, each made when it is asked for.
///
/// The same seed, year and `until` give the same notifications, byte for byte, on every machine; the golden
/// test holds them to it. Every one satisfies the contract's rules of form, its codes are in force on the day
/// of its incident, and its `sender_reference` names year, seed and place in the row (`SAMPLE-2026-7-000001`).
///
/// # Errors
/// Refuses a year that has no published figures to take its shape from, and one that begins after `until`.
pub fn sample(
    request: &SampleRequest,
) -> Result<impl ExactSizeIterator<Item = Notification> + use<>, SampleRefused> {
    let &SampleRequest { count, seed, year, until } = request;
    let shape = Shape::of_year(year).ok_or_else(|| SampleRefused::no_figures(year))?;
    let period = Period::new(year, until).ok_or_else(|| SampleRefused::not_begun(year, until))?;
    Ok((0..count).map(move |index| {
        // Each sample has a stream of its own, so that no change to one can shift the others.
        let mut draws = Draws::for_sample(seed, year, index);
        let scene = Scene::draw(&mut draws, &shape, &period);
        notification::compose(&mut draws, &scene, notification::sender_reference(year, seed, index))
    }))
}
