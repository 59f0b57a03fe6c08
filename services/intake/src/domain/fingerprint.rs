//! The fingerprint of a notification: by it the same submission is told from one with the same key and other
//! content, for ever (promise 3).

use contracts::intake::v1::WithdrawRequest;
use contracts::notification::v1::Notification;
use ids::Reference;
use prost::Message;
use sha2::{Digest, Sha256};

/// SHA-256 over the canonical protobuf encoding: fields in the order of their numbers, nothing for what was
/// left out. A field added to the contract later does not change the fingerprint of what was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a notification.
    pub fn of(notification: &Notification) -> Self {
        Self(Sha256::digest(notification.encode_to_vec()).into())
    }

    /// The fingerprint of a withdrawal: over the canonical encoding of the `WithdrawRequest` with its reference as
    /// printed (`LW-7K4-MXP-2R9`), its revision, its reason and its words as they were sent. The content, which a
    /// withdrawal leaves as it was, is not part of it.
    pub fn of_withdrawal(reference: Reference, revision: u32, reason: i32, words: &str) -> Self {
        let withdrawal =
            WithdrawRequest { reference: reference.to_string(), revision, reason, words: words.to_owned() };
        Self(Sha256::digest(withdrawal.encode_to_vec()).into())
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_of_content_changes_it_and_repeating_does_not() {
        let first = Notification {
            sender_reference: "A-1".into(),
            notifying_authority: "373".into(),
            ..Default::default()
        };
        let later = Notification { late_reason: "awaited the police".into(), ..first.clone() };
        assert_eq!(Fingerprint::of(&first), Fingerprint::of(&first.clone()));
        assert_ne!(Fingerprint::of(&first), Fingerprint::of(&later));
    }

    #[test]
    fn a_withdrawal_is_told_from_another_by_each_of_its_parts() {
        let (one, other) = (reference(1), reference(2));
        let first = Fingerprint::of_withdrawal(one, 2, 1, "words");
        assert_eq!(first, Fingerprint::of_withdrawal(one, 2, 1, "words"));
        for different in [
            Fingerprint::of_withdrawal(other, 2, 1, "words"),
            Fingerprint::of_withdrawal(one, 3, 1, "words"),
            Fingerprint::of_withdrawal(one, 2, 2, "words"),
            Fingerprint::of_withdrawal(one, 2, 1, "other"),
        ] {
            assert_ne!(first, different);
        }
    }

    fn reference(seed: u64) -> Reference {
        Reference::mint(&ambient::Ambient::new(ambient::SystemClock, ambient::SeededChance::new(seed)))
    }

    #[test]
    fn the_encoding_behind_it_never_changes() {
        let sent = Notification {
            sender_reference: "A-1".into(),
            notifying_authority: "373".into(),
            ..Default::default()
        };
        assert_eq!(sent.encode_to_vec(), b"\x0a\x03A-1\x12\x03373");
    }
}
