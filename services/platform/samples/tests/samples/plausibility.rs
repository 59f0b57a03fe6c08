//! The shares: those that were published within a tolerance, the guessed ones within wide bounds.

use std::collections::BTreeSet;

use contracts::notification::v1::{Answer, ChildFacts, EducationStatus, Event, Nation, Notification};
use jiff::civil::{Date, date};
use registers::authorities;
use samples::{Nature, Shape};

use crate::reading::{LATER, day, facts, incident, judged_on, samples};

#[test]
fn the_published_shares_of_each_year_are_kept() {
    for year in [2015, 2019, 2024, 2026] {
        let shape = Shape::of_year(year).expect("published");
        let all = samples(5_000, 17, year, LATER);
        for kind in [Nature::Death, Nature::SeriousHarm, Nature::Other] {
            let found = share(&all, |one| nature(one) == kind);
            holds_for(found, shape.share(kind) - 0.03, shape.share(kind) + 0.03);
        }
        holds_for(share(&all, |one| nature(one) == Nature::Other), 0.005, 0.07);
        let looked_after = shape.looked_after_share();
        holds_for(share(&all, is_looked_after), looked_after - 0.03, looked_after + 0.03);
    }
}

#[test]
fn every_authority_notifies_in_a_large_sample() {
    let all = samples(5_000, 17, 2026, LATER);
    let notifying: BTreeSet<&str> = all.iter().map(|one| one.notifying_authority.as_str()).collect();
    let live: Vec<String> =
        authorities().live_on(date(2026, 3, 31)).map(|authority| authority.number.to_string()).collect();
    assert_eq!(live.len(), 153);
    assert!(live.iter().all(|number| notifying.contains(number.as_str())));
}

#[test]
fn abuse_is_mostly_suspected_sometimes_open_and_seldom_ruled_out() {
    let all = samples(5_000, 17, 2026, LATER);
    let first = |one: &Notification| facts(one)[0].abuse_or_neglect.clone();
    let answered =
        |answer| share(&all, |one| first(one).is_some_and(|judgement| judgement.answer() == answer));
    holds_for(answered(Answer::Yes), 0.50, 0.85);
    holds_for(answered(Answer::NotKnown), 0.10, 0.40);
    holds_for(answered(Answer::No), 0.02, 0.15);
}

#[test]
fn a_large_sample_has_some_of_everything_that_the_law_tells_apart() {
    let all = samples(5_000, 17, 2026, LATER);
    let area =
        |one: &Notification, nation| incident(one).area.as_ref().is_some_and(|area| area.nation() == nation);
    holds_for(share(&all, |one| area(one, Nation::Wales)), 0.002, 0.02);
    holds_for(share(&all, |one| area(one, Nation::Scotland)), 0.001, 0.02);
    holds_for(share(&all, |one| area(one, Nation::Abroad)), 0.001, 0.02);
    let elsewhere = |one: &Notification| {
        let area = incident(one).area.as_ref();
        area.is_some_and(|area| !area.authority.is_empty() && area.authority != one.notifying_authority)
    };
    holds_for(share(&all, elsewhere), 0.01, 0.08);
    let care_leaver = |one: &Notification| {
        facts(one)[0].care_leaver() == Answer::Yes && facts(one)[0].looked_after() == Answer::No
    };
    holds_for(share(&all, care_leaver), 0.005, 0.05);
    let home_educated = |one: &Notification| {
        let education = facts(one)[0].education.as_ref();
        education.is_some_and(|education| education.status() == EducationStatus::ElectiveHomeEducation)
    };
    holds_for(share(&all, home_educated), 0.005, 0.06);
    holds_for(share(&all, |one| one.children[0].identity.is_none()), 0.02, 0.09);
    holds_for(share(&all, |one| one.children.len() == 1), 0.80, 0.97);
    holds_for(share(&all, |one| one.children.len() == 4), 0.001, 0.05);
}

#[test]
fn many_are_infants_and_only_care_leavers_of_18_to_24_are_adults() {
    let all = samples(5_000, 17, 2026, LATER);
    holds_for(share(&all, |one| age(one) == Some(0)), 0.20, 0.45);
    let adults: Vec<&Notification> = all.iter().filter(|one| age(one) >= Some(18)).collect();
    holds_for(share(&all, |one| age(one) >= Some(18)), 0.004, 0.03);
    for one in adults {
        assert!(age(one) <= Some(24), "{}", one.sender_reference);
        assert_ne!(facts(one)[0].care_leaver(), Answer::No, "{}", one.sender_reference);
        assert_eq!(nature(one), Nature::Death, "{}", one.sender_reference);
    }
}

#[test]
fn care_leavers_over_18_are_notified_only_since_december_2023() {
    let all = samples(5_000, 17, 2024, LATER);
    let days: Vec<Date> = all.iter().filter(|one| age(one) >= Some(18)).map(judged_on).collect();
    assert!(!days.is_empty());
    assert!(days.iter().all(|day| *day >= date(2023, 12, 15)), "{days:?}");
}

#[test]
fn placed_children_are_looked_after_and_settings_bear_invented_numbers() {
    let all = samples(5_000, 17, 2026, LATER);
    let looked_after: Vec<&ChildFacts> =
        all.iter().flat_map(facts).filter(|facts| facts.looked_after() == Answer::Yes).collect();
    holds_for(share(&looked_after, |facts| facts.placement.is_some()), 0.94, 0.999);
    let urns: Vec<&str> = looked_after
        .iter()
        .filter_map(|facts| facts.placement.as_ref())
        .map(|placement| placement.setting_urn.as_str())
        .filter(|urn| !urn.is_empty())
        .collect();
    assert!(urns.len() > 500, "{}", urns.len());
    assert!(urns.iter().all(|urn| urn.starts_with("SC9") || urn.starts_with('9')), "{urns:?}");
    let placed_otherwise = all.iter().flat_map(facts).filter(|facts| facts.placement.is_some());
    assert_eq!(
        placed_otherwise.count(),
        looked_after.iter().filter(|facts| facts.placement.is_some()).count()
    );
}

fn nature(notification: &Notification) -> Nature {
    let any = |event: Event| facts(notification).iter().any(|facts| facts.event() == event);
    match (any(Event::Death), any(Event::Harm)) {
        (true, _) => Nature::Death,
        (false, true) => Nature::SeriousHarm,
        (false, false) => Nature::Other,
    }
}

fn is_looked_after(notification: &Notification) -> bool {
    facts(notification).iter().any(|facts| facts.looked_after() == Answer::Yes)
}

/// Completed years of the first child on the day of the incident, where both dates are told.
fn age(notification: &Notification) -> Option<i32> {
    let identity = notification.children[0].identity.as_ref();
    let born = identity.and_then(|identity| day(&identity.date_of_birth))?;
    let occurred = day(&incident(notification).occurred_on)?;
    let before_birthday = (occurred.month(), occurred.day()) < (born.month(), born.day());
    Some(i32::from(occurred.year()) - i32::from(born.year()) - i32::from(before_birthday))
}

/// Of all, the share for which something holds.
fn share<T>(all: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    let count = |number: usize| f64::from(u32::try_from(number).expect("few"));
    count(all.iter().filter(|one| holds(one)).count()) / count(all.len())
}

#[track_caller]
fn holds_for(share: f64, least: f64, most: f64) {
    assert!((least..=most).contains(&share), "{share} is not between {least} and {most}");
}
