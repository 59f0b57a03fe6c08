//! From a notification to the coded facts that may leave intake: everything under `facts`, and an age in place
//! of a birth date (promise 6).

use contracts::notification::v1::{Age, Child, CodedChild, CodedNotification, Notification};
use contracts::time::civil_date;
use jiff::Timestamp;
use jiff::civil::Date;

/// The highest age in years that the contract takes.
pub const OLDEST: u32 = 120;

/// The coded facts of a notification. `reference` is empty for a draft that is only checked.
pub fn code(
    notification: &Notification,
    reference: String,
    revision: u32,
    received_at: Timestamp,
) -> CodedNotification {
    let incident = notification.incident.as_ref().and_then(|incident| incident.facts.clone());
    let occurred_on = incident.as_ref().map_or("", |facts| facts.occurred_on.as_str());
    let day = existing(occurred_on).or_else(|| existing(&notification.became_aware_on));
    CodedNotification {
        reference,
        revision,
        notifying_authority: notification.notifying_authority.clone(),
        became_aware_on: notification.became_aware_on.clone(),
        received_at: Some(contracts::time::to_wire(received_at)),
        children: notification.children.iter().map(|child| code_child(child, day)).collect(),
        incident,
    }
}

/// The birth date, where it is given, decides the age; a stated age that differs is a warning of the form.
fn code_child(child: &Child, day: Option<Date>) -> CodedChild {
    let mut facts = child.facts.clone().unwrap_or_default();
    let born = child.identity.as_ref().and_then(|identity| existing(&identity.date_of_birth));
    // An age that nobody reaches is a slip in the birth date: it is warned of, and counts as not known.
    if let Some(age) =
        born.zip(day).and_then(|(born, day)| age_on(born, day)).filter(|age| age.years <= OLDEST)
    {
        facts.age = Some(age);
    }
    CodedChild { key: child.key.clone(), facts: Some(facts) }
}

/// Completed years and months on a day; `None` before birth. Somebody born on 29 February completes a year on
/// 1 March of a common year: 28 February is still the day before.
pub fn age_on(born: Date, day: Date) -> Option<Age> {
    let years = i32::from(day.year()) - i32::from(born.year());
    let months =
        years * 12 + i32::from(day.month()) - i32::from(born.month()) - i32::from(day.day() < born.day());
    let months = u32::try_from(months).ok()?;
    Some(Age { years: months / 12, months: Some(months % 12) })
}

fn existing(text: &str) -> Option<Date> {
    civil_date(text).ok().flatten()
}

#[cfg(test)]
mod tests {
    use contracts::notification::v1::{ChildFacts, ChildIdentity, Incident, IncidentFacts};
    use jiff::civil::date;
    use prost::Message;

    use super::*;

    #[test]
    fn an_age_counts_completed_years_and_months() {
        let born = date(2008, 3, 15);
        let cases = [
            (date(2026, 3, 14), (17, 11)),
            (date(2026, 3, 15), (18, 0)),
            (date(2026, 4, 14), (18, 0)),
            (date(2008, 3, 15), (0, 0)),
        ];
        for (day, (years, months)) in cases {
            assert_eq!(age_on(born, day), Some(Age { years, months: Some(months) }), "{day}");
        }
        assert_eq!(age_on(born, date(2008, 3, 14)), None);
    }

    #[test]
    fn somebody_born_on_a_leap_day_is_eighteen_on_the_first_of_march() {
        let born = date(2008, 2, 29);
        assert_eq!(age_on(born, date(2026, 2, 28)).map(|age| age.years), Some(17));
        assert_eq!(age_on(born, date(2026, 3, 1)).map(|age| age.years), Some(18));
    }

    #[test]
    fn nothing_that_identifies_anybody_is_in_the_coded_facts() {
        let secret = "Zaunkoenig";
        let notification = Notification {
            sender_reference: "A-1".into(),
            notifying_authority: "373".into(),
            late_reason: secret.into(),
            incident: Some(Incident {
                facts: Some(IncidentFacts { occurred_on: "2026-03-14".into(), ..Default::default() }),
                place: secret.into(),
                narrative: secret.into(),
            }),
            children: vec![Child {
                key: "1".into(),
                identity: Some(ChildIdentity {
                    name: secret.into(),
                    date_of_birth: "2020-01-02".into(),
                    address: secret.into(),
                    health: secret.into(),
                    placement_name: secret.into(),
                }),
                facts: Some(ChildFacts::default()),
            }],
            ..Default::default()
        };
        let coded = code(&notification, String::new(), 1, Timestamp::UNIX_EPOCH);
        let bytes = coded.encode_to_vec();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        assert!(!bytes.windows(10).any(|window| window == b"2020-01-02"));
        let age = coded.children[0].facts.as_ref().and_then(|facts| facts.age);
        assert_eq!(age, Some(Age { years: 6, months: Some(2) }));
    }
}
