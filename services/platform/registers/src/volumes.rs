//! Published yearly totals of serious incident notifications, by which samples are shaped.
//!
//! What a reader would get wrong: years are not a full run (2022 is missing), and a figure that was not
//! published is none, not nought.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::data_file::{self, Row};
use crate::register_error::{Flaw, Place, RegisterError};

const FILE: &str = "data/notification-volumes.csv";
const COLUMNS: [&str; 7] =
    ["year_ending_31_march", "total", "child_death", "serious_harm", "other", "cla_yes", "source"];
const COMPILED_IN: &str = include_str!("../data/notification-volumes.csv");

static VOLUMES: LazyLock<Vec<YearVolume>> = LazyLock::new(|| {
    parse_volumes(COMPILED_IN)
        .expect("the test `the_compiled_in_volumes_are_well_formed` parses these same bytes")
});

/// The published yearly totals, earliest year first. Figures of 2015 and 2016 are notifications to Ofsted,
/// before the panel existed.
pub fn notification_volumes() -> &'static [YearVolume] {
    &VOLUMES
}

/// Notifications of all English authorities in one year. Each count is of notifications, not of children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearVolume {
    /// The year is the twelve months that end on 31 March of this calendar year.
    pub year_ending: i16,
    /// All notifications.
    pub total: u32,
    /// Those about a child's death; none where it was not published.
    pub child_death: Option<u32>,
    /// Those about serious harm; none where it was not published.
    pub serious_harm: Option<u32>,
    /// Those of another nature; none where it was not published.
    pub other: Option<u32>,
    /// Those about a looked-after child, whatever the nature; none where it was not published.
    pub looked_after: Option<u32>,
    /// Where the figures were published.
    pub source: String,
}

#[derive(Deserialize)]
struct Cells {
    year_ending_31_march: String,
    total: String,
    child_death: String,
    serious_harm: String,
    other: String,
    cla_yes: String,
    source: String,
}

/// Reads the yearly totals from the text of `notification-volumes.csv`.
///
/// # Errors
/// Refuses unknown columns, anything but plain counts, repeated or unsorted years, and parts that do not
/// agree with their total; the error names line and column.
pub fn parse_volumes(text: &str) -> Result<Vec<YearVolume>, RegisterError> {
    let mut volumes: Vec<(Place, YearVolume)> = Vec::new();
    for Row { place, cells } in data_file::read_table::<Cells>(FILE, &COLUMNS, text)? {
        let volume = read_volume(&place, cells)?;
        refuse_disorder(&place, &volume, volumes.last())?;
        refuse_contradictions(&place, &volume)?;
        volumes.push((place, volume));
    }
    Ok(volumes.into_iter().map(|(_, volume)| volume).collect())
}

fn read_volume(place: &Place, cells: Cells) -> Result<YearVolume, RegisterError> {
    let optional = |text: &str, column: &str| match text {
        "" => Ok(None),
        text => data_file::read_count(text, &place.column(column)).map(Some),
    };
    data_file::tidy(&cells.source, &place.column("source"))?;
    Ok(YearVolume {
        year_ending: read_year(&cells.year_ending_31_march, &place.column("year_ending_31_march"))?,
        total: data_file::read_count(&cells.total, &place.column("total"))?,
        child_death: optional(&cells.child_death, "child_death")?,
        serious_harm: optional(&cells.serious_harm, "serious_harm")?,
        other: optional(&cells.other, "other")?,
        looked_after: optional(&cells.cla_yes, "cla_yes")?,
        source: cells.source,
    })
}

fn read_year(text: &str, place: &Place) -> Result<i16, RegisterError> {
    let count = data_file::read_count(text, place)?;
    i16::try_from(count)
        .ok()
        .filter(|year| (1000..=9999).contains(year))
        .ok_or_else(|| place.refused(Flaw::NotAYear(text.to_owned())))
}

fn refuse_disorder(
    place: &Place,
    volume: &YearVolume,
    previous: Option<&(Place, YearVolume)>,
) -> Result<(), RegisterError> {
    let Some((first, before)) = previous.filter(|(_, before)| before.year_ending >= volume.year_ending)
    else {
        return Ok(());
    };
    let value = volume.year_ending.to_string();
    let flaw = if before.year_ending == volume.year_ending {
        Flaw::Duplicate { value, first: Box::new(first.clone()) }
    } else {
        Flaw::Unsorted { value, previous: before.year_ending.to_string() }
    };
    Err(place.column("year_ending_31_march").refused(flaw))
}

/// The natures share out the total; being looked after cuts across them.
fn refuse_contradictions(place: &Place, volume: &YearVolume) -> Result<(), RegisterError> {
    let total = u64::from(volume.total);
    let natures = [volume.child_death, volume.serious_harm, volume.other];
    let shared_out = natures.iter().flatten().copied().map(u64::from).sum();
    let complete = natures.iter().all(Option::is_some);
    let refused =
        |figure, part| Err(place.column("total").refused(Flaw::DoesNotAddUp { figure, part, total }));
    if shared_out > total || complete && shared_out < total {
        return refused("child_death + serious_harm + other", shared_out);
    }
    match volume.looked_after.map(u64::from) {
        Some(looked_after) if looked_after > total => refused("cla_yes", looked_after),
        Some(_) | None => Ok(()),
    }
}
