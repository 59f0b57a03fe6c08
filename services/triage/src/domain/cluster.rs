//! Clusters: one setting or one provider, named by several authorities within a rolling window. The panel's review of
//! residential settings found concerns "not sufficiently brought together by authorities"; here they are seen at once.
//!
//! What a reader would get wrong: a cluster is not "every case that names this code". It is a run of cases without a gap:
//! - a case looks back over the window that the policy edition of its own day sets, that day and the first one counted
//!   in; where the cases of that window come from as many authorities as the edition asks for, they are in a cluster;
//! - windows that share a case make one cluster; windows that share none make two, years apart.
//!
//! So the clusters follow from the mentions alone: in which order cases arrived does not matter.

mod mentions;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU16;
use std::ops::Range;

use ids::Reference;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::Deserialize;

use super::reason::Reason;

pub use mentions::{Dated, Mention, Mentions};

catalogue::entries! {
    /// Why cases are brought together.
    pub CLUSTERS = "Clusters of cases";
    IN_A_CLUSTER: "One setting or provider is named by several authorities within the policy's window.",
        "Look at the cases together before deciding on one of them; each is listed with its authority and its day.";
}

/// What the reason cites.
const SOURCE: &str = "The panel's review of residential settings: concerns \"not sufficiently brought together by \
                      authorities\"; the window is dated policy, [clusters]";
/// As many authorities are named in the sentence; the members name every one.
const AUTHORITIES_NAMED: usize = 10;

/// What dated policy says of clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterRule {
    /// How many calendar months the window goes back from a case's day.
    pub window_months: NonZeroU16,
    /// How many authorities make a cluster; one alone never does, whatever is written here.
    pub authorities: NonZeroU16,
}

impl ClusterRule {
    fn enough(self, authorities: usize) -> bool {
        authorities >= usize::from(self.authorities.get()).max(2)
    }

    /// The first day of the window that ends on a day; the calendar's first where it would go back further.
    fn window_from(self, last: Date) -> Date {
        let months: Span = i32::from(self.window_months.get()).months();
        last.checked_sub(months).unwrap_or(Date::MIN)
    }
}

/// What a cluster is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClusterKind {
    /// One setting by its Ofsted unique reference number.
    Setting,
    /// One provider by its Ofsted reference.
    Provider,
}

/// What a cluster is about: its kind and a code, never a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// A setting or a provider.
    pub kind: ClusterKind,
    /// Its code.
    pub code: String,
}

/// A case in a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its reference.
    pub reference: Reference,
    /// The notifying authority's DfE number.
    pub authority: String,
    /// The day that places it in the window.
    pub dated_on: Date,
    /// Paths of the facts, in its own notification, that name the setting or provider.
    pub facts: Vec<String>,
    /// What the edition of its day says of clusters.
    pub rule: ClusterRule,
}

/// One setting or provider, named by several authorities within the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// What it is about.
    pub subject: Subject,
    /// The cases, by day and then by reference; each once, at least two.
    pub members: Vec<Member>,
}

impl Cluster {
    /// The authorities that name it, by number.
    pub fn authorities(&self) -> BTreeSet<&str> {
        self.members.iter().map(|member| member.authority.as_str()).collect()
    }

    /// The references of its cases.
    pub fn references(&self) -> BTreeSet<Reference> {
        self.members.iter().map(|member| member.reference).collect()
    }

    /// A case in it.
    pub fn member(&self, reference: Reference) -> Option<&Member> {
        self.members.iter().find(|member| member.reference == reference)
    }

    /// Why it is one, with the facts of the case from which it is seen.
    pub fn reason(&self, seen_from: Reference) -> Reason {
        let facts = self.member(seen_from).map(|member| member.facts.clone()).unwrap_or_default();
        Reason::new(IN_A_CLUSTER, self.in_words(), SOURCE).resting_on(facts)
    }

