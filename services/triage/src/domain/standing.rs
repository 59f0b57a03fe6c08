//! Where a case stands on the queue: waiting, leased, acknowledged. A move consumes the standing and may refuse.
//!
//! What a reader would get wrong: an expired lease is not the same as none. The case waits again and anybody may take
//! it; but until somebody does, the old lease may still acknowledge, because the work under it was done and nobody
//! else has begun it. A lease of a case that has changed since never acknowledges: what it looked at is no more.

use ids::LeaseId;
use jiff::Timestamp;

/// A case held by somebody for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Which lease: whoever has it may acknowledge. A consumer may take a case and a colleague finish it.
    pub id: LeaseId,
    /// The caller who took it, as the certificate names them.
    pub by: String,
    /// The time from which it holds no longer.
    pub until: Timestamp,
}

/// The panel's word that it has taken a case over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The lease under which it was given.
    pub lease: LeaseId,
    /// The caller who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has taken it yet.
    Waiting,
    /// Somebody has; see [`Standing::is_free`] for whether the lease still holds.
    Leased(Lease),
    /// The panel has it.
    Acknowledged(Acknowledgement),
}

/// A lease that a change of its case has made void, with the acknowledgement given under it, if there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoidLease {
    /// Which lease.
    pub id: LeaseId,
    /// The revision that the case has stood at since.
    pub revision: u32,
    /// When the case changed.
    pub at: Timestamp,
}

/// An acknowledgement that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acknowledged {
    /// It was given just now.
    Now(Acknowledgement),
    /// It was given before under the same lease, and is answered the same.
    Before(Acknowledgement),
}

/// Why a case cannot be taken: somebody holds it, or the panel has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the case does not wait")]
pub struct NotWaiting;

/// Why a lease does not acknowledge a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeaseRefused {
    /// Nobody has taken the case, so there is no lease.
    #[error("the case has not been taken")]
    NotTaken,
    /// Somebody else took the case after the lease had expired.
    #[error("somebody else has taken the case, until {until}")]
    TakenBySomebodyElse {
        /// The time from which that lease holds no longer.
        until: Timestamp,
    },
    /// The case has changed since it was taken: a later revision, a withdrawal, a declined hand-over.
    #[error("the case has changed since it was taken, at {at}; it is at revision {revision} now")]
    CaseAmended {
        /// The revision that it has stood at since.
        revision: u32,
        /// When it changed.
        at: Timestamp,
    },
    /// The panel has acknowledged the case under another lease.
    #[error("the case was acknowledged under another lease, at {at}")]
    AcknowledgedOtherwise {
        /// When.
        at: Timestamp,
    },
}

impl Standing {
    /// Whether it can be taken at a time: nobody holds it, and the panel does not have it.
    pub fn is_free(&self, now: Timestamp) -> bool {
        match self {
            Self::Waiting => true,
            Self::Leased(lease) => lease.until <= now,
            Self::Acknowledged(_) => false,
        }
    }

    /// Takes a free case under a new lease.
    ///
    /// # Errors
    /// [`NotWaiting`] where it is not free.
    pub fn take(self, lease: Lease, now: Timestamp) -> Result<Self, NotWaiting> {
        if self.is_free(now) { Ok(Self::Leased(lease)) } else { Err(NotWaiting) }
    }

    /// What becomes of it when its case changes: it waits again, and the lease it was under is void.
    pub fn amended(self, revision: u32, at: Timestamp) -> (Self, Option<VoidLease>) {
        let lease = match self {
            Self::Waiting => None,
            Self::Leased(held) => Some(held.id),
            Self::Acknowledged(given) => Some(given.lease),
        };
        (Self::Waiting, lease.map(|id| VoidLease { id, revision, at }))
    }

    /// Acknowledges under a lease; `void` are those of the case that changes have made void.
    ///
    /// # Errors
    /// [`LeaseRefused`] where the lease is not the case's newest.
    pub fn acknowledge(
        self,
        lease: LeaseId,
        by: &str,
        now: Timestamp,
        void: &[VoidLease],
    ) -> Result<Acknowledged, LeaseRefused> {
        if let Some(VoidLease { revision, at, .. }) = void.iter().find(|void| void.id == lease) {
            return Err(LeaseRefused::CaseAmended { revision: *revision, at: *at });
        }
        match self {
            Self::Waiting => Err(LeaseRefused::NotTaken),
            Self::Leased(held) if held.id == lease => {
                Ok(Acknowledged::Now(Acknowledgement { lease, by: by.to_owned(), at: now }))
            }
            Self::Leased(held) => Err(LeaseRefused::TakenBySomebodyElse { until: held.until }),
            Self::Acknowledged(given) if given.lease == lease => Ok(Acknowledged::Before(given)),
            Self::Acknowledged(given) => Err(LeaseRefused::AcknowledgedOtherwise { at: given.at }),
        }
    }
}

