//! When a notification is offered to another authority, and when an offer lapses.
//!
//! What a reader would get wrong: an offer changes nobody's duty and hides nothing. Until it is accepted the
//! notification counts as the sender's, with all that follows for the panel (promise 4).

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{Answer, ChildFacts, HandOver, HandOverState, Notification, Outcome};
use jiff::civil::Date;
use registers::AuthorityNumber;

/// What a finding of the newest revision does to a notification's hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Nothing.
    Stay,
    /// It is offered.
    Offer,
    /// The open offer stands on the newer revision's finding from now on.
    Keep,
    /// The open offer lapses.
    Lapse,
    /// The open offer lapses, and another authority is asked.
    OfferElsewhere,
}

/// The DfE number of the authority with the duty, where that is another one than the notifier and exists on `today`
/// (Europe/London): one that has ended answers nothing, and a person decides whose the case is.
pub fn duty_elsewhere(assessed: &NotificationAssessed, today: Date) -> Option<&str> {
    let found = assessed.assessment.as_ref()?;
    let notifier = assessed.notification.as_ref().map_or("", |coded| coded.notifying_authority.as_str());
    let duty = found.duty_authority.as_str();
    let number = duty.parse::<AuthorityNumber>().ok();
    let authority = number.and_then(|number| registers::authorities().find(number));
    let answers = authority.is_some_and(|authority| authority.is_live_on(today));
    (found.outcome() == Outcome::DutyOfAnotherAuthority && answers && duty != notifier).then_some(duty)
}

/// What the finding of the newest revision does, where `latest` is the newest of the notification's hand-overs. A
/// finding that is heard again offers nothing twice; after a refusal or a lapse only a newer revision offers anew.
pub fn after_finding(latest: Option<&HandOver>, revision: u32, duty: Option<&str>) -> Move {
    let open = latest.filter(|hand_over| hand_over.state() == HandOverState::Offered);
    match (open, duty) {
        (Some(open), Some(duty)) if open.to_authority == duty => {
            if revision > open.revision {
                Move::Keep
            } else {
                Move::Stay
            }
        }
        (Some(_), Some(_)) => Move::OfferElsewhere,
        (Some(_), None) => Move::Lapse,
        (None, Some(_)) if latest.is_none_or(|ended| revision > ended.revision) => Move::Offer,
        (None, _) => Move::Stay,
    }
}

/// The notification as the accepting authority takes it over: content as held, but the notifier, the day on which that
/// authority became aware, and what the notifier before said of itself: why it was late, and which children it looks
/// after. `own` is the newest record that the accepting authority sent itself, where it has had the notification before.
pub fn taken_over(
    held: Notification,
    by: &str,
    became_aware_on: Date,
    own: Option<&Notification>,
) -> Notification {
    let mut taken = Notification {
        notifying_authority: by.to_owned(),
        became_aware_on: became_aware_on.to_string(),
        late_reason: String::new(),
        ..held
    };
    for child in &mut taken.children {
        let said = own.and_then(|own| own_looked_after(own, &child.key));
        let Some(facts) = child.facts.as_mut() else { continue };
        // `ChildFacts.looked_after` asks "Is the child looked after by the notifying authority?" (facts.proto). What the
        // notifier before stated of itself says nothing of this one: a blank is never "no".
        if let Some(said) = said {
            facts.set_looked_after(said);
        } else if matches!(facts.looked_after(), Answer::Yes | Answer::No) {
            facts.set_looked_after(Answer::Unspecified);
        }
    }
    taken
}

/// What an authority's own record says of a child with this key, if it says anything.
fn own_looked_after(own: &Notification, key: &str) -> Option<Answer> {
    let child = own.children.iter().find(|child| child.key == key)?;
    child.facts.as_ref().map(ChildFacts::looked_after).filter(|said| *said != Answer::Unspecified)
}

#[cfg(test)]
mod tests {
    use contracts::notification::v1::{Assessment, Child, CodedNotification};
    use jiff::civil::date;

    use super::*;

    fn hand_over(state: HandOverState, revision: u32, to: &str) -> HandOver {
        HandOver { state: state.into(), revision, to_authority: to.into(), ..Default::default() }
    }

