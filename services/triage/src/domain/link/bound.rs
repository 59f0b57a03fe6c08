//! How many proposals may stand on one case.
//!
//! What a reader would get wrong: what is left out is not refused. A person may link any two cases; the bound keeps a
//! day with very many cases at one place from burying each of them in proposals that nobody reads.

use std::collections::HashMap;

use ids::Reference;

use super::{Ground, Proposal};

/// On so many undecided proposals of a ground, and of the stronger grounds of its kind (tokens, or place and day), no
/// more of that ground come. What is weaker never keeps out what is stronger.
pub const PROPOSALS_AT_MOST: usize = 10;

/// How many undecided proposals stand on cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    counts: HashMap<(Reference, Ground), usize>,
}

impl Standing {
    /// Adds so many that stand on a case, of which this is the strongest ground.
    pub fn add(&mut self, reference: Reference, ground: Ground, count: usize) {
        *self.counts.entry((reference, ground)).or_default() += count;
    }

    fn has_room(&self, reference: Reference, ground: Ground) -> bool {
        let at_least_as_strong = Ground::ALL
            .into_iter()
            .filter(|other| *other <= ground && other.rests_on_tokens() == ground.rests_on_tokens());
        let counts = at_least_as_strong.filter_map(|other| self.counts.get(&(reference, other)));
        counts.sum::<usize>() < PROPOSALS_AT_MOST
    }
}

/// The proposals for which both cases have room: the strongest first, then those dated closest together, then by
/// reference, so that the same proposals lead to the same choice in whatever order they come.
pub fn choose(mut proposals: Vec<Proposal>, mut standing: Standing) -> Vec<Proposal> {
    proposals.sort_by_key(|proposal| {
        (proposal.strongest(), proposal.days_apart.unwrap_or(u32::MAX), proposal.pair)
    });
    proposals.retain(|proposal| {
        let (lower, higher) = (proposal.pair.lower(), proposal.pair.higher());
        let ground = proposal.strongest();
        let chosen =
            ground.filter(|ground| standing.has_room(lower, *ground) && standing.has_room(higher, *ground));
        if let Some(ground) = chosen {
            standing.add(lower, ground, 1);
            standing.add(higher, ground, 1);
        }
        chosen.is_some()
    });
    proposals
}
