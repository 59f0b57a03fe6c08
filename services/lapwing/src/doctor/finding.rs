//! What was found: one line for a person, and what to do where all is not well.

use crate::ending::Ending;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// All is well.
    Well,
    /// It cannot be looked at from here, and nothing is wrong with that.
    NotHere,
    /// It should have been looked at, and could not be.
    NotChecked,
    /// It serves still. See to it before it does not.
    Warning,
    /// Something does not serve, will not start, or is not what it was.
    Failure,
}

impl Level {
    /// The word for a person.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::NotHere | Self::NotChecked => "not checked",
            Self::Warning => "warn",
            Self::Failure => "FAIL",
        }
    }

    /// The word for a machine.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::NotHere => "not_here",
            Self::NotChecked => "not_checked",
            Self::Warning => "warn",
            Self::Failure => "fail",
        }
    }
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// How grave it is.
    pub(crate) level: Level,
    /// What was looked at, in a word or two.
    pub(crate) check: &'static str,
    /// What was found.
    pub(crate) what: String,
    /// The file, server or queue that it is about, where the words do not name it.
    pub(crate) place: String,
    /// Why it matters; empty where all is well.
    pub(crate) why: String,
    /// What to do next; empty where nothing is to be done.
    pub(crate) to_do: String,
}

impl Finding {
    /// All is well.
    pub(crate) fn well(check: &'static str, what: impl Into<String>) -> Self {
        Self::of(Level::Well, check, what, "", "")
    }

    /// See to it in time.
    pub(crate) fn warning(
        check: &'static str,
        what: impl Into<String>,
        why: impl Into<String>,
        to_do: impl Into<String>,
    ) -> Self {
        Self::of(Level::Warning, check, what, why, to_do)
    }

    /// See to it now.
    pub(crate) fn failure(
        check: &'static str,
        what: impl Into<String>,
        why: impl Into<String>,
        to_do: impl Into<String>,
    ) -> Self {
        Self::of(Level::Failure, check, what, why, to_do)
    }

    /// It could not be looked at, though it should have been.
    pub(crate) fn not_checked(
        check: &'static str,
        because: impl std::fmt::Display,
        to_do: impl Into<String>,
    ) -> Self {
        Self::of(Level::NotChecked, check, format!("because {because}"), "", to_do)
    }

    /// It cannot be looked at from here.
    pub(crate) fn not_here(check: &'static str, because: impl std::fmt::Display) -> Self {
        Self::of(Level::NotHere, check, format!("because {because}"), "", "")
    }

    /// The same, about a place.
    pub(crate) fn at(self, place: impl std::fmt::Display) -> Self {
        Self { place: place.to_string(), ..self }
    }

    fn of(
        level: Level,
        check: &'static str,
        what: impl Into<String>,
        why: impl Into<String>,
        to_do: impl Into<String>,
    ) -> Self {
        let (what, why, to_do) = (what.into(), why.into(), to_do.into());
        Self { level, check, what, place: String::new(), why, to_do }
    }
}

/// Findings about one service, or about something that services share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// The service, and whose settings those are.
    pub(crate) name: String,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
}

/// How often each level was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) well: usize,
    pub(crate) not_here: usize,
    pub(crate) not_checked: usize,
    pub(crate) warnings: usize,
    pub(crate) failures: usize,
}

impl Sum {
    /// Counts.
    pub(crate) fn of(groups: &[Group]) -> Self {
        let mut sum = Self::default();
        for finding in groups.iter().flat_map(|group| &group.findings) {
            *match finding.level {
                Level::Well => &mut sum.well,
                Level::NotHere => &mut sum.not_here,
                Level::NotChecked => &mut sum.not_checked,
                Level::Warning => &mut sum.warnings,
                Level::Failure => &mut sum.failures,
            } += 1;
        }
        sum
    }

    /// How the command ends: the gravest counts, and what could not be looked at counts more than a warning, for it may hide
    /// a failure.
    pub(crate) fn ending(self) -> Ending {
        match self {
            Self { failures: 1.., .. } => Ending::Unwell,
            Self { not_checked: 1.., .. } => Ending::NotChecked,
            Self { warnings: 1.., .. } => Ending::Warned,
            _ => Ending::Well,
        }
    }

    /// The last line.
    pub(crate) fn sentence(self) -> String {
        let Self { well, not_here, not_checked, warnings, failures } = self;
        let beside =
            if not_here == 0 { String::new() } else { format!("; {not_here} cannot be looked at from here") };
        match self.ending() {
            Ending::Well => format!("all is well: {well} checks{beside}"),
            Ending::Unwell => format!(
                "NOT well: {failures} failed, {warnings} warnings, {not_checked} not checked, {well} ok{beside}; begin with what is marked FAIL"
            ),
            Ending::NotChecked => format!(
                "nothing failed, but {not_checked} could not be checked; {warnings} warnings, {well} ok{beside}"
            ),
            _ => format!("it serves, with {warnings} warnings; {well} ok{beside}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(levels: &[Level]) -> (Ending, String) {
        let finding = |level: &Level| Finding { level: *level, ..Finding::well("bird", "it flies") };
        let group = Group { name: "birds".into(), findings: levels.iter().map(finding).collect() };
        let sum = Sum::of(&[group]);
        (sum.ending(), sum.sentence())
    }

    #[test]
    fn the_gravest_counts_and_what_cannot_be_seen_from_here_does_not() {
        use Level::{Failure, NotChecked, NotHere, Warning, Well};
        for (levels, ending, words) in [
            (&[Well, NotHere][..], Ending::Well, "all is well: 1 checks; 1 cannot be looked at from here"),
            (&[Well, Warning], Ending::Warned, "it serves, with 1 warnings"),
            (&[Well, Warning, NotChecked], Ending::NotChecked, "1 could not be checked"),
            (
                &[Failure, Warning, NotChecked, Well],
                Ending::Unwell,
                "NOT well: 1 failed, 1 warnings, 1 not checked, 1 ok",
            ),
        ] {
            let (ended, said) = ended(levels);
            assert_eq!(ended, ending, "{levels:?}");
            assert!(said.contains(words), "{said}");
        }
    }
}
