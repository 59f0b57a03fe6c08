//! A store of its own for each test, compiled for each database, and the findings and other news that the promises are tested with.

use ambient::{Ambient, SystemClock};
use bytes::Bytes;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1 as contract;
use contracts::time::to_wire;
use contracts::triage::v1::CaseQueued;
use delivery::{Envelope, Heard, Origin, Outbox as _};
use ids::{EventId, LeaseId, Reference};
use jiff::Timestamp;
use jiff::civil::date;
use prost::Message;
use telemetry::TraceContext;
use tracing::Span;
use triage::domain::cluster::Mentions;
use triage::domain::erasure::{Erasure, ErasureReason};
use triage::domain::finding::{Assessed, Outcome};
use triage::domain::indicators::Child;
use triage::domain::lane::Lane;
use triage::domain::link::Linkable;
use triage::domain::policy::compiled_in;
use triage::domain::recipients::Recipient;
use triage::domain::stand_aside::Viewer;
use triage::domain::standing::{Acknowledged, Acknowledgement, Lease, LeaseRefused};
use triage::domain::told::{DeclineReason, Declined, News, Withdrawal, WithdrawalReason};
use triage::domain::turn::Turn;
use triage::store::{Arrival, FindingHeard, HeldCase, NoticesOf, Page, PageOf, Queued, Store};

use super::dialect::{Database, Kept, Outbox, SqlStore, empty, open};

/// A store of its own, and chance.
pub(super) struct World {
    pub(super) kept: Kept,
    pub(super) database: Database,
    pub(super) store: SqlStore,
    pub(super) ambient: Ambient,
}

/// What a finding says, as far as these promises need it.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) reference: Reference,
    pub(super) revision: u32,
    pub(super) outcome: Outcome,
    pub(super) died: bool,
    pub(super) home_educated: bool,
    pub(super) setting: Option<&'static str>,
    pub(super) authority: &'static str,
}

impl Finding {
    /// The finding as eligibility tells it.
    pub(super) fn event(&self) -> NotificationAssessed {
        let event = if self.died { contract::Event::Death } else { contract::Event::Harm };
        let status = contract::EducationStatus::ElectiveHomeEducation;
        let education = contract::Education { status: status.into(), ..Default::default() };
        let facts = contract::ChildFacts {
            event: event.into(),
            education: self.home_educated.then_some(education),
            ..Default::default()
        };
        let notification = contract::CodedNotification {
            reference: self.reference.to_string(),
            revision: self.revision,
            notifying_authority: self.authority.into(),
            became_aware_on: "2026-03-02".into(),
            received_at: Some(to_wire("2026-03-03T09:00:00Z".parse().expect("a time"))),
            incident: Some(contract::IncidentFacts {
                occurred_on: "2026-03-01".into(),
                setting_urn: self.setting.unwrap_or_default().into(),
                ..Default::default()
            }),
            children: vec![contract::CodedChild {
                key: "1".into(),
                facts: Some(facts),
                ..Default::default()
            }],
            ..Default::default()
        };
        let outcome = contract_outcome(self.outcome);
        let assessment = contract::Assessment {
            outcome: outcome.into(),
            provision: "Children Act 2004 s.16C(1)(a)".into(),
            children: vec![contract::ChildFinding { outcome: outcome.into(), ..Default::default() }],
            ..Default::default()
        };
        NotificationAssessed {
            notification: Some(notification),
            assessment: Some(assessment),
            assessed_at: None,
        }
    }

    pub(super) fn assessed(&self) -> Assessed {
        let otherwise =
            self.home_educated.then_some(triage::domain::indicators::Otherwise::ElectiveHomeEducation);
        Assessed {
            reference: self.reference,
            revision: self.revision,
            authority: self.authority.into(),
            outcome: self.outcome,
            provision: "Children Act 2004 s.16C(1)(a)".into(),
            duty_authority: None,
            findings: vec![self.outcome],
            also: vec![],
            children: 1,
            deaths: if self.died { vec![0] } else { vec![] },
            occurred_on: Some(date(2026, 3, 1)),
            became_aware_on: Some(date(2026, 3, 2)),
            received_on: date(2026, 3, 3),
            late_reason_given: false,
            institution: None,
            facts: vec![Child { otherwise, ..Default::default() }],
        }
    }
}

