//! Every combination of the facts that decide, and what must hold for all of them.
//!
//! A "world" is a combination without blanks. A combination with blanks stands for all worlds that the blanks can
//! turn out to be; what is found for it is measured against what is found for those.

use std::collections::BTreeSet;

use eligibility::domain::fact::Fact;
use eligibility::domain::facts::{Age, Answer, ChildFacts, Event, IncidentFacts, Residence, Where};
use eligibility::domain::finding::{Considered, Finding, Outcome};
use eligibility::domain::policy::{self, Policy};
use eligibility::domain::rules;
use registers::AuthorityNumber;

const ANSWERS: [Answer; 3] = [Answer::Yes, Answer::No, Answer::NotKnown];
const EVENTS: [Event; 5] =
    [Event::Death, Event::Harm, Event::HarmedAnotherChild, Event::Other, Event::NotKnown];
const RESIDENCES: [Residence; 3] = [Residence::NotifiersArea, Residence::Elsewhere, Residence::NotKnown];
const AGES: [Age; 6] =
    [Age::Unborn, Age::Years(9), Age::Years(17), Age::Years(19), Age::Years(30), Age::NotKnown];

fn lancashire() -> AuthorityNumber {
    "888".parse().expect("a number")
}

fn places() -> [Where; 5] {
    [
        Where::NotifiersArea,
        Where::AnotherArea(lancashire()),
        Where::SomewhereInEngland,
        Where::OutsideEngland,
        Where::NotKnown,
    ]
}

/// One combination of the facts that decide.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Case {
    child: ChildFacts,
    place: Where,
}

fn cases() -> Vec<Case> {
    let mut cases = vec![Case { child: ChildFacts::default(), place: Where::NotKnown }];
    cases = vary(&cases, EVENTS, |case, event| case.child.event = event);
    cases = vary(&cases, ANSWERS, |case, answer| {
        case.child.abuse_or_neglect = answer;
    });
    cases = vary(&cases, ANSWERS, |case, answer| case.child.serious_harm = answer);
    cases = vary(&cases, AGES, |case, age| case.child.age = age);
    cases = vary(&cases, RESIDENCES, |case, residence| {
        case.child.normal_residence = residence;
    });
    cases = vary(&cases, ANSWERS, |case, answer| case.child.looked_after = answer);
    cases = vary(&cases, ANSWERS, |case, answer| case.child.care_leaver = answer);
    vary(&cases, places(), |case, place| case.place = place)
}

fn vary<T: Copy, const COUNT: usize>(
    cases: &[Case],
    values: [T; COUNT],
    set: impl Fn(&mut Case, T),
) -> Vec<Case> {
    let with = |case: &Case, value| {
        let mut case = *case;
        set(&mut case, value);
        case
    };
    cases.iter().flat_map(|case| values.map(|value| with(case, value))).collect()
}

/// The facts of a case that are blank.
fn blanks(case: &Case) -> Vec<Fact> {
    let Case { child, place } = case;
    [
        (child.abuse_or_neglect == Answer::NotKnown, Fact::AbuseOrNeglect),
        (child.event == Event::NotKnown, Fact::Event),
        (child.serious_harm == Answer::NotKnown, Fact::SeriousHarm),
        (child.age == Age::NotKnown, Fact::Age),
        (*place == Where::NotKnown, Fact::Area),
        (*place == Where::SomewhereInEngland, Fact::AreaAuthority),
        (child.normal_residence == Residence::NotKnown, Fact::NormalResidence),
        (child.looked_after == Answer::NotKnown, Fact::LookedAfter),
        (child.care_leaver == Answer::NotKnown, Fact::CareLeaver),
    ]
    .into_iter()
    .filter_map(|(blank, fact)| blank.then_some(fact))
    .collect()
}

