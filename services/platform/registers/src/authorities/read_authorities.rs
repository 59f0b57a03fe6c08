//! From the text of `local-authorities.csv` to the register, refusing what does not hold together.
//!
//! What a reader would get wrong: the file's order is by number and code, so an authority's later row may
//! stand above its earlier one (North Yorkshire, 815). Succession is judged by dates.

use std::collections::HashMap;
use std::fmt::Display;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Authority, AuthorityKind, AuthorityNumber, AuthorityPeriod, AuthorityRegister, Region};
use crate::data_file::{self, Row};
use crate::register_error::{Flaw, Place, RegisterError};

const FILE: &str = "data/local-authorities.csv";
const COLUMNS: [&str; 7] = ["dfe_number", "gss_code", "name", "kind", "region", "from", "to"];
/// The source's mark for an ended authority whose number it does not give.
const NO_NUMBER: &str = "x";

#[derive(Deserialize)]
struct Cells {
    dfe_number: String,
    gss_code: String,
    name: String,
    kind: String,
    region: String,
    from: String,
    to: String,
}

struct NumberedPeriod {
    place: Place,
    number: AuthorityNumber,
    period: AuthorityPeriod,
}

pub(super) fn read(text: &str) -> Result<AuthorityRegister, RegisterError> {
    let rows = data_file::read_table::<Cells>(FILE, &COLUMNS, text)?;
    refuse_repeated_codes(&rows)?;
    let (mut numbered, mut unnumbered) = (Vec::new(), Vec::new());
    for Row { place, cells } in rows {
        let period = read_period(&place, &cells)?;
        match read_number(&place, &cells.dfe_number)? {
            Some(number) => numbered.push(NumberedPeriod { place, number, period }),
            None if period.to.is_none() => return Err(place.refused(Flaw::LiveWithoutNumber)),
            None => unnumbered.push(period),
        }
    }
    Ok(AuthorityRegister { numbered: join_periods(numbered)?, unnumbered })
}

fn refuse_repeated_codes(rows: &[Row<Cells>]) -> Result<(), RegisterError> {
    let mut seen = HashMap::new();
    for Row { place, cells } in rows {
        if let Some(first) = seen.insert(cells.gss_code.as_str(), place) {
            let value = cells.gss_code.clone();
            let flaw = Flaw::Duplicate { value, first: Box::new(first.clone()) };
            return Err(place.column("gss_code").refused(flaw));
        }
    }
    Ok(())
}

fn read_number(place: &Place, text: &str) -> Result<Option<AuthorityNumber>, RegisterError> {
    let place = place.column("dfe_number");
    match data_file::tidy(text, &place)? {
        NO_NUMBER => Ok(None),
        text => {
            text.parse().map(Some).map_err(|_| place.refused(Flaw::NotAnAuthorityNumber(text.to_owned())))
        }
    }
}

fn read_period(place: &Place, cells: &Cells) -> Result<AuthorityPeriod, RegisterError> {
    let kind = read_listed(&place.column("kind"), &cells.kind, AuthorityKind::ALL)?;
    let (from, to) = read_dates(place, cells)?;
    Ok(AuthorityPeriod {
        gss_code: read_gss_code(&place.column("gss_code"), &cells.gss_code, kind)?,
        name: data_file::tidy(&cells.name, &place.column("name"))?.to_owned(),
        kind,
        region: read_listed(&place.column("region"), &cells.region, Region::ALL)?,
        from,
        to,
    })
}

fn read_listed<T: Copy + Display, const N: usize>(
    place: &Place,
    text: &str,
    all: [T; N],
) -> Result<T, RegisterError> {
    all.into_iter().find(|word| word.to_string() == text).ok_or_else(|| {
        let expected = all.map(|word| word.to_string()).join(", ");
        place.refused(Flaw::NotListed { found: text.to_owned(), expected })
    })
}

fn read_gss_code(place: &Place, text: &str, kind: AuthorityKind) -> Result<String, RegisterError> {
    let prefix = kind.gss_prefix();
    let is_code =
        text.len() == 9 && text.starts_with(prefix) && text.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    if is_code {
        Ok(text.to_owned())
    } else {
        Err(place.refused(Flaw::WrongGssCode { found: text.to_owned(), prefix }))
    }
}

fn read_dates(place: &Place, cells: &Cells) -> Result<(Date, Option<Date>), RegisterError> {
    let from = data_file::read_date(&cells.from, &place.column("from"))?;
    if cells.to.is_empty() {
        return Ok((from, None));
    }
    let to = data_file::read_date(&cells.to, &place.column("to"))?;
    if to < from {
        return Err(place.column("to").refused(Flaw::EndsBeforeItStarts { from, to }));
    }
    Ok((from, Some(to)))
}

/// Makes one authority of all the rows that bear its number.
fn join_periods(mut rows: Vec<NumberedPeriod>) -> Result<Vec<Authority>, RegisterError> {
    rows.sort_by_key(|row| (row.number, row.period.from));
    let mut authorities: Vec<Authority> = Vec::new();
    for NumberedPeriod { place, number, period } in rows {
        match authorities.pop_if(|last| last.number == number) {
            Some(before) => authorities.push(succeed(&place, before, period)?),
            None => authorities.push(begin(number, period)),
        }
    }
    Ok(authorities)
}

fn begin(number: AuthorityNumber, period: AuthorityPeriod) -> Authority {
    let AuthorityPeriod { gss_code, name, kind, region, from, to } = period;
    Authority { number, gss_code, name, kind, region, from, to, earlier: Vec::new() }
}

fn succeed(place: &Place, before: Authority, period: AuthorityPeriod) -> Result<Authority, RegisterError> {
    let follows_on = before.to.and_then(|to| to.tomorrow().ok()) == Some(period.from);
    if !follows_on {
        let flaw =
            Flaw::BrokenSuccession { number: before.number.to_string(), from: period.from, until: before.to };
        return Err(place.column("from").refused(flaw));
    }
    let latest_from =
        before.earlier.last().and_then(|period| period.to?.tomorrow().ok()).unwrap_or(before.from);
    let Authority { number, gss_code, name, kind, region, from, to, mut earlier } = before;
    earlier.push(AuthorityPeriod { gss_code, name, kind, region, from: latest_from, to });
    Ok(Authority { from, earlier, ..begin(number, period) })
}