pub(super) fn contract_outcome(outcome: Outcome) -> contract::Outcome {
    match outcome {
        Outcome::DutyInArea => contract::Outcome::DutyInArea,
        Outcome::DutyOutsideEngland => contract::Outcome::DutyOutsideEngland,
        Outcome::DutyOfAnotherAuthority => contract::Outcome::DutyOfAnotherAuthority,
        Outcome::LookedAfterDeath => contract::Outcome::LookedAfterDeath,
        Outcome::CareLeaverDeath => contract::Outcome::CareLeaverDeath,
        Outcome::NeedsJudgement => contract::Outcome::NeedsJudgement,
        Outcome::Outside => contract::Outcome::Outside,
    }
}

impl World {
    pub(super) async fn new() -> Self {
        let kept = empty().await;
        let database = open(&kept).await;
        let ambient = Ambient::new(SystemClock, ambient::SeededChance::new(11));
        let store = SqlStore::new(database.clone(), compiled_in(), ambient.clone());
        Self { kept, database, store, ambient }
    }

    /// A second opening of the store, as by a second process.
    pub(super) async fn another(&self) -> SqlStore {
        SqlStore::new(open(&self.kept).await, compiled_in(), self.ambient.clone())
    }

    /// A finding about a new reference: serious harm, found to be a duty.
    pub(super) fn finding(&self) -> Finding {
        Finding {
            reference: Reference::mint(&self.ambient),
            revision: 1,
            outcome: Outcome::DutyInArea,
            died: false,
            home_educated: false,
            setting: None,
            authority: "373",
        }
    }

    pub(super) fn heard(&self, finding: &Finding) -> Heard<Arrival> {
        self.heard_as(finding, &finding.event())
    }

    /// A finding as this event tells it.
    pub(super) fn heard_as(&self, finding: &Finding, event: &NotificationAssessed) -> Heard<Arrival> {
        let notification = event.notification.as_ref().expect("a notification");
        let policy = compiled_in().on(Some(date(2026, 3, 1)));
        let heard = FindingHeard {
            event: event.encode_to_vec().into(),
            linkable: (Linkable::of(finding.reference, notification), *policy.links()),
            mentions: Mentions::of(finding.reference, notification, *policy.clusters()),
            received_at: None,
        };
        self.news(finding.reference, News::Assessed(Box::new(finding.assessed())), Some(heard))
    }

    pub(super) fn news(
        &self,
        reference: Reference,
        news: News,
        finding: Option<FindingHeard>,
    ) -> Heard<Arrival> {
        let effect = Arrival {
            reference,
            news,
            finding,
            taken_up_on: date(2026, 3, 3),
            trace: TraceContext { traceparent: Some("00-1-2-01".into()), tracestate: None },
            span: Span::none(),
        };
        Heard { event: EventId::mint(&self.ambient), effect, outgoing: vec![] }
    }

    pub(super) fn withdrawal(&self, reference: Reference, revision: u32) -> Heard<Arrival> {
        let why = WithdrawalReason::SentByMistake;
        let withdrawal = Withdrawal { revision, why, received_on: date(2026, 3, 9) };
        self.news(reference, News::Withdrawn(withdrawal), None)
    }

    pub(super) fn declined(&self, reference: Reference, revision: u32) -> Heard<Arrival> {
        let declined = Declined { revision, by: "888".into(), why: DeclineReason::NotInOurArea };
        self.news(reference, News::Declined(declined), None)
    }

    pub(super) fn erasure(&self, reference: Reference, second: i64) -> Heard<Arrival> {
        let (why, by) = (ErasureReason::RetentionEnded, "lapwing://service/intake".into());
        self.news(reference, News::Erased(Erasure { at: at(second), why, by }), None)
    }

