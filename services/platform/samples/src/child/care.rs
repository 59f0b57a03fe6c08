//! What services had to do with the child: care, plans, earlier involvement.

use contracts::notification::v1::{Answer, ChildFacts};
use registers::CodeSet;

use crate::circumstance::Odds;
use crate::codes;
use crate::draws::Draws;
use crate::person::Person;
use crate::scene::Scene;

/// Children who are not looked after: mostly a stated "no".
const LOOKED_AFTER_OTHERWISE: Odds = Odds::new(0, 95, 3, 2);
const CARE_LEAVER_AT_16_OR_17: Odds = Odds::new(5, 85, 6, 4);
const CARE_LEAVER_FROM_18: Odds = Odds::new(92, 0, 8, 0);
const IN_NEED_PLAN: Odds = Odds::new(24, 66, 7, 3);
const PROTECTION_PLAN: Odds = Odds::new(16, 76, 5, 3);
/// A looked-after child's plans are mostly the care plan's.
const PLAN_OF_A_LOOKED_AFTER_CHILD: Odds = Odds::new(3, 90, 4, 3);
const EARLIER_PROTECTION_PLAN: Odds = Odds::new(20, 62, 15, 3);
const KNOWN_TO_AGENCIES: Odds = Odds::new(64, 25, 8, 3);
const PREVIOUS_INVOLVEMENT: Odds = Odds::new(45, 34, 18, 3);
/// From this age a young person may be a care leaver (Children Act 1989 s.23A).
const CARE_LEAVER_FROM_AGE: u32 = 16;
/// From this age a child may be on remand (Children and Young Persons Act 1933 s.50).
const REMAND_FROM_AGE: u32 = 10;

const LEGAL_STATUSES: [(u64, &str); 6] =
    [(50, "C2"), (18, "C1"), (24, "V2"), (5, "E1"), (1, "L1"), (2, "L2")];
const LEGAL_STATUSES_FROM_REMAND_AGE: [(u64, &str); 5] =
    [(48, "C2"), (12, "C1"), (36, "V2"), (1, "L1"), (3, "J1")];
const PRIMARY_NEEDS: [(u64, &str); 8] =
    [(60, "N1"), (8, "N2"), (4, "N3"), (9, "N4"), (10, "N5"), (6, "N6"), (1, "N7"), (2, "N8")];
const PLAN_CATEGORIES: [(u64, &str); 5] =
    [(50, "Neglect"), (32, "Emotional Abuse"), (8, "Physical Abuse"), (5, "Sexual Abuse"), (5, "Multiple")];

pub(super) fn tell(facts: &mut ChildFacts, draws: &mut Draws, scene: &Scene, person: &Person) {
    tell_care(facts, draws, scene, person);
    tell_leaving_care(facts, draws, person);
    if !person.is_adult() {
        tell_plans(facts, draws, scene, person);
    }
    tell_involvement(facts, draws, person);
}

fn tell_care(facts: &mut ChildFacts, draws: &mut Draws, scene: &Scene, person: &Person) {
    if !person.looked_after {
        // Nobody of 18 or over is looked after, and nobody asks.
        let answer = if person.is_adult() { Answer::No } else { LOOKED_AFTER_OTHERWISE.draw(draws) };
        facts.set_looked_after(answer);
        return;
    }
    facts.set_looked_after(Answer::Yes);
    let choices: &[_] =
        if person.years < REMAND_FROM_AGE { &LEGAL_STATUSES } else { &LEGAL_STATUSES_FROM_REMAND_AGE };
    facts.legal_status = codes::draw(draws, CodeSet::LegalStatus, scene.day, choices);
}

/// A looked-after child has not left care.
fn tell_leaving_care(facts: &mut ChildFacts, draws: &mut Draws, person: &Person) {
    let answer = match person.years {
        _ if person.looked_after => Answer::No,
        ..CARE_LEAVER_FROM_AGE => return,
        _ if person.is_adult() => CARE_LEAVER_FROM_18.draw(draws),
        _ => CARE_LEAVER_AT_16_OR_17.draw(draws),
    };
    facts.set_care_leaver(answer);
}

fn tell_plans(facts: &mut ChildFacts, draws: &mut Draws, scene: &Scene, person: &Person) {
    let (in_need, protection) = if person.looked_after {
        (PLAN_OF_A_LOOKED_AFTER_CHILD, PLAN_OF_A_LOOKED_AFTER_CHILD)
    } else {
        (IN_NEED_PLAN, PROTECTION_PLAN)
    };
    facts.set_child_in_need_plan(in_need.draw(draws));
    facts.set_child_protection_plan(protection.draw(draws));
    facts.set_earlier_child_protection_plan(EARLIER_PROTECTION_PLAN.draw(draws));
    if facts.child_protection_plan() == Answer::Yes {
        facts.plan_category = codes::draw(draws, CodeSet::PlanCategory, scene.day, &PLAN_CATEGORIES);
    }
    if person.looked_after || has_plan(facts) {
        facts.primary_need = codes::draw(draws, CodeSet::PrimaryNeed, scene.day, &PRIMARY_NEEDS);
    }
}

/// Whoever has a plan or is in care is known.
fn tell_involvement(facts: &mut ChildFacts, draws: &mut Draws, person: &Person) {
    let is_known = person.looked_after || person.is_adult() || has_plan(facts);
    let known = if is_known { Answer::Yes } else { KNOWN_TO_AGENCIES.draw(draws) };
    facts.set_known_to_agencies(known);
    facts.set_previous_involvement(PREVIOUS_INVOLVEMENT.draw(draws));
}

fn has_plan(facts: &ChildFacts) -> bool {
    facts.child_in_need_plan() == Answer::Yes || facts.child_protection_plan() == Answer::Yes
}
