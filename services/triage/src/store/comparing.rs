//! What the facts of a batch of cases say of pairs, beside what stands between them already: proposed anew, on a stronger
//! ground, corrected, or true no more.
//!
//! What a reader would get wrong: nothing is looked up here. Which pairs are worth comparing is sought in the store
//! (`queries/linking/candidates.rs`), and what comes of them is written there.

use std::collections::{BTreeSet, HashMap};

use ids::Reference;

use crate::domain::link::{Ground, LinkRule, Linkable, Pair, Proposal, Proposed, propose};

/// A link as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// A person has decided.
    Decided,
    /// Nobody has: its strongest ground.
    Undecided(Ground),
}

/// The cases of a batch, each once, in the order in which they are taken up.
pub(super) struct Batch<'a> {
    pub(super) taken: Vec<&'a (Linkable, LinkRule)>,
    places: HashMap<Reference, usize>,
}

impl<'a> Batch<'a> {
    pub(super) fn of(cases: &'a [(Linkable, LinkRule)]) -> Self {
        let last: HashMap<Reference, usize> =
            cases.iter().enumerate().map(|(place, (case, _))| (case.reference, place)).collect();
        let counts = |(place, taken): (usize, &'a (Linkable, LinkRule))| {
            (last.get(&taken.0.reference) == Some(&place)).then_some(taken)
        };
        let taken: Vec<_> = cases.iter().enumerate().filter_map(counts).collect();
        let places = taken.iter().enumerate().map(|(place, (case, _))| (case.reference, place)).collect();
        Self { taken, places }
    }

    pub(super) fn cases(&self) -> Vec<&'a Linkable> {
        self.taken.iter().map(|(case, _)| case).collect()
    }

    pub(super) fn references(&self) -> Vec<Reference> {
        self.taken.iter().map(|(case, _)| case.reference).collect()
    }

    /// The cases of pairs that are not in the batch.
    pub(super) fn without(&self, pairs: &BTreeSet<Pair>) -> Vec<Reference> {
        let both = pairs.iter().flat_map(|pair| [pair.lower(), pair.higher()]);
        let others: BTreeSet<Reference> = both.filter(|other| !self.places.contains_key(other)).collect();
        others.into_iter().collect()
    }

    /// Which of two cases is taken up later: one that is in the batch, and the later one where both are.
    fn later(&self, pair: Pair) -> Reference {
        let place = |reference| self.places.get(&reference);
        if place(pair.lower()) > place(pair.higher()) { pair.lower() } else { pair.higher() }
    }

    fn case<'b>(&self, reference: Reference, others: &'b HashMap<Reference, Linkable>) -> Option<&'b Linkable>
    where
        'a: 'b,
    {
        self.places.get(&reference).map(|place| &self.taken[*place].0).or_else(|| others.get(&reference))
    }

    /// What the facts say of pairs, beside what stands between them. A pair with a withdrawn case is left as it is:
    /// nothing can be said of it.
    pub(super) fn compare(
        &self,
        pairs: &BTreeSet<Pair>,
        others: &HashMap<Reference, Linkable>,
        before: &HashMap<Pair, Before>,
    ) -> News {
        let mut news = News::default();
        for pair in pairs {
            let Some((one, other, rule)) = self.both(*pair, others) else { continue };
            match (before.get(pair), propose(one, other, rule)) {
                (Some(Before::Decided), _) | (None, None) => {}
                (Some(Before::Undecided(_)), None) => news.untrue.push(*pair),
                (Some(Before::Undecided(ground)), Some(proposal)) => {
                    let is_stronger = proposal.strongest().is_some_and(|strongest| strongest < *ground);
                    if is_stronger { news.stronger.push(proposal) } else { news.corrected.push(proposal) }
                }
                (None, Some(proposal)) => news.fresh.push(proposal),
            }
        }
        news
    }

    /// Two cases, and the rule of the one that is taken up later.
    fn both<'b>(
        &'b self,
        pair: Pair,
        others: &'b HashMap<Reference, Linkable>,
    ) -> Option<(&'b Linkable, &'b Linkable, &'b LinkRule)> {
        let place = self.places.get(&self.later(pair))?;
        Some((self.case(pair.lower(), others)?, self.case(pair.higher(), others)?, &self.taken[*place].1))
    }

    pub(super) fn proposed(&self, proposal: Proposal, others: &HashMap<Reference, Linkable>) -> Proposed {
        let reference = self.later(proposal.pair);
        let authority = self.case(reference, others).map(|case| case.authority.clone()).unwrap_or_default();
        Proposed { reference, authority, proposal }
    }
}

/// What a batch makes of the pairs that are worth comparing.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Proposed by nothing before.
    pub(super) fresh: Vec<Proposal>,
    /// Undecided, and on a stronger ground than before: told again.
    pub(super) stronger: Vec<Proposal>,
    /// Undecided, and on the ground of before or a weaker one; the reasons may be others.
    pub(super) corrected: Vec<Proposal>,
    /// Undecided, and the facts give no reason any more.
    pub(super) untrue: Vec<Pair>,
}
