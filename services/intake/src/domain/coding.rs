//! From a notification to the coded facts that may leave intake: everything under `facts`, an age in place of a birth
//! date, and match tokens in place of names and addresses (promise 6).
//!
//! What a reader would get wrong: authorities go out as DfE numbers, whichever code they were sent by.

use contracts::notification::v1::{
    Age, Area, Child, ChildFacts, ChildIdentity, CodedChild, CodedNotification, Notification,
};
use contracts::time::civil_date;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::authority::number_of;
use crate::domain::match_tokens::Tokeniser;

/// The highest age in years that the contract takes.
pub const OLDEST: u32 = 120;

/// What coded facts say of the revision that they are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Lapwing's reference; empty for a draft that is only checked.
    pub reference: String,
    /// The revision, from 1.
    pub revision: u32,
    /// When it was received.
    pub received_at: Timestamp,
    /// Where another authority notified first: its DfE number; else empty.
    pub handed_over_from: String,
}

impl Labels {
    /// Of a draft that is checked at a time.
    pub fn draft(at: Timestamp) -> Self {
        Self { reference: String::new(), revision: 1, received_at: at, handed_over_from: String::new() }
    }
}

/// The coded facts of a notification. Without a tokeniser they carry no match tokens: a draft's have none, so that no
/// finding can depend on one.
pub fn code(notification: &Notification, labels: Labels, tokeniser: Option<&Tokeniser>) -> CodedNotification {
    let mut incident = notification.incident.as_ref().and_then(|incident| incident.facts.clone());
    let occurred_on = incident.as_ref().map_or("", |facts| facts.occurred_on.as_str());
    let day = existing(occurred_on).or_else(|| existing(&notification.became_aware_on));
    if let Some(area) = incident.as_mut().and_then(|facts| facts.area.as_mut()) {
        number_area(area);
    }
    CodedNotification {
        reference: labels.reference,
        revision: labels.revision,
        notifying_authority: number_of(&notification.notifying_authority),
        became_aware_on: notification.became_aware_on.clone(),
        received_at: Some(contracts::time::to_wire(labels.received_at)),
        children: notification.children.iter().map(|child| code_child(child, day, tokeniser)).collect(),
        incident,
        // The words may tell of people and stay here; that there are any is what the clock needs.
        late_reason_given: !notification.late_reason.trim().is_empty(),
        handed_over_from: labels.handed_over_from,
    }
}

/// The birth date, where it is given, decides the age; a stated age that differs is a warning of the form.
fn code_child(child: &Child, day: Option<Date>, tokeniser: Option<&Tokeniser>) -> CodedChild {
    let mut facts = child.facts.clone().unwrap_or_default();
    let born = child.identity.as_ref().and_then(|identity| existing(&identity.date_of_birth));
    // An age that nobody reaches is a slip in the birth date: it is warned of, and counts as not known.
    if let Some(age) =
        born.zip(day).and_then(|(born, day)| age_on(born, day)).filter(|age| age.years <= OLDEST)
    {
        facts.age = Some(age);
    }
    number_authorities(&mut facts);
    let token = |of: fn(&Tokeniser, &ChildIdentity) -> Option<String>| {
        tokeniser.zip(child.identity.as_ref()).and_then(|(tokeniser, identity)| of(tokeniser, identity))
    };
    CodedChild {
        key: child.key.clone(),
        facts: Some(facts),
        child_token: token(Tokeniser::child).unwrap_or_default(),
        household_token: token(Tokeniser::household).unwrap_or_default(),
    }
}

fn number_authorities(facts: &mut ChildFacts) {
    if let Some(area) = facts.normal_residence.as_mut() {
        number_area(area);
    }
    if let Some(placement) = facts.placement.as_mut() {
        placement.host_authority = number_of(&placement.host_authority);
        placement.placing_authority = number_of(&placement.placing_authority);
    }
}

