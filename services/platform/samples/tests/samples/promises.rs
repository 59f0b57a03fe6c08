//! The promises: the same for ever, well formed, in the year asked for, nothing after the last day.

use std::collections::BTreeSet;

use contracts::notification::v1::{ChildFacts, Notification};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use prost::Message;
use registers::{CodeSet, CodeVerdict, authorities, notification_volumes};
use samples::{SampleRefused, SampleRequest, sample};
use sha2::{Digest, Sha256};

use crate::reading::{LATER, day, facts, incident, judged_on, samples};

#[test]
fn the_first_three_of_a_seed_are_the_same_bytes_for_ever() {
    let mut hash = Sha256::new();
    for notification in samples(3, 7, 2026, LATER) {
        hash.update(notification.encode_length_delimited_to_vec());
    }
    assert_eq!(
        hex::encode(hash.finalize()),
        "c31fb0a8fd191f4dbe668e92dd3c7c8add227f0397c878ca0464001e03f6a66e"
    );
}

#[test]
fn a_smaller_count_gives_the_first_ones_of_a_larger() {
    assert_eq!(samples(10, 7, 2025, LATER), samples(100, 7, 2025, LATER)[..10]);
}

#[test]
fn the_number_asked_for_is_known_beforehand() {
    let request = SampleRequest { count: 12, seed: 7, year: 2025, until: LATER };
    assert_eq!(sample(&request).expect("a year with figures").len(), 12);
}

#[test]
fn another_seed_and_another_year_give_other_notifications_under_other_references() {
    let all =
        [samples(50, 1, 2026, LATER), samples(50, 2, 2026, LATER), samples(50, 1, 2025, LATER)].concat();
    let references: BTreeSet<&str> = all.iter().map(|one| one.sender_reference.as_str()).collect();
    assert_eq!(references.len(), 150);
    let narratives = |seed: usize| all[seed * 50..][..50].iter().map(|one| one.incident.clone());
    assert!(narratives(0).ne(narratives(1)) && narratives(0).ne(narratives(2)));
    assert_eq!(all[0].sender_reference, "SAMPLE-2026-1-000001");
}

#[test]
fn the_last_day_alters_nothing_in_a_year_long_over() {
    assert_eq!(samples(500, 3, 2025, date(2026, 1, 1)), samples(500, 3, 2025, LATER));
}

#[test]
fn every_sample_of_every_published_year_is_well_formed_and_happened_in_its_year() {
    for volume in notification_volumes() {
        let year = volume.year_ending;
        let (first, last) = (date(year - 1, 4, 1), date(year, 3, 31));
        for notification in samples(600, 11, year, LATER) {
            is_well_formed(&notification);
            has_no_date_after(&notification, LATER);
            let on = judged_on(&notification);
            assert!((first..=last).contains(&on), "{}: {on}", notification.sender_reference);
        }
    }
}

#[test]
fn every_authority_named_existed_on_the_day() {
    for notification in samples(2_000, 5, 2019, LATER) {
        let on = judged_on(&notification);
        let mut named = vec![notification.notifying_authority.clone()];
        named.extend(incident(&notification).area.as_ref().map(|area| area.authority.clone()));
        for facts in facts(&notification) {
            named.extend(facts.normal_residence.as_ref().map(|area| area.authority.clone()));
            named.extend(facts.placement.as_ref().map(|placement| placement.host_authority.clone()));
        }
        for number in named.into_iter().filter(|number| !number.is_empty()) {
            let authority = authorities().find(number.parse().expect("a number")).expect("in the register");
            assert!(authority.is_live_on(on), "{number} on {on}");
        }
    }
}

#[test]
fn people_can_be_reached_nowhere_real() {
    for notifier in samples(500, 17, 2026, LATER).into_iter().filter_map(|one| one.notifier) {
        assert!(
            notifier.telephone.starts_with("01632 960") && notifier.telephone.len() == 12,
            "{notifier:?}"
        );
        assert!(notifier.email.ends_with("@example.gov.uk"), "{notifier:?}");
    }
}

