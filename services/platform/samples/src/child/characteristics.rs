//! Sex, ethnicity, disability, birth and residence, in the codes of the incident's year.

use contracts::notification::v1::{Answer, Area, ChildFacts, Nation};
use registers::CodeSet;

use crate::circumstance::Odds;
use crate::codes;
use crate::draws::Draws;
use crate::person::Person;
use crate::scene::Scene;

const CONCERNS_BEFORE_BIRTH: Odds = Odds::new(38, 46, 13, 3);

/// `1` and `2` until 2023-24, letters since.
const SEXES: [(u64, &str); 5] = [(55, "M"), (44, "F"), (1, "U"), (55, "1"), (44, "2")];

const ETHNICITIES: [(u64, &str); 18] = [
    (580, "WBRI"),
    (50, "WOTH"),
    (8, "WIRI"),
    (6, "WIRT"),
    (8, "WROM"),
    (35, "MWBC"),
    (15, "MWBA"),
    (15, "MWAS"),
    (30, "MOTH"),
    (15, "AIND"),
    (40, "APKN"),
    (15, "ABAN"),
    (20, "AOTH"),
    (20, "BCRB"),
    (50, "BAFR"),
    (20, "OOTH"),
    (15, "REFU"),
    (58, "NOBT"),
];

const DISABILITIES: [(u64, &str); 8] =
    [(25, "AUT"), (20, "LD"), (20, "BEH"), (10, "COMM"), (10, "MOB"), (5, "CON"), (5, "HEAR"), (5, "DDA")];

pub(super) fn tell(facts: &mut ChildFacts, draws: &mut Draws, scene: &Scene, person: &Person) {
    facts.sex = codes::draw(draws, CodeSet::Sex, scene.day, &SEXES);
    facts.ethnicity = codes::draw(draws, CodeSet::Ethnicity, scene.day, &ETHNICITIES);
    facts.disabilities = draw_disabilities(draws, scene);
    facts.normal_residence = draw_residence(draws, scene);
    // Birth is asked about where it lies less than a year back; older children leave both questions blank.
    if person.is_infant() {
        facts.set_unborn(Answer::No);
        facts.set_concerns_before_birth(CONCERNS_BEFORE_BIRTH.draw(draws));
    }
}

/// None told, a stated "none", one, or two different ones.
fn draw_disabilities(draws: &mut Draws, scene: &Scene) -> Vec<String> {
    let number = draws.weighted(&[(18, None), (60, Some(0)), (17, Some(1)), (5, Some(2))]);
    let mut draw = || codes::draw(draws, CodeSet::Disability, scene.day, &DISABILITIES);
    let mut disabilities = match number {
        None => Vec::new(),
        Some(0) => vec!["NONE".to_owned()],
        Some(1) => vec![draw()],
        Some(_) => vec![draw(), draw()],
    };
    disabilities.dedup();
    disabilities
}

/// Mostly the notifier's own area: it decides for an incident outside England (Children Act 2004 s.16C(1)(b)).
fn draw_residence(draws: &mut Draws, scene: &Scene) -> Option<Area> {
    let in_area = |nation: Nation, authority: String| Some(Area { nation: nation.into(), authority });
    match draws.weighted(&[(935, 0), (25, 1), (20, 2), (20, 3)]) {
        0 => in_area(Nation::England, scene.notifier.to_string()),
        1 => in_area(Nation::England, scene.draw_another_authority(draws).to_string()),
        2 => in_area(Nation::NotKnown, String::new()),
        _ => None,
    }
}
