//! The DfE number of an authority: three digits, kept for as long as the authority exists.
//!
//! What a reader would get wrong: a well-formed number need not belong to anybody. Ask
//! [`AuthorityRegister::find`](super::AuthorityRegister::find).

use std::fmt;
use std::str::FromStr;

/// A DfE authority number: three digits, such as 330 for Birmingham.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorityNumber(u16);

impl FromStr for AuthorityNumber {
    type Err = NotAnAuthorityNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if looks_like_a_gss_code(text) {
            return Err(NotAnAuthorityNumber::GssCode);
        }
        if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAnAuthorityNumber::NotThreeDigits);
        }
        text.parse().map(Self).map_err(|_| NotAnAuthorityNumber::NotThreeDigits)
    }
}

impl fmt::Display for AuthorityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

fn looks_like_a_gss_code(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() == 9 && bytes.next() == Some(b'E') && bytes.all(|byte| byte.is_ascii_digit())
}

/// Text that is not the form of an authority number. What was given is not repeated: a field filled in by
/// mistake may hold a name, and errors are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAuthorityNumber {
    /// An ONS code was given.
    #[error(
        "this is an ONS code (E and eight digits), which changes with an authority's boundary: give the \
         authority's DfE number, three digits such as 330 for Birmingham"
    )]
    GssCode,
    /// Anything else.
    #[error("a DfE authority number is three digits and nothing else, such as 330 for Birmingham")]
    NotThreeDigits,
}
