//! What news does in which order, and that the order does not matter in the end.

use ambient::{Ambient, SeededChance, SystemClock};
use ids::Reference;
use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::erasure::ErasureReason;
use crate::domain::finding::Outcome;

fn finding(revision: u32) -> News {
    News::Assessed(Box::new(Assessed {
        reference: Reference::mint(&Ambient::new(SystemClock, SeededChance::new(3))),
        revision,
        authority: if revision > 3 { "888".into() } else { "373".into() },
        outcome: Outcome::DutyOfAnotherAuthority,
        provision: "Children Act 2004 s.16C(1)(a)".into(),
        duty_authority: Some("888".into()),
        findings: vec![Outcome::DutyOfAnotherAuthority],
        also: vec![],
        children: 1,
        deaths: vec![],
        occurred_on: Some(date(2026, 3, 1)),
        became_aware_on: Some(date(2026, 3, 2)),
        received_on: date(2026, 3, 2 + i8::try_from(revision).expect("small")),
        late_reason_given: false,
        institution: None,
        facts: vec![],
    }))
}

fn withdrawal(revision: u32) -> News {
    News::Withdrawn(Withdrawal {
        revision,
        why: WithdrawalReason::CriteriaNotMet,
        received_on: date(2026, 3, 20),
    })
}

fn declined(revision: u32) -> News {
    News::Declined(Declined { revision, by: "888".into(), why: DeclineReason::NotifiedByUs })
}

fn erasure(second: i64) -> News {
    let at = Timestamp::from_second(second).expect("a time");
    News::Erased(Erasure { at, why: ErasureReason::RetentionEnded, by: format!("somebody at {second}") })
}

fn heard(news: impl IntoIterator<Item = News>) -> (Told, Vec<Effect>) {
    let mut told = Told::default();
    let effects = news.into_iter().map(|news| told.hear(news)).collect();
    (told, effects)
}

#[test]
fn each_piece_of_news_does_what_its_revision_calls_for() {
    use Effect::{CameLate, Changed, Erased, Kept, Opened};
    let stories = [
        ("in order", vec![finding(1), finding(2)], vec![Opened, Changed]),
        ("out of order", vec![finding(2), finding(1)], vec![Opened, CameLate]),
        ("judged again", vec![finding(1), finding(1)], vec![Opened, CameLate]),
        ("withdrawn", vec![finding(1), withdrawal(2)], vec![Opened, Changed]),
        ("withdrawn first", vec![withdrawal(2), finding(1)], vec![Kept, Opened]),
        ("withdrawn twice", vec![finding(1), withdrawal(2), withdrawal(2)], vec![Opened, Changed, CameLate]),
        ("a withdrawal that came late", vec![finding(3), withdrawal(2)], vec![Opened, CameLate]),
        ("brought back", vec![finding(1), withdrawal(2), finding(3)], vec![Opened, Changed, Changed]),
        (
            "amended behind a withdrawal",
            vec![finding(1), withdrawal(3), finding(2)],
            vec![Opened, Changed, CameLate],
        ),
        ("declined", vec![finding(1), declined(1)], vec![Opened, Changed]),
        ("declined first", vec![declined(1), finding(1)], vec![Kept, Opened]),
        ("declined for an older finding", vec![finding(2), declined(1)], vec![Opened, Kept]),
        (
            "declined when withdrawn",
            vec![finding(1), withdrawal(2), declined(1)],
            vec![Opened, Changed, Kept],
        ),
        ("erased", vec![finding(1), erasure(7)], vec![Opened, Erased]),
        ("erased first", vec![erasure(7), finding(1)], vec![Erased, Opened]),
        ("erased and amended", vec![finding(1), erasure(7), finding(2)], vec![Opened, Erased, Changed]),
        ("erased twice", vec![erasure(7), erasure(8), erasure(7)], vec![Erased, Kept, Kept]),
        ("erased before it was told", vec![erasure(8), erasure(7)], vec![Erased, Erased]),
        ("declined twice", vec![finding(1), declined(1), declined(1)], vec![Opened, Changed, Kept]),
    ];
    for (words, news, effects) in stories {
        assert_eq!(heard(news).1, effects, "{words}");
    }
}

#[test]
fn a_withdrawal_and_a_declined_hand_over_count_only_for_the_revision_they_are_about() {
    let (told, _) = heard([finding(1), withdrawal(2), declined(1)]);
    assert!(told.withdrawn_by().is_some() && told.declined_by().is_some());
    let (told, _) = heard([finding(1), withdrawal(2), declined(1), finding(3)]);
    assert_eq!((told.withdrawn_by(), told.declined_by(), told.revision()), (None, None, 3));
}

#[test]
fn an_authority_has_notified_on_the_day_of_its_first_revision() {
    let (told, _) = heard([finding(2), finding(4), finding(1)]);
    let expected = [("373".to_owned(), date(2026, 3, 3)), ("888".to_owned(), date(2026, 3, 6))];
    assert_eq!(told.notified_on, expected);
}

proptest! {
    #[test]
    fn in_whatever_order_news_comes_the_same_is_held_in_the_end(
        order in Just(vec![finding(1), finding(2), withdrawal(3), finding(4), declined(2), declined(4), withdrawal(6), erasure(7), erasure(8)]).prop_shuffle(),
        left_out in 0usize..9,
    ) {
        let held = |news: &[News]| {
            let (mut told, _) = heard(news.iter().cloned());
            told.notified_on.sort();
            (told.withdrawn_by().cloned(), told.declined_by().cloned(), told.assessed.clone(), told.revision(), told.notified_on, told.erasure.clone())
        };
        let kept: Vec<News> = order.into_iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, news)| news).collect();
        let mut sorted = kept.clone();
        sorted.sort_by_key(|news| match news {
            News::Assessed(assessed) => (assessed.revision, 0),
            News::Withdrawn(withdrawal) => (withdrawal.revision, 1),
            News::Declined(declined) => (declined.revision, 2),
            News::Erased(_) => (u32::MAX, 3),
        });
        prop_assert_eq!(held(&kept), held(&sorted));
        let opened = heard(kept).1.into_iter().filter(|effect| *effect == Effect::Opened).count();
        prop_assert_eq!(opened, 1);
    }
}
