//! The proposal that two cases are of one incident, with its reasons.
//!
//! What a reader would get wrong: the same day alone proposes nothing, however rare incidents are. It takes an equal
//! token, or a place besides the day.

use std::collections::BTreeMap;

use catalogue::Entry;
use ids::Reference;
use jiff::civil::Date;

use super::linkable::{Linkable, LinkableChild};
use super::{LinkRule, Pair, SAME_CHILD, SAME_HOUSEHOLD, TWO_AUTHORITIES, VICTIM_AND_PERPETRATOR};
use crate::domain::cluster::Dated;
use crate::domain::reason::Reason;

/// What every reason cites. No provision asks for links: the panel and the authorities know these duplicates.
const SOURCE: &str = "Lapwing's rule for known kinds of duplicates (victim and perpetrator notified apart, two \
                      authorities notifying one incident, siblings); dated policy, [links]";
/// As many children of one notification are named as the facts of a reason; one is enough to see why.
const CHILDREN_NAMED: usize = 20;

/// Why two cases are proposed, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// The same child.
    SameChild,
    /// Children of one household.
    SameHousehold,
    /// A child who harmed another, and a child who was harmed.
    VictimAndPerpetrator,
    /// Two authorities and one day at one place.
    TwoAuthorities,
}

impl Ground {
    /// Every ground, strongest first.
    pub const ALL: [Self; 4] =
        [Self::SameChild, Self::SameHousehold, Self::VictimAndPerpetrator, Self::TwoAuthorities];

    /// Whether it rests on equal tokens, which do not come about by accident.
    pub fn rests_on_tokens(self) -> bool {
        matches!(self, Self::SameChild | Self::SameHousehold)
    }

    fn entry(self) -> Entry {
        match self {
            Self::SameChild => SAME_CHILD,
            Self::SameHousehold => SAME_HOUSEHOLD,
            Self::VictimAndPerpetrator => VICTIM_AND_PERPETRATOR,
            Self::TwoAuthorities => TWO_AUTHORITIES,
        }
    }
}

/// That two cases may be of one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Which two.
    pub pair: Pair,
    /// Why, strongest first; never empty.
    pub reasons: Vec<PairReason>,
    /// How many days apart the two are dated, where both are.
    pub days_apart: Option<u32>,
}

/// A reason with the facts that it rests on in either notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairReason {
    /// Which.
    pub ground: Ground,
    /// Code, sentence and source, without facts.
    pub reason: Reason,
    /// Paths in the notification whose reference sorts first.
    pub lower_facts: Vec<String>,
    /// Paths in the other.
    pub higher_facts: Vec<String>,
}

impl Proposal {
    /// The strongest ground: the first, as long as there is one.
    pub fn strongest(&self) -> Option<Ground> {
        self.reasons.first().map(|reason| reason.ground)
    }

    /// The reasons with the facts of one of the two notifications.
    pub fn seen_from(&self, reference: Reference) -> Vec<Reason> {
        let facts = |reason: &PairReason| {
            if reference == self.pair.lower() {
                reason.lower_facts.clone()
            } else {
                reason.higher_facts.clone()
            }
        };
        self.reasons.iter().map(|reason| reason.reason.clone().resting_on(facts(reason))).collect()
    }
}

/// Proposes that two cases are of one incident; the same whichever of the two comes first, and never of one case.
pub fn propose(one: &Linkable, other: &Linkable, rule: &LinkRule) -> Option<Proposal> {
    let pair = Pair::of(one.reference, other.reference).ok()?;
    let (lower, higher) = if one.reference == pair.lower() { (one, other) } else { (other, one) };
    let both = Both { lower, higher, days: rule.days_apart.into() };
    let grounds =
        [both.same_child(), both.same_household(), both.victim_and_perpetrator(), both.two_authorities()];
    let reasons: Vec<PairReason> = grounds.into_iter().flatten().collect();
    let days_apart = both.dated().map(|(lower, higher)| apart(lower.on, higher.on));
    (!reasons.is_empty()).then_some(Proposal { pair, reasons, days_apart })
}

/// Two cases and how many days apart they may be.
struct Both<'a> {
    lower: &'a Linkable,
    higher: &'a Linkable,
    days: u32,
}

