//! The notification around incident and children: who sends it, under which reference.

use contracts::notification::v1::{Child, Incident, Notification, Notifier};

use crate::draws::Draws;
use crate::person::Person;
use crate::scene::Scene;
use crate::{child, incident, narrative, words};

/// Of a thousand, how many leave out the day of awareness, the notifier, and how many say why they are late.
const AWARENESS_NOT_TOLD: u64 = 10;
const NOTIFIER_NOT_TOLD: u64 = 10;
const LATENESS_EXPLAINED: u64 = 40;

const ROLES: [&str; 5] = [
    "head of safeguarding and quality assurance",
    "service manager, children's social care",
    "assistant director, safeguarding",
    "principal social worker",
    "safeguarding partnership manager",
];

const REASONS_FOR_LATENESS: [&str; 4] = [
    "It was thought at first that another authority would notify.",
    "The seriousness of the harm became clear only with the results of the medical examination.",
    "The person who notifies was away, and the deputy had no access.",
    "The safeguarding partners did not agree at once that the test was met.",
];

/// The sender's reference of the sample at `index`, counted from 1 for people: no other sample has it.
pub(crate) fn sender_reference(year: i16, seed: u64, index: usize) -> String {
    format!("SAMPLE-{year}-{seed}-{:06}", index.saturating_add(1))
}

/// The whole notification.
pub(crate) fn compose(draws: &mut Draws, scene: &Scene, sender_reference: String) -> Notification {
    let people = draw_people(draws, scene);
    let mut incident = incident::compose(draws, scene, &people);
    let keys = (1..=people.len()).map(|position| position.to_string());
    let children: Vec<Child> =
        people.iter().zip(keys).map(|(person, key)| child::compose(draws, scene, person, key)).collect();
    incident.narrative = narrative::draw(draws, scene, &people, &children, incident.facts.as_ref());
    Notification {
        sender_reference,
        notifying_authority: scene.notifier.to_string(),
        became_aware_on: draw_awareness(draws, scene, &incident),
        notifier: draw_notifier(draws, scene),
        late_reason: draw_lateness(draws),
        incident: Some(incident),
        children,
    }
}

fn draw_people(draws: &mut Draws, scene: &Scene) -> Vec<Person> {
    let first = Person::draw_first(draws, scene);
    let others: Vec<Person> =
        (1..scene.children).map(|position| Person::draw_companion(draws, scene, &first, position)).collect();
    std::iter::once(first).chain(others).collect()
}

/// Left out now and then, but not where the incident's day is left out too: codes are judged by one of the two.
fn draw_awareness(draws: &mut Draws, scene: &Scene, incident: &Incident) -> String {
    let is_day_told = incident.facts.as_ref().is_some_and(|facts| !facts.occurred_on.is_empty());
    if draws.per_thousand(AWARENESS_NOT_TOLD) && is_day_told {
        String::new()
    } else {
        scene.aware.to_string()
    }
}

/// Telephone numbers are of the range kept free for fiction (Ofcom: 01632 960000 to 960999).
fn draw_notifier(draws: &mut Draws, scene: &Scene) -> Option<Notifier> {
    if draws.per_thousand(NOTIFIER_NOT_TOLD) {
        return None;
    }
    let (given, family) = words::draw_notifier(draws);
    let mailbox = format!("{given}.{family}.{}", scene.notifier).to_lowercase();
    Some(Notifier {
        name: format!("{given} {family}"),
        role: draws.one_of(&ROLES).to_owned(),
        telephone: format!("01632 960{:03}", draws.between(0, 999)),
        email: format!("{mailbox}@example.gov.uk"),
    })
}

fn draw_lateness(draws: &mut Draws) -> String {
    let reason = draws.one_of(&REASONS_FOR_LATENESS);
    if draws.per_thousand(LATENESS_EXPLAINED) { reason.to_owned() } else { String::new() }
}
