//! The key of one notification, which seals its record and its words.

use std::fmt;

use ambient::Ambient;
use zeroize::Zeroizing;

use crate::cipher::{KEY, KeyBytes, Place, open, seal_into};

/// The form of a sealed value. No protobuf message begins with this byte, so that a value in clear never passes for one.
const FORM: u8 = 1;

/// Seals what belongs to one notification.
#[derive(Clone)]
pub struct DataKey(KeyBytes);

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// It does not begin like one.
    #[error("it is no sealed value of a form that this version knows")]
    Form,
    /// Another key sealed it, it is of another place, or it was changed.
    #[error("it was sealed under another key or in another place, or was changed since")]
    Changed,
}

impl DataKey {
    /// Draws a new one.
    pub fn draw(ambient: &Ambient) -> Self {
        Self(Zeroizing::new(ambient.bytes()))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <[u8; KEY]>::try_from(bytes).ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Seals a value for its place. A value of 64 GiB or more, which no message can have, is sealed as nothing and opens
    /// nowhere.
    pub fn seal(&self, place: Place<'_>, clear: &[u8], ambient: &Ambient) -> Vec<u8> {
        let mut blob = Vec::with_capacity(clear.len() + 32);
        blob.push(FORM);
        // Nothing is ever stored in clear, whatever went wrong.
        let _sealed = seal_into(&mut blob, &self.0, place, clear, ambient);
        blob
    }

    /// Opens a value in its place. It is wiped from memory when it goes.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        match sealed.split_first() {
            Some((&FORM, sealed)) => open(&self.0, place, sealed).ok_or(NotOpened::Changed),
            _ => Err(NotOpened::Form),
        }
    }
}

impl fmt::Debug for DataKey {
    /// The key never appears.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place<'_> = Place { table: "revision", row: "LW-7K4-MXP-2R9 1", column: "record" };

    fn key() -> DataKey {
        DataKey::draw(&Ambient::system())
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_in_its_place_and_shows_nothing(clear in proptest::collection::vec(any::<u8>(), 0..300)) {
            let (key, ambient) = (key(), Ambient::system());
            let sealed = key.seal(PLACE, &clear, &ambient);
            let opened = key.open(PLACE, &sealed).expect("opens");
            prop_assert_eq!(opened.as_slice(), clear.as_slice());
            prop_assert!(clear.len() < 8 || !sealed.windows(clear.len()).any(|window| window == clear));
            prop_assert_ne!(key.seal(PLACE, &clear, &ambient), sealed, "a nonce is drawn each time");
        }

        #[test]
        fn a_changed_bit_is_refused(at in 0_usize..60, bit in 0_u32..8) {
            let key = key();
            let mut sealed = key.seal(PLACE, b"a narrative of some length, as they are", &Ambient::system());
            let at = at % sealed.len();
            sealed[at] ^= 1 << bit;
            prop_assert!(key.open(PLACE, &sealed).is_err());
        }

        #[test]
        fn any_bytes_are_refused_and_none_end_the_program(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(key().open(PLACE, &bytes).is_err());
        }
    }

    #[test]
    fn a_value_opens_in_no_other_place_and_under_no_other_key() {
        let key = key();
        let sealed = key.seal(PLACE, b"Wren", &Ambient::system());
        for other in [
            Place { table: "hand_over", ..PLACE },
            Place { row: "LW-7K4-MXP-2R9 2", ..PLACE },
            Place { column: "words", ..PLACE },
        ] {
            assert_eq!(key.open(other, &sealed).map(|_| ()), Err(NotOpened::Changed), "{other:?}");
        }
        assert_eq!(self::key().open(PLACE, &sealed).map(|_| ()), Err(NotOpened::Changed));
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = DataKey::from_bytes(&[0xab; KEY]).expect("a key");
        assert_eq!(format!("{key:?}"), "DataKey");
    }
}
