//! The smallest changes, against brute force: each leads where it says, no smaller set does, and none is left out.
//!
//! The words of a change are read back into facts here, so that what is tested is what a reader is told.

use std::collections::{BTreeMap, BTreeSet};

use eligibility::domain::changes;
use eligibility::domain::fact::Fact;
use eligibility::domain::facts::{
    Age, Answer, CauseOfDeath, ChildFacts, Event, IncidentFacts, Involvement, Residence, Where,
};
use eligibility::domain::finding::{Outcome, OutcomeKind};
use eligibility::domain::policy::{self, Policy};
use eligibility::domain::rules;
use jiff::civil::date;

/// The facts that decide, in the order in which they are told, with their values: those that are known come first.
const FACTS: [(Fact, u8, u8); 8] = [
    (Fact::AbuseOrNeglect, 2, 3),
    (Fact::Event, 4, 5),
    (Fact::SeriousHarm, 2, 3),
    (Fact::Age, 5, 6),
    (Fact::Area, 3, 5),
    (Fact::NormalResidence, 2, 3),
    (Fact::LookedAfter, 2, 3),
    (Fact::CareLeaver, 2, 3),
];

/// By fact, which of its values.
type Case = [u8; 8];

/// A change as it is told, and as this file writes it: the facts by place, the values that each becomes.
type Told = BTreeMap<OutcomeKind, BTreeSet<Vec<(Fact, u8)>>>;

const ANSWERS: [Answer; 3] = [Answer::Yes, Answer::No, Answer::NotKnown];
const EVENTS: [Event; 5] =
    [Event::Death, Event::Harm, Event::HarmedAnotherChild, Event::Other, Event::NotKnown];
const AGES: [Age; 6] =
    [Age::Years(9), Age::Years(17), Age::Years(19), Age::Years(30), Age::Unborn, Age::NotKnown];
const RESIDENCES: [Residence; 3] = [Residence::NotifiersArea, Residence::Elsewhere, Residence::NotKnown];

fn places() -> [Where; 5] {
    [
        Where::NotifiersArea,
        Where::AnotherArea("888".parse().expect("a number")),
        Where::OutsideEngland,
        Where::SomewhereInEngland,
        Where::NotKnown,
    ]
}

fn facts(case: Case) -> (ChildFacts, Where) {
    let [abuse, event, harm, age, place, residence, looked_after, care_leaver] = case.map(usize::from);
    let child = ChildFacts {
        abuse_or_neglect: ANSWERS[abuse],
        event: EVENTS[event],
        serious_harm: ANSWERS[harm],
        age: AGES[age],
        normal_residence: RESIDENCES[residence],
        looked_after: ANSWERS[looked_after],
        care_leaver: ANSWERS[care_leaver],
        ..ChildFacts::default()
    };
    (child, places()[place])
}

/// The value that the words of a change mean, with the position of its fact.
fn read(fact: Fact, words: &str) -> (usize, u8) {
    let position = |fact| FACTS.iter().position(|(one, ..)| *one == fact).expect("it decides");
    let value = match (fact, words) {
        (Fact::Unborn, "yes") => return (position(Fact::Age), 4),
        (Fact::Event, "death") => 0,
        (Fact::Event, "harm") => 1,
        (Fact::Event, "harmed another child") => 2,
        (Fact::Event, "something else") => 3,
        (Fact::Age, "under 16" | "born, and under 16") => 0,
        (Fact::Age, "16 or 17" | "born, and 16 or 17") => 1,
        (Fact::Age, "18 to 24" | "born, and 18 to 24") => 2,
        (Fact::Age, "25 or over" | "born, and 25 or over") => 3,
        (Fact::Area | Fact::NormalResidence, "in the notifying authority's area") => 0,
        (Fact::Area, "in another English authority's area") => 1,
        (Fact::Area, "outside England") => 2,
        (Fact::NormalResidence, "elsewhere") => 1,
        (Fact::AbuseOrNeglect | Fact::SeriousHarm | Fact::LookedAfter | Fact::CareLeaver, "yes") => 0,
        (Fact::AbuseOrNeglect | Fact::SeriousHarm | Fact::LookedAfter | Fact::CareLeaver, "no") => 1,
        other => panic!("{other:?}"),
    };
    (position(fact), value)
}

/// Every combination of the newest edition with its outcome, each judged by itself.
struct Judged {
    policy: &'static Policy,
    outcomes: Vec<OutcomeKind>,
}

impl Judged {
    fn new() -> Self {
        let policy = policy::compiled_in().on(None);
        let judge = |case| {
            let (child, place) = facts(case);
            rules::judge_child(&child, &IncidentFacts { place, dated_on: None }, policy).outcome.kind()
        };
        Self { policy, outcomes: Self::cases().map(judge).collect() }
    }