/// What two cases share as the place.
struct Place {
    words: String,
    path: &'static str,
}

impl Both<'_> {
    /// At any distance in time: what befalls one child again is worth seeing, and the sentence tells the days.
    fn same_child(&self) -> Option<PairReason> {
        let shared = shared(self.lower, self.higher, |child| child.child_token.as_deref());
        if shared.is_empty() {
            return None;
        }
        let children = if shared.len() == 1 { "the same child" } else { "the same children" };
        let text = format!(
            "{} and {} name {children}{}.",
            self.lower.reference,
            self.higher.reference,
            self.when_dated()
        );
        Some(self.because(Ground::SameChild, text, |side| of_children(&shared, side, "child_token")))
    }

    /// Within the policy's days. What is the same child in both is the ground above, and no sibling.
    fn same_household(&self) -> Option<PairReason> {
        let (lower, higher) = self.dated().filter(|(lower, higher)| self.near(lower.on, higher.on))?;
        let mut shared = shared(self.lower, self.higher, |child| child.household_token.as_deref());
        shared.retain(|home| !self.is_one_child(home));
        if shared.is_empty() {
            return None;
        }
        let text = format!(
            "{} and {} name children of the same household{}: they may be siblings.",
            self.lower.reference,
            self.higher.reference,
            self.when_dated()
        );
        Some(self.because(Ground::SameHousehold, text, |side| {
            let dated = if side == Side::Lower { lower } else { higher };
            let mut facts = of_children(&shared, side, "household_token");
            facts.push(dated.path.to_owned());
            facts
        }))
    }

    fn victim_and_perpetrator(&self) -> Option<PairReason> {
        let (place, days) = (self.same_place()?, self.occurred()?);
        if !self.near(days.0, days.1) {
            return None;
        }
        let forth = self.lower.names_perpetrator() && self.higher.names_victim();
        let back = self.higher.names_perpetrator() && self.lower.names_victim();
        let (did, suffered) = match (forth, back) {
            (true, _) => (self.lower, self.higher),
            (false, true) => (self.higher, self.lower),
            (false, false) => return None,
        };
        let text = format!(
            "{} names a child who harmed another child, and {} the death or harm of a child, {}, {}.",
            did.reference,
            suffered.reference,
            place.words,
            on_days(days)
        );
        let concerned = |side, child: &LinkableChild| {
            let (as_perpetrator, as_victim) = if side == Side::Lower { (forth, back) } else { (back, forth) };
            (as_perpetrator && child.is_perpetrator()) || (as_victim && child.is_victim())
        };
        Some(self.because(Ground::VictimAndPerpetrator, text, |side| {
            let mut facts = self.events(side, |child| concerned(side, child));
            facts.extend([place.path.to_owned(), "incident.facts.occurred_on".to_owned()]);
            facts
        }))
    }

    fn two_authorities(&self) -> Option<PairReason> {
        let (place, days) = (self.same_place()?, self.occurred()?);
        if days.0 != days.1 || self.lower.authority == self.higher.authority {
            return None;
        }
        let text = format!(
            "Authority {} ({}) and authority {} ({}) each notify an incident {}, {}{}{}.",
            self.lower.authority,
            self.lower.reference,
            self.higher.authority,
            self.higher.reference,
            place.words,
            on_days(days),
            self.at_times(),
            self.of_one_age()
        );
        Some(self.because(Ground::TwoAuthorities, text, |_| {
            ["notifying_authority", place.path, "incident.facts.occurred_on"].map(str::to_owned).to_vec()
        }))
    }

    fn because(&self, ground: Ground, text: String, facts: impl Fn(Side) -> Vec<String>) -> PairReason {
        let reason = Reason::new(ground.entry(), text, SOURCE);
        PairReason { ground, reason, lower_facts: facts(Side::Lower), higher_facts: facts(Side::Higher) }
    }

    fn dated(&self) -> Option<(Dated, Dated)> {
        self.lower.dated.zip(self.higher.dated)
    }

    fn occurred(&self) -> Option<(Date, Date)> {
        self.lower.occurred_on.zip(self.higher.occurred_on)
    }

    fn near(&self, one: Date, other: Date) -> bool {
        apart(one, other) <= self.days
    }

    /// The setting says more than the area.
    fn same_place(&self) -> Option<Place> {
        let (lower, higher) = (self.lower, self.higher);
        if let Some(urn) = lower.setting_urn.as_ref().filter(|urn| higher.setting_urn.as_ref() == Some(*urn))
        {
            let words = format!("in the setting with reference {urn}");
            return Some(Place { words, path: "incident.facts.setting_urn" });
        }
        let area = lower.area.as_ref().filter(|area| higher.area.as_ref() == Some(*area))?;
        Some(Place { words: area.in_words(), path: area.path() })
    }

    /// Whether a home is shared by one child alone, who is in both notifications.
    fn is_one_child(&self, home: &Shared) -> bool {
        let lower = home.lower.iter().map(|position| &self.lower.children[*position]);
        let higher = home.higher.iter().map(|position| &self.higher.children[*position]);
        let mut tokens = lower.chain(higher).map(|child| child.child_token.as_deref());
        let first = tokens.next().flatten();
        first.is_some() && tokens.all(|token| token == first)
    }

    fn events(&self, side: Side, concerned: impl Fn(&LinkableChild) -> bool) -> Vec<String> {
        let children = if side == Side::Lower { &self.lower.children } else { &self.higher.children };
        let concerned = children.iter().enumerate().filter(|(_, child)| concerned(child));
        concerned
            .take(CHILDREN_NAMED)
            .map(|(position, _)| format!("children[{position}].facts.event"))
            .collect()
    }

    fn when_dated(&self) -> String {
        self.dated().map_or_else(String::new, |(lower, higher)| {
            format!(", dated {}", on_days((lower.on, higher.on)).trim_start_matches("on "))
        })
    }

    /// Both times of day, where both are known: they are for a person to compare.
    fn at_times(&self) -> String {
        self.lower.occurred_at.zip(self.higher.occurred_at).map_or_else(String::new, |(lower, higher)| {
            format!(", at {} and at {}", lower.strftime("%H:%M"), higher.strftime("%H:%M"))
        })
    }

    /// A child of one age to whom the same happened in both: not needed, and worth saying.
    fn of_one_age(&self) -> String {
        let alike = |child: &&LinkableChild| {
            child.years.is_some()
                && child.happened.is_some()
                && self
                    .higher
                    .children
                    .iter()
                    .any(|other| (other.years, other.happened) == (child.years, child.happened))
        };
        let years = self.lower.children.iter().find(alike).and_then(|child| child.years);
        years.map_or_else(String::new, |years| {
            format!("; both name a child of {years} to whom the same happened")
        })
    }
}

