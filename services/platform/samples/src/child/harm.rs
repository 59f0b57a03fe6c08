//! What people judged, what harm there was, and who is said to have done it.

use contracts::notification::v1::{Answer, ChildFacts, Event, HarmType, JudgedBy, Judgement, Relationship};

use crate::circumstance::Odds;
use crate::draws::Draws;
use crate::person::Person;
use crate::scene::Scene;

const SERIOUS_HARM: Odds = Odds::new(84, 4, 10, 2);
const KNOWN_PRIOR_RISK: Odds = Odds::new(28, 36, 30, 6);
const DISCLOSURE_WITHDRAWN: Odds = Odds::new(12, 72, 14, 2);
/// The youngest who may have told somebody, in completed years.
const SPEAKS_FROM: u32 = 3;

pub(super) fn tell(facts: &mut ChildFacts, draws: &mut Draws, scene: &Scene, person: &Person) {
    let abuse = scene.circumstance.abuse.draw(draws);
    facts.abuse_or_neglect = judgement(draws, scene, abuse);
    match person.event {
        Event::Death => facts.set_cause_of_death(draws.weighted(scene.circumstance.causes)),
        Event::Harm => {
            let serious = SERIOUS_HARM.draw(draws);
            facts.serious_harm = judgement(draws, scene, serious);
        }
        _ => (),
    }
    tell_what_and_who(facts, draws, scene, abuse);
    tell_disclosure(facts, draws, scene, person);
}

/// A finding either way has somebody who made it, on a day; what nobody knows yet has neither.
fn judgement(draws: &mut Draws, scene: &Scene, answer: Answer) -> Option<Judgement> {
    let (judged_by, judged_on) = match answer {
        Answer::Unspecified => return None,
        Answer::NotKnown => (JudgedBy::Unspecified, String::new()),
        Answer::Yes | Answer::No => (draw_judge(draws), scene.draw_day_of_judgement(draws).to_string()),
    };
    Some(Judgement { answer: answer.into(), judged_by: judged_by.into(), judged_on })
}

fn draw_judge(draws: &mut Draws) -> JudgedBy {
    draws.weighted(&[
        (30, JudgedBy::SocialWork),
        (35, JudgedBy::SafeguardingLead),
        (15, JudgedBy::Director),
        (18, JudgedBy::SafeguardingPartners),
        (2, JudgedBy::Other),
    ])
}

/// Where abuse was looked for and not found, only harm that needs no abuser is left to tell.
fn tell_what_and_who(facts: &mut ChildFacts, draws: &mut Draws, scene: &Scene, abuse: Answer) {
    let harms = draws.weighted(scene.circumstance.harms);
    let alleged = draws.weighted(scene.circumstance.relationships);
    let needs_no_abuser = |harm: &HarmType| {
        matches!(harm, HarmType::SelfHarm | HarmType::ViolenceOutsideFamily | HarmType::Other)
    };
    let beyond_the_family =
        |by: &Relationship| matches!(by, Relationship::OtherChild | Relationship::Stranger);
    let found_none = abuse == Answer::No;
    let harms = harms.iter().filter(|harm| !found_none || needs_no_abuser(harm));
    let alleged = alleged.iter().filter(|by| !found_none || beyond_the_family(by));
    facts.harm_types = harms.map(|harm| i32::from(*harm)).collect();
    facts.alleged_perpetrators = alleged.map(|by| i32::from(*by)).collect();
    if !facts.alleged_perpetrators.is_empty() {
        facts.set_known_prior_risk(KNOWN_PRIOR_RISK.draw(draws));
    }
}

fn tell_disclosure(facts: &mut ChildFacts, draws: &mut Draws, scene: &Scene, person: &Person) {
    if person.years < SPEAKS_FROM {
        facts.set_disclosure_made(Answer::No);
        return;
    }
    facts.set_disclosure_made(scene.circumstance.disclosure.draw(draws));
    if facts.disclosure_made() == Answer::Yes {
        facts.set_disclosure_withdrawn(DISCLOSURE_WITHDRAWN.draw(draws));
    }
}
