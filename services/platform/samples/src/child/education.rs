//! Education at the incident, by age: apart from special needs and from the setting.

use contracts::notification::v1::{Answer, Education, EducationStatus};

use crate::circumstance::Odds;
use crate::draws::Draws;
use crate::numbers;
use crate::period::days_before;
use crate::person::Person;
use crate::scene::Scene;

const SPECIAL_NEEDS: Odds = Odds::new(30, 52, 14, 4);
/// Of those who have special needs.
const HEALTH_AND_CARE_PLAN: Odds = Odds::new(42, 48, 8, 2);

/// Compulsory school age begins at five (Education Act 1996 s.8); many are on a roll a year before.
const OF_A_FOUR_YEAR_OLD: [(u64, EducationStatus); 3] =
    [(45, EducationStatus::OnRoll), (50, EducationStatus::NotOfSchoolAge), (5, EducationStatus::NotKnown)];
const OF_SCHOOL_AGE: [(u64, EducationStatus); 6] = [
    (80, EducationStatus::OnRoll),
    (7, EducationStatus::ElectiveHomeEducation),
    (2, EducationStatus::NeverOnRoll),
    (3, EducationStatus::Withdrawn),
    (4, EducationStatus::MissingEducation),
    (4, EducationStatus::NotKnown),
];
const FROM_SIXTEEN: [(u64, EducationStatus); 5] = [
    (62, EducationStatus::OnRoll),
    (22, EducationStatus::NotOfSchoolAge),
    (2, EducationStatus::ElectiveHomeEducation),
    (4, EducationStatus::MissingEducation),
    (10, EducationStatus::NotKnown),
];

/// Education of a child on the scene's day; none where the sender leaves it out.
pub(super) fn draw(draws: &mut Draws, scene: &Scene, person: &Person) -> Option<Education> {
    let status = match person.years {
        ..4 | 18.. => EducationStatus::NotOfSchoolAge,
        4 => draws.weighted(&OF_A_FOUR_YEAR_OLD),
        5..16 => draws.weighted(&OF_SCHOOL_AGE),
        _ => draws.weighted(&FROM_SIXTEEN),
    };
    if draws.per_thousand(30) {
        return None;
    }
    let mut education = Education { status: status.into(), ..Default::default() };
    if status == EducationStatus::OnRoll {
        education.setting_urn = numbers::draw_school(draws, scene.notifier);
    }
    education.withdrawn_on = draw_withdrawal(draws, scene, person, status);
    if (4..18).contains(&person.years) {
        tell_special_needs(&mut education, draws);
    }
    Some(education)
}

fn tell_special_needs(education: &mut Education, draws: &mut Draws) {
    education.set_special_educational_needs(SPECIAL_NEEDS.draw(draws));
    match education.special_educational_needs() {
        Answer::Yes => education.set_education_health_care_plan(HEALTH_AND_CARE_PLAN.draw(draws)),
        Answer::No => education.set_education_health_care_plan(Answer::No),
        Answer::NotKnown | Answer::Unspecified => (),
    }
}

/// A child who was withdrawn has been on a roll, which begins at about four.
fn draw_withdrawal(draws: &mut Draws, scene: &Scene, person: &Person, status: EducationStatus) -> String {
    let is_told = match status {
        EducationStatus::Withdrawn => true,
        EducationStatus::ElectiveHomeEducation => draws.per_thousand(700),
        _ => false,
    };
    let years_since_four = person.years.saturating_sub(4);
    if !is_told || years_since_four == 0 {
        return String::new();
    }
    days_before(scene.day, draws.between(1, (365 * years_since_four).min(1_000))).to_string()
}
