//! Codes of the sets in force on the incident's day. What a code means is known here only as far as samples
//! need it; the register of code sets says which codes there are.

use jiff::civil::Date;
use registers::CodeSet;

use crate::draws::Draws;

/// One of these codes by weight, leaving out those that are not in force on the day. Where none of them is,
/// the first code in force: a plausible code is better than one that draws a remark.
pub(crate) fn draw(draws: &mut Draws, set: CodeSet, day: Date, choices: &[(u64, &'static str)]) -> String {
    let in_force = set.in_force(day);
    let is_in_force = |code: &str| in_force.iter().any(|listed| listed == code);
    let choices: Vec<(u64, &str)> = choices.iter().copied().filter(|(_, code)| is_in_force(code)).collect();
    match choices.as_slice() {
        [] => in_force.first().cloned().unwrap_or_default(),
        choices => draws.weighted(choices).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn draw_sex(day: Date) -> String {
        draw(&mut Draws::for_sample(1, 2024, 0), CodeSet::Sex, day, &[(1, "1"), (1, "F")])
    }

    #[test]
    fn only_a_code_of_the_incidents_year_is_drawn() {
        assert_eq!(draw_sex(date(2024, 3, 31)), "1");
        assert_eq!(draw_sex(date(2024, 4, 1)), "F");
    }

    #[test]
    fn where_no_choice_is_in_force_the_first_code_that_is_stands_in() {
        let drawn = draw(&mut Draws::for_sample(1, 2024, 0), CodeSet::Sex, date(2026, 1, 1), &[(1, "1")]);
        assert_eq!(drawn, "M");
    }
}
