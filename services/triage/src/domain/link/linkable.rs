//! What linking needs of a case, from coded facts alone.
//!
//! What a reader would get wrong: what is not known is absent here, and absent never equals absent. Two cases that both
//! do not know their day do not share it.

use std::fmt;
use std::str::FromStr;

use contracts::notification::v1::{CodedChild, CodedNotification, Event, IncidentFacts, Nation};
use contracts::time::civil_date;
use ids::Reference;
use jiff::civil::{Date, Time};

use crate::domain::cluster::Dated;

/// A case as linking sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linkable {
    /// Its reference.
    pub reference: Reference,
    /// The notifying authority's DfE number.
    pub authority: String,
    /// The day of the incident, where it is known.
    pub occurred_on: Option<Date>,
    /// The time of day in London, where it is known.
    pub occurred_at: Option<Time>,
    /// The day that dates it: the incident's, or else of becoming aware, or else of receipt.
    pub dated: Option<Dated>,
    /// Where it happened, where that is known.
    pub area: Option<Area>,
    /// Ofsted unique reference number of the setting where it happened.
    pub setting_urn: Option<String>,
    /// The children, in the sender's order.
    pub children: Vec<LinkableChild>,
}

/// A child as linking sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkableChild {
    /// What happened to, or was done by, the child; none where it is something else or not known.
    pub happened: Option<Happened>,
    /// Completed years on the day of the incident.
    pub years: Option<u32>,
    /// Equal for the same child.
    pub child_token: Option<String>,
    /// Equal for the same home.
    pub household_token: Option<String>,
}

/// What happened to, or was done by, a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happened {
    /// The child died.
    Death,
    /// The child was harmed.
    Harm,
    /// The child harmed another child.
    HarmedAnother,
}

/// Where an incident happened, as far as it tells two incidents apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Area {
    /// An authority's area in England, by its DfE number.
    Authority(String),
    /// Wales. A nation is coarse, but English authorities notify few incidents there.
    Wales,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

impl Linkable {
    /// What linking needs of a notification; a text that is no day, no time or empty is not known.
    pub fn of(reference: Reference, notification: &CodedNotification) -> Self {
        let incident = notification.incident.as_ref();
        let text = |read: fn(&IncidentFacts) -> &String| incident.and_then(|facts| told(read(facts)));
        Self {
            reference,
            authority: notification.notifying_authority.clone(),
            occurred_on: incident.and_then(|facts| civil_date(&facts.occurred_on).ok().flatten()),
            occurred_at: text(|facts| &facts.occurred_at).and_then(|time| Time::strptime("%H:%M", time).ok()),
            dated: Dated::of(notification),
            area: incident.and_then(Area::of),
            setting_urn: text(|facts| &facts.setting_urn),
            children: notification.children.iter().map(LinkableChild::of).collect(),
        }
    }

    /// Takes the match tokens away: the notification is erased.
    pub fn forget_tokens(&mut self) {
        for child in &mut self.children {
            child.child_token = None;
            child.household_token = None;
        }
    }

    /// Whether it names a child who harmed another child.
    pub fn names_perpetrator(&self) -> bool {
        self.children.iter().any(LinkableChild::is_perpetrator)
    }

    /// Whether it names the death or harm of a child.
    pub fn names_victim(&self) -> bool {
        self.children.iter().any(LinkableChild::is_victim)
    }
}

impl LinkableChild {
    fn of(child: &CodedChild) -> Self {
        let facts = child.facts.as_ref();
        Self {
            happened: facts.and_then(|facts| Happened::of(facts.event())),
            years: facts.and_then(|facts| facts.age.as_ref()).map(|age| age.years),
            child_token: told(&child.child_token),
            household_token: told(&child.household_token),
        }
    }

    pub(super) fn is_perpetrator(&self) -> bool {
        self.happened == Some(Happened::HarmedAnother)
    }

    pub(super) fn is_victim(&self) -> bool {
        matches!(self.happened, Some(Happened::Death | Happened::Harm))
    }
}

impl Happened {
    fn of(event: Event) -> Option<Self> {
        match event {
            Event::Death => Some(Self::Death),
            Event::Harm => Some(Self::Harm),
            Event::HarmedAnotherChild => Some(Self::HarmedAnother),
            Event::Unspecified | Event::Other | Event::NotKnown => None,
        }
    }
}

impl Area {
    /// England without an authority, and "abroad", say too little of where it was to say that it was the same place.
    fn of(facts: &IncidentFacts) -> Option<Self> {
        let area = facts.area.as_ref()?;
        match area.nation() {
            Nation::England | Nation::Unspecified => told(&area.authority).map(Self::Authority),
            Nation::Wales => Some(Self::Wales),
            Nation::Scotland => Some(Self::Scotland),
            Nation::NorthernIreland => Some(Self::NorthernIreland),
            Nation::Abroad | Nation::NotKnown => None,
        }
    }

    /// Such as "in the area of authority 330" or "in Wales".
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Authority(number) => format!("in the area of authority {number}"),
            nation => format!("in {nation}"),
        }
    }

    /// The path of the fact that tells it.
    pub(super) fn path(&self) -> &'static str {
        match self {
            Self::Authority(_) => "incident.facts.area.authority",
            Self::Wales | Self::Scotland | Self::NorthernIreland => "incident.facts.area.nation",
        }
    }
}

const NATIONS: [Area; 3] = [Area::Wales, Area::Scotland, Area::NorthernIreland];

impl fmt::Display for Area {
    /// An authority as its number, a nation as its name.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Authority(number) => number,
            Self::Wales => "Wales",
            Self::Scotland => "Scotland",
            Self::NorthernIreland => "Northern Ireland",
        })
    }
}

impl FromStr for Area {
    type Err = std::convert::Infallible;

    /// Reads what [`Area`] displays.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let nation = NATIONS.into_iter().find(|nation| nation.to_string() == text);
        Ok(nation.unwrap_or_else(|| Self::Authority(text.to_owned())))
    }
}

fn told(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
