//! All that has been told of one notification, from which its case follows.
//!
//! What a reader would get wrong: news comes in any order. What counts is the highest revision, never the latest
//! arrival; so what is held in the end is the same whatever the order, and the case is made from it anew each time.
//!
//! ```text
//!   nothing ── finding ──▶ open ── finding of a higher revision, withdrawal, hand-over declined ──▶ open, made anew
//!      │                    ▲ └── finding of a lower revision: on record; the case stays as it is
//!      └─ withdrawal or declined hand-over: kept until the finding comes ─┘
//! ```
//!
//! An erasure moves none of this: the case stays where it is, without match tokens.

use jiff::civil::Date;

use super::erasure::Erasure;
use super::finding::Assessed;

/// Why a notification was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WithdrawalReason {
    /// It does not meet the criteria.
    CriteriaNotMet,
    /// The same incident is notified under another reference.
    NotifiedTwice,
    /// It was sent by mistake.
    SentByMistake,
    /// For another reason, or one that this build does not know; the words stay with intake.
    Other,
}

/// A revision that withdraws the notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The revision.
    pub revision: u32,
    /// Why.
    pub why: WithdrawalReason,
    /// The day, in London, on which intake received it.
    pub received_on: Date,
}

/// Why an authority does not take a notification over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeclineReason {
    /// It did not happen in its area.
    NotInOurArea,
    /// It has notified the same incident itself.
    NotifiedByUs,
    /// For another reason, or one that this build does not know; the words stay with intake.
    Other,
}

/// A hand-over that the other authority has declined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declined {
    /// The revision on whose finding it was offered.
    pub revision: u32,
    /// The DfE number of the authority that declined.
    pub by: String,
    /// Why.
    pub why: DeclineReason,
}

/// One piece of news about a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Eligibility judged a revision.
    Assessed(Box<Assessed>),
    /// A revision withdrew the notification.
    Withdrawn(Withdrawal),
    /// The other authority declined to take it over.
    Declined(Declined),
    /// It is erased.
    Erased(Erasure),
}

/// What has been told of one notification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The finding of the highest revision that was judged; none before the first came.
    pub assessed: Option<Assessed>,
    /// The highest withdrawal.
    pub withdrawal: Option<Withdrawal>,
    /// The declined hand-over of the highest revision.
    pub declined: Option<Declined>,
    /// By authority, the first day on which a revision of its was received: the day of its notification. Later
    /// revisions do not notify anew.
    pub notified_on: Vec<(String, Date)>,
    /// The first erasure; none where it is not erased.
    pub erasure: Option<Erasure>,
}

/// What a piece of news did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It is the first finding: the case opens.
    Opened,
    /// The case is made anew.
    Changed,
    /// A newer revision had been taken up: it is on record, and the case stays as it is. Two things of it show all the
    /// same, because what is held in the end must not hang on the order: the day on which the authority first notified,
    /// and, in a withdrawn case, the facts of its newest finding.
    CameLate,
    /// It waits for the finding that it is about, or says nothing new.
    Kept,
    /// The notification is erased: its match tokens go, and the case, if there is one, stays where it is.
    Erased,
}

impl Told {
    /// Takes a piece of news.
    pub fn hear(&mut self, news: News) -> Effect {
        match news {
            News::Assessed(assessed) => self.judged(*assessed),
            News::Withdrawn(withdrawal) => self.withdrawn(withdrawal),
            News::Declined(declined) => self.handed_back(declined),
            News::Erased(erasure) => self.erased(erasure),
        }
    }

    /// The revision that counts: the highest of those judged and those that withdraw.
    pub fn revision(&self) -> u32 {
        let judged = self.assessed.as_ref().map_or(0, |assessed| assessed.revision);
        self.withdrawal.as_ref().map_or(0, |withdrawal| withdrawal.revision).max(judged)
    }

    /// The withdrawal that counts: none where a higher revision has brought the notification back.
    pub fn withdrawn_by(&self) -> Option<&Withdrawal> {
        let judged = self.assessed.as_ref().map_or(0, |assessed| assessed.revision);
        self.withdrawal.as_ref().filter(|withdrawal| withdrawal.revision > judged)
    }

    /// The declined hand-over that counts: one of the revision whose finding counts.
    pub fn declined_by(&self) -> Option<&Declined> {
        let judged = self.assessed.as_ref().map_or(0, |assessed| assessed.revision);
        self.declined.as_ref().filter(|declined| declined.revision == judged)
    }

    fn judged(&mut self, assessed: Assessed) -> Effect {
        self.notified(&assessed);
        let newest = self.revision();
        let held = self.assessed.as_ref().map_or(0, |held| held.revision);
        let revision = assessed.revision;
        if revision <= held {
            return Effect::CameLate;
        }
        let first = self.assessed.replace(assessed).is_none();
        match (first, revision < newest) {
            (true, _) => Effect::Opened,
            // What a withdrawn case shows is its newest finding, whenever that comes.
            (false, true) => Effect::CameLate,
            (false, false) => Effect::Changed,
        }
    }

    /// An authority notified on the day of its first revision, the earliest that is known.
    pub(crate) fn notified(&mut self, assessed: &Assessed) {
        let known = self.notified_on.iter_mut().find(|(authority, _)| *authority == assessed.authority);
        match known {
            Some((_, day)) => *day = assessed.received_on.min(*day),
            None => self.notified_on.push((assessed.authority.clone(), assessed.received_on)),
        }
    }

    fn withdrawn(&mut self, withdrawal: Withdrawal) -> Effect {
        let newest = self.revision();
        if withdrawal.revision <= newest {
            return Effect::CameLate;
        }
        self.withdrawal = Some(withdrawal);
        if self.assessed.is_some() { Effect::Changed } else { Effect::Kept }
    }

    fn handed_back(&mut self, declined: Declined) -> Effect {
        if self.declined.as_ref().is_some_and(|held| held.revision >= declined.revision) {
            return Effect::Kept;
        }
        self.declined = Some(declined);
        let counts = self.declined_by().is_some() && self.withdrawn_by().is_none();
        if counts { Effect::Changed } else { Effect::Kept }
    }

    /// What is erased stays so; of several erasures the first counts, whenever it is heard.
    fn erased(&mut self, erasure: Erasure) -> Effect {
        if self.erasure.as_ref().is_some_and(|held| held.at <= erasure.at) {
            return Effect::Kept;
        }
        self.erasure = Some(erasure);
        Effect::Erased
    }
}

impl WithdrawalReason {
    /// As people say it, to stand after a colon.
    pub fn words(self) -> &'static str {
        match self {
            Self::CriteriaNotMet => "it was determined that the case does not meet the criteria",
            Self::NotifiedTwice => "the same incident is notified under another reference",
            Self::SentByMistake => "it was sent by mistake",
            Self::Other => "for another reason, which intake holds in the sender's words",
        }
    }
}

impl DeclineReason {
    /// As people say it, to stand after a colon.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotInOurArea => "it did not happen in its area",
            Self::NotifiedByUs => "it has notified the same incident itself",
            Self::Other => "for another reason, which intake holds in its words",
        }
    }
}

#[cfg(test)]
mod tests;
