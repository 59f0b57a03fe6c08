//! A leaf of the log: the hash of a commitment to a record, never of the record itself.
//!
//! A record is small and much of it can be guessed, so a plain hash would betray it to whoever tries. The salt
//! prevents that: without it a leaf says nothing, and once it is destroyed nobody can tell what the leaf stood
//! for, though the log holds together as before (promise 7).

use std::fmt;

use ambient::Ambient;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};
use tlog_tiles::Hash;

use crate::domain::record::Record;

/// Bytes of a salt.
const LENGTH: usize = 32;

/// The salt of one notification, the same for all its records: whoever is shown it can check each of them, and
/// destroying it erases them all. It is wiped from memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(Zeroizing<[u8; LENGTH]>);

impl Salt {
    /// Draws a new one.
    pub fn draw(ambient: &Ambient) -> Self {
        Self(Zeroizing::new(ambient.bytes()))
    }

    /// One that a store holds; `None` where it has not 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// As a store holds it.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl fmt::Debug for Salt {
    /// The salt never appears.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt")
    }
}

/// What the log holds in place of a record: SHA-256 over the salt and the record's canonical encoding.
pub fn commitment(salt: &Salt, record: &Record<'_>) -> [u8; 32] {
    Sha256::new().chain_update(salt.as_bytes()).chain_update(record.canonical()).finalize().into()
}

/// The RFC 6962 leaf hash over the commitment: SHA-256 over a zero byte and the commitment (section 2.1).
pub fn leaf_hash(salt: &Salt, record: &Record<'_>) -> Hash {
    tlog_tiles::record_hash(&commitment(salt, record))
}

#[cfg(test)]
mod tests {
    use ambient::{SeededChance, SystemClock};
    use jiff::Timestamp;

    use super::*;

    fn record(payload: &[u8]) -> Record<'_> {
        Record {
            event: "0195930e-9a3b-7c4d-8e5f-60718293a4b5".parse().expect("an id"),
            kind: "notification.received.v1",
            source: "intake",
            reference: "LW-7K4-MXP-2R9",
            owner: "373",
            occurred_at: Timestamp::UNIX_EPOCH,
            payload,
        }
    }

    #[test]
    fn the_leaf_of_a_record_never_changes() {
        let salt = Salt::from_bytes(&[7; 32]).expect("a salt");
        let record = record(b"coded facts");
        assert_eq!(
            hex::encode(commitment(&salt, &record)),
            "af969845ba1775fd38ec8e7304eb674e1cd1272bc4d86fb52e5d43d96ac2d30a"
        );
        assert_eq!(
            hex::encode(leaf_hash(&salt, &record).0),
            "85e3c6b83dfbfe86bf8ebb8a0089e704814f24da455a4b595b9fdcace014dbed"
        );
    }

    #[test]
    fn another_salt_or_another_payload_makes_another_leaf() {
        let ambient = Ambient::new(SystemClock, SeededChance::new(1));
        let (salt, other) = (Salt::draw(&ambient), Salt::draw(&ambient));
        assert_ne!(leaf_hash(&salt, &record(b"1")), leaf_hash(&other, &record(b"1")));
        assert_ne!(leaf_hash(&salt, &record(b"1")), leaf_hash(&salt, &record(b"2")));
        assert_eq!(leaf_hash(&salt, &record(b"1")), leaf_hash(&salt, &record(b"1")));
    }

    #[test]
    fn a_salt_of_another_length_is_none() {
        assert_eq!(Salt::from_bytes(&[7; 31]), None);
    }
}
