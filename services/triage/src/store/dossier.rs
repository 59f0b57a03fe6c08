//! One notification while a batch of news is taken up: all that is held of it, and what each piece of news does to it.
//!
//! What a reader would get wrong: nothing is written here. The news of a batch is heard in order, in memory, and what
//! has come of it is written once.

use std::collections::HashMap;

use bytes::Bytes;
use contracts::eligibility::v1::NotificationAssessed;
use ids::Reference;
use jiff::Timestamp;
use jiff::civil::Date;
use prost::Message;
use telemetry::TraceContext;

use super::{Arrival, CaseRevision, FindingHeard};
use crate::domain::case::{Case, TakenUp, make_case};
use crate::domain::lane::Lane;
use crate::domain::policy::Policies;
use crate::domain::priority::Priority;
use crate::domain::recipients::{Notice, Recipient, Said, notice};
use crate::domain::standing::{Standing, VoidLease};
use crate::domain::told::{Effect, News, Told};
use crate::wire::tokens;

/// All that is held of one notification.
#[derive(Debug)]
pub(super) struct Dossier {
    pub(super) reference: Reference,
    pub(super) told: Told,
    pub(super) open: Option<Open>,
    /// What each recipient was told last.
    pub(super) said: HashMap<Recipient, Said>,
    /// Leases that this batch has made void.
    pub(super) void: Vec<VoidLease>,
    /// The finding that counts, where it came in this batch.
    pub(super) finding: Option<FindingHeard>,
}

/// An open case.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) case: Case,
    pub(super) standing: Standing,
    pub(super) taken_up: TakenUp,
    pub(super) assessed: Bytes,
    pub(super) trace: TraceContext,
    /// Whether the store holds the case, as it was, by now: what is there has to make room. Most cases are new.
    pub(super) stored: bool,
}

/// What one piece of news has done.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) reference: Reference,
    pub(super) effect: Effect,
    /// The line in the lineage; none for what is no revision.
    pub(super) revision: Option<CaseRevision>,
    /// The case as it is told of; none where nothing is told.
    pub(super) case: Option<Case>,
    pub(super) notices: Vec<Notice>,
}

impl Dossier {
    /// Of a notification of which nothing is held.
    pub(super) fn empty(reference: Reference) -> Self {
        Self {
            reference,
            told: Told::default(),
            open: None,
            said: HashMap::new(),
            void: Vec::new(),
            finding: None,
        }
    }

    /// Hears a piece of news.
    pub(super) fn hear(&mut self, arrival: &Arrival, policies: &Policies, now: Timestamp) -> Step {
        let judged = self.judged();
        let effect = self.told.hear(arrival.news.clone());
        let finding = arrival.finding.as_ref().filter(|_| self.judged() != judged);
        let finding = finding.map(|finding| self.as_it_may_be_kept(finding));
        match effect {
            Effect::Opened => self.open_case(arrival, finding.as_ref(), policies, now),
            Effect::Changed => self.change(arrival, policies, now),
            Effect::Erased => self.forget_tokens(policies),
            Effect::CameLate | Effect::Kept => {}
        }
        if let Some(finding) = finding {
            if let Some(open) = &mut self.open {
                open.assessed = finding.event.clone();
            }
            self.finding = Some(finding);
        }
        self.make_anew(policies);
        let takes_effect = matches!(effect, Effect::Opened | Effect::Changed);
        Step {
            reference: self.reference,
            effect,
            revision: self.revision(&arrival.news, effect, arrival.taken_up_on, policies, now),
            case: self.open.as_ref().filter(|_| takes_effect).map(|open| open.case.clone()),
            notices: if takes_effect { self.issue(policies, now) } else { Vec::new() },
        }
    }

