//! When a notification is offered to another authority, and when an offer lapses.
//!
//! What a reader would get wrong: an offer changes nobody's duty and hides nothing. Until it is accepted the
//! notification counts as the sender's, with all that follows for the panel (promise 4).

use contracts::eligibility::v1::NotificationAssessed;
use contracts::notification::v1::{Answer, HandOver, HandOverState, Notification, Outcome};
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

/// The DfE number of the authority with the duty, where that is a known one other than the notifier.
pub fn duty_elsewhere(assessed: &NotificationAssessed) -> Option<&str> {
    let found = assessed.assessment.as_ref()?;
    let notifier = assessed.notification.as_ref().map_or("", |coded| coded.notifying_authority.as_str());
    let duty = found.duty_authority.as_str();
    let known =
        duty.parse::<AuthorityNumber>().is_ok_and(|number| registers::authorities().find(number).is_some());
    (found.outcome() == Outcome::DutyOfAnotherAuthority && known && duty != notifier).then_some(duty)
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

/// The notification as the accepting authority takes it over: content as held, but the notifier and the day on which
/// that authority became aware.
pub fn taken_over(held: Notification, by: &str, became_aware_on: Date) -> Notification {
    let mut taken = Notification {
        notifying_authority: by.to_owned(),
        became_aware_on: became_aware_on.to_string(),
        ..held
    };
    for facts in taken.children.iter_mut().filter_map(|child| child.facts.as_mut()) {
        // `ChildFacts.looked_after` asks "Is the child looked after by the notifying authority?" (facts.proto). What the
        // first notifier stated of itself says nothing of this one: a blank is never "no".
        if matches!(facts.looked_after(), Answer::Yes | Answer::No) {
            facts.set_looked_after(Answer::Unspecified);
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use contracts::notification::v1::{Assessment, Child, ChildFacts, CodedNotification};
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
    fn it_is_offered_only_to_a_known_authority_other_than_the_notifier() {
        let cases = [
            (Outcome::DutyOfAnotherAuthority, "888", Some("888")),
            (Outcome::DutyOfAnotherAuthority, "", None),
            (Outcome::DutyOfAnotherAuthority, "999", None),
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
            assert_eq!(duty_elsewhere(&assessed), expected, "{outcome:?} {duty}");
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
            let by_888 = taken_over(held.clone(), "888", date(2026, 3, 18));
            let facts = by_888.children[0].facts.as_ref().expect("facts");
            assert_eq!((facts.looked_after(), facts.care_leaver()), (taken, Answer::Yes));
            let mut back = by_888.clone();
            back.notifying_authority = "373".into();
            back.became_aware_on = "2026-03-16".into();
            back.children.clone_from(&held.children);
            assert_eq!(back, held, "nothing else differs");
            assert_eq!(
                (by_888.notifying_authority.as_str(), by_888.became_aware_on.as_str()),
                ("888", "2026-03-18")
            );
        }
    }
}