/// The case with one blank filled in, in each way it can turn out.
fn filled(case: &Case, blank: Fact) -> Vec<Case> {
    let one = [*case];
    let yes_no = [Answer::Yes, Answer::No];
    match blank {
        Fact::AbuseOrNeglect => vary(&one, yes_no, |case, answer| case.child.abuse_or_neglect = answer),
        Fact::SeriousHarm => vary(&one, yes_no, |case, answer| case.child.serious_harm = answer),
        Fact::LookedAfter => vary(&one, yes_no, |case, answer| case.child.looked_after = answer),
        Fact::CareLeaver => vary(&one, yes_no, |case, answer| case.child.care_leaver = answer),
        Fact::Event => {
            vary(&one, [EVENTS[0], EVENTS[1], EVENTS[2], EVENTS[3]], |case, event| case.child.event = event)
        }
        Fact::Age => {
            vary(&one, [AGES[0], AGES[1], AGES[2], AGES[3], AGES[4]], |case, age| case.child.age = age)
        }
        Fact::NormalResidence => vary(&one, [RESIDENCES[0], RESIDENCES[1]], |case, residence| {
            case.child.normal_residence = residence;
        }),
        Fact::AreaAuthority => {
            vary(&one, [Where::NotifiersArea, Where::AnotherArea(lancashire())], |case, place| {
                case.place = place;
            })
        }
        Fact::Area => vary(
            &one,
            [Where::NotifiersArea, Where::AnotherArea(lancashire()), Where::OutsideEngland],
            |case, place| case.place = place,
        ),
        other => panic!("{other:?} does not decide"),
    }
}

/// All worlds that the blanks, but for one, can turn out to be.
fn worlds(case: &Case, but: Option<Fact>) -> Vec<Case> {
    blanks(case)
        .into_iter()
        .filter(|blank| Some(*blank) != but)
        .fold(vec![*case], |cases, blank| cases.iter().flat_map(|case| filled(case, blank)).collect())
}

/// Can this be true of anybody? A care leaver is no longer looked after and not under 16 (Children Act 1989 s.23A);
/// an unborn child is neither.
fn is_possible(world: &Case) -> bool {
    let (looked_after, care_leaver) =
        (world.child.looked_after == Answer::Yes, world.child.care_leaver == Answer::Yes);
    match world.child.age {
        Age::Unborn => !looked_after && !care_leaver,
        Age::Years(years) => !(care_leaver && (looked_after || years < 16)),
        Age::NotKnown => !(care_leaver && looked_after),
    }
}

fn judge(case: &Case, policy: &Policy) -> Finding {
    rules::judge_child(&case.child, &IncidentFacts { place: case.place, dated_on: None }, policy)
}

type Told = (Outcome, Vec<Outcome>);

fn told(case: &Case, policy: &Policy) -> Told {
    let finding = judge(case, policy);
    (finding.outcome, finding.also)
}

/// Can this blank make a difference to what is told, in some world that counts?
fn can_alter(case: &Case, blank: Fact, policy: &Policy, counts: fn(&Case) -> bool) -> bool {
    worlds(case, Some(blank)).iter().any(|rest| {
        let told: Vec<Told> = filled(rest, blank)
            .iter()
            .filter(|world| counts(world))
            .map(|world| told(world, policy))
            .collect();
        told.iter().any(|one| *one != told[0])
    })
}