    fn cases() -> impl Iterator<Item = Case> {
        (0..36_450_usize).map(|mut number| {
            FACTS.map(|(_, _, values)| {
                let value = number % usize::from(values);
                number /= usize::from(values);
                u8::try_from(value).expect("small")
            })
        })
    }

    fn outcome(&self, case: Case) -> OutcomeKind {
        let number =
            FACTS.iter().zip(case).rev().fold(0, |number, ((_, _, values), value)| {
                number * usize::from(*values) + usize::from(value)
            });
        self.outcomes[number]
    }

    fn changes(&self, case: Case) -> changes::Changes<'static> {
        let (child, place) = facts(case);
        changes::smallest(&child, &IncidentFacts { place, dated_on: None }, self.policy)
    }

    /// What is told, each set with each of its values by itself.
    fn told(&self, case: Case) -> Told {
        let mut told = Told::new();
        for change in self.changes(case).iter() {
            let sets = change.turns().fold(vec![Vec::new()], |sets: Vec<Vec<(Fact, u8)>>, turn| {
                let with = |set: &Vec<(Fact, u8)>, value| [set.as_slice(), &[(turn.fact(), value)]].concat();
                let values: Vec<u8> = turn.becomes().map(|words| read(turn.fact(), words).1).collect();
                sets.iter().flat_map(|set| values.iter().map(|value| with(set, *value))).collect()
            });
            for set in sets {
                assert!(told.entry(change.outcome()).or_default().insert(set), "told twice in {case:?}");
            }
        }
        told
    }

    /// Every case that others of known values can be made of this one, by how many facts and which.
    fn by_brute_force(&self, case: Case) -> Told {
        let mut best: BTreeMap<OutcomeKind, usize> = BTreeMap::new();
        let mut sets = Told::new();
        for turned in turned(case) {
            let outcome = self.outcome(turned);
            let set = difference(case, turned);
            let fewest = best.entry(outcome).or_insert(set.len());
            if set.len() < *fewest {
                *fewest = set.len();
                sets.remove(&outcome);
            }
            if set.len() == *fewest {
                sets.entry(outcome).or_default().insert(set);
            }
        }
        sets.remove(&self.outcome(case));
        sets
    }
}

fn turned(case: Case) -> Vec<Case> {
    (0..8).fold(vec![case], |cases, position| {
        let known = 0..FACTS[position].1;
        let with = |case: &Case, value| {
            let mut case = *case;
            case[position] = value;
            case
        };
        let others = known.filter(|value| *value != case[position]);
        let turned: Vec<Case> =
            others.flat_map(|value| cases.iter().map(move |case| with(case, value))).collect();
        [cases, turned].concat()
    })
}

fn difference(case: Case, turned: Case) -> Vec<(Fact, u8)> {
    FACTS
        .iter()
        .zip(case.into_iter().zip(turned))
        .filter(|(_, (before, after))| before != after)
        .map(|((fact, ..), (_, after))| {
            (if *fact == Fact::Age && after == 4 { Fact::Unborn } else { *fact }, after)
        })
        .collect()
}

fn with(case: Case, set: &[(Fact, u8)]) -> Case {
    set.iter().fold(case, |mut case, (fact, value)| {
        let fact = if *fact == Fact::Unborn { Fact::Age } else { *fact };
        case[FACTS.iter().position(|(one, ..)| *one == fact).expect("it decides")] = *value;
        case
    })
}

