//! Breaks well-formed inputs, one to eight times each.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Bytes at which decoders turn: ends of ranges, what opens and closes, what protobuf and TOML give a meaning.
const TURNING: [u8; 24] = [
    0, 1, 7, 8, 10, 18, 0x7f, 0x80, 0xc2, 0xe2, 0xf0, 0xff, b'"', b'\\', b'{', b'}', b'[', b']', b'=', b'*',
    b'\n', b'-', b'9', b' ',
];

/// Longer than any field may be, and shorter than what is refused for its size alone.
const LONG: usize = 5_000;

/// One input of the corpus, broken.
pub(crate) fn mutated(corpus: &[Vec<u8>], chance: &mut ChaCha8Rng) -> Vec<u8> {
    let mut input = corpus[chance.random_range(0..corpus.len())].clone();
    for _ in 0..chance.random_range(1..=8) {
        break_once(&mut input, corpus, chance);
    }
    input
}

fn break_once(input: &mut Vec<u8>, corpus: &[Vec<u8>], chance: &mut ChaCha8Rng) {
    if input.is_empty() {
        return input.push(chance.random());
    }
    let at = chance.random_range(0..input.len());
    let length = chance.random_range(0..=(input.len() - at).min(64));
    match chance.random_range(0..9) {
        0 => input[at] ^= 1 << chance.random_range(0..8),
        1 => input[at] = TURNING[chance.random_range(0..TURNING.len())],
        2 => input.insert(at, TURNING[chance.random_range(0..TURNING.len())]),
        3 => drop(input.drain(at..at + length)),
        4 => input.truncate(at),
        5 => {
            let again = input[at..at + length].to_vec();
            input.splice(at..at, again);
        }
        6 => {
            // The end of another input.
            let other = &corpus[chance.random_range(0..corpus.len())];
            let from = chance.random_range(0..=other.len());
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        7 => {
            let byte = input[at];
            input.splice(at..at, std::iter::repeat_n(byte, chance.random_range(0..LONG)));
        }
        _ => {
            // Nested as deep as it goes.
            let opening = [b'{', b'[', b'(', 0x0a][chance.random_range(0..4)];
            input.splice(at..at, std::iter::repeat_n(opening, chance.random_range(0..LONG)));
        }
    }
}
