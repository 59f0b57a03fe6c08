//! What a case mentions: settings and providers by their codes, and the day that dates it.
//!
//! What a reader would get wrong: after a hand-over the authority that has taken over is the notifier, and the one that
//! notified first is not. Otherwise one case would make a cluster of two authorities by itself.

use contracts::notification::v1::{CodedChild, CodedNotification, Placement};
use contracts::time::{civil_date, from_wire, london_date};
use ids::Reference;
use jiff::civil::Date;

use super::{ClusterKind, ClusterRule, Member, Subject};

/// As many facts of one notification are named for a subject; one is enough to see why.
const FACTS_NAMED: usize = 20;

/// The day that dates a case, and the fact that tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// The day.
    pub on: Date,
    /// The fact's path in the notification.
    pub path: &'static str,
}

/// The facts that may date a case, best first.
const DATING: [&str; 3] = ["incident.facts.occurred_on", "became_aware_on", "received_at"];

impl Dated {
    /// The incident's day, or else that of becoming aware, or else that of receipt in London; none where the
    /// notification does not tell even that.
    pub fn of(notification: &CodedNotification) -> Option<Self> {
        let day = |text: &str| civil_date(text).ok().flatten();
        let days = [
            notification.incident.as_ref().and_then(|incident| day(&incident.occurred_on)),
            day(&notification.became_aware_on),
            from_wire(notification.received_at.as_ref()).map(london_date),
        ];
        days.into_iter().zip(DATING).find_map(|(on, path)| Some(Self { on: on?, path }))
    }

    /// One that a store holds; none where no fact of that path dates a case.
    pub fn held(on: Date, path: &str) -> Option<Self> {
        DATING.into_iter().find(|known| *known == path).map(|path| Self { on, path })
    }
}

/// One subject that a case mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The setting or provider.
    pub subject: Subject,
    /// The case that mentions it.
    pub member: Member,
}

/// All that a case mentions: each subject once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentions {
    /// The case.
    pub reference: Reference,
    /// What it mentions, by subject.
    pub of: Vec<Mention>,
}

impl Mentions {
    /// What a notification mentions, under the rule of the edition of its day.
    pub fn of(reference: Reference, notification: &CodedNotification, rule: ClusterRule) -> Self {
        let Some(dated) = Dated::of(notification) else {
            return Self { reference, of: Vec::new() };
        };
        let member = |facts| Member {
            reference,
            authority: notification.notifying_authority.clone(),
            dated_on: dated.on,
            facts,
            rule,
        };
        let of = subjects(notification)
            .into_iter()
            .map(|(subject, facts)| Mention { subject, member: member(facts) })
            .collect();
        Self { reference, of }
    }
}

/// Each subject with the paths of the facts that name it.
fn subjects(notification: &CodedNotification) -> Vec<(Subject, Vec<String>)> {
    let mut named: Vec<(Subject, String)> = Vec::new();
    let mut name = |kind, code: &str, path: String| {
        if !code.is_empty() {
            named.push((Subject { kind, code: code.to_owned() }, path));
        }
    };
    if let Some(incident) = &notification.incident {
        name(ClusterKind::Setting, &incident.setting_urn, "incident.facts.setting_urn".to_owned());
    }
    for (position, placement) in placements(notification) {
        let path = |fact| format!("children[{position}].facts.placement.{fact}");
        name(ClusterKind::Setting, &placement.setting_urn, path("setting_urn"));
        name(ClusterKind::Provider, &placement.provider_reference, path("provider_reference"));
    }
    gathered(named)
}

fn placements(notification: &CodedNotification) -> impl Iterator<Item = (usize, &Placement)> {
    let children = notification.children.iter().enumerate();
    children.filter_map(|(position, child)| Some((position, placement(child)?)))
}

fn placement(child: &CodedChild) -> Option<&Placement> {
    child.facts.as_ref()?.placement.as_ref()
}

fn gathered(mut named: Vec<(Subject, String)>) -> Vec<(Subject, Vec<String>)> {
    // Stable: paths stay in the sender's order.
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut gathered: Vec<(Subject, Vec<String>)> = Vec::new();
    for (subject, path) in named {
        match gathered.last_mut() {
            Some((last, paths)) if *last == subject => paths.push(path),
            _ => gathered.push((subject, vec![path])),
        }
    }
    gathered.iter_mut().for_each(|(_, paths)| paths.truncate(FACTS_NAMED));
    gathered
}