fn number_area(area: &mut Area) {
    area.authority = number_of(&area.authority);
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
    use contracts::notification::v1::{Incident, IncidentFacts, Placement};
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
                    address: format!("12 {secret}"),
                    health: secret.into(),
                    placement_name: secret.into(),
                }),
                facts: Some(ChildFacts::default()),
            }],
            ..Default::default()
        };
        let tokeniser = Tokeniser::new([7; 32]);
        let coded = code(&notification, Labels::draft(Timestamp::UNIX_EPOCH), Some(&tokeniser));
        let bytes = coded.encode_to_vec();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        assert!(!bytes.windows(10).any(|window| window == b"2020-01-02"));
        let age = coded.children[0].facts.as_ref().and_then(|facts| facts.age);
        assert_eq!(age, Some(Age { years: 6, months: Some(2) }));
        assert_eq!(coded.children[0].child_token.len(), 32);
        assert_eq!(coded.children[0].household_token.len(), 32);
    }

    #[test]
    fn without_a_key_there_is_no_token_and_nothing_else_differs() {
        let identity = ChildIdentity {
            name: "Robin Sparrow".into(),
            date_of_birth: "2020-01-02".into(),
            address: "12 Nest Road, S1 2HH".into(),
            ..Default::default()
        };
        let child = Child { key: "1".into(), identity: Some(identity), facts: None };
        let notification = Notification { children: vec![child], ..Default::default() };
        let bare = code(&notification, Labels::draft(Timestamp::UNIX_EPOCH), None);
        assert!(bare.children[0].child_token.is_empty() && bare.children[0].household_token.is_empty());
        let tokeniser = Tokeniser::new([7; 32]);
        let mut keyed = code(&notification, Labels::draft(Timestamp::UNIX_EPOCH), Some(&tokeniser));
        assert!(!keyed.children[0].child_token.is_empty() && !keyed.children[0].household_token.is_empty());
        keyed.children[0].child_token.clear();
        keyed.children[0].household_token.clear();
        assert_eq!(keyed, bare);
    }

    #[test]
    fn every_authority_goes_out_as_its_number_whichever_code_it_was_sent_by() {
        let area = || Some(Area { authority: "E08000019".into(), ..Default::default() });
        let placement = Placement {
            host_authority: "E08000039".into(),
            placing_authority: "E08000016".into(),
            ..Default::default()
        };
        let facts = ChildFacts { normal_residence: area(), placement: Some(placement), ..Default::default() };
        let notification = Notification {
            notifying_authority: "E08000019".into(),
            incident: Some(Incident {
                facts: Some(IncidentFacts { area: area(), ..Default::default() }),
                ..Default::default()
            }),
            children: vec![Child { key: "1".into(), identity: None, facts: Some(facts) }],
            ..Default::default()
        };
        let coded = code(&notification, Labels::draft(Timestamp::UNIX_EPOCH), None);
        let facts = coded.children[0].facts.as_ref().expect("facts");
        let placement = facts.placement.as_ref().expect("a placement");
        let area = coded.incident.as_ref().and_then(|facts| facts.area.as_ref()).expect("an area");
        let residence = facts.normal_residence.as_ref().expect("a residence");
        assert_eq!(
            [
                &coded.notifying_authority,
                &area.authority,
                &residence.authority,
                &placement.host_authority,
                &placement.placing_authority
            ],
            ["373", "373", "373", "373", "370"]
        );
        assert_eq!(contracts::rules::broken_rules(&coded), []);
    }

    #[test]
    fn a_late_reason_counts_as_given_where_it_says_anything() {
        for (words, given) in [("", false), (" \n", false), ("awaited the pathologist", true)] {
            let notification = Notification { late_reason: words.into(), ..Default::default() };
            let coded = code(&notification, Labels::draft(Timestamp::UNIX_EPOCH), None);
            assert_eq!(coded.late_reason_given, given, "{words:?}");
        }
    }
}
