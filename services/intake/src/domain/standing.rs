//! What a notification's lineage makes of a revision that comes: whose it is, whether it was held before, and whether it
//! counts.
//!
//! What a reader would get wrong: the highest number counts, not the last to come. A lower one that comes late is held
//! beside it and changes nothing.

use ids::Reference;

use crate::domain::fingerprint::Fingerprint;
use crate::domain::receipt::Receipt;

/// A receipt as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenReceipt {
    /// The facts.
    pub receipt: Receipt,
    /// The facts as text with intake's signature.
    pub signed_note: String,
}

/// What is fixed about a notification, and who is responsible for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// DfE number of the authority that sent it first.
    pub first_authority: String,
    /// The first authority's own reference.
    pub sender_reference: String,
    /// DfE number of the notifier now: another one after a hand-over.
    pub authority: String,
    /// The highest revision held.
    pub newest: u32,
    /// Whether its identities and narrative are erased: nothing is added to it any more.
    pub erased: bool,
}

impl Standing {
    /// The DfE number of the authority that notified first, where `authority` has taken the notification over from it;
    /// else empty.
    pub fn handed_over_from(&self, authority: &str) -> String {
        if self.first_authority == authority { String::new() } else { self.first_authority.clone() }
    }
}

/// What became of a revision that was to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// It is durably held now.
    New {
        /// The highest revision held when it came; 0 for a first one.
        follows: u32,
    },
    /// This very content was held before.
    Before {
        /// The receipt given then.
        given: Box<GivenReceipt>,
        /// The highest revision held.
        newest: u32,
    },
    /// The key is held with other content.
    Other {
        /// The reference under which it is held.
        reference: Reference,
        /// The fingerprint of what is held.
        fingerprint: Fingerprint,
    },
    /// Its number is further ahead of the newest than [`FURTHEST_AHEAD`].
    TooFarAhead {
        /// The highest revision held.
        newest: u32,
    },
    /// Another authority is responsible for the notification now.
    HandedOver,
    /// The notification is erased.
    Erased,
    /// There is no such notification.
    NotFound,
}

/// What to do with a later revision of a notification that stands so, where `given` is the receipt of the revision with
/// that number, if one is held.
pub fn place_later(standing: &Standing, given: Option<&GivenReceipt>, sent: &Receipt) -> Holding {
    let sender_is_responsible = standing.authority == sent.authority;
    match given {
        Some(given)
            if given.receipt.fingerprint == sent.fingerprint && given.receipt.authority == sent.authority =>
        {
            Holding::Before { given: Box::new(given.clone()), newest: standing.newest }
        }
        // Somebody who is not responsible any more is told that, and not what the number holds now.
        _ if !sender_is_responsible => Holding::HandedOver,
        Some(given) => Holding::Other { reference: sent.reference, fingerprint: given.receipt.fingerprint },
        // What is added now would be sealed under no key, and would say again what was to be gone.
        None if standing.erased => Holding::Erased,
        None if is_too_far_ahead(standing.newest, sent.revision) => {
            Holding::TooFarAhead { newest: standing.newest }
        }
        None => Holding::New { follows: standing.newest },
    }
}

/// By how much a later revision's number may be above the newest one held. Gaps are taken, because a sender's system may
/// count what it never sends; but the highest number counts for ever, and one slip must not use up all that follow.
pub const FURTHEST_AHEAD: u32 = 100;

/// Whether a revision's number is further above the newest one held than may be.
pub fn is_too_far_ahead(newest: u32, number: u32) -> bool {
    number.saturating_sub(newest) > FURTHEST_AHEAD
}

/// What to do with a first revision, where `given` is the receipt held under its key.
pub fn place_first(given: Option<(&GivenReceipt, u32)>, sent: &Receipt) -> Holding {
    match given {
        None => Holding::New { follows: 0 },
        Some((given, newest)) if given.receipt.fingerprint == sent.fingerprint => {
            Holding::Before { given: Box::new(given.clone()), newest }
        }
        Some((given, _)) => {
            Holding::Other { reference: given.receipt.reference, fingerprint: given.receipt.fingerprint }
        }
    }
}

