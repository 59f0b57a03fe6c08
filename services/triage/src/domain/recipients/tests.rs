//! Who is told, by the table of outcomes; and when somebody is told again.

use ambient::{Ambient, SeededChance, SystemClock};
use jiff::civil::date;

use super::*;
use crate::domain::policy::compiled_in;
use crate::domain::told::{DeclineReason, Declined, News, Withdrawal, WithdrawalReason};

fn assessed(outcome: Outcome) -> Assessed {
    Assessed {
        reference: Reference::mint(&Ambient::new(SystemClock, SeededChance::new(5))),
        revision: 1,
        authority: "373".into(),
        outcome,
        provision: "Children Act 2004 s.16C(1)(a)".into(),
        duty_authority: None,
        findings: vec![outcome],
        also: vec![],
        children: 1,
        deaths: vec![],
        occurred_on: Some(date(2026, 3, 1)),
        became_aware_on: Some(date(2026, 3, 2)),
        received_on: date(2026, 3, 3),
        late_reason_given: false,
        institution: None,
        facts: vec![],
    }
}

fn told(news: impl IntoIterator<Item = News>) -> Told {
    let mut told = Told::default();
    for news in news {
        told.hear(news);
    }
    told
}

fn found(assessed: Assessed) -> News {
    News::Assessed(Box::new(assessed))
}

fn withdrawn() -> News {
    News::Withdrawn(Withdrawal {
        revision: 9,
        why: WithdrawalReason::NotifiedTwice,
        received_on: date(2026, 3, 9),
    })
}

fn deliveries_of(told: &Told) -> Vec<Delivery> {
    deliveries(told, compiled_in().on(Some(date(2026, 3, 1))))
}

/// Panel, DfE, Ofsted, partners: due or not, with the first reason.
fn answers(told: &Told) -> [(bool, String); 4] {
    let answers: Vec<_> =
        deliveries_of(told).into_iter().map(|told| (told.due, told.reasons[0].code.clone())).collect();
    answers.try_into().expect("four recipients")
}

fn row(panel: (bool, &str), dfe: (bool, &str), partners: (bool, &str)) -> [(bool, String); 4] {
    [panel, dfe, dfe, partners].map(|(due, code)| (due, code.to_owned()))
}

#[test]
fn each_outcome_tells_whom_the_table_says() {
    let no = |code| (false, code);
    let duty = row((true, "TOLD_OF_DUTY"), (true, "TOLD_OF_DUTY"), (true, "TOLD_OF_DUTY"));
    let death = row((true, "TOLD_OF_DEATH"), (true, "TOLD_OF_DEATH"), no("NOT_TOLD_BY_EDITION"));
    let open = row((true, "TOLD_TO_JUDGE"), no("NOT_TOLD_BEFORE_JUDGEMENT"), no("NOT_TOLD_BEFORE_JUDGEMENT"));
    let held = row(no("NOT_TOLD_WHILE_HELD"), no("NOT_TOLD_WHILE_HELD"), no("NOT_TOLD_WHILE_HELD"));
    let outside = row(no("NOT_TOLD_OUTSIDE"), no("NOT_TOLD_OUTSIDE"), no("NOT_TOLD_OUTSIDE"));
    let table = [
        (Outcome::DutyInArea, duty.clone()),
        (Outcome::DutyOutsideEngland, duty),
        (Outcome::LookedAfterDeath, death.clone()),
        (Outcome::CareLeaverDeath, death),
        (Outcome::NeedsJudgement, open),
        (Outcome::DutyOfAnotherAuthority, held),
        (Outcome::Outside, outside),
    ];
    for (outcome, expected) in table {
        assert_eq!(answers(&told([found(assessed(outcome))])), expected, "{outcome:?}");
    }
}

#[test]
fn a_report_of_a_death_beside_an_open_question_is_due_at_once() {
    let beside = Assessed { also: vec![Outcome::LookedAfterDeath], ..assessed(Outcome::NeedsJudgement) };
    let [panel, dfe, ofsted, partners] = answers(&told([found(beside)]));
    assert_eq!((panel.0, partners.0), (true, false));
    assert_eq!([dfe, ofsted], [(true, "TOLD_OF_DEATH".to_owned()), (true, "TOLD_OF_DEATH".to_owned())]);
}

#[test]
fn a_declined_hand_over_is_told_to_the_panel_alone() {
    let declined =
        News::Declined(Declined { revision: 1, by: "888".into(), why: DeclineReason::NotInOurArea });
    let answers = answers(&told([found(assessed(Outcome::DutyOfAnotherAuthority)), declined]));
    assert_eq!(answers.map(|(due, _)| due), [true, false, false, false]);
}

