//! Strict reading of data files: one header, one spelling of a date, no stray blanks.
//!
//! Strict on purpose: a register is updated by hand once or twice a year, and a slip that is tolerated here
//! would move a statutory clock or turn an authority away.

use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::register_error::{Flaw, Place, RegisterError};

/// A row of a table, read by column name, and where it stands.
pub(crate) struct Row<T> {
    pub(crate) place: Place,
    pub(crate) cells: T,
}

/// Reads a CSV table whose header must be `columns` in that order; at least one row is expected.
pub(crate) fn read_table<T: DeserializeOwned>(
    file: &'static str,
    columns: &[&str],
    text: &str,
) -> Result<Vec<Row<T>>, RegisterError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| unreadable_table(file, &error))?.clone();
    if !header.iter().eq(columns.iter().copied()) {
        let found = header.iter().collect::<Vec<_>>().join(",");
        return Err(Place::line(file, 1).refused(Flaw::WrongColumns { found, expected: columns.join(",") }));
    }
    let rows =
        reader.records().map(|record| read_row(file, &header, record)).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() { Err(Place::whole(file).refused(Flaw::Empty)) } else { Ok(rows) }
}

fn read_row<T: DeserializeOwned>(
    file: &'static str,
    header: &csv::StringRecord,
    record: Result<csv::StringRecord, csv::Error>,
) -> Result<Row<T>, RegisterError> {
    let record = record.map_err(|error| unreadable_table(file, &error))?;
    let place =
        record.position().map_or_else(|| Place::whole(file), |position| Place::line(file, position.line()));
    let cells = record
        .deserialize(Some(header))
        .map_err(|error| place.refused(Flaw::Unreadable(error.to_string())))?;
    Ok(Row { place, cells })
}

fn unreadable_table(file: &'static str, error: &csv::Error) -> RegisterError {
    let place =
        error.position().map_or_else(|| Place::whole(file), |position| Place::line(file, position.line()));
    place.refused(Flaw::Unreadable(error.to_string()))
}

/// Reads a JSON document; the place of an error is the path to the offending value.
pub(crate) fn read_document<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, RegisterError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let document = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        Place::path(file, error.path()).refused(Flaw::Unreadable(error.inner().to_string()))
    })?;
    reader.end().map_err(|error| Place::whole(file).refused(Flaw::Unreadable(error.to_string())))?;
    Ok(document)
}

/// Text that is filled in, and has no blank where nobody would see it.
pub(crate) fn tidy<'a>(text: &'a str, place: &Place) -> Result<&'a str, RegisterError> {
    if text.trim().is_empty() {
        return Err(place.refused(Flaw::Blank));
    }
    if text.trim() != text || text.contains("  ") || text.contains(char::is_control) {
        return Err(place.refused(Flaw::Untidy(text.to_owned())));
    }
    Ok(text)
}

/// A civil date in the one form YYYY-MM-DD.
pub(crate) fn read_date(text: &str, place: &Place) -> Result<Date, RegisterError> {
    tidy(text, place)?
        .parse::<Date>()
        .ok()
        // jiff also reads `20240401` and dates with a time; one spelling keeps updates comparable line by
        // line.
        .filter(|date| date.to_string() == text)
        .ok_or_else(|| place.refused(Flaw::NotADate(text.to_owned())))
}

/// A count in decimal digits alone.
pub(crate) fn read_count(text: &str, place: &Place) -> Result<u32, RegisterError> {
    tidy(text, place)?
        .parse::<u32>()
        .ok()
        // `+5` and `007` parse too.
        .filter(|count| count.to_string() == text)
        .ok_or_else(|| place.refused(Flaw::NotACount(text.to_owned())))
}