#[cfg(test)]
mod tests {
    use ambient::{Ambient, SeededChance, SystemClock};
    use jiff::Timestamp;

    use super::*;

    fn receipt(authority: &str, revision: u32, content: u8) -> Receipt {
        Receipt {
            reference: Reference::mint(&Ambient::new(SystemClock, SeededChance::new(7))),
            revision,
            authority: authority.into(),
            sender_reference: "A-1".into(),
            fingerprint: Fingerprint([content; 32]),
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn given(authority: &str, revision: u32, content: u8) -> GivenReceipt {
        GivenReceipt { receipt: receipt(authority, revision, content), signed_note: "note".into() }
    }

    fn standing(authority: &str, newest: u32) -> Standing {
        Standing {
            first_authority: "373".into(),
            sender_reference: "A-1".into(),
            authority: authority.into(),
            newest,
            erased: false,
        }
    }

    #[test]
    fn a_revision_that_comes_late_is_held_and_says_which_one_it_follows() {
        let late = place_later(&standing("373", 5), None, &receipt("373", 2, 1));
        assert_eq!(late, Holding::New { follows: 5 });
    }

    #[test]
    fn a_number_that_is_held_answers_the_same_or_shows_what_is_held() {
        let held = given("373", 2, 1);
        let same = place_later(&standing("373", 5), Some(&held), &receipt("373", 2, 1));
        assert!(matches!(same, Holding::Before { newest: 5, .. }));
        let other = place_later(&standing("373", 5), Some(&held), &receipt("373", 2, 9));
        assert!(matches!(other, Holding::Other { fingerprint: Fingerprint(shown), .. } if shown == [1; 32]));
    }

    #[test]
    fn after_a_hand_over_the_first_authority_keeps_its_receipts_and_adds_nothing() {
        let held = given("373", 2, 1);
        let same = place_later(&standing("888", 3), Some(&held), &receipt("373", 2, 1));
        assert!(matches!(same, Holding::Before { .. }));
        // Its amendment lost the race: number 3 is the other authority's by now.
        let taken = given("888", 3, 5);
        assert_eq!(
            place_later(&standing("888", 3), Some(&taken), &receipt("373", 3, 1)),
            Holding::HandedOver
        );
        assert_eq!(place_later(&standing("888", 3), None, &receipt("373", 4, 1)), Holding::HandedOver);
        let new_owner = place_later(&standing("888", 3), None, &receipt("888", 4, 1));
        assert_eq!(new_owner, Holding::New { follows: 3 });
    }

    #[test]
    fn a_number_far_ahead_of_the_newest_is_not_taken_and_a_gap_is() {
        for (number, taken) in [(6, true), (105, true), (106, false), (9999, false), (u32::MAX, false)] {
            let placed = place_later(&standing("373", 5), None, &receipt("373", number, 1));
            let expected =
                if taken { Holding::New { follows: 5 } } else { Holding::TooFarAhead { newest: 5 } };
            assert_eq!(placed, expected, "{number}");
        }
        // Whose it is comes first.
        let foreign = place_later(&standing("888", 5), None, &receipt("373", 9999, 1));
        assert_eq!(foreign, Holding::HandedOver);
    }

    #[test]
    fn after_an_erasure_receipts_stand_and_nothing_is_added() {
        let erased = Standing { erased: true, ..standing("373", 2) };
        let held = given("373", 2, 1);
        assert!(matches!(place_later(&erased, Some(&held), &receipt("373", 2, 1)), Holding::Before { .. }));
        assert_eq!(place_later(&erased, None, &receipt("373", 3, 1)), Holding::Erased);
        assert_eq!(place_later(&erased, None, &receipt("888", 3, 1)), Holding::HandedOver);
    }

    #[test]
    fn who_notified_first_is_said_only_where_another_notifies_now() {
        assert_eq!(standing("888", 3).handed_over_from("888"), "373");
        assert_eq!(standing("373", 3).handed_over_from("373"), "");
    }
}
