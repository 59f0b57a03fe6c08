//! From the text of `code-sets.json` to the register, refusing sets whose years do not hold together.
//!
//! What a reader would get wrong: a list without years stands alone and is in force always; as soon as a set
//! changes by year, every list needs its years.

use std::collections::HashMap;

use serde::Deserialize;

use super::{ClosedList, CodeHistory, CodeRegister, CollectionYear};
use crate::data_file;
use crate::register_error::{Flaw, Place, RegisterError};

const FILE: &str = "data/code-sets.json";

/// The document; the keys are the source's names for the sets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// For whoever opens the file; it must be there, and nothing depends on it.
    #[serde(rename = "note")]
    _note: String,
    ethnicity_main: Vec<List>,
    ssda903_sex: Vec<List>,
    ssda903_legal_status: Vec<List>,
    ssda903_placement: Vec<List>,
    ssda903_cin_primary_need: Vec<List>,
    cin_disability: Vec<List>,
    cp_plan_category_of_abuse: Vec<List>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    years: Option<String>,
    codes: Vec<String>,
}

pub(super) fn read(text: &str) -> Result<CodeRegister, RegisterError> {
    let document = data_file::read_document::<Document>(FILE, text)?;
    Ok(CodeRegister {
        ethnicity: read_history("ethnicity_main", document.ethnicity_main)?,
        sex: read_history("ssda903_sex", document.ssda903_sex)?,
        legal_status: read_history("ssda903_legal_status", document.ssda903_legal_status)?,
        placement: read_history("ssda903_placement", document.ssda903_placement)?,
        primary_need: read_history("ssda903_cin_primary_need", document.ssda903_cin_primary_need)?,
        disability: read_history("cin_disability", document.cin_disability)?,
        plan_category: read_history("cp_plan_category_of_abuse", document.cp_plan_category_of_abuse)?,
    })
}

fn read_history(key: &str, mut lists: Vec<List>) -> Result<CodeHistory, RegisterError> {
    let Some(last) = lists.pop() else {
        return Err(Place::path(FILE, key).refused(Flaw::Empty));
    };
    let mut closed: Vec<ClosedList> = Vec::new();
    for (index, list) in lists.into_iter().enumerate() {
        let follows = closed.last().map(|before| before.last.next());
        closed.push(read_closed(&format!("{key}[{index}]"), list, follows)?);
    }
    read_current(&format!("{key}[{}]", closed.len()), last, closed)
}

fn read_closed(path: &str, list: List, follows: Option<CollectionYear>) -> Result<ClosedList, RegisterError> {
    let place = Place::path(FILE, format_args!("{path}.years"));
    let years = list.years.ok_or_else(|| place.refused(Flaw::YearsMissing))?;
    let (first, last) = read_years(&years, follows, &place)?;
    let last = last.ok_or_else(|| place.refused(Flaw::WrongEnd(years)))?;
    Ok(ClosedList { first, last, codes: read_codes(path, list.codes)? })
}

fn read_current(path: &str, list: List, closed: Vec<ClosedList>) -> Result<CodeHistory, RegisterError> {
    let place = Place::path(FILE, format_args!("{path}.years"));
    let follows = closed.last().map(|before| before.last.next());
    let current_from = match list.years {
        None if follows.is_some() => return Err(place.refused(Flaw::YearsMissing)),
        None => None,
        Some(years) => match read_years(&years, follows, &place)? {
            (first, None) => Some(first),
            (_, Some(_)) => return Err(place.refused(Flaw::WrongEnd(years))),
        },
    };
    Ok(CodeHistory { closed, current_from, current: read_codes(path, list.codes)? })
}

/// Reads `2022-23..2023-24`, `2024-25` or `2024-25 on` into the first year and, unless open, the last.
fn read_years(
    text: &str,
    follows: Option<CollectionYear>,
    place: &Place,
) -> Result<(CollectionYear, Option<CollectionYear>), RegisterError> {
    let (first, last) =
        read_span(text).ok_or_else(|| place.refused(Flaw::NotCollectionYears(text.to_owned())))?;
    match follows {
        Some(expected) if expected != first => {
            let (found, expected) = (text.to_owned(), expected.to_string());
            Err(place.refused(Flaw::YearsDoNotFollow { found, expected }))
        }
        Some(_) | None => Ok((first, last)),
    }
}

fn read_span(text: &str) -> Option<(CollectionYear, Option<CollectionYear>)> {
    if let Some(first) = text.strip_suffix(" on") {
        return CollectionYear::read(first).map(|first| (first, None));
    }
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (CollectionYear::read(first)?, CollectionYear::read(last)?);
    (first <= last).then_some((first, Some(last)))
}

fn read_codes(path: &str, codes: Vec<String>) -> Result<Vec<String>, RegisterError> {
    if codes.is_empty() {
        return Err(Place::path(FILE, format_args!("{path}.codes")).refused(Flaw::Empty));
    }
    let mut seen = HashMap::new();
    for (index, code) in codes.iter().enumerate() {
        let place = Place::path(FILE, format_args!("{path}.codes[{index}]"));
        data_file::tidy(code, &place)?;
        if let Some(first) = seen.insert(code.as_str(), place.clone()) {
            return Err(place.refused(Flaw::Duplicate { value: code.clone(), first: Box::new(first) }));
        }
    }
    Ok(codes)
}
