//! Steps at which a test can end the process, as `kill -9` would there: between any two things that must not come apart.
//!
//! A step is passed by [`pass`]. Without the feature `armed` that is an empty function. With it, the variable
//! `LAPWING_FAULTS`, such as `relay carried=3`, names steps and at which pass of each the process ends; several are parted by
//! commas. What a reader would get wrong: the table is one for the process, and only processes of their own are so ended.

/// Passes a step, unless the process is to end there.
#[cfg(not(feature = "armed"))]
#[inline]
pub fn pass(_step: &str, _of: &str) {}

#[cfg(feature = "armed")]
pub use armed::pass;

#[cfg(feature = "armed")]
mod armed {
    use std::collections::HashMap;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static STEPS: OnceLock<HashMap<String, AtomicU64>> = OnceLock::new();

    /// Passes a step, such as `committed` of `hold notifications`, unless the process is to end there.
    pub fn pass(step: &str, of: &str) {
        let steps = STEPS.get_or_init(|| parse(&std::env::var("LAPWING_FAULTS").unwrap_or_default()));
        if steps.is_empty() {
            return;
        }
        let of_this = steps.get(&format!("{step} {of}")).or_else(|| steps.get(step));
        if of_this.is_some_and(|left| left.fetch_sub(1, Ordering::SeqCst) == 1) {
            // Nothing is flushed, unwound or dropped.
            std::process::abort();
        }
    }

    fn parse(text: &str) -> HashMap<String, AtomicU64> {
        let steps = text.split(',').filter_map(|step| step.split_once('='));
        steps
            .map(|(step, pass)| (step.trim().to_owned(), AtomicU64::new(pass.trim().parse().unwrap_or(1))))
            .collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn steps_and_their_passes_are_read() {
            let steps = parse("relay carried=3, committed hold notifications=1");
            assert_eq!(steps["relay carried"].load(Ordering::SeqCst), 3);
            assert_eq!(steps["committed hold notifications"].load(Ordering::SeqCst), 1);
            assert!(parse("").is_empty());
        }
    }
}