#[cfg(test)]
mod tests {
    use ambient::Ambient;
    use proptest::prelude::*;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn lease(until: i64) -> Lease {
        Lease {
            id: LeaseId::mint(&Ambient::system()),
            by: "lapwing://secretariat/desk".into(),
            until: second(until),
        }
    }

    #[test]
    fn a_waiting_case_is_taken_and_a_held_one_is_not() {
        let first = lease(300);
        let taken = Standing::Waiting.take(first.clone(), second(0)).expect("free");
        assert_eq!(taken, Standing::Leased(first));
        assert_eq!(taken.take(lease(600), second(299)), Err(NotWaiting));
    }

    #[test]
    fn a_lease_holds_until_its_time_and_no_longer() {
        let held = Standing::Leased(lease(300));
        assert!(!held.is_free(second(299)));
        assert!(held.is_free(second(300)));
    }

    #[test]
    fn an_acknowledged_case_is_never_free_again() {
        let given = Acknowledgement { lease: lease(0).id, by: "x".into(), at: second(1) };
        assert!(!Standing::Acknowledged(given).is_free(second(1_000_000)));
    }

    #[test]
    fn acknowledging_again_under_the_same_lease_answers_the_same() {
        let lease = lease(300);
        let first =
            Standing::Leased(lease.clone()).acknowledge(lease.id, "a", second(10), &[]).expect("counts");
        let Acknowledged::Now(given) = first else { panic!("{first:?}") };
        let again = Standing::Acknowledged(given.clone()).acknowledge(lease.id, "b", second(20), &[]);
        assert_eq!(again, Ok(Acknowledged::Before(given)));
    }

    #[test]
    fn an_expired_lease_acknowledges_while_nobody_else_has_taken_the_case() {
        let lease = lease(300);
        let answer = Standing::Leased(lease.clone()).acknowledge(lease.id, "a", second(301), &[]);
        assert!(matches!(answer, Ok(Acknowledged::Now(given)) if given.at == second(301)));
    }

    #[test]
    fn a_lease_that_somebody_elses_has_followed_is_refused() {
        let (old, new) = (lease(300), lease(600));
        let taken = Standing::Leased(old.clone()).take(new, second(300)).expect("free again");
        let refused = taken.acknowledge(old.id, "a", second(301), &[]);
        assert_eq!(refused, Err(LeaseRefused::TakenBySomebodyElse { until: second(600) }));
    }

    #[test]
    fn a_case_that_changes_waits_again_and_the_lease_it_was_under_is_void() {
        let (old, new) = (lease(300), lease(600));
        let given = Acknowledgement { lease: old.id, by: "a".into(), at: second(5) };
        for standing in [Standing::Leased(old.clone()), Standing::Acknowledged(given)] {
            let (standing, void) = standing.amended(2, second(10));
            assert_eq!(standing, Standing::Waiting);
            let void = [void.expect("the old lease")];
            let refused = LeaseRefused::CaseAmended { revision: 2, at: second(10) };
            assert_eq!(standing.clone().acknowledge(old.id, "a", second(11), &void), Err(refused));
            let taken = standing.take(new.clone(), second(12)).expect("waits again");
            assert_eq!(taken.clone().acknowledge(old.id, "a", second(13), &void), Err(refused));
            assert!(taken.acknowledge(new.id, "a", second(13), &void).is_ok());
        }
        assert_eq!(Standing::Waiting.amended(2, second(10)), (Standing::Waiting, None));
    }

    #[test]
    fn a_case_that_nobody_took_and_one_acknowledged_otherwise_are_refused() {
        let stranger = lease(300).id;
        assert_eq!(Standing::Waiting.acknowledge(stranger, "a", second(0), &[]), Err(LeaseRefused::NotTaken));
        let given = Acknowledgement { lease: lease(0).id, by: "b".into(), at: second(5) };
        let refused = Standing::Acknowledged(given).acknowledge(stranger, "a", second(9), &[]);
        assert_eq!(refused, Err(LeaseRefused::AcknowledgedOtherwise { at: second(5) }));
    }

    proptest! {
        /// Takes and acknowledgements in any order: the newest lease, and no other, can acknowledge.
        #[test]
        fn only_the_newest_lease_ever_acknowledges(lengths in prop::collection::vec(1i64..50, 1..8), chosen: prop::sample::Index) {
            let mut standing = Standing::Waiting;
            let (mut now, mut leases) = (0, Vec::new());
            for length in lengths {
                let lease = lease(now + length);
                standing = standing.take(lease.clone(), second(now)).expect("the lease before has run out");
                leases.push(lease.id);
                now += length;
            }
            let lease = *chosen.get(&leases);
            let newest = leases.last() == Some(&lease);
            prop_assert_eq!(standing.acknowledge(lease, "a", second(now), &[]).is_ok(), newest);
        }
    }
}
