//! What is settled first about a sample, because everything else follows from it: when, who notifies, what
//! kind of incident, how many children.

use contracts::notification::v1::{Area, Nation};
use jiff::civil::Date;
use registers::authorities::AuthorityKind;
use registers::{AuthorityNumber, CollectionYear, authorities};

use crate::circumstance::{Circumstance, Company};
use crate::draws::Draws;
use crate::period::{Period, days_after};
use crate::shape::Shape;
use crate::words;

/// The frame of one notification.
pub(crate) struct Scene {
    /// The day of the incident.
    pub(crate) day: Date,
    /// The day the authority became aware.
    pub(crate) aware: Date,
    /// The last day that may be named.
    pub(crate) until: Date,
    /// The notifying authority.
    pub(crate) notifier: AuthorityNumber,
    /// What kind of incident.
    pub(crate) circumstance: &'static Circumstance,
    /// Whether the first child is looked after by the notifier.
    pub(crate) looked_after: bool,
    /// How many children, at least one.
    pub(crate) children: u32,
    /// The address where the first child's family lives.
    pub(crate) home: String,
    live: Vec<(u64, AuthorityNumber)>,
}

impl Scene {
    pub(crate) fn draw(draws: &mut Draws, shape: &Shape, period: &Period) -> Self {
        let day = period.draw_day(draws);
        let nature = shape.draw_nature(draws);
        let looked_after = shape.draw_looked_after(draws);
        let circumstance = Circumstance::draw(draws, nature, looked_after, day);
        let live = live_on(day);
        Self {
            day,
            aware: draw_awareness(draws, day).min(period.until()),
            until: period.until(),
            notifier: draws.weighted(&live),
            circumstance,
            looked_after,
            children: draw_number_of_children(draws, circumstance.company),
            home: words::draw_address(draws),
            live,
        }
    }

    /// An authority that existed on the day and is not the notifier.
    pub(crate) fn draw_another_authority(&self, draws: &mut Draws) -> AuthorityNumber {
        let others: Vec<_> =
            self.live.iter().copied().filter(|(_, number)| *number != self.notifier).collect();
        draws.weighted(&others)
    }

    /// The day of the incident, or one of the next few where `until` allows.
    pub(crate) fn draw_day_soon_after(&self, draws: &mut Draws) -> Date {
        days_after(self.day, draws.between(0, 5)).min(self.until)
    }

    /// The day of a judgement: nobody judges before the authority is aware.
    pub(crate) fn draw_day_of_judgement(&self, draws: &mut Draws) -> Date {
        days_after(self.aware, draws.between(0, 5)).min(self.until)
    }

    /// Whether the area is the notifier's own, or not said to be another.
    pub(crate) fn may_be_at_home(&self, area: &Area) -> bool {
        let is_england = matches!(area.nation(), Nation::England | Nation::NotKnown | Nation::Unspecified);
        is_england && (area.authority.is_empty() || area.authority == self.notifier.to_string())
    }

    /// Whether the day can be left out and its codes still be judged by the same year's sets: without it they
    /// are judged by the day of awareness.
    pub(crate) fn is_aware_in_the_same_collection_year(&self) -> bool {
        CollectionYear::of(self.day) == CollectionYear::of(self.aware)
    }
}

/// The authorities of a day with their weights: counties have more children than districts, and districts more
/// than boroughs and unitary authorities. Small differences, so that every authority turns up soon.
fn live_on(day: Date) -> Vec<(u64, AuthorityNumber)> {
    let weight = |kind| match kind {
        AuthorityKind::County => 3,
        AuthorityKind::MetropolitanDistrict => 2,
        AuthorityKind::LondonBorough | AuthorityKind::UnitaryAuthority => 1,
    };
    let live = authorities().live_on(day);
    live.map(|authority| (weight(authority.kind), authority.number)).collect()
}

/// Mostly the same day or the next; some harm comes to light weeks later, and a little after months.
fn draw_awareness(draws: &mut Draws, day: Date) -> Date {
    let ranges = [(42, (0, 0)), (26, (1, 1)), (18, (2, 3)), (9, (4, 14)), (4, (15, 60)), (1, (61, 200))];
    let (least, most) = draws.weighted(&ranges);
    days_after(day, draws.between(least, most))
}

fn draw_number_of_children(draws: &mut Draws, company: Company) -> u32 {
    match company {
        Company::Alone => 1,
        Company::Family => draws.weighted(&[(72, 1), (15, 2), (9, 3), (4, 4)]),
        Company::Peers => draws.weighted(&[(91, 1), (7, 2), (2, 3)]),
    }
}
