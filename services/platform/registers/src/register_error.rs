//! Why a register's text is refused, and where in the file the flaw is.
//!
//! These errors are for whoever updates a data file: they quote the public data itself. They never meet a
//! notification, so nothing private can be in them.

use std::fmt;

use jiff::civil::Date;

/// A data file that may not be compiled in: the place, what is wrong there, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {flaw}")]
pub struct RegisterError {
    /// Where the flaw is.
    pub place: Place,
    /// What is wrong, and the remedy.
    pub flaw: Flaw,
}

/// A place in a data file: the file, then a line and column of a table or a path into a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    file: &'static str,
    steps: Vec<String>,
}

impl Place {
    pub(crate) fn whole(file: &'static str) -> Self {
        Self { file, steps: Vec::new() }
    }

    pub(crate) fn line(file: &'static str, line: u64) -> Self {
        Self::whole(file).then(format!("line {line}"))
    }

    pub(crate) fn column(&self, column: &str) -> Self {
        self.clone().then(format!("column `{column}`"))
    }

    pub(crate) fn path(file: &'static str, path: impl fmt::Display) -> Self {
        Self::whole(file).then(format!("`{path}`"))
    }

    pub(crate) fn refused(&self, flaw: Flaw) -> RegisterError {
        RegisterError { place: self.clone(), flaw }
    }

    fn then(mut self, step: String) -> Self {
        self.steps.push(step);
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file)?;
        self.steps.iter().try_for_each(|step| write!(f, ", {step}"))
    }
}

/// What can be wrong with a register's text. Each message says what was found and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Not CSV or JSON of the expected shape.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The header is not the one expected, in that order.
    #[error("the columns are `{found}` and must be `{expected}`: rename or reorder them to match")]
    WrongColumns {
        /// The header as read.
        found: String,
        /// The header as it must be.
        expected: String,
    },
    /// Nothing in a list that must have entries.
    #[error("holds no entries: restore the list from its source")]
    Empty,
    /// A field that must be filled in is blank.
    #[error("is blank: fill it in from the source")]
    Blank,
    /// Blanks at an end, doubled blanks or control characters.
    #[error("{0:?} has blanks at an end, doubled blanks or unprintable characters: remove them")]
    Untidy(String),
    /// Not a day of the calendar in the one accepted form.
    #[error("`{0}` is not a day of the calendar written as YYYY-MM-DD: correct it")]
    NotADate(String),
    /// Not a calendar year.
    #[error("`{0}` is not a year written in four digits: correct it")]
    NotAYear(String),
    /// Not a count.
    #[error("`{0}` is not a whole number written in digits alone: correct it")]
    NotACount(String),
    /// A word that must come from a fixed list does not.
    #[error("`{found}` is not one of {expected}: correct it, or teach the crate the new word")]
    NotListed {
        /// The word as read.
        found: String,
        /// The words accepted.
        expected: String,
    },
    /// The same key twice.
    #[error("`{value}` stands already at {first}: remove one of the two")]
    Duplicate {
        /// The repeated value.
        value: String,
        /// Where it stands first.
        first: Box<Place>,
    },
    /// Entries that must ascend do not.
    #[error("{value} comes after {previous}, which is later: sort the entries, earliest first")]
    Unsorted {
        /// The entry out of order.
        value: String,
        /// The entry before it.
        previous: String,
    },
    /// A period that ends before it starts.
    #[error("ends on {to}, before it starts on {from}: correct one of the two")]
    EndsBeforeItStarts {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// Not a DfE number and not the source's mark for "none".
    #[error("`{0}` is not a DfE authority number: write three digits, or `x` where the source gives none")]
    NotAnAuthorityNumber(String),
    /// Not an ONS code of an English authority of that kind.
    #[error(
        "`{found}` is not an ONS code of this kind of authority: it starts with {prefix} and has nine \
         characters"
    )]
    WrongGssCode {
        /// The code as read.
        found: String,
        /// The three characters with which codes of that kind start.
        prefix: &'static str,
    },
    /// A live authority must be known by its number.
    #[error("has no number and no end date: an authority that still exists has a DfE number, write it")]
    LiveWithoutNumber,
    /// Two rows of one authority that do not follow on from each other.
    #[error(
        "authority {number} starts anew on {from}, but its row before {}: one row must end the day before \
         the next starts",
        until.map_or_else(|| "does not end".to_owned(), |until| format!("ends on {until}"))
    )]
    BrokenSuccession {
        /// The authority's DfE number.
        number: String,
        /// The later row's first day.
        from: Date,
        /// The earlier row's last day, if it has one.
        until: Option<Date>,
    },
    /// The bank holidays of another part of the United Kingdom.
    #[error(
        "these are the holidays of `{0}`: take the division `england-and-wales`, by which English \
         authorities go"
    )]
    OtherDivision(String),
    /// A bank holiday on a Saturday or Sunday.
    #[error("{date} is a {weekday}: list the substitute weekday on which the holiday is taken")]
    OnAWeekend {
        /// The date as read.
        date: Date,
        /// The name of its weekday.
        weekday: &'static str,
    },
    /// A year within the register that lacks one of the eight holidays of every year.
    #[error(
        "{year} has no holiday called `{title}`: add it, or leave the unfinished year out until it is \
         published"
    )]
    UnfinishedYear {
        /// The calendar year.
        year: i16,
        /// How the missing holiday's title starts.
        title: &'static str,
    },
    /// A year that has one of the eight holidays of every year more than once.
    #[error(
        "{year} has more than one holiday called `{title}`: a holiday that was moved must be listed on its \
         new date alone"
    )]
    RepeatedHoliday {
        /// The calendar year.
        year: i16,
        /// How the repeated holiday's title starts.
        title: &'static str,
    },
    /// Not a span of collection years.
    #[error("`{0}` is not a span of collection years: write `2024-25`, `2022-23..2023-24` or `2024-25 on`")]
    NotCollectionYears(String),
    /// Lists of one code set that do not follow on from each other.
    #[error(
        "the years `{found}` must start with {expected}, the year after the list before: close the gap or \
         overlap"
    )]
    YearsDoNotFollow {
        /// The span as read.
        found: String,
        /// The collection year with which it must start.
        expected: String,
    },
    /// A list in force always beside another list.
    #[error("has no years but is not the only list: give every list of this set its years")]
    YearsMissing,
    /// A list with open years that is not the last, or a last list with closed years.
    #[error(
        "the years `{0}` are wrong here: the last list, and no other, is in force `on` from its first year"
    )]
    WrongEnd(String),
    /// Figures that contradict each other.
    #[error(
        "{figure} is {part}, which does not agree with the total of {total}: correct the row from its source"
    )]
    DoesNotAddUp {
        /// The figure, or the sum of figures, that disagrees.
        figure: &'static str,
        /// Its value.
        part: u64,
        /// The row's total.
        total: u64,
    },
}