/// One of the two cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Lower,
    Higher,
}

/// A token that both cases have, with the positions of the children who have it.
struct Shared {
    lower: Vec<usize>,
    higher: Vec<usize>,
}

fn shared(lower: &Linkable, higher: &Linkable, token: fn(&LinkableChild) -> Option<&str>) -> Vec<Shared> {
    let mut others = positions(higher, token);
    let both = positions(lower, token).into_iter();
    both.filter_map(|(token, lower)| Some(Shared { lower, higher: others.remove(token)? })).collect()
}

fn positions(case: &Linkable, token: fn(&LinkableChild) -> Option<&str>) -> BTreeMap<&str, Vec<usize>> {
    let mut positions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, child) in case.children.iter().enumerate() {
        if let Some(token) = token(child) {
            positions.entry(token).or_default().push(position);
        }
    }
    positions
}

fn of_children(shared: &[Shared], side: Side, fact: &str) -> Vec<String> {
    let mut positions: Vec<usize> = shared
        .iter()
        .flat_map(|token| if side == Side::Lower { &token.lower } else { &token.higher })
        .copied()
        .collect();
    positions.sort_unstable();
    positions.truncate(CHILDREN_NAMED);
    positions.into_iter().map(|position| format!("children[{position}].{fact}")).collect()
}

/// How many days lie between two.
fn apart(one: Date, other: Date) -> u32 {
    (one - other).get_days().unsigned_abs()
}

/// Days as people write them, the earlier first.
fn on_days((one, other): (Date, Date)) -> String {
    let long = |date: Date| date.strftime("%-d %B %Y").to_string();
    if one == other {
        return format!("on {}", long(one));
    }
    format!("on {} and {}", long(one.min(other)), long(one.max(other)))
}
