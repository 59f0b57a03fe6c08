//! The smallest changes: for each other outcome, the fewest facts that would lead to it if they turned out otherwise.
//!
//! What a reader would get wrong: nothing here knows the law. Every combination of the facts that decide is put to
//! [`rules::judge_child`] once for each edition, and the search reads what came of it; so a change of the rules is a
//! change here too. A fact is learnt or corrected, never forgotten: nothing turns into "not known".

mod combination;
mod smallest;

use std::fmt;
use std::sync::{Arc, OnceLock};

use combination::{Combination, FACTS, Space};

use super::fact::Fact;
use super::facts::{ChildFacts, IncidentFacts};
use super::finding::OutcomeKind;
use super::policy::Policy;
use super::rules;

/// The smallest sets of facts that would lead to another outcome for this child under this edition: for each outcome
/// that can be reached, all sets of the fewest facts. Fewest facts first, then in the outcomes' order of precedence,
/// then in the order of [`Fact::ALL`]. A duty of another authority is one outcome, whichever authority it is.
///
/// The first call for an edition judges every combination once (some 36,000; a few hundredths of a second); the first
/// for a combination searches; from then on it is a lookup.
pub fn smallest<'policy>(
    child: &ChildFacts,
    incident: &IncidentFacts,
    policy: &'policy Policy,
) -> Changes<'policy> {
    let table = policy.change_tables().table(incident, policy);
    let from = table.space.combination(child, incident.place);
    Changes { space: &table.space, from, found: table.changes(from) }
}

/// The changes that lead away from one combination.
#[derive(Clone, Copy, Debug)]
pub struct Changes<'policy> {
    space: &'policy Space,
    from: Combination,
    found: &'policy [Found],
}

impl<'policy> Changes<'policy> {
    /// How many.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Is there none? That would be an edition under which one outcome alone is possible.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Each of them.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Change<'policy>> {
        self.found.iter().map(move |found| Change { space: self.space, from: self.from, found: *found })
    }
}

/// A smallest set of facts that would change the outcome: all of them together, and no fewer would do.
#[derive(Clone, Copy, Debug)]
pub struct Change<'policy> {
    space: &'policy Space,
    from: Combination,
    found: Found,
}

impl<'policy> Change<'policy> {
    /// What would be found then.
    pub fn outcome(&self) -> OutcomeKind {
        self.found.outcome
    }

    /// The facts, in [`Fact::ALL`]'s order; whatever each becomes, the others may be any of theirs.
    pub fn turns(self) -> impl Iterator<Item = Turn<'policy>> {
        self.found.turned().map(move |fact| Turn {
            space: self.space,
            fact,
            from: self.from[fact],
            becomes: self.found.becomes[fact],
        })
    }
}

/// One fact turning out to be otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'policy> {
    space: &'policy Space,
    /// Which of the facts that decide.
    fact: usize,
    /// Its value now.
    from: u8,
    becomes: Values,
}

impl<'policy> Turn<'policy> {
    /// Which fact.
    pub fn fact(&self) -> Fact {
        combination::named(self.fact, self.becomes)
    }

    /// What it would have to turn out to be: any one of these, in words.
    pub fn becomes(self) -> impl Iterator<Item = &'policy str> {
        values(self.becomes).map(move |value| self.space.words(self.fact, self.from, value))
    }
}

/// A set of values of one fact: bit `n` stands for value `n`.
type Values = u8;

fn values(set: Values) -> impl Iterator<Item = u8> {
    (0..8).filter(move |value| set & (1 << value) != 0)
}

/// A change as it is kept: by fact, the values that it may become; empty where it stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    outcome: OutcomeKind,
    becomes: [Values; FACTS],
}

impl Found {
    /// Which of the facts that decide have to turn.
    fn turned(self) -> impl Iterator<Item = usize> {
        (0..FACTS).filter(move |fact| self.becomes[*fact] != 0)
    }

    fn names(self) -> impl Iterator<Item = Fact> {
        self.turned().map(move |fact| combination::named(fact, self.becomes[fact]))
    }
}

/// What was worked out so far under one edition. Clones share it.
#[derive(Clone, Default)]
pub(super) struct ChangeTables {
    in_force: Arc<OnceLock<Table>>,
    /// For incidents before the first day of the earliest edition, which a person judges.
    before: Arc<OnceLock<Table>>,
}

impl ChangeTables {
    fn table(&self, incident: &IncidentFacts, policy: &Policy) -> &Table {
        let before = incident.dated_on.is_some_and(|day| day < policy.effective_from());
        let table = if before { &self.before } else { &self.in_force };
        table.get_or_init(|| Table::of(incident, policy))
    }
}

impl fmt::Debug for ChangeTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChangeTables")
    }
}

/// The outcome of every combination, and the changes from those that were asked for: at most one entry each.
struct Table {
    space: Space,
    outcomes: Vec<OutcomeKind>,
    /// The outcomes that some combination without blanks has: those that any other can turn into.
    reachable: smallest::Outcomes,
    changes: Vec<OnceLock<Box<[Found]>>>,
}

impl Table {
    /// The day of `incident` counts, on one side or the other of the edition's first day; its place does not.
    fn of(incident: &IncidentFacts, policy: &Policy) -> Self {
        let space = Space::of(policy);
        let outcomes: Vec<OutcomeKind> = space
            .combinations()
            .map(|combination| {
                let (child, place) = space.facts(combination);
                rules::judge_child(&child, &IncidentFacts { place, ..*incident }, policy).outcome.kind()
            })
            .collect();
        let reachable = space
            .combinations()
            .zip(&outcomes)
            .filter(|(combination, _)| space.is_without_blanks(*combination))
            .fold(smallest::Outcomes::default(), |all, (_, outcome)| all.with(*outcome));
        let changes = outcomes.iter().map(|_| OnceLock::new()).collect();
        Self { space, outcomes, reachable, changes }
    }

    fn changes(&self, from: Combination) -> &[Found] {
        let entry = &self.changes[self.space.index(from)];
        entry.get_or_init(|| {
            smallest::search(&self.space, &self.outcomes, self.reachable, from).into_boxed_slice()
        })
    }
}
