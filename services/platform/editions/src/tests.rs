use jiff::civil::date;
use serde::Deserialize;

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Opening {
    file: OpeningFile,
    hash: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpeningFile {
    effective_from: Date,
    opens_at: u8,
    closes_at: u8,
}

impl Edition for Opening {
    const FOLDER: &'static str = "hours/policy";
    type File = OpeningFile;

    fn of(file: OpeningFile, hash: String) -> Result<Self, String> {
        if file.closes_at <= file.opens_at {
            return Err("closes_at must lie after opens_at".into());
        }
        Ok(Self { file, hash })
    }

    fn effective_from(&self) -> Date {
        self.file.effective_from
    }
}

const OF_2030: &str = "effective_from = '2030-01-01'\nopens_at = 9\ncloses_at = 17\n";
const OF_2031: &str = "effective_from = '2031-01-01'\nopens_at = 8\ncloses_at = 17\n";

fn both() -> Editions<Opening> {
    Editions::parse([("2031-01-01.toml", OF_2031), ("2030-01-01.toml", OF_2030)]).expect("they read")
}

fn refused(file: &str, text: &str) -> EditionError {
    Editions::<Opening>::parse([(file, text)]).expect_err("refused")
}

#[test]
fn an_edition_holds_from_its_first_day_to_the_day_before_the_next() {
    let editions = both();
    let opens = |day| editions.on(Some(day)).file.opens_at;
    assert_eq!((opens(date(2030, 1, 1)), opens(date(2030, 12, 31)), opens(date(2031, 1, 1))), (9, 9, 8));
    assert_eq!(opens(date(2001, 1, 1)), 9, "before the first edition, the first");
    assert_eq!(editions.on(None).file.opens_at, 8, "without a day, the newest");
}

#[test]
fn the_next_edition_is_announced_by_its_first_day() {
    assert_eq!(both().next_after(date(2030, 6, 1)), Some(date(2031, 1, 1)));
    assert_eq!(both().next_after(date(2031, 1, 1)), None);
}

#[test]
fn an_edition_put_in_for_a_day_to_come_alters_nothing_before_it() {
    let (before, after) =
        (Editions::<Opening>::parse([("2030-01-01.toml", OF_2030)]).expect("reads"), both());
    for day in [date(1999, 1, 1), date(2030, 1, 1), date(2030, 12, 31)] {
        assert_eq!(before.on(Some(day)), after.on(Some(day)), "{day}");
    }
}

#[test]
fn a_change_of_one_letter_is_another_hash() {
    let with_space = OF_2030.replace("= 9", "=  9");
    let other = Editions::<Opening>::parse([("2030-01-01.toml", with_space.as_str())]).expect("reads");
    let (one, other) = (both().on(Some(date(2030, 1, 1))).clone(), other.on(None).clone());
    assert_eq!(one.hash.len(), 64);
    assert_ne!(one.hash, other.hash);
    assert_eq!(one.file, other.file);
}

#[test]
fn what_is_not_an_edition_is_refused_with_the_name_of_the_key() {
    let unknown = refused("2030-01-01.toml", &OF_2030.replace("opens_at", "open_at")).to_string();
    assert!(unknown.contains("open_at") && unknown.contains("hours/policy"), "{unknown}");
    let impossible = refused("2030-02-30.toml", &OF_2030.replace("2030-01-01", "2030-02-30"));
    assert!(matches!(impossible, EditionError::NotAnEdition { .. }), "{impossible}");
}

#[test]
fn a_file_whose_name_tells_another_day_is_refused() {
    let expected =
        EditionError::OtherDateInside { file: "2031-01-01.toml".into(), effective_from: date(2030, 1, 1) };
    assert_eq!(refused("2031-01-01.toml", OF_2030), expected);
}

#[test]
fn values_at_odds_two_editions_of_one_day_and_none_at_all_are_refused() {
    let at_odds = refused("2030-01-01.toml", &OF_2030.replace("= 17", "= 7"));
    assert_eq!(at_odds.to_string(), "2030-01-01.toml: closes_at must lie after opens_at");
    let twice = Editions::<Opening>::parse([("2030-01-01.toml", OF_2030), ("2030-01-01.toml", OF_2030)]);
    assert_eq!(twice, Err(EditionError::SameDay(date(2030, 1, 1))));
    assert_eq!(Editions::<Opening>::parse([]), Err(EditionError::Empty("hours/policy")));
}
