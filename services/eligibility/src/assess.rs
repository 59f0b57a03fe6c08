//! Judges a coded notification: the one function behind the queue, `Assess` by gRPC, and `Check` at intake.
//!
//! What a reader would get wrong: it cannot fail and reads no clock. The same notification and the same editions
//! give the same bytes, whenever and wherever they are judged.

use contracts::notification::v1::{Assessment, CodedNotification};

use crate::domain::policy::Policies;
use crate::domain::rules;
use crate::wire;

/// What the law makes of a notification, under the edition in force on the day of the incident (or else of becoming
/// aware, or else of receipt, Europe/London; without any of them the newest edition). Whatever is blank, malformed or
/// unknown to this build counts as not known.
pub fn assess_coded(notification: &CodedNotification, policies: &Policies) -> Assessment {
    let facts = wire::facts(notification);
    let policy = policies.on(facts.incident.dated_on);
    wire::assessment(notification, &facts, &rules::assess(&facts, policy), policy)
}
