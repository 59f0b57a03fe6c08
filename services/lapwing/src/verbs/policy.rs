//! `lapwing policy`: which rules hold for an incident of a day, and the published truth table.
//!
//! What a reader would get wrong: the day is the incident's, not today. An edition that begins later is announced, and
//! changes nothing before its first day.

use contracts::json::to_json;
use eligibility::truth_table;
use jiff::civil::Date;
use registers::{CodeSet, CollectionYear};
use serde_json::json;
use triage::domain::policy::explain as of_triage;

use super::Context;
use crate::cli::PolicyCommand;
use crate::ending::{Ending, Failure};
use crate::printing::line;

/// One thing that the policy of a day says.
struct Said {
    about: String,
    says: String,
    source: String,
}

impl Said {
    fn new(about: impl Into<String>, says: impl Into<String>) -> Self {
        Self { about: about.into(), says: says.into(), source: String::new() }
    }
}

/// Shows the policy of a day, the published table, or every combination as a notification.
///
/// # Errors
/// None today; verbs may fail.
pub(crate) fn policy(context: &Context, command: &PolicyCommand) -> Result<Ending, Failure> {
    match command {
        PolicyCommand::Explain { date } => explain(context, *date),
        PolicyCommand::Table => {
            line(truth_table::published(eligibility::domain::policy::compiled_in()).trim_end());
        }
        PolicyCommand::Combinations { date } => {
            for combination in truth_table::combinations() {
                line(to_json(&combination.as_notification(*date)));
            }
        }
    }
    Ok(Ending::Well)
}

fn explain(context: &Context, day: Date) {
    let rooms = [
        ("eligibility: what the law makes of it", of_eligibility(day)),
        ("triage: how it is put before the panel", triage(day)),
        ("codes in force", codes(day)),
    ];
    for (room, said) in rooms {
        if context.json {
            said.iter().for_each(|said| line(as_json(room, said)));
        } else {
            line(room);
            said.iter().for_each(tell);
        }
    }
}

fn tell(said: &Said) {
    let source = if said.source.is_empty() { String::new() } else { format!("  ({})", said.source) };
    line(format!("  {}: {}{source}", said.about, said.says));
}

fn as_json(room: &str, said: &Said) -> String {
    json!({ "room": room, "about": said.about, "says": said.says, "source": said.source }).to_string()
}

fn of_eligibility(day: Date) -> Vec<Said> {
    let policies = eligibility::domain::policy::compiled_in();
    let policy = policies.on(Some(day));
    let mut said = vec![
        Said::new("edition", policy.edition()),
        Said::new("effective from", policy.effective_from().to_string()),
        Said::new("hash", format!("sha256 {}", policy.hash())),
        Said::new("a child is", format!("under {}", policy.adult_from_age())),
        Said::new("a looked-after child's death", policy.looked_after_provision()),
        match policy.care_leaver_provision().zip(policy.care_leaver_ages()) {
            Some((provision, ages)) => {
                Said::new("a care leaver's death", format!("to the age of {}: {provision}", ages.to))
            }
            None => Said::new("a care leaver's death", "not asked for by this edition"),
        },
    ];
    said.extend(before(day, policy.effective_from()));
    said.extend(policies.next_after(day).map(next));
    said
}

fn triage(day: Date) -> Vec<Said> {
    let policies = ::triage::domain::policy::compiled_in();
    let policy = policies.on(Some(day));
    let lines = of_triage(policy).into_iter();
    let said = lines.map(|line| Said { about: line.about.into(), says: line.says, source: line.source });
    said.chain(before(day, policy.effective_from())).chain(policies.next_after(day).map(next)).collect()
}

/// Before its first day the earliest edition is read for want of another.
fn before(day: Date, first_day: Date) -> Option<Said> {
    let says = "other law applied; this edition is read for want of another, and a person decides";
    (day < first_day).then(|| Said::new("before the earliest edition", says))
}

fn next(first_day: Date) -> Said {
    Said::new("the next edition", format!("holds for incidents from {first_day} on"))
}

fn codes(day: Date) -> Vec<Said> {
    let year = Said::new("collection year", CollectionYear::of(day).to_string());
    let sets = CodeSet::ALL.into_iter().map(|set| Said::new(set.name(), set.in_force(day).join(" ")));
    std::iter::once(year).chain(sets).collect()
}