    /// Whether it has a case or an authority that none of the earlier ones had together with its others.
    pub fn is_new_or_grown(&self, before: &[Self]) -> bool {
        let holds_all = |earlier: &Self| {
            earlier.references().is_superset(&self.references())
                && earlier.authorities().is_superset(&self.authorities())
        };
        !before.iter().filter(|earlier| earlier.subject == self.subject).any(holds_all)
    }

    fn in_words(&self) -> String {
        let what = match self.subject.kind {
            ClusterKind::Setting => "The setting with reference",
            ClusterKind::Provider => "The provider with reference",
        };
        let authorities = self.authorities();
        let named: Vec<&str> = authorities.iter().copied().take(AUTHORITIES_NAMED).collect();
        let others = match authorities.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let months = self.members.last().map_or(0, |newest| newest.rule.window_months.get());
        format!(
            "{what} {} is named by {} authorities ({}{others}) in {} cases{}, within a rolling window of {months} months.",
            self.subject.code,
            authorities.len(),
            named.join(", "),
            self.members.len(),
            self.span_in_words(),
        )
    }

    fn span_in_words(&self) -> String {
        let long = |member: &Member| member.dated_on.strftime("%-d %B %Y").to_string();
        match (self.members.first(), self.members.last()) {
            (Some(first), Some(last)) if first.dated_on == last.dated_on => format!(" on {}", long(first)),
            (Some(first), Some(last)) => format!(" from {} to {}", long(first), long(last)),
            _ => String::new(),
        }
    }
}

/// A cluster that is to be told, by way of one of its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// The case that raised it.
    pub reference: Reference,
    /// The DfE number of that case's authority.
    pub authority: String,
    /// The cluster.
    pub cluster: Cluster,
}

impl Raised {
    /// Raised by the last of these cases that is in it; by none where none is.
    pub fn by_the_last_of(cases: &[Reference], cluster: Cluster) -> Option<Self> {
        let member = cases.iter().rev().find_map(|case| cluster.member(*case))?;
        Some(Self { reference: member.reference, authority: member.authority.clone(), cluster })
    }
}

/// The clusters that mentions make, by subject and then by day. A case may be given once for each subject.
pub fn clusters(mentions: &[Mention]) -> Vec<Cluster> {
    let mut subjects: BTreeMap<&Subject, Vec<&Member>> = BTreeMap::new();
    for mention in mentions {
        subjects.entry(&mention.subject).or_default().push(&mention.member);
    }
    let of_each = subjects.into_iter().flat_map(|(subject, members)| of_one(subject, members));
    of_each.collect()
}

fn of_one(subject: &Subject, mut members: Vec<&Member>) -> Vec<Cluster> {
    members.sort_by_key(|member| (member.dated_on, member.reference));
    let runs = joined((0..members.len()).filter_map(|last| window(&members, last)));
    let cluster = |run: Range<usize>| Cluster {
        subject: subject.clone(),
        members: members[run].iter().map(|member| (*member).clone()).collect(),
    };
    runs.into_iter().map(cluster).collect()
}

/// The cases of the window that ends on the day of the one at `last`, if enough authorities are among them.
fn window(members: &[&Member], last: usize) -> Option<Range<usize>> {
    let Member { rule, dated_on, .. } = members[last];
    let from = rule.window_from(*dated_on);
    let first = members.partition_point(|member| member.dated_on < from);
    let end = members.partition_point(|member| member.dated_on <= *dated_on);
    let mut authorities = BTreeSet::new();
    let enough = members[first..end].iter().any(|member| {
        authorities.insert(member.authority.as_str());
        rule.enough(authorities.len())
    });
    enough.then_some(first..end)
}

/// Windows that share a case, joined.
fn joined(windows: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = windows.collect();
    windows.sort_by_key(|window| (window.start, window.end));
    let mut runs: Vec<Range<usize>> = Vec::new();
    for window in windows {
        match runs.last_mut() {
            Some(run) if window.start < run.end => run.end = run.end.max(window.end),
            _ => runs.push(window),
        }
    }
    runs
}

#[cfg(test)]
mod tests;
