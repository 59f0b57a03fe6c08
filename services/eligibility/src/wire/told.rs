//! The facts that a finding relies on, as they were told, in words.
//!
//! What a reader would get wrong: the words say what the finding read. A place at odds with itself, such as Wales with
//! an English authority's number, was read as not known, and is told so; a date that is none is left out.

use std::borrow::Cow;

use contracts::notification::v1 as contract;

use super::{authority, date, place};
use crate::domain::fact::{Fact, Paths};
use crate::domain::facts::{ChildFacts, IncidentFacts, NOT_KNOWN};

/// What was told of one child and of the incident: in the contract's words, and as it was read.
pub(super) struct Told<'a> {
    pub(super) notification: &'a contract::CodedNotification,
    pub(super) incident: &'a IncidentFacts,
    pub(super) child: &'a ChildFacts,
    pub(super) coded: Option<&'a contract::ChildFacts>,
}

impl Told<'_> {
    /// A fact with its value, and for a judgement who judged, and when.
    pub(super) fn fact(&self, fact: Fact, paths: &Paths) -> contract::FactReliedOn {
        let judgement = self.coded.and_then(|coded| match fact {
            Fact::AbuseOrNeglect => coded.abuse_or_neglect.as_ref(),
            Fact::SeriousHarm => coded.serious_harm.as_ref(),
            _ => None,
        });
        contract::FactReliedOn {
            field: paths.path(fact),
            value: self.value(fact).into_owned(),
            judged_by: judgement
                .map_or(contract::JudgedBy::Unspecified, contract::Judgement::judged_by)
                .into(),
            judged_on: judgement.map_or_else(String::new, |judgement| day(&judgement.judged_on)),
        }
    }

    fn value(&self, fact: Fact) -> Cow<'static, str> {
        let Self { child, incident, .. } = self;
        let involvement = &child.involvement;
        let answer = match fact {
            Fact::AbuseOrNeglect => child.abuse_or_neglect,
            Fact::SeriousHarm => child.serious_harm,
            Fact::LookedAfter => child.looked_after,
            Fact::CareLeaver => child.care_leaver,
            Fact::KnownToAgencies => involvement.known_to_agencies,
            Fact::PreviousInvolvement => involvement.previous,
            Fact::ChildInNeedPlan => involvement.child_in_need_plan,
            Fact::ChildProtectionPlan => involvement.child_protection_plan,
            Fact::EarlierChildProtectionPlan => involvement.earlier_child_protection_plan,
            Fact::ConcernsBeforeBirth => involvement.concerns_before_birth,
            Fact::Unborn => super::answer(self.coded.map(contract::ChildFacts::unborn).unwrap_or_default()),
            Fact::Event => return child.event.in_words().into(),
            Fact::Age => return child.age.in_words(),
            Fact::Area | Fact::AreaAuthority => return incident.place.in_words(),
            Fact::NormalResidence => return self.residence(),
            Fact::CauseOfDeath => return self.cause_of_death().into(),
            Fact::OccurredOn => return self.occurred_on(),
            Fact::NotifyingAuthority => return self.notifying_authority(),
        };
        answer.in_words().into()
    }

    /// Residence asks only "in the notifier's area or elsewhere?"; what was told says where.
    fn residence(&self) -> Cow<'static, str> {
        let area = self.coded.and_then(|coded| coded.normal_residence.as_ref());
        place(area, authority(&self.notification.notifying_authority)).in_words()
    }

    fn cause_of_death(&self) -> &'static str {
        match self.coded.map(contract::ChildFacts::cause_of_death).unwrap_or_default() {
            contract::CauseOfDeath::Unspecified => NOT_KNOWN,
            contract::CauseOfDeath::Homicide => "homicide",
            contract::CauseOfDeath::Suicide => "suicide",
            contract::CauseOfDeath::SuddenUnexpectedInInfancy => "sudden unexpected death in infancy",
            contract::CauseOfDeath::Accident => "accident",
            contract::CauseOfDeath::Natural => "natural cause",
            contract::CauseOfDeath::OverdoseOrPoisoning => "overdose or poisoning",
            contract::CauseOfDeath::Other => "something else",
            contract::CauseOfDeath::Unexplained => "unexplained",
        }
    }

    /// Without the day of the incident, another one chose the policy: it is said which.
    fn occurred_on(&self) -> Cow<'static, str> {
        let incident = self.notification.incident.as_ref();
        match (incident.and_then(|incident| date(&incident.occurred_on)), self.incident.dated_on) {
            (Some(day), _) => day.to_string().into(),
            (None, Some(read)) => format!("{NOT_KNOWN}; read as {read}").into(),
            (None, None) => NOT_KNOWN.into(),
        }
    }

    fn notifying_authority(&self) -> Cow<'static, str> {
        authority(&self.notification.notifying_authority)
            .map_or(NOT_KNOWN.into(), |number| format!("authority {number}").into())
    }
}

/// The day, where it is one.
fn day(text: &str) -> String {
    date(text).map_or_else(String::new, |day| day.to_string())
}
