//! From the text of `bank-holidays.json` to the register, refusing what would move a clock wrongly.
//!
//! What a reader would get wrong: a year that is only partly listed must be refused, because the register
//! promises to know the whole of its last year.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use super::BankHolidays;
use crate::data_file;
use crate::register_error::{Flaw, Place, RegisterError};

const FILE: &str = "data/bank-holidays.json";
const DIVISION: &str = "england-and-wales";
/// How the titles of the eight holidays of every year start. Additions vary ("Early May bank holiday (VE
/// day)").
const HOLIDAYS_OF_EVERY_YEAR: [&str; 8] = [
    "New Year",
    "Good Friday",
    "Easter Monday",
    "Early May bank holiday",
    "Spring bank holiday",
    "Summer bank holiday",
    "Christmas Day",
    "Boxing Day",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    division: String,
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    title: String,
    date: String,
}

pub(super) fn read(text: &str) -> Result<BankHolidays, RegisterError> {
    let document = data_file::read_document::<Document>(FILE, text)?;
    if document.division != DIVISION {
        return Err(Place::path(FILE, "division").refused(Flaw::OtherDivision(document.division)));
    }
    let titles = read_events(&document.events)?;
    let (known_from, known_until) = whole_years(&titles)?;
    Ok(BankHolidays { titles, known_from, known_until })
}

fn read_events(events: &[Event]) -> Result<BTreeMap<Date, String>, RegisterError> {
    let mut titles = BTreeMap::new();
    let mut previous: Option<(Date, Place)> = None;
    for (index, event) in events.iter().enumerate() {
        let place = Place::path(FILE, format_args!("events[{index}].date"));
        let date = read_weekday(&event.date, &place)?;
        refuse_disorder(date, &place, previous.as_ref())?;
        let title_place = Place::path(FILE, format_args!("events[{index}].title"));
        titles.insert(date, data_file::tidy(&event.title, &title_place)?.to_owned());
        previous = Some((date, place));
    }
    Ok(titles)
}

/// A bank holiday that falls on a weekend is taken on a substitute weekday; a weekend date in the file would
/// be a holiday that moves nothing, while the substitute is missing.
fn read_weekday(text: &str, place: &Place) -> Result<Date, RegisterError> {
    let date = data_file::read_date(text, place)?;
    let weekday = match date.weekday() {
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => {
            return Ok(date);
        }
    };
    Err(place.refused(Flaw::OnAWeekend { date, weekday }))
}

fn refuse_disorder(date: Date, place: &Place, previous: Option<&(Date, Place)>) -> Result<(), RegisterError> {
    match previous {
        Some((before, first)) if *before == date => {
            let first = Box::new(first.clone());
            Err(place.refused(Flaw::Duplicate { value: date.to_string(), first }))
        }
        Some((before, _)) if *before > date => {
            Err(place.refused(Flaw::Unsorted { value: date.to_string(), previous: before.to_string() }))
        }
        Some(_) | None => Ok(()),
    }
}

/// The first and last day of the years listed, each of which must be complete.
fn whole_years(titles: &BTreeMap<Date, String>) -> Result<(Date, Date), RegisterError> {
    let place = Place::path(FILE, "events");
    let (Some(first), Some(last)) = (titles.keys().next(), titles.keys().next_back()) else {
        return Err(place.refused(Flaw::Empty));
    };
    for year in first.year()..=last.year() {
        refuse_partial_year(year, titles, &place)?;
    }
    Ok((first.first_of_year(), last.last_of_year()))
}

fn refuse_partial_year(
    year: i16,
    titles: &BTreeMap<Date, String>,
    place: &Place,
) -> Result<(), RegisterError> {
    for title in HOLIDAYS_OF_EVERY_YEAR {
        let listed =
            titles.iter().filter(|(date, full)| date.year() == year && full.starts_with(title)).count();
        match listed {
            0 => return Err(place.refused(Flaw::UnfinishedYear { year, title })),
            1 => {}
            _ => return Err(place.refused(Flaw::RepeatedHoliday { year, title })),
        }
    }
    Ok(())
}
