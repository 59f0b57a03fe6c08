//! Chance from a seed: the one source from which everything in a sample is drawn.
//!
//! What a reader would get wrong: the arithmetic from random bits to a choice is written out here on purpose.
//! ChaCha's bits are fixed by its definition; a library's ways of turning bits into choices may change with its
//! version, and samples are to stay the same for ever.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The draws of one sample.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of the sample at `index`, from 0, for this seed and year.
    pub(crate) fn for_sample(seed: u64, year: i16, index: usize) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..10].copy_from_slice(&year.to_le_bytes());
        key[16..].copy_from_slice(b"lapwing samples1");
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(wide(index));
        Self(generator)
    }

    /// A number from 0 to `bound`, without `bound` itself. The bias is below one in 2^40 for bounds below 2^24.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the upper half of a 128-bit product has 64 bits")
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        let drawn = self.below(u64::from(high - low) + 1);
        low + u32::try_from(drawn).expect("it lies below the width of a range of 32-bit numbers")
    }

    /// True in so many of a thousand draws.
    pub(crate) fn per_thousand(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One entry of a list that is not empty, each as likely as the others.
    pub(crate) fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }

    /// An index of a list of this length, which is not nought.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(wide(length))).expect("it lies below the length of a list")
    }

    /// One of several choices by weight; the weights need not add up to anything but must not all be nought.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(u64, T)]) -> T {
        let mut left = self.below(choices.iter().map(|(weight, _)| weight).sum());
        let mut is_drawn = |weight: u64| match left.checked_sub(weight) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        };
        let drawn = choices.iter().find(|(weight, _)| is_drawn(*weight));
        drawn.expect("what is drawn lies below the sum of the weights").1
    }
}

/// A length or index as a number to draw below; no machine has more than 64 bits of address.
fn wide(count: usize) -> u64 {
    u64::try_from(count).expect("a usize has at most 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws() -> Draws {
        Draws::for_sample(7, 2026, 0)
    }

    #[test]
    fn the_first_bits_of_a_stream_are_fixed_for_ever() {
        let mut draws = draws();
        let first: Vec<u64> = (0..4).map(|_| draws.below(1_000_000)).collect();
        assert_eq!(first, [988_662, 791_884, 416_306, 519_236]);
    }

    #[test]
    fn seed_year_and_index_each_give_another_stream() {
        let first = |seed, year, index| Draws::for_sample(seed, year, index).below(u64::MAX);
        let streams = [first(7, 2026, 0), first(8, 2026, 0), first(7, 2025, 0), first(7, 2026, 1)];
        for (index, stream) in streams.iter().enumerate() {
            assert!(!streams[index + 1..].contains(stream), "{streams:?}");
        }
    }

    #[test]
    fn every_number_of_a_range_is_drawn_and_none_beyond() {
        let mut draws = draws();
        let mut seen = [false; 4];
        for _ in 0..1000 {
            seen[usize::try_from(draws.between(3, 6) - 3).expect("small")] = true;
        }
        assert_eq!(seen, [true; 4]);
    }

    #[test]
    fn choices_come_as_often_as_their_weights_say() {
        let mut draws = draws();
        let mut counts = [0_u32; 3];
        for _ in 0..10_000 {
            counts[draws.weighted(&[(70, 0), (0, 1), (30, 2)])] += 1;
        }
        assert_eq!(counts[1], 0, "nought is never");
        assert!((6_800..7_200).contains(&counts[0]), "{counts:?}");
    }
}