#[test]
fn every_recipient_has_a_reason_whatever_was_found() {
    for outcome in Outcome::ALL {
        for told in [told([found(assessed(outcome))]), told([found(assessed(outcome)), withdrawn()])] {
            for Delivery { recipient, reasons, .. } in deliveries_of(&told) {
                let whole = !reasons.is_empty() && reasons.iter().all(|reason| !reason.source.is_empty());
                assert!(whole, "{recipient:?} {outcome:?}");
            }
        }
    }
    assert_eq!(deliveries_of(&Told::default()), []);
}

fn notice_to_dfe(told: &Told, last: Option<&Said>) -> Option<Notice> {
    notice(Recipient::Dfe, told, compiled_in().on(Some(date(2026, 3, 1))), last, Timestamp::UNIX_EPOCH)
}

#[test]
fn what_was_told_is_told_again_only_where_it_has_changed() {
    let first = notice_to_dfe(&told([found(assessed(Outcome::DutyInArea))]), None).expect("due").said;
    let second = |change: fn(&mut Assessed)| {
        let mut again = Assessed { revision: 2, ..assessed(Outcome::DutyInArea) };
        change(&mut again);
        notice_to_dfe(&told([found(assessed(Outcome::DutyInArea)), found(again)]), Some(&first))
    };
    assert_eq!(second(|_| ()), None);
    assert_eq!(second(|again| again.became_aware_on = None), None, "DfE was not told of that day");
    let died = second(|again| again.deaths = vec![0]).expect("harm became a death");
    assert_eq!((died.revision, died.said.deaths), (2, 1));
    let outside = second(|again| {
        again.outcome = Outcome::Outside;
        again.findings = vec![Outcome::Outside];
    });
    let outside = outside.expect("nobody is left with what no longer holds");
    let codes: Vec<&str> = outside.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!((outside.said.outcome, codes), (Outcome::Outside, vec!["TOLD_AGAIN", "NOT_TOLD_OUTSIDE"]));
}

#[test]
fn a_report_that_a_revision_adds_beside_the_same_outcome_is_told() {
    let died = Assessed { deaths: vec![0], ..assessed(Outcome::DutyInArea) };
    let first = notice_to_dfe(&told([found(died.clone())]), None).expect("due").said;
    let looked_after = Assessed { revision: 2, also: vec![Outcome::LookedAfterDeath], ..died.clone() };
    let again = notice_to_dfe(&told([found(died), found(looked_after)]), Some(&first));
    let again = again.expect("DfE acts on the death of a looked-after child");
    assert_eq!(again.reasons[0].code, "TOLD_AGAIN");
    assert_eq!(again.reasons.len(), 3, "{:?}", again.reasons);
}

#[test]
fn the_panel_is_told_where_the_authority_with_the_duty_has_ended() {
    // Northamptonshire ended in March 2021.
    let ended = Assessed { duty_authority: Some("928".into()), ..assessed(Outcome::DutyOfAnotherAuthority) };
    assert!(ended.has_nobody_to_take_it_over());
    assert!(answers(&told([found(ended)]))[0].0);
    let in_being =
        Assessed { duty_authority: Some("888".into()), ..assessed(Outcome::DutyOfAnotherAuthority) };
    assert!(!in_being.has_nobody_to_take_it_over());
    assert!(!answers(&told([found(in_being)]))[0].0);
}

#[test]
fn a_withdrawal_is_told_to_whoever_was_told_before_and_to_nobody_else() {
    let told = told([found(assessed(Outcome::DutyInArea)), withdrawn()]);
    assert_eq!(notice_to_dfe(&told, None), None);
    let before = Said { withdrawn: false, ..said(told.assessed.as_ref().expect("found"), false, &[]) };
    let notice = notice_to_dfe(&told, Some(&before)).expect("told of the withdrawal");
    assert!(notice.said.withdrawn);
    assert_eq!(notice.reasons[0].code, "TOLD_AGAIN");
    assert!(notice.reasons[0].text.ends_with("is told that it was withdrawn."), "{}", notice.reasons[0].text);
    assert_eq!(notice.reasons[1].code, "NOT_TOLD_WITHDRAWN");
    assert_eq!(notice_to_dfe(&told, Some(&notice.said)), None, "once is enough");
}

#[test]
fn who_is_not_due_is_told_nothing() {
    for outcome in [Outcome::NeedsJudgement, Outcome::DutyOfAnotherAuthority, Outcome::Outside] {
        assert_eq!(notice_to_dfe(&told([found(assessed(outcome))]), None), None, "{outcome:?}");
    }
}
