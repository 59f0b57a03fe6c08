//! Which salt each record of a batch is hashed with, and which of them can be read afterwards.
//!
//! What a reader would get wrong: that the order of events matters. Of an erased notification nothing is readable but that
//! it was erased, whether the rest was heard before the erasure, with it or after it. What was heard before is gone with its
//! salt; what comes later is hashed with a salt that nobody keeps. The log covers it all the same: each event has its leaf.

use std::collections::{HashMap, HashSet};

use ambient::Ambient;
use contracts::events::NOTIFICATION_ERASED;
use tlog_tiles::Hash;

use crate::domain::leaf::{Salt, leaf_hash};
use crate::domain::record::Record;

/// The salt that is held for a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSalt {
    /// The salt.
    pub salt: Salt,
    /// Whether it was drawn when the notification was erased: the one before is destroyed.
    pub after_erasure: bool,
}

/// What becomes of the salts, by notification, and with them of the records.
#[derive(Debug)]
pub struct Salting {
    held: HashMap<String, HeldSalt>,
    /// The notifications whose salts are to be destroyed, with all entries that rest on them.
    pub destroyed: Vec<String>,
    /// The salts that are to be kept from now on, in the order of first mention.
    pub drawn: Vec<(String, HeldSalt)>,
    /// The notifications of whose erasure a record of this batch tells, also where it is told again.
    pub erased: Vec<String>,
}

impl Salting {
    /// Of records, each of an event that is new to the log, where `held` is what the store holds for their notifications.
    pub fn of(records: &[&Record<'_>], mut held: HashMap<String, HeldSalt>, ambient: &Ambient) -> Self {
        let erased = mentioned(records.iter().filter(|record| record.kind == NOTIFICATION_ERASED));
        let (mut destroyed, mut drawn) = (Vec::new(), Vec::new());
        for reference in mentioned(records.iter()) {
            let before = held.get(&reference);
            // Told of a second time, it is on record beside the first: that salt was drawn for what may be read.
            let is_erased_now = erased.contains(&reference) && !before.is_some_and(|salt| salt.after_erasure);
            if before.is_some() && is_erased_now {
                destroyed.push(reference.clone());
            } else if before.is_some() {
                continue;
            }
            let salt = HeldSalt { salt: Salt::draw(ambient), after_erasure: is_erased_now };
            held.insert(reference.clone(), salt.clone());
            drawn.push((reference, salt));
        }
        Self { held, destroyed, drawn, erased }
    }

    /// Whether a record is kept beside its leaf, to be read: of an erased notification, only that it was erased. Its reason
    /// is a code, and nothing else may come back.
    pub fn keeps(&self, record: &Record<'_>) -> bool {
        record.kind == NOTIFICATION_ERASED
            || self.held.get(record.reference).is_some_and(|salt| !salt.after_erasure)
    }

    /// The leaf of a record: under its notification's salt where it is kept, and else under one that is drawn and forgotten.
    pub fn leaf(&self, record: &Record<'_>, ambient: &Ambient) -> Hash {
        match self.held.get(record.reference).filter(|_| self.keeps(record)) {
            Some(held) => leaf_hash(&held.salt, record),
            None => leaf_under_no_salt(record, ambient),
        }
    }
}

/// The leaf of a record of which nothing may be told: what its salt was, nobody knows.
pub fn leaf_under_no_salt(record: &Record<'_>, ambient: &Ambient) -> Hash {
    leaf_hash(&Salt::draw(ambient), record)
}

/// The notifications that records are about, in the order of first mention.
fn mentioned<'a>(records: impl Iterator<Item = &'a &'a Record<'a>>) -> Vec<String> {
    let mut seen = HashSet::new();
    records
        .map(|record| record.reference)
        .filter(|reference| seen.insert(*reference))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use ambient::{SeededChance, SystemClock};
    use contracts::events::{CASE_QUEUED, NOTIFICATION_RECEIVED};
    use ids::EventId;
    use jiff::Timestamp;

    use super::*;

    const ERASED: &str = "LW-7K4-MXP-2R9";
    const OTHER: &str = "LW-222-222-222";

    fn chance() -> Ambient {
        Ambient::new(SystemClock, SeededChance::new(1))
    }

    fn record<'a>(kind: &'a str, reference: &'a str, ambient: &Ambient) -> Record<'a> {
        let event = EventId::mint(ambient);
        let occurred_at = Timestamp::UNIX_EPOCH;
        Record { event, kind, source: "intake", reference, owner: "373", occurred_at, payload: b"facts" }
    }

    fn held(ambient: &Ambient, after_erasure: bool) -> HeldSalt {
        HeldSalt { salt: Salt::draw(ambient), after_erasure }
    }

    #[test]
    fn an_erasure_destroys_its_notifications_salt_alone_and_keeps_only_itself() {
        let ambient = chance();
        let records = [
            record(NOTIFICATION_RECEIVED, ERASED, &ambient),
            record(CASE_QUEUED, OTHER, &ambient),
            record(NOTIFICATION_ERASED, ERASED, &ambient),
            record(CASE_QUEUED, ERASED, &ambient),
        ];
        let before = held(&ambient, false);
        let store =
            HashMap::from([(ERASED.to_owned(), before.clone()), (OTHER.to_owned(), held(&ambient, false))]);
        let salting = Salting::of(&records.iter().collect::<Vec<_>>(), store, &ambient);
        assert_eq!((salting.destroyed.as_slice(), salting.drawn.len()), ([ERASED.to_owned()].as_slice(), 1));
        assert!(salting.drawn[0].1.after_erasure && salting.drawn[0].1.salt != before.salt);
        let kept: Vec<bool> = records.iter().map(|record| salting.keeps(record)).collect();
        assert_eq!(kept, [false, true, true, false]);
        // The leaf of what is kept can be made again, and that of what is not cannot.
        assert_eq!(salting.leaf(&records[2], &ambient), leaf_hash(&salting.drawn[0].1.salt, &records[2]));
        assert_ne!(salting.leaf(&records[3], &ambient), salting.leaf(&records[3], &ambient));
    }

    #[test]
    fn an_erasure_that_is_told_again_destroys_nothing() {
        let ambient = chance();
        let record = record(NOTIFICATION_ERASED, ERASED, &ambient);
        let store = HashMap::from([(ERASED.to_owned(), held(&ambient, true))]);
        let salting = Salting::of(&[&record], store, &ambient);
        assert!(salting.destroyed.is_empty() && salting.drawn.is_empty() && salting.keeps(&record));
        assert_eq!(salting.erased, [ERASED]);
    }

    #[test]
    fn an_erasure_of_what_was_never_heard_of_is_the_first_that_is_heard() {
        let ambient = chance();
        let record = record(NOTIFICATION_ERASED, ERASED, &ambient);
        let salting = Salting::of(&[&record], HashMap::new(), &ambient);
        assert!(salting.destroyed.is_empty() && salting.keeps(&record));
        assert!(salting.drawn.len() == 1 && salting.drawn[0].1.after_erasure);
    }
}