    /// Takes up news at a second, all in one batch.
    pub(super) async fn take_up(&self, heard: &[Heard<Arrival>], second: i64) {
        self.store.take_up(heard, at(second)).await.expect("takes up");
    }

    /// Opens a case of a new finding at each second given.
    pub(super) async fn opened(
        &self,
        outcome: Outcome,
        seconds: impl IntoIterator<Item = i64>,
    ) -> Vec<Reference> {
        let mut opened = Vec::new();
        for second in seconds {
            let finding = Finding { outcome, ..self.finding() };
            self.take_up(&[self.heard(&finding)], second).await;
            opened.push(finding.reference);
        }
        opened
    }

    pub(super) async fn held(&self, reference: Reference) -> HeldCase {
        self.store.find(reference, &secretariat()).await.expect("reads").case().expect("is there")
    }

    pub(super) fn told(&self, kind: &'static str, reference: Reference) -> Envelope {
        let origin = Origin { kind, source: "triage", subject: reference, owner: "373" };
        Envelope::seal(origin, &String::new(), &self.ambient)
    }

    pub(super) fn lease(&self, until: i64) -> Lease {
        Lease { id: LeaseId::mint(&self.ambient), by: "lapwing://secretariat/desk".into(), until: at(until) }
    }

    pub(super) async fn take(&self, lease: &Lease, now: i64) -> Option<Queued> {
        self.store.take_next(Lane::Decision, lease.clone(), at(now)).await.expect("answers")
    }

    pub(super) async fn acknowledge(
        &self,
        case: Reference,
        lease: &Lease,
        now: i64,
    ) -> Result<Acknowledged, LeaseRefused> {
        let given = Acknowledgement { lease: lease.id, by: "lapwing://panel/ada".into(), at: at(now) };
        let told = self.told("case.acknowledged.v1", case);
        self.store.acknowledge(case, &given, &told).await.expect("answers")
    }

    pub(super) async fn list(
        &self,
        after: Option<Turn>,
        at_most: u32,
        include_acknowledged: bool,
        now: i64,
    ) -> Page {
        let page = PageOf { lane: Lane::Decision, after, at_most, include_acknowledged };
        self.store.list(page, &secretariat(), at(now)).await.expect("lists")
    }

    /// Everything that has been told, in the order of telling.
    pub(super) async fn envelopes(&self) -> Vec<Envelope> {
        let claim = Outbox::of(self.database.clone()).claim(1000).await.expect("reads");
        claim.let_go().await.expect("lets go")
    }

    pub(super) async fn kinds_told(&self) -> Vec<String> {
        let of_cases = self
            .envelopes()
            .await
            .into_iter()
            .map(|event| event.kind)
            .filter(|kind| kind.starts_with("case."));
        of_cases.collect()
    }

    /// Every `case.queued.v1`, in the order of telling.
    pub(super) async fn queued_told(&self) -> Vec<CaseQueued> {
        let queued = self.envelopes().await.into_iter().filter(|event| event.kind == "case.queued.v1");
        queued.map(|event| CaseQueued::decode(event.payload).expect("decodes")).collect()
    }

    /// Revision and whether withdrawn, of each notice to DfE, oldest first.
    pub(super) async fn notices_to_dfe(&self) -> Vec<(u32, bool)> {
        let of = NoticesOf { recipient: Recipient::Dfe, before: None, at_most: 100 };
        let page = self.store.notices(of, &secretariat()).await.expect("lists");
        let read = |told: &Bytes| contracts::triage::v1::Notice::decode(told.clone()).expect("decodes");
        page.notices.iter().rev().map(read).map(|notice| (notice.revision, notice.withdrawn)).collect()
    }
}

/// Who sees every case.
pub(super) fn secretariat() -> Viewer {
    Viewer::OfAll("lapwing://secretariat/desk".into())
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

pub(super) fn references(page: &Page) -> Vec<Reference> {
    page.cases.iter().map(|case| case.entry.reference).collect()
}