#[test]
fn a_year_without_figures_or_not_begun_is_refused() {
    let refusal = |year, until| sample(&SampleRequest { count: 1, seed: 1, year, until }).err();
    assert!(matches!(refusal(2022, LATER), Some(SampleRefused::NoFigures { year: 2022, .. })));
    assert!(matches!(refusal(2030, LATER), Some(SampleRefused::NoFigures { .. })));
    assert!(matches!(refusal(2026, date(2025, 3, 31)), Some(SampleRefused::NotBegun { year: 2026, .. })));
    assert_eq!(refusal(2026, date(2025, 4, 1)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_seed_and_any_last_day_give_well_formed_notifications_of_the_past(
        seed: u64,
        which in 0..notification_volumes().len(),
        days in 0..500_i64,
    ) {
        let year = notification_volumes()[which].year_ending;
        let first = date(year - 1, 4, 1);
        let until = first.saturating_add(jiff::Span::new().days(days));
        let all = samples(20, seed, year, until);
        prop_assert_eq!(&all[..], &samples(25, seed, year, until)[..20]);
        for notification in &all {
            is_well_formed(notification);
            has_no_date_after(notification, until);
            prop_assert!(judged_on(notification) >= first);
        }
        let references: BTreeSet<&str> = all.iter().map(|one| one.sender_reference.as_str()).collect();
        prop_assert_eq!(references.len(), all.len());
    }
}

/// Every date of a notification that is told.
fn dates(notification: &Notification) -> Vec<Date> {
    let mut texts = vec![notification.became_aware_on.as_str(), incident(notification).occurred_on.as_str()];
    for child in &notification.children {
        texts.extend(child.identity.as_ref().map(|identity| identity.date_of_birth.as_str()));
    }
    for facts in facts(notification) {
        let judgements = [&facts.abuse_or_neglect, &facts.serious_harm].into_iter().flatten();
        texts.extend(judgements.map(|judgement| judgement.judged_on.as_str()));
        texts.extend(facts.education.as_ref().map(|education| education.withdrawn_on.as_str()));
        let placement = facts.placement.as_ref();
        texts.extend(placement.into_iter().flat_map(|at| [at.started_on.as_str(), at.ended_on.as_str()]));
    }
    texts.into_iter().filter_map(day).collect()
}

fn codes(facts: &ChildFacts) -> Vec<(CodeSet, &str)> {
    let mut codes = vec![
        (CodeSet::Sex, facts.sex.as_str()),
        (CodeSet::Ethnicity, facts.ethnicity.as_str()),
        (CodeSet::LegalStatus, facts.legal_status.as_str()),
        (CodeSet::PrimaryNeed, facts.primary_need.as_str()),
        (CodeSet::PlanCategory, facts.plan_category.as_str()),
    ];
    codes.extend(facts.placement.as_ref().map(|placement| (CodeSet::Placement, placement.code.as_str())));
    codes.extend(facts.disabilities.iter().map(|code| (CodeSet::Disability, code.as_str())));
    codes.retain(|(_, code)| !code.is_empty());
    codes
}

#[track_caller]
fn is_well_formed(notification: &Notification) {
    let reference = &notification.sender_reference;
    assert_eq!(contracts::rules::broken_rules(notification), [], "{reference}");
    let on = judged_on(notification);
    for (set, code) in facts(notification).into_iter().flat_map(codes) {
        assert_eq!(set.judge(code, on), CodeVerdict::InForce, "{reference}: {set} {code} on {on}");
    }
    let narrative = &notification.incident.as_ref().expect("an incident").narrative;
    assert!((300..=1_500).contains(&narrative.len()), "{reference}: {} bytes", narrative.len());
    let sentences = narrative.split_inclusive(". ").count();
    assert!((3..=5).contains(&sentences), "{reference}: {sentences} sentences: {narrative}");
}

#[track_caller]
fn has_no_date_after(notification: &Notification, until: Date) {
    for date in dates(notification) {
        assert!(date <= until, "{}: {date} is after {until}", notification.sender_reference);
    }
}
