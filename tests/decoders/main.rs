//! Every decoder of bytes that come from outside, fed with broken ones: none may end its program, and none may repeat what it
//! was given.
//!
//! Each target begins with inputs that are well formed (`corpora.rs`) and mutates them with a seeded generator, so that a run can
//! be repeated. `LAPWING_DECODER_RUNS` (default 2,000) says how many inputs each target is given, and `LAPWING_DECODER_SEED` which.
//! What ends a decoder is printed in hexadecimal; it becomes a test of its own with the mend.
//!
//! What a reader would get wrong: nothing measures which lines were reached, as a fuzzer with an instrumented build does. The
//! corpora do that work here: one input for each form that a decoder knows.

mod corpora;
mod mutate;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use mutate::mutated;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Gives a decoder its corpus, which it must take, and then broken inputs. Returns how many of these it took all the same.
fn feed(corpus: &[Vec<u8>], decode: fn(&[u8]) -> bool) -> u64 {
    for (input, number) in corpus.iter().zip(1..) {
        assert!(decode(input), "input {number} of the corpus is not taken");
    }
    let mut chance = ChaCha8Rng::seed_from_u64(setting("LAPWING_DECODER_SEED", 20_261_128));
    let mut taken = 0;
    for _ in 0..setting("LAPWING_DECODER_RUNS", 2_000) {
        let input = mutated(corpus, &mut chance);
        match catch_unwind(AssertUnwindSafe(|| decode(&input))) {
            Ok(took) => taken += u64::from(took),
            Err(_) => {
                let shown: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
                panic!("a decoder ended on {shown}");
            }
        }
    }
    taken
}

/// A target that takes everything would be no test, and neither would one without inputs that are well formed.
fn hold(corpus: &[Vec<u8>], decode: fn(&[u8]) -> bool) {
    assert!(!corpus.is_empty(), "the corpus is empty");
    let (taken, runs) = (feed(corpus, decode), setting("LAPWING_DECODER_RUNS", 2_000));
    assert!(taken < runs, "no input was broken enough to be refused");
}

#[test]
fn notifications_as_json() {
    hold(&corpora::notifications_as_json(), targets::notification_json);
}

#[test]
fn notifications_as_protobuf() {
    hold(&corpora::notifications_as_protobuf(), targets::notification_protobuf);
}

#[test]
fn events_as_protobuf() {
    hold(&corpora::events(), targets::event);
}

#[test]
fn signed_notes() {
    hold(&corpora::signed_notes(), targets::signed_note);
}

#[test]
fn policies_of_eligibility() {
    hold(
        &corpora::files("../services/eligibility/policy", "2025-06-01.toml"),
        targets::policy_of_eligibility,
    );
}

#[test]
fn policies_of_triage() {
    hold(&corpora::files("../services/triage/policy", "2025-06-01.toml"), targets::policy_of_triage);
}

#[test]
fn policies_of_retention() {
    hold(&corpora::files("../services/intake/retention", "2026-01-01.toml"), targets::policy_of_retention);
}

#[test]
fn settings_files() {
    hold(&corpora::files("../deploy/samples", "intake.toml"), targets::settings);
}

#[test]
fn wrapping_keys() {
    hold(&corpora::wrapping_keys(), targets::wrapping_keys);
}

#[test]
fn references_and_callers() {
    hold(&corpora::names(), targets::names);
}