#[test]
fn every_change_of_every_combination_leads_where_it_says() {
    let judged = Judged::new();
    let mut checked = 0;
    for case in Judged::cases() {
        for (outcome, sets) in judged.told(case) {
            assert_ne!(outcome, judged.outcome(case), "{case:?}");
            for set in sets {
                assert_eq!(judged.outcome(with(case, &set)), outcome, "{case:?} with {set:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 36_450 * 6, "{checked}");
}

#[test]
fn the_changes_of_a_sample_are_all_the_smallest_sets_and_no_others() {
    let judged = Judged::new();
    // A step that has no divisor in common with the number of combinations meets all values of all facts.
    let sample: Vec<Case> = Judged::cases().step_by(211).collect();
    assert!(sample.len() > 150);
    for case in sample {
        assert_eq!(judged.told(case), judged.by_brute_force(case), "{case:?}");
    }
}

#[test]
fn every_outcome_can_be_reached_from_every_combination() {
    let judged = Judged::new();
    for case in Judged::cases() {
        let told: BTreeSet<OutcomeKind> =
            judged.changes(case).iter().map(|change| change.outcome()).collect();
        assert_eq!(told.len(), 6, "{case:?}: {told:?}");
    }
}

#[test]
fn fewest_facts_come_first_then_the_outcomes_precedence_then_the_facts_order() {
    let judged = Judged::new();
    for case in Judged::cases() {
        let order: Vec<(usize, OutcomeKind, Vec<Fact>)> = judged
            .changes(case)
            .iter()
            .map(|change| {
                let facts: Vec<Fact> = change.turns().map(|turn| turn.fact()).collect();
                (facts.len(), change.outcome(), facts)
            })
            .collect();
        assert!(order.is_sorted(), "{case:?}: {order:?}");
    }
}

/// A seven-year-old who lives and died in the notifier's area, of whom abuse is suspected.
const DEAD: ChildFacts = ChildFacts {
    event: Event::Death,
    abuse_or_neglect: Answer::Yes,
    serious_harm: Answer::NotKnown,
    age: Age::Years(7),
    normal_residence: Residence::NotifiersArea,
    looked_after: Answer::No,
    care_leaver: Answer::No,
    cause_of_death: CauseOfDeath::Other,
    involvement: Involvement {
        known_to_agencies: Answer::No,
        previous: Answer::No,
        child_in_need_plan: Answer::No,
        child_protection_plan: Answer::No,
        earlier_child_protection_plan: Answer::No,
        concerns_before_birth: Answer::No,
    },
};

/// The changes as lines, such as "Outside: abuse_or_neglect becomes no".
fn lines(child: &ChildFacts, incident: &IncidentFacts) -> Vec<String> {
    let policy = policy::compiled_in().on(incident.dated_on);
    let told = changes::smallest(child, incident, policy);
    let line = |change: changes::Change| {
        let turns: Vec<String> = change
            .turns()
            .map(|turn| {
                let becomes: Vec<&str> = turn.becomes().collect();
                format!("{:?} becomes {}", turn.fact(), becomes.join(" or "))
            })
            .collect();
        format!("{:?}: {}", change.outcome(), turns.join(", and "))
    };
    told.iter().map(line).collect()
}

#[test]
fn what_would_alter_a_duty_is_told_in_words() {
    let incident = IncidentFacts { place: Where::NotifiersArea, dated_on: Some(date(2026, 3, 2)) };
    assert_eq!(
        lines(&DEAD, &incident),
        [
            "DutyOutsideEngland: Area becomes outside England",
            "DutyOfAnotherAuthority: Area becomes in another English authority's area",
            "NeedsJudgement: Event becomes harm or harmed another child or something else",
            "NeedsJudgement: Unborn becomes yes",
            "Outside: AbuseOrNeglect becomes no",
            "Outside: Age becomes 18 to 24 or 25 or over",
            "LookedAfterDeath: AbuseOrNeglect becomes no, and LookedAfter becomes yes",
            "CareLeaverDeath: AbuseOrNeglect becomes no, and CareLeaver becomes yes",
            "CareLeaverDeath: Age becomes 18 to 24, and CareLeaver becomes yes",
        ]
    );
}

#[test]
fn a_judgement_that_is_missing_is_the_smallest_change_to_a_duty() {
    let harmed = ChildFacts { event: Event::Harm, ..DEAD };
    let incident = IncidentFacts { place: Where::NotifiersArea, dated_on: Some(date(2026, 3, 2)) };
    let told = lines(&harmed, &incident);
    assert_eq!(told[0], "DutyInArea: Event becomes death");
    assert_eq!(told[1], "DutyInArea: SeriousHarm becomes yes");
}

#[test]
fn a_child_told_to_be_unborn_would_have_to_be_born() {
    let unborn = ChildFacts { age: Age::Unborn, ..DEAD };
    let incident = IncidentFacts { place: Where::NotifiersArea, dated_on: Some(date(2026, 3, 2)) };
    assert_eq!(
        lines(&unborn, &incident)[0],
        "DutyInArea: Age becomes born, and under 16 or born, and 16 or 17"
    );
}

#[test]
fn what_happened_before_the_earliest_edition_can_only_turn_out_to_be_no_duty() {
    let incident = IncidentFacts { place: Where::NotifiersArea, dated_on: Some(date(2015, 5, 1)) };
    let policy = policy::compiled_in().on(incident.dated_on);
    let outcomes: BTreeSet<OutcomeKind> =
        changes::smallest(&DEAD, &incident, policy).iter().map(|change| change.outcome()).collect();
    assert_eq!(rules::judge_child(&DEAD, &incident, policy).outcome, Outcome::NeedsJudgement);
    assert_eq!(outcomes, BTreeSet::from([OutcomeKind::LookedAfterDeath, OutcomeKind::Outside]));
}

#[test]
fn an_edition_without_care_leavers_deaths_never_leads_there() {
    let incident = IncidentFacts { place: Where::NotifiersArea, dated_on: Some(date(2019, 5, 1)) };
    let told = lines(&DEAD, &incident);
    assert!(told.contains(&"Outside: Age becomes 18 or over".to_owned()), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("CareLeaver")), "{told:?}");
}
