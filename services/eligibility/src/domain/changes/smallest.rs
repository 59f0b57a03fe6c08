//! The search: sets of one fact, then of two, and so on, until every outcome that can be reached has been.
//!
//! What a reader would get wrong: sets of the same size are all kept, not the first alone; and an outcome that a
//! smaller set has reached is not looked for again, because no smallest set for it is larger.

use std::sync::LazyLock;

use super::Found;
use super::combination::{Combination, FACTS, Space};
use crate::domain::finding::OutcomeKind;

/// A set of outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcomes(u8);

impl Outcomes {
    pub(super) fn with(self, outcome: OutcomeKind) -> Self {
        Self(self.0 | 1 << outcome as u8)
    }

    fn has(self, outcome: OutcomeKind) -> bool {
        self.0 & (1 << outcome as u8) != 0
    }

    fn has_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

/// All smallest changes from a combination, in the order in which they are told. `outcomes` are by the number of the
/// combination.
pub(super) fn search(
    space: &Space,
    outcomes: &[OutcomeKind],
    reachable: Outcomes,
    from: Combination,
) -> Vec<Found> {
    let here = space.index(from);
    let mut reached = Outcomes::default().with(outcomes[here]);
    let mut changes = Vec::new();
    for sets in SETS_BY_SIZE.iter() {
        if reached.has_all(reachable) {
            break;
        }
        let mut of_this_size = Vec::new();
        for set in sets {
            let mut walk = Walk { space, from, becomes: [0; FACTS] };
            walk.each(set, here, &mut |there, becomes| {
                let outcome = outcomes[there];
                if !reached.has(outcome) {
                    of_this_size.push(Found { outcome, becomes });
                }
            });
        }
        let mut merged = merged(of_this_size);
        merged.sort_by(|one, other| {
            one.outcome.cmp(&other.outcome).then_with(|| one.names().cmp(other.names()))
        });
        reached = merged.iter().fold(reached, |all, change| all.with(change.outcome));
        changes.append(&mut merged);
    }
    changes
}

/// The sets of the facts that decide, by size from one.
static SETS_BY_SIZE: LazyLock<Vec<Vec<Vec<usize>>>> = LazyLock::new(|| {
    let set = |bits: u32| (0..FACTS).filter(|fact| bits & (1 << fact) != 0).collect::<Vec<_>>();
    let sets = |size: usize| (1..1_u32 << FACTS).map(set).filter(|set| set.len() == size).collect();
    (1..=FACTS).map(sets).collect()
});

/// Every way in which some facts of a combination can turn into other known values.
struct Walk<'a> {
    space: &'a Space,
    from: Combination,
    becomes: [u8; FACTS],
}

impl Walk<'_> {
    /// Calls `visit` with the number of each combination, and with what the facts become in it.
    fn each(&mut self, facts: &[usize], here: usize, visit: &mut impl FnMut(usize, [u8; FACTS])) {
        let Some((fact, others)) = facts.split_first() else { return visit(here, self.becomes) };
        let now = self.from[*fact];
        let stride = self.space.strides[*fact];
        let without = here - usize::from(now) * stride;
        for value in self.space.known(*fact).filter(|value| *value != now) {
            self.becomes[*fact] = 1 << value;
            self.each(others, without + usize::from(value) * stride, visit);
        }
        self.becomes[*fact] = 0;
    }
}

/// Changes that differ in the value of one fact alone are one change with several values: until no two do.
fn merged(mut changes: Vec<Found>) -> Vec<Found> {
    loop {
        let before = changes.len();
        for fact in (0..FACTS).rev() {
            changes = merged_in(fact, changes);
        }
        if changes.len() == before {
            return changes;
        }
    }
}

fn merged_in(fact: usize, changes: Vec<Found>) -> Vec<Found> {
    let mut merged: Vec<Found> = Vec::with_capacity(changes.len());
    for change in changes {
        match merged.iter_mut().find(|earlier| differ_in(fact, **earlier, change)) {
            Some(earlier) => earlier.becomes[fact] |= change.becomes[fact],
            None => merged.push(change),
        }
    }
    merged
}

/// Do they have the same outcome and the same facts, all the others with the same values?
fn differ_in(fact: usize, one: Found, other: Found) -> bool {
    let mut with_others_value = one;
    with_others_value.becomes[fact] = other.becomes[fact];
    with_others_value == other && one.names().eq(other.names())
}