    /// Sets how many clusters the case is in; whether that changes the case.
    pub(super) fn set_clusters(&mut self, clusters: u32, policies: &Policies) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| open.case.entry.clusters != clusters) else {
            return false;
        };
        open.case.entry.clusters = clusters;
        self.make_anew(policies);
        true
    }

    /// Whether the case is open and its notification withdrawn.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.case.entry.withdrawn)
    }

    /// A finding as it was heard; without match tokens where its notification is erased, which may have been heard before.
    fn as_it_may_be_kept(&self, finding: &FindingHeard) -> FindingHeard {
        let finding = finding.clone();
        if self.told.erasure.is_some() { finding.without_tokens() } else { finding }
    }

    /// Takes the match tokens out of what is held. What the case is linked by is made of its finding anew, so that it
    /// replaces what is stored.
    fn forget_tokens(&mut self, policies: &Policies) {
        let (Some(open), Some(assessed)) = (&mut self.open, &self.told.assessed) else { return };
        open.assessed = tokens::without_tokens(&open.assessed);
        let finding = NotificationAssessed::decode(open.assessed.clone()).ok();
        let notification = finding.and_then(|finding| finding.notification).unwrap_or_default();
        let policy = policies.on(Some(assessed.dated_on()));
        self.finding = Some(FindingHeard::of(self.reference, &notification, open.assessed.clone(), policy));
    }

    fn judged(&self) -> u32 {
        self.told.assessed.as_ref().map_or(0, |assessed| assessed.revision)
    }

    fn open_case(
        &mut self,
        arrival: &Arrival,
        finding: Option<&FindingHeard>,
        policies: &Policies,
        now: Timestamp,
    ) {
        let taken_up = TakenUp { queued_at: now, on: arrival.taken_up_on };
        let case = make_case(&self.told, taken_up, 0, policies);
        self.open = case.map(|case| Open {
            case,
            standing: Standing::Waiting,
            taken_up,
            assessed: finding.map(|finding| finding.event.clone()).unwrap_or_default(),
            trace: arrival.trace.clone(),
            stored: false,
        });
    }

    /// Notes that the case has been written.
    pub(super) fn written(&mut self) {
        if let Some(open) = &mut self.open {
            open.stored = true;
        }
    }

    /// A case that changes waits again, and a lease that it was under is void.
    fn change(&mut self, arrival: &Arrival, policies: &Policies, now: Timestamp) {
        let revision = self.told.revision();
        if let Some(open) = &mut self.open {
            let (standing, void) =
                std::mem::replace(&mut open.standing, Standing::Waiting).amended(revision, now);
            open.standing = standing;
            open.taken_up.on = arrival.taken_up_on;
            open.trace = arrival.trace.clone();
            self.void.extend(void);
        }
        self.make_anew(policies);
    }

    fn make_anew(&mut self, policies: &Policies) {
        let Some(open) = &mut self.open else { return };
        let clusters = open.case.entry.clusters;
        if let Some(case) = make_case(&self.told, open.taken_up, clusters, policies) {
            open.case = case;
        }
    }

    fn issue(&mut self, policies: &Policies, now: Timestamp) -> Vec<Notice> {
        let Some(assessed) = &self.told.assessed else { return Vec::new() };
        let policy = policies.on(Some(assessed.dated_on()));
        let mut notices = Vec::new();
        for recipient in Recipient::OF_NOTICES {
            let last = self.said.get(&recipient);
            if let Some(notice) = notice(recipient, &self.told, policy, last, now) {
                self.said.insert(recipient, notice.said.clone());
                notices.push(notice);
            }
        }
        notices
    }

    /// The line of a piece of news in the lineage. What came late is shown as it would have been by itself.
    fn revision(
        &self,
        news: &News,
        effect: Effect,
        on: Date,
        policies: &Policies,
        now: Timestamp,
    ) -> Option<CaseRevision> {
        let (number, withdraws) = match news {
            News::Assessed(assessed) => (assessed.revision, false),
            News::Withdrawn(withdrawal) => (withdrawal.revision, true),
            News::Declined(_) | News::Erased(_) => return None,
        };
        // The first finding opens the case, and is late all the same where its withdrawal was heard before it.
        let came_late = effect == Effect::CameLate || number < self.told.revision();
        let by_itself = match news {
            News::Assessed(assessed) if came_late => {
                let mut alone = Told::default();
                alone.hear(News::Assessed(assessed.clone()));
                make_case(&alone, TakenUp { queued_at: now, on }, 0, policies)
            }
            _ => None,
        };
        let case = by_itself.as_ref().or(self.open.as_ref().map(|open| &open.case));
        let (lane, priority) = match case {
            Some(case) if !(withdraws && came_late) => (case.entry.lane, case.entry.priority),
            _ => (Lane::Information, Priority::Standard),
        };
        let outcome = case.map(|case| case.entry.outcome);
        Some(CaseRevision { revision: number, outcome, lane, priority, at: now, came_late, withdraws })
    }
}
