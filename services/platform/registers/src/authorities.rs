//! English children's-services authorities since 2009: the bodies that carry the duty to notify (Children Act
//! 2004 s.16C(1)).
//!
//! What a reader would get wrong: the key is the DfE number, not the GSS code. A boundary change gives an
//! authority a new GSS code while its number stays (Barnsley, 370, on 1 May 2025), so one [`Authority`] may
//! have had several codes, and the data file has a row for each of them.

mod authority_number;
mod read_authorities;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::LazyLock;

use jiff::civil::Date;

pub use authority_number::{AuthorityNumber, NotAnAuthorityNumber};

use crate::register_error::RegisterError;

const COMPILED_IN: &str = include_str!("../data/local-authorities.csv");

static AUTHORITIES: LazyLock<AuthorityRegister> = LazyLock::new(|| {
    AuthorityRegister::parse(COMPILED_IN)
        .expect("the test `the_compiled_in_authorities_are_well_formed` parses these same bytes")
});

/// The register of authorities compiled into this build.
pub fn authorities() -> &'static AuthorityRegister {
    &AUTHORITIES
}

/// Every authority by its number, and the few ended ones whose number is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityRegister {
    numbered: Vec<Authority>,
    unnumbered: Vec<AuthorityPeriod>,
}

impl AuthorityRegister {
    /// Reads the register from the text of `local-authorities.csv`.
    ///
    /// # Errors
    /// Refuses unknown columns, bad or contradictory dates, repeated GSS codes, rows of one number that leave
    /// a gap or overlap, and unknown kinds or regions; the error names line and column.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        read_authorities::read(text)
    }

    /// The authority with this DfE number, live or ended: ask [`Authority::is_live_on`] before relying on it.
    pub fn find(&self, number: AuthorityNumber) -> Option<&Authority> {
        let at = self.numbered.binary_search_by_key(&number, |authority| authority.number).ok()?;
        self.numbered.get(at)
    }

    /// The authority that has, or once had, this GSS code (nine characters, `E06…` to `E10…`). The codes of
    /// [`unnumbered`](Self::unnumbered) bodies are not found here.
    pub fn find_by_gss(&self, code: &str) -> Option<&Authority> {
        self.numbered.iter().find(|authority| authority.has_had_gss_code(code))
    }

    /// The authorities that exist on a date, by ascending number. Nothing is live before 1 January 2009,
    /// where the source's record begins.
    pub fn live_on(&self, date: Date) -> impl Iterator<Item = &Authority> {
        self.numbered.iter().filter(move |authority| authority.is_live_on(date))
    }

    /// Every numbered authority, live or ended, by ascending number.
    pub fn iter(&self) -> impl Iterator<Item = &Authority> {
        self.numbered.iter()
    }

    /// Bodies that ended on 31 March 2009 and for which the source has no number. They can neither notify nor
    /// be found; they are kept so that an old record's GSS code can be explained.
    pub fn unnumbered(&self) -> &[AuthorityPeriod] {
        &self.unnumbered
    }
}

/// A children's-services authority, known by its DfE number. Name, code, kind and region are the latest ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The stable key.
    pub number: AuthorityNumber,
    /// The latest ONS code; [`gss_code_on`](Self::gss_code_on) gives the code of a date.
    pub gss_code: String,
    /// The latest name, as the source writes it (`Bristol, City of`).
    pub name: String,
    /// The latest kind.
    pub kind: AuthorityKind,
    /// The region.
    pub region: Region,
    /// First day under this number; 2009-01-01 is where the source's record begins, not a founding.
    pub from: Date,
    /// Last day, inclusive; none while the authority exists.
    pub to: Option<Date>,
    /// What the authority was before, under the same number, earliest first and without a gap up to the
    /// latest.
    pub earlier: Vec<AuthorityPeriod>,
}

impl Authority {
    /// Whether the authority exists on this date, under whichever code.
    pub fn is_live_on(&self, date: Date) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }

    /// The ONS code that the authority bore on this date; none where it did not exist.
    pub fn gss_code_on(&self, date: Date) -> Option<&str> {
        self.is_live_on(date).then(|| {
            let earlier = self.earlier.iter().find(|period| period.to.is_some_and(|to| date <= to));
            earlier.map_or(self.gss_code.as_str(), |period| period.gss_code.as_str())
        })
    }

    fn has_had_gss_code(&self, code: &str) -> bool {
        self.gss_code == code || self.earlier.iter().any(|period| period.gss_code == code)
    }
}

/// A time during which a body bore one GSS code: one row of the data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityPeriod {
    /// The ONS code, nine characters.
    pub gss_code: String,
    /// The name at the time.
    pub name: String,
    /// The kind at the time.
    pub kind: AuthorityKind,
    /// The region.
    pub region: Region,
    /// First day.
    pub from: Date,
    /// Last day, inclusive; none where the period is still running.
    pub to: Option<Date>,
}

/// The kinds of English authority that have children's services; each has its own range of ONS codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthorityKind {
    /// London boroughs and the City (`E09…`).
    LondonBorough,
    /// Metropolitan districts (`E08…`).
    MetropolitanDistrict,
    /// Unitary authorities, the Isles of Scilly included (`E06…`).
    UnitaryAuthority,
    /// County councils (`E10…`).
    County,
}

impl AuthorityKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::LondonBorough, Self::MetropolitanDistrict, Self::UnitaryAuthority, Self::County];

    /// The kind in the source's words, a plural.
    pub fn name(self) -> &'static str {
        match self {
            Self::LondonBorough => "London Boroughs",
            Self::MetropolitanDistrict => "Metropolitan Districts",
            Self::UnitaryAuthority => "Unitary Authorities",
            Self::County => "Counties",
        }
    }

    fn gss_prefix(self) -> &'static str {
        match self {
            Self::LondonBorough => "E09",
            Self::MetropolitanDistrict => "E08",
            Self::UnitaryAuthority => "E06",
            Self::County => "E10",
        }
    }
}

impl fmt::Display for AuthorityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The nine regions of England.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say all there is to say")]
pub enum Region {
    EastMidlands,
    EastOfEngland,
    London,
    NorthEast,
    NorthWest,
    SouthEast,
    SouthWest,
    WestMidlands,
    YorkshireAndTheHumber,
}

impl Region {
    /// Every region, by name.
    pub const ALL: [Self; 9] = [
        Self::EastMidlands,
        Self::EastOfEngland,
        Self::London,
        Self::NorthEast,
        Self::NorthWest,
        Self::SouthEast,
        Self::SouthWest,
        Self::WestMidlands,
        Self::YorkshireAndTheHumber,
    ];

    /// The region in the source's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::EastMidlands => "East Midlands",
            Self::EastOfEngland => "East of England",
            Self::London => "London",
            Self::NorthEast => "North East",
            Self::NorthWest => "North West",
            Self::SouthEast => "South East",
            Self::SouthWest => "South West",
            Self::WestMidlands => "West Midlands",
            Self::YorkshireAndTheHumber => "Yorkshire and The Humber",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
