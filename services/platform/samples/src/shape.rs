//! The shape of a year: which shares of its notifications told of a death, of serious harm, of anything else,
//! and of a looked-after child. The only part of a sample that rests on published figures.
//!
//! What a reader would get wrong: not every year was published in every split. A missing split is borrowed
//! from the nearest year that has it (the later one of two equally near), and the shape says from which.

#[cfg(test)]
mod tests;

use registers::{YearVolume, notification_volumes};

use crate::draws::Draws;

/// What a notification is about, in the words of the published statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// A child died.
    Death,
    /// No child died and at least one was harmed.
    SeriousHarm,
    /// Anything else, such as a child who harmed another child.
    Other,
}

/// The shares of one year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    natures: [(u64, Nature); 3],
    looked_after: [(u64, bool); 2],
    /// The year whose natures stand in for figures that were not published; none where they were. Where the
    /// year's own deaths were published, only the split of the rest is borrowed.
    pub natures_borrowed_from: Option<i16>,
    /// The year whose share of looked-after children stands in; none where the year's own was published.
    pub looked_after_borrowed_from: Option<i16>,
}

impl Shape {
    /// The shape of the year that ends on 31 March of `year`; none where nothing was published for it.
    pub fn of_year(year: i16) -> Option<Self> {
        Self::from_volumes(notification_volumes(), year)
    }

    fn from_volumes(volumes: &[YearVolume], year: i16) -> Option<Self> {
        let own = volumes.iter().find(|volume| volume.year_ending == year)?;
        let (natures_of, natures) = nearest(volumes, year, published_natures)?;
        let (looked_after_of, looked_after) = nearest(volumes, year, published_looked_after)?;
        Some(Self {
            natures: with_own_deaths(own, natures),
            looked_after,
            natures_borrowed_from: (natures_of != year).then_some(natures_of),
            looked_after_borrowed_from: (looked_after_of != year).then_some(looked_after_of),
        })
    }

    /// The share of notifications of this nature, from 0 to 1.
    pub fn share(&self, nature: Nature) -> f64 {
        share(&self.natures, nature)
    }

    /// The share of notifications about a looked-after child, whatever the nature, from 0 to 1.
    pub fn looked_after_share(&self) -> f64 {
        share(&self.looked_after, true)
    }

    pub(crate) fn draw_nature(&self, draws: &mut Draws) -> Nature {
        draws.weighted(&self.natures)
    }

    /// Being looked after cuts across the natures: no split of one by the other was published.
    pub(crate) fn draw_looked_after(&self, draws: &mut Draws) -> bool {
        draws.weighted(&self.looked_after)
    }
}

type Natures = [(u64, Nature); 3];

fn published_natures(volume: &YearVolume) -> Option<Natures> {
    Some([
        (u64::from(volume.child_death?), Nature::Death),
        (u64::from(volume.serious_harm?), Nature::SeriousHarm),
        (u64::from(volume.other?), Nature::Other),
    ])
}

fn published_looked_after(volume: &YearVolume) -> Option<[(u64, bool); 2]> {
    let yes = volume.looked_after?;
    let no = volume.total.saturating_sub(yes);
    Some([(u64::from(yes), true), (u64::from(no), false)])
}

/// The figures of the nearest year that has them, with that year.
fn nearest<T>(
    volumes: &[YearVolume],
    year: i16,
    figures: impl Fn(&YearVolume) -> Option<T>,
) -> Option<(i16, T)> {
    let having = volumes.iter().filter_map(|volume| Some((volume.year_ending, figures(volume)?)));
    having.min_by_key(|(of, _)| (of.abs_diff(year), *of < year))
}

/// Keeps the deaths that were published for the year itself, and shares out only the rest by `natures`. The
/// weights are brought to a common denominator, so that no rounding gets in.
fn with_own_deaths(own: &YearVolume, natures: Natures) -> Natures {
    let [_, (harm, _), (other, _)] = natures;
    match (own.child_death, harm + other) {
        (Some(deaths), lent) if published_natures(own).is_none() && lent > 0 => {
            let rest = u64::from(own.total.saturating_sub(deaths));
            [
                (u64::from(deaths) * lent, Nature::Death),
                (rest * harm, Nature::SeriousHarm),
                (rest * other, Nature::Other),
            ]
        }
        _ => natures,
    }
}

/// Counts of a year lie far below 2^32, so that their shares are exact enough.
fn share<T: PartialEq + Copy>(weights: &[(u64, T)], wanted: T) -> f64 {
    let count = |number: u64| u32::try_from(number).map_or(f64::INFINITY, f64::from);
    let total: u64 = weights.iter().map(|(weight, _)| weight).sum();
    let part: u64 = weights.iter().filter(|(_, kind)| *kind == wanted).map(|(weight, _)| weight).sum();
    count(part) / count(total)
}
