//! Authorities as senders name them: by DfE number, or by a GSS code that they have or had.
//!
//! What a reader would get wrong: the record keeps the code as it was sent, and the fingerprint is over it. Keys,
//! receipts and coded facts carry the number alone.

use registers::{Authority, AuthorityNumber, authorities};

/// The authority that a number or a GSS code (current or old) names; `None` where the register knows neither.
pub fn named(text: &str) -> Option<&'static Authority> {
    match text.parse::<AuthorityNumber>() {
        Ok(number) => authorities().find(number),
        Err(_) => authorities().find_by_gss(text),
    }
}

/// The DfE number for a number or a GSS code that the register knows; any other text as it is, to be judged as it is.
pub fn number_of(text: &str) -> String {
    named(text).map_or_else(|| text.to_owned(), |authority| authority.number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_each_code_that_the_authority_ever_had_name_the_same_authority() {
        for text in ["373", "E08000019", "E08000039"] {
            assert_eq!(number_of(text), "373", "{text}");
        }
    }

    #[test]
    fn what_the_register_does_not_know_is_left_as_it_is() {
        for text in ["999", "E99999999", "", "Robin"] {
            assert_eq!(number_of(text), text);
            assert!(named(text).is_none());
        }
    }
}