#[test]
fn a_duty_found_with_blanks_stays_a_duty_whatever_they_turn_out_to_be() {
    let policies = policy::compiled_in();
    let policy = policies.on(None);
    let mut checked = 0;
    for case in cases() {
        let found = judge(&case, policy).outcome;
        if matches!(
            found,
            Outcome::DutyInArea | Outcome::DutyOutsideEngland | Outcome::DutyOfAnotherAuthority(_)
        ) {
            for world in worlds(&case, None) {
                assert_eq!(judge(&world, policy).outcome, found, "{case:?} turns out to be {world:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 500, "{checked}");
}

#[test]
fn a_blank_puts_nothing_outside_that_an_answer_would_not() {
    let policies = policy::compiled_in();
    let policy = policies.on(None);
    let mut checked = 0;
    for case in cases().iter().filter(|case| is_possible(case)) {
        if judge(case, policy).outcome == Outcome::Outside {
            for world in worlds(case, None).iter().filter(|world| is_possible(world)) {
                assert_eq!(
                    judge(world, policy).outcome,
                    Outcome::Outside,
                    "{case:?} turns out to be {world:?}"
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 10_000, "{checked}");
}

#[test]
fn every_blank_that_can_alter_the_finding_is_named_as_missing() {
    let policies = policy::compiled_in();
    let policy = policies.on(None);
    for case in cases().iter().filter(|case| is_possible(case)) {
        let missing = judge(case, policy).missing;
        for blank in blanks(case) {
            assert!(
                missing.contains(&blank) || !can_alter(case, blank, policy, is_possible),
                "{blank:?} in {case:?}: {missing:?}"
            );
        }
    }
}

#[test]
fn no_fact_is_named_as_missing_that_is_not_blank_or_can_alter_nothing() {
    let policies = policy::compiled_in();
    let policy = policies.on(None);
    // What is stated may be impossible itself, such as an adult looked after; so here every world counts.
    // Where a person decides whatever the facts are, a fact can matter to that person and alter no outcome here.
    let for_a_person = |case: &Case| {
        matches!(case.child.event, Event::HarmedAnotherChild | Event::Other)
            || case.child.age == Age::Unborn
            || (case.place == Where::OutsideEngland && case.child.normal_residence == Residence::Elsewhere)
    };
    for case in cases().iter().filter(|case| is_possible(case) && !for_a_person(case)) {
        let blanks = blanks(case);
        for fact in judge(case, policy).missing {
            assert!(blanks.contains(&fact), "{fact:?} is not blank in {case:?}");
            assert!(can_alter(case, fact, policy, |_| true), "{fact:?} alters nothing in {case:?}");
        }
    }
}

#[test]
fn saying_no_is_never_told_as_leaving_it_blank() {
    let policies = policy::compiled_in();
    let policy = policies.on(None);
    for case in cases() {
        let blank = judge(&case, policy);
        for fact in blank.missing.iter().filter(|fact| filled(&case, **fact).len() == 2) {
            // The second way to fill in a fact of two answers is "no", or "elsewhere".
            let stated = judge(&filled(&case, *fact)[1], policy);
            assert_ne!(blank, stated, "{fact:?} in {case:?}");
        }
    }
}

#[test]
fn each_outcome_is_found_or_rejected_or_open_and_never_two_of_them() {
    let policies = policy::compiled_in();
    let policy = policies.on(None);
    for case in cases() {
        let finding = judge(&case, policy);
        let found: Vec<Considered> =
            std::iter::once(&finding.outcome).chain(&finding.also).filter_map(considered).collect();
        let rejected: Vec<Considered> = finding.rejected.iter().map(|rejected| rejected.outcome).collect();
        for outcome in [
            Considered::DutyInArea,
            Considered::DutyOutsideEngland,
            Considered::DutyOfAnotherAuthority,
            Considered::LookedAfterDeath,
            Considered::CareLeaverDeath,
        ] {
            let times = found.iter().chain(&rejected).filter(|one| **one == outcome).count();
            assert!(times <= 1, "{outcome:?} in {case:?}: {finding:?}");
            let open = finding.outcome == Outcome::NeedsJudgement || !finding.missing.is_empty();
            assert!(times == 1 || open, "{outcome:?} in {case:?}: {finding:?}");
        }
    }
}

fn considered(outcome: &Outcome) -> Option<Considered> {
    match outcome {
        Outcome::DutyInArea => Some(Considered::DutyInArea),
        Outcome::DutyOutsideEngland => Some(Considered::DutyOutsideEngland),
        Outcome::DutyOfAnotherAuthority(_) => Some(Considered::DutyOfAnotherAuthority),
        Outcome::LookedAfterDeath => Some(Considered::LookedAfterDeath),
        Outcome::CareLeaverDeath => Some(Considered::CareLeaverDeath),
        Outcome::NeedsJudgement | Outcome::Outside => None,
    }
}

#[test]
fn every_finding_gives_each_of_its_reasons_once_and_at_least_one() {
    let policies = policy::compiled_in();
    let policy = policies.on(None);
    for case in cases() {
        let reasons = judge(&case, policy).reasons;
        let codes: BTreeSet<&str> = reasons.iter().map(|reason| reason.code.code()).collect();
        assert!(!reasons.is_empty() && codes.len() == reasons.len(), "{case:?}: {reasons:?}");
        assert!(reasons.iter().all(|reason| !reason.facts.is_empty()), "{case:?}: {reasons:?}");
    }
}
