//! The codes in which authority case systems hold a child's facts, by collection year.
//!
//! What a reader would get wrong: a code is judged against the set in force on the incident's date, not
//! today's, and only the sets whose years the source states change at all. A retired or coming code is for a
//! warning that names its replacement set; it is no ground to turn a notification away. A date before the
//! first year known is judged by the first set known, because nothing older is on record.

mod collection_year;
mod near_miss;
mod read_code_sets;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::LazyLock;

use jiff::civil::Date;

pub use collection_year::CollectionYear;

use crate::register_error::RegisterError;

const COMPILED_IN: &str = include_str!("../data/code-sets.json");

static CODE_SETS: LazyLock<CodeRegister> = LazyLock::new(|| {
    CodeRegister::parse(COMPILED_IN)
        .expect("the test `the_compiled_in_code_sets_are_well_formed` parses these same bytes")
});

/// The code sets compiled into this build.
pub fn code_sets() -> &'static CodeRegister {
    &CODE_SETS
}

/// A set of codes, each with its own years. What a code means is not on record here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeSet {
    /// Ethnicity. "Refused" (`REFU`) and "not yet obtained" (`NOBT`) are different answers.
    Ethnicity,
    /// SSDA903 sex: `1`/`2` to 2023-24, `M`/`F`/`U` from 2024-25.
    Sex,
    /// SSDA903 legal status.
    LegalStatus,
    /// SSDA903 placement type.
    Placement,
    /// Primary need at assessment (`N1` to `N8`).
    PrimaryNeed,
    /// Children in need census: disability.
    Disability,
    /// Child protection plan: category of abuse.
    PlanCategory,
}

impl CodeSet {
    /// Every set.
    pub const ALL: [Self; 7] = [
        Self::Ethnicity,
        Self::Sex,
        Self::LegalStatus,
        Self::Placement,
        Self::PrimaryNeed,
        Self::Disability,
        Self::PlanCategory,
    ];

    /// The set's name for a person, as in "`Z1` is not a placement type in force".
    pub fn name(self) -> &'static str {
        match self {
            Self::Ethnicity => "ethnicity",
            Self::Sex => "sex",
            Self::LegalStatus => "legal status",
            Self::Placement => "placement type",
            Self::PrimaryNeed => "primary need",
            Self::Disability => "disability",
            Self::PlanCategory => "category of abuse",
        }
    }

    /// Judges a code by the compiled-in register; see [`CodeRegister::judge`].
    pub fn judge(self, code: &str, on: Date) -> CodeVerdict<'static> {
        code_sets().judge(self, code, on)
    }

    /// The codes in force on a date, by the compiled-in register, in the source's order.
    pub fn in_force(self, on: Date) -> &'static [String] {
        code_sets().in_force(self, on)
    }
}

impl fmt::Display for CodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the register says of a code on a date. The code itself is not carried: free text typed into a code
/// field may hold a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeVerdict<'register> {
    /// The code is in force.
    InForce,
    /// The code was in force once and is no longer.
    Retired {
        /// The last collection year in which it was in force.
        last_year: CollectionYear,
        /// The codes that are in force instead.
        in_force: &'register [String],
    },
    /// The code comes into force later.
    NotYet {
        /// The first collection year in which it is in force.
        first_year: CollectionYear,
        /// The codes that are in force until then.
        in_force: &'register [String],
    },
    /// The code is in no list of this set.
    Unknown {
        /// The one code in force that differs only in case, blanks or punctuation, or else in one character;
        /// none where there is no such code, or more than one.
        nearest: Option<&'register str>,
        /// The codes in force.
        in_force: &'register [String],
    },
}

/// The code sets with their years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRegister {
    ethnicity: CodeHistory,
    sex: CodeHistory,
    legal_status: CodeHistory,
    placement: CodeHistory,
    primary_need: CodeHistory,
    disability: CodeHistory,
    plan_category: CodeHistory,
}

impl CodeRegister {
    /// Reads the register from the text of `code-sets.json`.
    ///
    /// # Errors
    /// Refuses unknown or missing sets, empty lists, blank or repeated codes, and years that leave a gap,
    /// overlap or do not end open; the error names the path.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        read_code_sets::read(text)
    }

    /// Judges a code, letter for letter, against the set in force on a date (the incident's).
    ///
    /// A code that lapsed and comes again counts as retired while it is away.
    pub fn judge(&self, set: CodeSet, code: &str, on: Date) -> CodeVerdict<'_> {
        self.history(set).judge(code, CollectionYear::of(on))
    }

    /// The codes in force on a date, in the source's order. Before the first year known these are the codes
    /// of that first year.
    pub fn in_force(&self, set: CodeSet, on: Date) -> &[String] {
        self.history(set).at(CollectionYear::of(on)).1
    }

    fn history(&self, set: CodeSet) -> &CodeHistory {
        match set {
            CodeSet::Ethnicity => &self.ethnicity,
            CodeSet::Sex => &self.sex,
            CodeSet::LegalStatus => &self.legal_status,
            CodeSet::Placement => &self.placement,
            CodeSet::PrimaryNeed => &self.primary_need,
            CodeSet::Disability => &self.disability,
            CodeSet::PlanCategory => &self.plan_category,
        }
    }
}

/// One set's lists in order of time: closed ones, then the one that is in force until further notice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CodeHistory {
    closed: Vec<ClosedList>,
    /// The first year of `current`; none where it was in force always.
    current_from: Option<CollectionYear>,
    current: Vec<String>,
}

/// A list that was in force from `first` to `last`, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ClosedList {
    first: CollectionYear,
    last: CollectionYear,
    codes: Vec<String>,
}

impl CodeHistory {
    fn judge(&self, code: &str, year: CollectionYear) -> CodeVerdict<'_> {
        let (index, in_force) = self.at(year);
        if holds(in_force, code) {
            return CodeVerdict::InForce;
        }
        if let Some(last_year) = self.last_year_before(index, code) {
            return CodeVerdict::Retired { last_year, in_force };
        }
        if let Some(first_year) = self.first_year_after(index, code) {
            return CodeVerdict::NotYet { first_year, in_force };
        }
        CodeVerdict::Unknown { nearest: near_miss::nearest(code, in_force), in_force }
    }

    /// The list in force in a year and its place among the closed lists; past them stands the current one.
    /// Lists follow on without a gap, so the first that has not ended by then is the one, also before the
    /// first year.
    fn at(&self, year: CollectionYear) -> (usize, &[String]) {
        let index = self.closed.iter().position(|list| year <= list.last).unwrap_or(self.closed.len());
        (index, self.closed.get(index).map_or(&self.current, |list| &list.codes))
    }

    fn last_year_before(&self, index: usize, code: &str) -> Option<CollectionYear> {
        let earlier = self.closed.iter().take(index);
        earlier.rev().find(|list| holds(&list.codes, code)).map(|list| list.last)
    }

    fn first_year_after(&self, index: usize, code: &str) -> Option<CollectionYear> {
        let later = self.closed.iter().skip(index + 1).find(|list| holds(&list.codes, code));
        // A code that the current list holds is in force in that list's own years, and never gets here.
        let current_from = self.current_from.filter(|_| holds(&self.current, code));
        later.map(|list| list.first).or(current_from)
    }
}

fn holds(codes: &[String], code: &str) -> bool {
    codes.iter().any(|listed| listed == code)
}
