//! The reference of a notification, made to be read out on the telephone: `LW-7K4-MXP-2R9`.
//!
//! Nine characters out of 23. Left out are the look-alikes (0 O Q D, 1 I L, 2/Z keeps 2, 5/S keeps 5, 8/B keeps
//! 8, U and V) and N, which sounds like M. Twenty-three is prime, so the weighted check character catches every
//! single mistaken character and every swap of two.

use std::fmt;
use std::str::FromStr;

use ambient::Ambient;
use thiserror::Error;

const ALPHABET: &[u8; 23] = b"23456789ACEFGHJKMPRTWXY";
const LENGTH: usize = 9;
const BASE: u64 = 23;

/// A reference whose check character is right. Printed in groups; read without regard to case, spaces, hyphens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference([u8; LENGTH]);

/// Why a text is no reference, in words for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// Too few or too many characters.
    #[error(
        "a reference has nine characters after LW, such as LW-7K4-MXP-2R9; this one has {0}: check for a missing or an extra one"
    )]
    Length(usize),
    /// A character that no reference has.
    #[error(
        "character {0} cannot be in a reference; it never has 0, 1, B, D, I, L, N, O, Q, S, U, V or Z: check for a look-alike"
    )]
    Character(usize),
    /// The check character does not fit.
    #[error(
        "the last character does not fit the others, so one of them is mistaken or two are swapped: read it out again"
    )]
    Check,
}

impl Reference {
    /// Draws a new one: 23⁸ (78 thousand million) are possible, and a store refuses one that it already holds.
    pub fn mint(ambient: &Ambient) -> Self {
        let mut drawn = u128::from_le_bytes(ambient.bytes());
        let mut digits = [0; LENGTH];
        for digit in &mut digits[..LENGTH - 1] {
            *digit = u8::try_from(drawn % u128::from(BASE)).unwrap_or_default();
            drawn /= u128::from(BASE);
        }
        digits[LENGTH - 1] = check_digit(&digits[..LENGTH - 1]);
        Self(digits)
    }
}

/// The digit that makes Σ (place + 1) × digit divisible by 23.
fn check_digit(payload: &[u8]) -> u8 {
    let sum = weighted_sum(payload);
    // The check digit has weight 9, whose inverse modulo 23 is 18 (9 × 18 = 162 = 7 × 23 + 1).
    let digit = (BASE - sum % BASE) * 18 % BASE;
    u8::try_from(digit).unwrap_or_default()
}

fn weighted_sum(digits: &[u8]) -> u64 {
    (1..).zip(digits).map(|(weight, digit): (u64, _)| weight * u64::from(*digit)).sum()
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let mut characters: Vec<char> = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        // L is in no reference, so a leading "LW" can only be the prefix.
        if characters.starts_with(&['L', 'W']) {
            characters.drain(..2);
        }
        let mut digits = [0; LENGTH];
        if characters.len() != LENGTH {
            return Err(ReferenceError::Length(characters.len()));
        }
        for (place, (digit, character)) in digits.iter_mut().zip(characters).enumerate() {
            let found = ALPHABET.iter().position(|letter| char::from(*letter) == character);
            *digit =
                found.and_then(|at| u8::try_from(at).ok()).ok_or(ReferenceError::Character(place + 1))?;
        }
        if weighted_sum(&digits).is_multiple_of(BASE) { Ok(Self(digits)) } else { Err(ReferenceError::Check) }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LW")?;
        for group in self.0.chunks(3) {
            formatter.write_str("-")?;
            for digit in group {
                write!(formatter, "{}", char::from(ALPHABET[usize::from(*digit)]))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use ambient::{SeededChance, SystemClock};
    use proptest::prelude::*;

    use super::*;

    fn minted(seed: u64) -> Reference {
        Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)))
    }

    proptest! {
        #[test]
        fn a_reference_is_read_as_it_was_printed(seed: u64) {
            let reference = minted(seed);
            prop_assert_eq!(reference.to_string().parse(), Ok(reference));
        }

        #[test]
        fn spaces_case_hyphens_and_the_prefix_do_not_matter(seed: u64) {
            let reference = minted(seed);
            let spoken = reference.to_string().to_lowercase().replace("lw-", " ").replace('-', " ");
            prop_assert_eq!(spoken.parse(), Ok(reference));
        }

        #[test]
        fn one_mistaken_character_is_noticed(seed: u64, place in 0..LENGTH, other in 0u8..23) {
            let reference = minted(seed);
            let mut mistaken = reference;
            mistaken.0[place] = other;
            prop_assume!(mistaken != reference);
            prop_assert_eq!(mistaken.to_string().parse::<Reference>(), Err(ReferenceError::Check));
        }

        #[test]
        fn two_swapped_characters_are_noticed(seed: u64, first in 0..LENGTH, second in 0..LENGTH) {
            let reference = minted(seed);
            let mut swapped = reference;
            swapped.0.swap(first, second);
            prop_assume!(swapped != reference);
            prop_assert_eq!(swapped.to_string().parse::<Reference>(), Err(ReferenceError::Check));
        }
    }

    #[test]
    fn a_look_alike_is_named_by_its_place() {
        assert_eq!("LW-7O4-MXP-2R9".parse::<Reference>(), Err(ReferenceError::Character(2)));
    }

    #[test]
    fn a_missing_character_is_told_from_a_mistaken_one() {
        assert_eq!("LW-7K4-MXP-2R".parse::<Reference>(), Err(ReferenceError::Length(8)));
    }
}