    #[test]
    fn each_finding_moves_a_hand_over_as_the_drawing_says() {
        use HandOverState::{Accepted, Declined, Lapsed, Offered};
        let cases = [
            (None, 1, None, Move::Stay),
            (None, 1, Some("888"), Move::Offer),
            (Some((Offered, 1)), 1, Some("888"), Move::Stay),
            (Some((Offered, 1)), 2, Some("888"), Move::Keep),
            (Some((Offered, 1)), 2, None, Move::Lapse),
            (Some((Offered, 1)), 2, Some("370"), Move::OfferElsewhere),
            (Some((Declined, 1)), 1, Some("888"), Move::Stay),
            (Some((Declined, 1)), 2, Some("888"), Move::Offer),
            (Some((Declined, 1)), 2, None, Move::Stay),
            (Some((Lapsed, 1)), 3, Some("888"), Move::Offer),
            (Some((Accepted, 1)), 2, None, Move::Stay),
            (Some((Accepted, 1)), 2, Some("370"), Move::Offer),
        ];
        for (latest, revision, duty, expected) in cases {
            let latest = latest.map(|(state, revision)| hand_over(state, revision, "888"));
            assert_eq!(
                after_finding(latest.as_ref(), revision, duty),
                expected,
                "{latest:?} {revision} {duty:?}"
            );
        }
    }

    #[test]
    fn it_is_offered_only_to_another_authority_that_exists_today() {
        let cases = [
            (Outcome::DutyOfAnotherAuthority, "888", Some("888")),
            (Outcome::DutyOfAnotherAuthority, "", None),
            (Outcome::DutyOfAnotherAuthority, "999", None),
            // Cumbria ended on 31 March 2023.
            (Outcome::DutyOfAnotherAuthority, "909", None),
            (Outcome::DutyOfAnotherAuthority, "373", None),
            (Outcome::DutyInArea, "888", None),
        ];
        for (outcome, duty, expected) in cases {
            let assessed = NotificationAssessed {
                notification: Some(CodedNotification {
                    notifying_authority: "373".into(),
                    ..Default::default()
                }),
                assessment: Some(Assessment {
                    outcome: outcome.into(),
                    duty_authority: duty.into(),
                    ..Default::default()
                }),
                ..Default::default()
            };
            let today = date(2026, 3, 20);
            assert_eq!(duty_elsewhere(&assessed, today), expected, "{outcome:?} {duty}");
            let ended = if duty == "909" { Some("909") } else { expected };
            let before = date(2023, 3, 31);
            assert_eq!(duty_elsewhere(&assessed, before), ended, "{outcome:?} {duty} before");
        }
    }

    #[test]
    fn what_the_first_notifier_said_of_itself_is_not_taken_over() {
        for (stated, taken) in [
            (Answer::Yes, Answer::Unspecified),
            (Answer::No, Answer::Unspecified),
            (Answer::NotKnown, Answer::NotKnown),
        ] {
            let facts = ChildFacts {
                looked_after: stated.into(),
                care_leaver: Answer::Yes.into(),
                ..Default::default()
            };
            let held = Notification {
                sender_reference: "A-1".into(),
                notifying_authority: "373".into(),
                became_aware_on: "2026-03-16".into(),
                late_reason: "words".into(),
                children: vec![Child { key: "1".into(), identity: None, facts: Some(facts) }],
                ..Default::default()
            };
            let by_888 = taken_over(held.clone(), "888", date(2026, 3, 18), None);
            let facts = by_888.children[0].facts.as_ref().expect("facts");
            assert_eq!((facts.looked_after(), facts.care_leaver()), (taken, Answer::Yes));
            let mut back = by_888.clone();
            back.notifying_authority = "373".into();
            back.became_aware_on = "2026-03-16".into();
            assert!(back.late_reason.is_empty(), "why the first one was late is its own to say");
            back.late_reason = "words".into();
            back.children.clone_from(&held.children);
            assert_eq!(back, held, "nothing else differs");
            assert_eq!(
                (by_888.notifying_authority.as_str(), by_888.became_aware_on.as_str()),
                ("888", "2026-03-18")
            );
        }
    }

    #[test]
    fn what_an_authority_said_of_itself_before_comes_back_with_the_notification() {
        let child = |key: &str, looked_after: Answer| Child {
            key: key.into(),
            identity: None,
            facts: Some(ChildFacts { looked_after: looked_after.into(), ..Default::default() }),
        };
        let own = Notification {
            children: vec![child("1", Answer::Yes), child("2", Answer::Unspecified), child("3", Answer::No)],
            ..Default::default()
        };
        let held = Notification {
            children: vec![child("1", Answer::No), child("2", Answer::Yes), child("4", Answer::No)],
            ..Default::default()
        };
        let back = taken_over(held, "373", date(2026, 3, 18), Some(&own));
        let said: Vec<Answer> =
            back.children.iter().map(|child| child.facts.as_ref().expect("facts").looked_after()).collect();
        assert_eq!(said, [Answer::Yes, Answer::Unspecified, Answer::Unspecified]);
    }
}
