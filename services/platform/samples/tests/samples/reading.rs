//! Reading one notification, as both rooms of tests do.

use contracts::notification::v1::{ChildFacts, IncidentFacts, Notification};
use contracts::time::civil_date;
use jiff::civil::{Date, date};
use samples::{SampleRequest, sample};

/// Long after every published year.
pub(crate) const LATER: Date = date(2027, 6, 1);

pub(crate) fn samples(count: usize, seed: u64, year: i16, until: Date) -> Vec<Notification> {
    sample(&SampleRequest { count, seed, year, until }).expect("a year with figures").collect()
}

pub(crate) fn facts(notification: &Notification) -> Vec<&ChildFacts> {
    notification.children.iter().filter_map(|child| child.facts.as_ref()).collect()
}

pub(crate) fn incident(notification: &Notification) -> &IncidentFacts {
    notification
        .incident
        .as_ref()
        .and_then(|incident| incident.facts.as_ref())
        .expect("an incident with facts")
}

pub(crate) fn day(text: &str) -> Option<Date> {
    civil_date(text).expect("a day of the calendar")
}

/// The day by which codes are judged: the incident's, or that of becoming aware.
pub(crate) fn judged_on(notification: &Notification) -> Date {
    day(&incident(notification).occurred_on)
        .or_else(|| day(&notification.became_aware_on))
        .expect("one of the two days is told")
}
