//! The finding for the incident, from those for its children, and the sentence that says it.

use eligibility::domain::facts::{
    Age, Answer, Child, ChildFacts, Event, Facts, IncidentFacts, Residence, Where,
};
use eligibility::domain::finding::Outcome;
use eligibility::domain::policy;
use eligibility::domain::rules;
use eligibility::domain::summary;
use jiff::civil::date;

/// A child of seven who lives with the notifier and died, of whom abuse is suspected.
fn dead() -> ChildFacts {
    ChildFacts {
        event: Event::Death,
        abuse_or_neglect: Answer::Yes,
        age: Age::Years(7),
        normal_residence: Residence::NotifiersArea,
        looked_after: Answer::No,
        care_leaver: Answer::No,
        ..ChildFacts::default()
    }
}

fn harmed() -> ChildFacts {
    ChildFacts { event: Event::Harm, serious_harm: Answer::Yes, ..dead() }
}

fn outside() -> ChildFacts {
    ChildFacts { abuse_or_neglect: Answer::No, ..harmed() }
}

fn open() -> ChildFacts {
    ChildFacts { serious_harm: Answer::NotKnown, ..harmed() }
}

fn lancashire() -> Where {
    Where::AnotherArea("888".parse().expect("a number"))
}

fn facts(place: Where, children: &[ChildFacts]) -> Facts {
    let children =
        children.iter().zip(1..).map(|(facts, key)| Child { key: key.to_string(), facts: *facts }).collect();
    Facts { incident: IncidentFacts { place, dated_on: Some(date(2026, 3, 2)) }, children }
}

fn outcome(children: &[ChildFacts]) -> Outcome {
    rules::assess(&facts(Where::NotifiersArea, children), policy::compiled_in().on(None)).outcome
}

fn summary_of(place: Where, children: &[ChildFacts]) -> String {
    let policies = policy::compiled_in();
    let policy = policies.on(None);
    let facts = facts(place, children);
    summary::sentence(&facts, &rules::assess(&facts, policy), policy)
}

#[test]
fn an_incident_is_notifiable_if_any_child_is() {
    assert_eq!(outcome(&[outside(), open(), harmed()]), Outcome::DutyInArea);
}

#[test]
fn an_incident_is_for_a_person_if_a_child_is_and_none_is_notifiable() {
    let looked_after = ChildFacts { looked_after: Answer::Yes, abuse_or_neglect: Answer::No, ..dead() };
    assert_eq!(outcome(&[outside(), looked_after, open()]), Outcome::NeedsJudgement);
    assert_eq!(outcome(&[outside(), looked_after]), Outcome::LookedAfterDeath);
}

#[test]
fn an_incident_without_any_child_is_for_a_person() {
    assert_eq!(outcome(&[]), Outcome::NeedsJudgement);
    assert_eq!(
        summary_of(Where::NotifiersArea, &[]),
        "No child is named in the notification, so a person decides."
    );
}

#[test]
fn the_summary_of_a_duty_says_under_which_clause_and_why() {
    assert_eq!(
        summary_of(Where::NotifiersArea, &[dead()]),
        "There is a duty to notify the panel under Children Act 2004 s.16C(1)(a): child 1 died in the notifying \
         authority's area, and abuse or neglect is known or suspected."
    );
}

#[test]
fn the_summary_of_several_children_counts_those_found_otherwise() {
    assert_eq!(
        summary_of(Where::OutsideEngland, &[dead(), harmed(), outside()]),
        "There is a duty to notify the panel under Children Act 2004 s.16C(1)(b): children 1 and 2 died or were \
         seriously harmed outside England while normally resident in the notifying authority's area, and abuse \
         or neglect is known or suspected; for one other child it is found otherwise."
    );
}

#[test]
fn the_summary_of_many_children_names_a_few_and_counts_the_rest() {
    let sentence = summary_of(Where::NotifiersArea, &[harmed(); 7]);
    assert!(sentence.contains("children 1, 2, 3 and 4 more were seriously harmed"), "{sentence}");
}

#[test]
fn the_summary_of_an_open_case_says_what_is_still_to_be_told() {
    let child = ChildFacts { abuse_or_neglect: Answer::NotKnown, looked_after: Answer::NotKnown, ..dead() };
    assert_eq!(
        summary_of(Where::NotifiersArea, &[child]),
        "The facts do not settle it, so a person decides about child 1; still to be told: whether abuse or neglect is \
         known or suspected, whether the child was looked after by the notifying authority."
    );
}

#[test]
fn the_summary_of_another_authoritys_duty_names_its_number_and_the_report_that_is_due_besides() {
    let child = ChildFacts { looked_after: Answer::Yes, ..dead() };
    assert_eq!(
        summary_of(lancashire(), &[child]),
        "The duty to notify the panel is that of authority 888, in whose area child 1 died: the notification is \
         held until that authority takes it over; it is also the death of a looked-after child, which is for DfE \
         and Ofsted in any case."
    );
}

#[test]
fn the_summary_of_what_is_outside_says_why_and_advises_local_learning() {
    assert_eq!(
        summary_of(Where::NotifiersArea, &[outside()]),
        "No duty to notify the panel is found for child 1: it is stated that abuse or neglect of the child is \
         neither known nor suspected; local learning is advised."
    );
}

#[test]
fn the_summary_of_what_no_fact_settles_says_what_it_is() {
    let unborn = ChildFacts { age: Age::Unborn, ..open() };
    assert_eq!(
        summary_of(Where::NotifiersArea, &[unborn]),
        "The facts do not settle it, so a person decides about child 1: the child was not yet born, and the statute \
         does not settle whether it covers an unborn child; still to be told: whether the harm was serious."
    );
}

#[test]
fn the_summary_of_children_who_are_outside_for_different_reasons_gives_each() {
    let adult = ChildFacts { age: Age::Years(19), ..harmed() };
    assert_eq!(
        summary_of(Where::NotifiersArea, &[outside(), adult]),
        "No duty to notify the panel is found for children 1 and 2: for child 1, it is stated that abuse or neglect \
         of the child is neither known nor suspected; for child 2, the young person was 18 or over, and the statute \
         speaks of a child; local learning is advised."
    );
}
